"""The worker's engine comes back to a page that would not let Playwright attach."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest
from playwright.async_api import TimeoutError as PlaywrightTimeout

from bots.browser import processes
from bots.engine import DriverDied, Engine
from bots.script import Stage
from tests.bots.browser.conftest import Attach, Server, Site
from tests.bots.browser.viewer import Viewer


async def test_it_attaches_where_a_page_waits_for_its_first_byte(
    attach: Attach, server: Server, site: Site, worker: Engine
) -> None:
    first = await attach()
    page = first.contexts[0].pages[0]
    await page.goto(site.url())
    with site.silence("/never"):
        with pytest.raises(PlaywrightTimeout):
            await page.goto(site.url("/never"), timeout=500)
        await first.close()
        async with worker.attached(server.address, server.token, server.epoch(2)) as browser:
            assert [tab.url for tab in browser.contexts[0].pages] == [site.url()]


async def test_it_attaches_where_a_dialog_stands_open(
    attach: Attach, server: Server, site: Site, worker: Engine
) -> None:
    first = await attach()
    page = first.contexts[0].pages[0]
    await page.goto(site.url())
    shown = asyncio.get_running_loop().create_future()
    page.on("dialog", lambda dialog: shown.set_result(dialog.message))
    await page.evaluate("setTimeout(() => { document.title = String(confirm('Sure?')) })")
    assert await shown == "Sure?"
    await first.close()
    await server.call("runner", epoch=2)
    async with worker.attached(server.address, server.token, server.epoch(2)) as browser:
        assert await browser.contexts[0].pages[0].title() == "false"


async def test_a_tab_that_the_bot_brings_to_the_front_is_the_one_that_people_see(
    attach: Attach, server: Server, site: Site
) -> None:
    first = (await attach()).contexts[0].pages[0]
    await first.goto(site.url())
    await first.evaluate("open('/next?b', 'b', 'width=300,height=200')")
    async with Viewer(server) as person:
        await person.tab(url=site.url("/next?b"), active=True)
        await first.bring_to_front()
        await person.tab(url=site.url(), active=True)
        assert (await server.call("status"))["url"] == site.url()


async def test_it_goes_on_in_the_tab_that_a_person_has_chosen(
    attach: Attach, server: Server, site: Site, worker: Engine
) -> None:
    first = await attach()
    page = first.contexts[0].pages[0]
    await page.goto(site.url())
    await page.evaluate("for (const one of ['a', 'b', 'c']) open('/next?' + one, one, 'width=300,height=200')")
    for opened in first.contexts[0].pages:
        await opened.wait_for_load_state()
    await server.until(tabs=4)
    await first.close()
    async with Viewer(server) as person:
        for epoch, url in enumerate([site.url("/next?b"), site.url()], 1):
            await server.call("grant", epoch=epoch, viewer=person.id, name="Ann")
            await person.act(epoch, "tab", id=(await person.tab(url=url))["id"])
            status = await server.until(url=url)
            await server.call("revoke", epoch=epoch)
            async with worker.attached(server.address, server.token, server.epoch(2)) as browser:
                assert (await Stage.of(browser, front=status["tab"])).page.url == url


@pytest.mark.fault
async def test_f18_a_driver_that_dies_takes_no_browser_along_and_is_started_again(server: Server, site: Site) -> None:
    before = processes.children(os.getpid())
    worker = Engine()
    await worker.warm_up()
    (driver,) = processes.children(os.getpid()) - before

    async def step() -> None:
        async with worker.attached(server.address, server.token, server.epoch(2)) as browser:
            page = browser.contexts[0].pages[0]
            await page.goto(site.url("/"))
            os.kill(driver, signal.SIGKILL)
            await page.wait_for_selector("#never")

    with pytest.raises(DriverDied):
        await step()
    async with worker.attached(server.address, server.token, server.epoch(3)) as browser:
        assert browser.contexts[0].pages[0].url == site.url("/")
    await (await worker.driver()).stop()
