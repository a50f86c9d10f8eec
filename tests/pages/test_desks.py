"""Tests share a person's browser, one after the other: who leaves it leaves nothing that the next one could meet."""

import pytest
from playwright.async_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.person import DESKTOP, Desks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio(loop_scope="session")]

LEAVES = """() => {
  localStorage.setItem("left", "here");
  sessionStorage.setItem("left", "here");
  document.cookie = "left=here";
  return new Promise((done) => (indexedDB.open("left").onsuccess = done)).then(() => 0);
}"""
FINDS = """async () => [
  localStorage.left, sessionStorage.left, document.cookie.includes("left"), (await indexedDB.databases()).length,
]"""


async def fetched(page: Page, address: str) -> list[str]:
    """The style sheets and modules that came from the server, not from what the browser had kept."""
    await page.goto(address)
    asked = "performance.getEntriesByType('resource').filter((entry) => entry.transferSize).map(({name}) => name)"
    return [name for name in await page.evaluate(asked) if name.endswith((".css", ".js"))]


async def test_the_next_one_finds_nothing_but_what_pages_are_made_of(desks: Desks, live_server: LiveServer) -> None:
    addresses = [f"http://{host}:{live_server.thread.port}/accounts/login/" for host in ("localhost", "127.0.0.1")]
    context = await desks.take("http://nowhere.example", DESKTOP)
    page = await context.new_page()
    for address in addresses:
        assert await fetched(page, address)
        await page.evaluate(LEAVES)
        assert await page.evaluate(FINDS) == ["here", "here", True, 1]
    await desks.give_back(context)
    assert await desks.take("http://nowhere.example", DESKTOP) is context
    assert await context.cookies() == []
    page = await context.new_page()
    for address in addresses:
        assert await fetched(page, address) == []
        assert await page.evaluate(FINDS) == [None, None, False, 0]
    await desks.give_back(context)
