"""Pages that never let go and pages that open windows without end: people and bots still get at them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page

from bots.browser import tabs
from bots.engine import Engine
from tests.bots.browser.conftest import Attach, Server, Site
from tests.bots.browser.viewer import Viewer

pytestmark = pytest.mark.fault

# The request says that the page is at it: its answer is waited for without anything else being done.
LOOP = """setTimeout(() => {
    const request = new XMLHttpRequest();
    request.open("GET", "/busy", false);
    request.send();
    for (;;);
})"""
FLOOD = """<body onclick="for (let i = 0; i < 50; i++) window.open('/next?' + i); fetch('/opened')"><h1>Click me</h1>"""


@pytest.fixture
async def person(server: Server) -> AsyncIterator[Viewer]:
    """In control, under epoch 1."""
    async with Viewer(server) as viewer:
        await server.call("grant", epoch=1, viewer=viewer.id, name="Ann")
        yield viewer


async def page_of(attach: Attach, site: Site) -> Page:
    page = (await attach("script")).contexts[0].pages[0]
    await page.goto(site.url())
    return page


async def loops(page: Page, site: Site) -> None:
    await page.evaluate(LOOP)
    await site.until_asked("GET /busy")


async def test_a_bot_comes_back_to_a_page_whose_script_does_not_end(
    attach: Attach, server: Server, site: Site, worker: Engine
) -> None:
    await loops(await page_of(attach, site), site)
    async with worker.attached(server.address, server.token, server.epoch(2)) as browser:
        page = browser.contexts[0].pages[0]
        assert await page.title() == "Shop"
        assert await page.evaluate("1 + 1") == 2


async def test_a_person_reloads_and_closes_a_page_whose_script_does_not_end(
    attach: Attach, server: Server, site: Site
) -> None:
    await loops(await page_of(attach, site), site)
    async with Viewer(server) as person:
        await server.call("grant", epoch=1, viewer=person.id, name="Ann")
        assert (await server.call("status"))["url"] == site.url()
        site.pages["/"] = "<title>Well again</title>" + site.pages["/"]
        await person.act(1, "go", to="reload")
        await server.until(title="Well again")
        site.pages["/"] = f"<title>Ill</title><script>{LOOP}</script>"
        site.asked.clear()
        await person.act(1, "go", to="reload")
        await site.until_asked("GET /busy")
        await person.close_front_tab(1)
        await server.until(url="about:blank", tabs=1)


async def test_a_flood_of_windows_ends_at_a_sentence(
    attach: Attach, server: Server, site: Site, person: Viewer
) -> None:
    site.pages["/"] = FLOOD
    await server.call("revoke", epoch=1)
    await page_of(attach, site)
    await server.call("grant", epoch=2, viewer=person.id, name="Ann")
    await person.press(2, 300, 300)
    assert "more windows than fit" in (await person.hear("refused"))["why"]
    await site.until_asked("GET /opened")
    await server.until(tabs=tabs.MOST)
    for left in range(tabs.MOST - 1, tabs.MOST - 4, -1):
        await person.close_front_tab(2, of=left + 1)
        await server.until(tabs=left)


SAYS_MUCH = """() => {
    for (let n = 0; n < 5; n++) console.log("x".repeat(100_000) + n);
    return new Promise(done => setTimeout(() => { setTimeout(done); throw new Error("y".repeat(100_000)); }));
}"""


@pytest.mark.security
async def test_t11_what_a_page_says_to_nobody_is_not_kept_by_the_driver_of_all(attach: Attach, site: Site) -> None:
    """It keeps the last 200 messages of each page: whoever logs long texts would end the steps of all other bots."""
    pages = [(await attach(role)).contexts[0].pages[0] for role in ("runner", "script")]
    await pages[0].goto(site.url())
    await pages[0].evaluate(SAYS_MUCH)
    kept, scripts = [(len(await page.console_messages()), len(await page.page_errors())) for page in pages]
    assert kept == (0, 0)
    assert scripts >= (5, 1)  # who keeps it by themselves


DRAGGED = """<title>Drag</title>
<p draggable=true style="position: fixed; left: 0; top: 0; width: 200px; height: 200px">drag me</p>
<script>
ondragstart = event => {
    for (const kind of ["text/uri-list", "text/plain"]) event.dataTransfer.setData(kind, "file:///etc/hostname");
    fetch("/began");
};
ondragend = () => fetch("/ended");
</script>"""


async def test_t31_a_dragged_address_leads_to_no_file(
    attach: Attach, server: Server, site: Site, person: Viewer
) -> None:
    site.pages["/"] = DRAGGED
    await server.call("revoke", epoch=1)
    await page_of(attach, site)
    await server.call("grant", epoch=2, viewer=person.id, name="Ann")
    await person.act(2, "move", x=100, y=100)
    await person.act(2, "down", x=100, y=100, button=0, clicks=1, mods=0)
    for way in range(110, 160, 10):
        await person.act(2, "move", x=way, y=way)
    await site.until_asked("GET /began")
    await person.act(2, "move", x=500, y=400)
    await person.act(2, "up", x=500, y=400, button=0, clicks=1, mods=0)
    await site.until_asked("GET /ended")
    assert (await server.call("status"))["url"] == site.url()
