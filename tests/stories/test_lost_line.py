"""F12, F26: somebody drives, holds a key and a button, and their line is lost. When it is back, so are they: with a new
picture, in control if it is still theirs, and with nothing held in the page."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from playwright.async_api import Page, Playwright, expect

from alerts.models import Alert
from hitl import clock
from tests.conftest import facts
from tests.live_page.conftest import COLOUR
from tests.people import People
from tests.person import Person, new_context
from tests.relay import Relay
from tests.stack import Stack
from tests.stories.desk import Canvas, waits
from tests.stories.others import Site

pytestmark = [pytest.mark.story, pytest.mark.fault, pytest.mark.asyncio(loop_scope="session")]

HISTORY = "--disable-back-forward-cache"  # as Playwright starts Chromium, and as nobody else does


@pytest.fixture
def site(stack: Stack) -> Iterator[Site]:
    site = Site(stack.others_port, "held.html")
    yield site
    site.stop()


class Desk:
    """Bob's, at the end of a line that can be lost; he drives a page that tells what it hears."""

    def __init__(self, page: Page, relay: Relay, site: Site, alert: Alert) -> None:
        self.page, self.relay, self.site, self.alert = page, relay, site, alert
        self.canvas = Canvas(page)
        self.cover = page.locator('[data-part="cover-title"]')

    async def shows(self, colour: str) -> None:
        await self.page.wait_for_function(f"() => ({COLOUR})([600, 400]) === '{colour}'")

    async def hold(self) -> None:
        """A key and a button."""
        await self.canvas.go(300, 300)
        await self.page.mouse.down()
        await self.site.hears("mousedown", 0)
        await self.page.keyboard.down("a")
        await self.site.hears("keydown", "a")
        await self.shows("red")

    async def keep_control(self) -> None:
        """However long this machine takes."""
        later = clock.now() + timedelta(minutes=10)
        await facts(Alert.objects.filter(pk=self.alert.pk).update, control_until=later)

    async def is_back(self) -> None:
        """At the wheel, without a click, with a picture of what has happened meanwhile."""
        await expect(self.cover).to_be_hidden()
        await self.site.hears("keyup", "a")
        await self.site.hears("mouseup", 0)
        await self.shows("green")
        await expect(self.page.get_by_role("button", name="Release control")).to_be_visible()
        await self.page.keyboard.up("a")
        await self.page.mouse.up()
        await self.page.keyboard.press("b")
        await self.site.hears("keyup", "b")
        assert self.site.all("keydown") == ["a", "b"]
        assert self.site.all("mousedown") == self.site.all("mouseup") == [0]

    async def falls_silent(self) -> None:
        """For longer than anybody waits for a word; without the test's waiting for it."""
        await self.page.evaluate("() => { const now = Date.now; Date.now = () => now() + 20_000; }")
        await expect(self.cover).to_have_text("Reconnecting…")


@asynccontextmanager
async def at_the_wheel(
    driver: Playwright, chromium: str, stack: Stack, people: People, site: Site
) -> AsyncIterator[Desk]:
    steps = [{"type": "navigate", "url": site.url}, {"type": "requestHuman", "title": "Try it"}]
    _, alert = await waits(people, "Held", json.dumps({"title": "Held", "steps": steps}))
    async with Relay(stack.port) as relay:
        by_the_line = f"--host-resolver-rules=MAP 127.0.0.1:{stack.port} 127.0.0.1:{relay.port}"
        browser = await driver.chromium.launch(
            executable_path=chromium, args=[by_the_line], ignore_default_args=[HISTORY]
        )
        try:
            context = await new_context(browser, stack.base_url, {"viewport": {"width": 1280, "height": 800}})
            bob = await Person.with_a(context, stack.base_url)
            await bob.is_signed_in_as(people.bob)
            await Canvas.at_the_wheel(bob.page, alert)
            await site.hears("ready")
            yield Desk(bob.page, relay, site, alert)
            assert bob.errors == []
        finally:
            await browser.close()


@pytest.fixture
async def desk(driver: Playwright, chromium: str, stack: Stack, people: People, site: Site) -> AsyncIterator[Desk]:
    async with at_the_wheel(driver, chromium, stack, people, site) as desk:
        yield desk


async def test_f12_whoever_drives_is_back_when_a_line_that_fell_returns(desk: Desk) -> None:
    await desk.hold()
    desk.relay.falls()
    await expect(desk.cover).to_have_text("Reconnecting…")
    await desk.keep_control()
    desk.relay.lives()
    await desk.is_back()


async def test_f26_whoever_drives_is_back_when_a_line_that_was_silent_carries_new_connections(desk: Desk) -> None:
    """What was begun meanwhile never comes to anything: a browser alone would wait for minutes."""
    await desk.hold()
    desk.relay.dies_for_good()
    async with desk.page.expect_websocket():
        await desk.falls_silent()
    await desk.keep_control()
    desk.relay.lives()
    await desk.is_back()


async def test_f26_a_line_that_was_silent_for_a_moment_goes_on(desk: Desk) -> None:
    await desk.hold()
    desk.relay.dies()
    await desk.page.keyboard.up("a")
    await desk.page.mouse.up()
    desk.relay.lives()
    await desk.is_back()


async def test_who_comes_back_by_the_browsers_history_sees_a_live_page(desk: Desk) -> None:
    """No browser keeps this page, for what it shows is nobody else's; it is loaded anew."""
    await desk.hold()
    await desk.page.goto(desk.site.url.replace("held", "widgets"))
    await desk.site.hears("mouseup", 0)
    await desk.page.evaluate("history.back()")
    await desk.page.get_by_role("button", name="Take control").click()
    await expect(desk.page.get_by_role("button", name="Release control")).to_be_visible()
    await desk.shows("green")
    await desk.page.keyboard.press("b")
    await desk.site.hears("keyup", "b")
