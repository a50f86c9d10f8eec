"""The server that stands for many tests is to each of them as new, and where it cannot be made so, it is replaced."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest
from playwright.async_api import Page

from bots.browser import processes
from tests.bots.browser.conftest import Attach, Server, Site
from tests.bots.browser.standing import EPOCHS, Standing, clear_away, files, is_as_new
from tests.bots.browser.viewer import Viewer
from tests.waiting import soon

LEAVE = """async () => {
    document.cookie = "left=1; max-age=1000";
    localStorage.left = sessionStorage.left = 1;
    await new Promise(done => indexedDB.open("left").onsuccess = done);
    await (await caches.open("left")).put("/left", new Response("x"));
}"""
LEFT = """async () => [
    document.cookie, localStorage.length, sessionStorage.length,
    (await indexedDB.databases()).length, (await caches.keys()).length, history.length,
]"""


async def page_of(attach: Attach, url: str, epoch: int = 1) -> Page:
    page = (await attach(epoch=epoch)).contexts[0].pages[0]
    await page.goto(url)
    return page


async def leave_everything(server: Server, attach: Attach, site: Site) -> None:
    """Tabs, windows, sites' data, a download, a file, a condition, a dialog, and a person in control."""
    site.files["/report"] = b"1,2"
    site.pages["/"] += "<a href=/report>Report</a>"
    page = await page_of(attach, site.url())
    await page.evaluate(LEAVE)
    await page.click("text=Report")
    await page.evaluate("open('/next', '', 'width=300,height=200'); open('/next')")
    await server.until(tabs=3)
    await server.event("download")
    (server.folder / "uploads" / "left.txt").write_text("x")
    await server.call("watch", name="alt_1", condition={"url": "/never"})
    await page.evaluate("setTimeout(() => alert('left'))")
    async with Viewer(server) as person:
        await server.call("grant", epoch=3, viewer=person.id, name="Ann")
        await person.type(3, "x")
        await server.event("input")


async def test_it_is_as_new_whatever_was_left_in_it(server: Server, attach: Attach, site: Site) -> None:
    first = (await server.call("status"))["tab"]
    await leave_everything(server, attach, site)
    await clear_away(server, site.target)
    assert await is_as_new(server)
    assert files(server) == []
    server.since += EPOCHS
    status = await server.call("status")
    assert status["tab"] != first
    assert (status["input_epoch"], status["downloads"]) == (None, [])
    page = await page_of(attach, site.url())
    assert await page.evaluate(LEFT) == ["", 0, 0, 0, 0, 2]  # the empty page, and this one
    await server.call("grant", epoch=1, viewer="ann", name="Ann")
    await server.event("control", control={"epoch": 1, "viewer": "ann", "name": "Ann"})


@pytest.fixture
async def another(port: int) -> Any:
    standing = Standing(f"127.0.0.1:{port}")
    yield standing
    await standing.end()


async def test_one_that_cannot_be_made_as_new_is_ended(another: Standing) -> None:
    spoilt = await another.take()
    spoilt.is_spoilt = True
    await another.give_back(spoilt)
    assert not spoilt.folder.exists()
    died = await another.take()
    assert died.pid != spoilt.pid
    await another.give_back(died)
    again = await another.take()
    assert (again.pid, again.epoch(1)) == (died.pid, EPOCHS + 1)
    os.kill(again.pid, signal.SIGKILL)
    await again.close()
    await soon(lambda: all(process.pid != again.pid for process in processes.alive()))
    last = await another.take()
    assert last.pid != again.pid
    assert not again.folder.exists()
    await another.give_back(last)
