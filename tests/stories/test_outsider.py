"""An outsider's story: the link from an e-mail, on a phone, without an account; and what scanners may not do."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Frame, Page, Playwright, expect

from alerts.models import AccessLink, Alert
from hitl.tenants.people import Person as Actor
from tests.conftest import SITTING_DOWN, becomes, facts
from tests.live_page.site import Site
from tests.mailsink import MailSink
from tests.people import People
from tests.person import DESKTOP, PHONE, Person
from tests.stack import Stack
from tests.stories.desk import Canvas, Twin, over, paused, status

pytestmark = [pytest.mark.story, pytest.mark.asyncio(loop_scope="session")]

MANUAL = Path(__file__).parents[2] / "docs" / "live-view.md"
LINK = re.compile(r"https?://[^\s\"<>]+/t/[\w.\-]+")


async def test_it_lets_an_outsider_take_over_from_a_phone(
    stack: Stack, people: People, mail: MailSink, sits_down: SITTING_DOWN, browser: Browser
) -> None:
    execution, alert = await paused(stack, people)
    received = await mail.to(people.bob.email)
    for kind in ("plain", "html"):
        assert alert.title in received.part(kind)
    link = LINK.search(received.part("plain"))
    assert link
    assert link.group() in received.part("html")

    phone = await sits_down(device=PHONE)
    await phone.page.goto(link.group())
    await expect(phone.page.locator("main")).to_contain_text(alert.title)
    await phone.page.get_by_role("button", name="Open the browser").tap()
    await phone.page.wait_for_url(f"**/g/{alert.public_id}/")
    assert "/t/" not in phone.page.url

    canvas = Canvas(phone.page)
    await canvas.shows_a_picture()
    await phone.page.reload()  # the same visitor may refresh
    await canvas.shows_a_picture()
    await phone.page.get_by_role("button", name="Take control").tap()
    await expect(phone.page.get_by_role("button", name="Release control")).to_be_visible()

    # The page is the bot's own; a tap on it counts as input and stops the clock for good.
    twin = await Twin.at(browser, f"{stack.base_url}/practice/order/")
    await canvas.tap(*await twin.middle_of("h1"))
    await becomes(lambda: Alert.objects.get().deadline, None)
    await phone.page.get_by_role("button", name="Done", exact=True).tap()
    assert await over(execution) == "succeeded"

    # The link has died with its alert, and nothing of the workspace was ever open to the guest.
    ended = await phone.page.request.get(link.group())
    assert ended.status == 404
    assert (await phone.page.request.get(f"/w/{people.workspace.slug}/alerts/", max_redirects=0)).status in (302, 404)


async def test_t7_a_scanner_that_runs_scripts_and_submits_forms_changes_nothing(
    stack: Stack, people: People, sits_down: SITTING_DOWN
) -> None:
    execution, alert = await paused(stack, people)
    link = await facts(lambda: alert.share_link.url)
    before = alert.deadline
    scanner = await sits_down()
    for _ in range(3):
        await scanner.page.goto(link)
    async with scanner.page.expect_navigation():
        await scanner.page.evaluate("() => { for (const form of document.forms) form.requestSubmit(); }")
    await expect(scanner.page.get_by_role("alert")).to_contain_text("not a press of the button")
    async with scanner.page.expect_navigation():
        await scanner.page.evaluate("() => { document.querySelector('form button').click(); }")
    await facts(alert.refresh_from_db)
    assert (alert.status, alert.deadline) == ("open", before)
    assert f"/g/{alert.public_id}" not in scanner.page.url
    assert await facts(status, execution) == "waiting_for_human"

    person = await sits_down()
    await person.page.goto(link)
    await person.page.get_by_role("button", name="Open the browser").click()
    await Canvas(person.page).shows_a_picture()


async def test_a_watch_link_watches(stack: Stack, people: People, sits_down: SITTING_DOWN) -> None:
    _, alert = await paused(stack, people)
    link = await facts(AccessLink.objects.create, alert=alert, role="watch", label="Auditor")
    guest = await sits_down()
    await guest.page.goto(await facts(lambda: link.url))
    await guest.page.get_by_role("button", name="Open the browser").click()
    await Canvas(guest.page).shows_a_picture()
    await expect(guest.page.get_by_role("button", name="Take control")).to_have_count(0)
    answer = await guest.page.request.post(f"/g/{alert.public_id}/done/")
    assert answer.status in (403, 404)

    await facts(link.revoke, Actor.member(people.ann))
    await expect(guest.page.locator("main")).to_contain_text(re.compile("no longer|not valid|revoked", re.I))


class Intranet:
    """A site of the workspace's own, with the manual's example in its page; its policy allows what the manual names."""

    def __init__(self, hitl: str) -> None:
        self.hitl, self.site = hitl, Site()
        self.origin = self.site.url("localhost").rstrip("/")

    def shows(self, embed_url: str) -> str:
        """The address of a page that shows this; localhost and 127.0.0.1, where hitl is, are two sites."""
        example = MANUAL.read_text().split("```html\n")[1].split("```")[0]
        page = example.replace("https://hitl.example.com", self.hitl).replace("EMBED_URL", embed_url)
        policy = f"script-src 'unsafe-inline' {self.hitl}; frame-src {self.hitl}"
        self.site.others["/page"] = (page, policy)
        return f"{self.origin}/page"


@pytest.fixture
def intranet(stack: Stack) -> Iterator[Intranet]:
    intranet = Intranet(stack.base_url)
    yield intranet
    intranet.site.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def strict(driver: Playwright, chromium: str, artifacts: Path) -> AsyncIterator[Browser]:
    """Refuses other sites' cookies, as people's browsers do; the lighter Chromium takes them."""
    browser = await driver.chromium.launch(executable_path=chromium, artifacts_dir=artifacts)
    yield browser
    await browser.close()


async def framed(page: Page) -> Frame:
    await expect(page.locator("#state")).to_have_text("asked")
    found = await (await page.query_selector("iframe")).content_frame()  # type: ignore[union-attr]
    assert found
    await found.get_by_role("button", name="Open the browser").click()
    return found


async def test_t16_the_browser_stands_in_a_page_of_the_workspaces_own_site_without_any_cookie(
    stack: Stack, people: People, intranet: Intranet, strict: Browser
) -> None:
    execution, alert = await paused(stack, people)
    await facts(people.workspace.let_embed, Actor.member(people.ann), [intranet.origin])
    link, watch = (
        await facts(lambda: alert.share_link),
        await facts(AccessLink.objects.create, alert=alert, role="watch"),
    )
    cookie = {"name": "probe", "value": "1", "url": stack.base_url.replace("http", "https"), "sameSite": "None"}

    person, watcher = [await Person.at(strict, stack.base_url, DESKTOP) for _ in range(2)]
    await person.context.add_cookies([cookie])
    person.page.on("request", lambda request: asked.append(request))
    asked = []
    await person.page.goto(intranet.shows(await facts(lambda: link.embed_url)))
    frame = await framed(person.page)
    canvas = Canvas(person.page, frame)
    await canvas.shows_a_picture()
    assert await frame.evaluate("document.cookie = 'mine=1; SameSite=None; Secure'; document.cookie") == ""
    headers = [await request.all_headers() for request in asked if request.url.startswith(stack.base_url)]
    assert len(headers) > 10
    assert not [each for each in headers if "cookie" in each]

    await frame.get_by_role("button", name="Take control").click()
    await expect(person.page.locator("#state")).to_have_text("driving")
    twin = await Twin.at(strict, f"{stack.base_url}/practice/order/")
    await canvas.click(*await twin.middle_of("h1"))
    await becomes(lambda: Alert.objects.get().deadline, None)

    await watcher.page.goto(intranet.shows(await facts(lambda: watch.embed_url)))
    watching = await framed(watcher.page)
    await Canvas(watcher.page, watching).shows_a_picture()
    await expect(watching.get_by_role("button", name="Take control")).to_have_count(0)
    await facts(watch.revoke, Actor.member(people.ann))
    await expect(watcher.page.locator("#state")).to_contain_text("This link is no longer valid")
    await expect(watcher.page.locator("iframe")).to_have_count(0)

    # No other site may show it, and the sites that may show nothing else.
    page = intranet.shows(await facts(lambda: link.embed_url))
    elsewhere = page.replace("localhost", "127.0.0.1")
    for address, other in ((elsewhere, None), (page, link.url), (page, f"{stack.base_url}/accounts/login/")):
        async with watcher.page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            await watcher.page.goto(address)
            if other:
                await watcher.page.evaluate("(url) => { document.querySelector('iframe').src = url; }", other)

    await frame.get_by_role("button", name="Done", exact=True).click()
    await expect(person.page.locator("#state")).to_contain_text("Done.")
    assert await over(execution) == "succeeded"
    await watcher.page.goto(page)
    ended = watcher.page.frame_locator("iframe").get_by_role("heading")
    await expect(ended).to_have_text("This link does not open anything any more")
    assert person.errors + watcher.errors == []
