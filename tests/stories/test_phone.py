"""A person at a phone: signs in with the second factor, chooses from a list, picks a day, sends a picture."""

import asyncio
import io
import json
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image
from playwright.async_api import Browser, Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from practice import code
from practice import views as practice
from tests.conftest import SITTING_DOWN, facts
from tests.people import People
from tests.person import PHONE
from tests.stack import Stack
from tests.stories.desk import Canvas, Twin, over, waits

pytestmark = [pytest.mark.story, pytest.mark.asyncio(loop_scope="session")]


def script(base_url: str) -> str:
    """Goes to the bank's door, asks a person for all the rest, and reads what became of it."""
    read = [{"type": "extract", "name": name, "selectors": [f"#card-{name}"]} for name in ("design", "day", "picture")]
    steps = [
        {"type": "navigate", "url": f"{base_url}/practice/login/"},
        {"type": "requestHuman", "kind": "login", "title": "Sign in and order the card"},
        *read,
    ]
    return json.dumps({"title": "A new card", "steps": steps})


class Phone:
    """The same page stands in the twin, to know where things are."""

    def __init__(self, page: Page, twin: Twin) -> None:
        self.page, self.twin, self.canvas = page, twin, Canvas(page)

    async def tap(self, selector: str) -> None:
        await self.canvas.tap(*await self.twin.middle_of(selector))

    async def type(self, selector: str, text: str) -> None:
        await self.tap(selector)
        await expect(self.page.locator("[data-part=typing]")).to_be_focused()  # the phone's keyboard is open
        await self.page.keyboard.type(text, delay=15)
        await self.twin.page.locator(selector).fill(text)

    async def go(self, selector: str, title: str) -> None:
        """Press what leads to another page, here and there."""
        await self.tap(selector)
        await self.twin.page.locator(selector).click()
        await self.is_at(title)

    async def is_at(self, title: str) -> None:
        tab = self.page.locator("[data-part=tabs] [aria-current]")
        await expect(tab).to_contain_text(title)
        await expect(tab.locator(".live-icon")).to_have_attribute("data-state", "")

    async def opens(self, selector: str, name: str) -> None:
        """Tap a field until its control is there: a page that has just come up may not be drawn yet."""
        dialog = self.page.get_by_role("dialog", name=name)
        async with asyncio.timeout(20):
            while not await dialog.is_visible():
                await self.tap(selector)
                with suppress(PlaywrightTimeout):
                    await dialog.wait_for(timeout=2_000)


async def test_a_person_at_a_phone_does_it_all(
    stack: Stack, people: People, sits_down: SITTING_DOWN, browser: Browser
) -> None:
    execution, alert = await waits(people, "Card", script(stack.base_url))
    person = await sits_down(device=PHONE)
    page = person.page
    await page.goto(await facts(lambda: alert.share_link.url))
    await page.get_by_role("button", name="Open the browser").tap()
    phone = Phone(page, await Twin.at(browser, f"{stack.base_url}/practice/login/"))
    await phone.canvas.shows_a_picture()
    await page.get_by_role("button", name="Take control").tap()
    await expect(page.get_by_role("button", name="Release control")).to_be_visible()

    # The second factor.
    await phone.type("[name=customer]", practice.CUSTOMER)
    await phone.type("[name=password]", practice.PASSWORD)
    await phone.go("main form button", "Security code")
    await phone.type("#code", code.current())
    await phone.go("main form button", "Your account")

    # An address typed by hand, then a list, a day and a picture, each with this phone's own control.
    await page.get_by_label("Address").tap()
    await page.keyboard.type(f"{stack.base_url}/practice/card/")
    await page.keyboard.press("Enter")
    await phone.twin.page.goto(f"{stack.base_url}/practice/card/")
    await phone.is_at("A new card")
    day = timezone.localdate() + timedelta(days=9)
    await phone.opens("#id_design", "Design")
    await page.get_by_role("button", name="Heron").tap()
    await phone.opens("#id_day", "Day on which you collect it")
    await page.locator("[data-part=picker-input]").fill(day.isoformat())
    await page.get_by_role("button", name="OK").tap()
    await phone.opens("#id_picture", "The page asks for a file")
    async with page.expect_file_chooser() as opened:
        await page.get_by_role("button", name="Choose a file").tap()
    picture = {"name": "me.png", "mimeType": "image/png", "buffer": png(640, 480)}
    await (await opened.value).set_files([picture])  # type: ignore[list-item]
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await phone.tap("main form button")
    await phone.is_at("Card ordered")

    await page.get_by_role("button", name="Done", exact=True).tap()
    assert await over(execution) == "succeeded"
    await facts(execution.refresh_from_db)
    assert execution.output == {"design": "Heron", "day": f"{day:%-d %B %Y}", "picture": "640 × 480"}


def png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width, height), 90).save(out, "PNG")
    return out.getvalue()
