"""Playwright on the server's CDP: everything that a bot does, by one client and by two."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Error

from bots.browser import client
from tests.bots.browser.cdp_line import CdpLine
from tests.bots.browser.conftest import Attach, Server, Site


async def test_it_drives_a_page(attach: Attach, site: Site) -> None:
    page = (await attach()).contexts[0].pages[0]
    site.pages["/"] += "<button onclick=\"document.title = 'clicked'\">Press</button>"
    await page.goto(site.url())
    await page.fill("#name", "Ann")
    await page.click("text=Press")
    assert await page.title() == "clicked"
    assert await page.input_value("#name") == "Ann"
    assert (await page.screenshot()).startswith(b"\x89PNG")


async def test_it_keeps_the_page_for_the_next_client(attach: Attach, site: Site) -> None:
    first = await attach()
    page = first.contexts[0].pages[0]
    await page.goto(site.url())
    await page.fill("#name", "half done")
    await first.close()
    again = (await attach(epoch=2)).contexts[0].pages[0]
    assert again.url == site.url()
    assert await again.input_value("#name") == "half done"


async def test_it_serves_two_clients_at_once(attach: Attach, site: Site) -> None:
    runner = (await attach("runner")).contexts[0].pages[0]
    script = (await attach("script")).contexts[0].pages[0]
    await asyncio.gather(runner.goto(site.url()), script.wait_for_url(site.url()))
    await script.fill("#name", "from the script")
    assert await runner.input_value("#name") == "from the script"


async def test_it_shows_popups_to_the_client_and_in_front(attach: Attach, site: Site, server: Server) -> None:
    page = (await attach()).contexts[0].pages[0]
    site.pages["/"] += "<button onclick=\"open('/next', 'w', 'width=300,height=200')\">Open</button>"
    await page.goto(site.url())
    async with page.expect_popup() as popup:
        await page.click("text=Open")
    opened = await popup.value
    await opened.wait_for_url(site.url("/next"), wait_until="commit")
    await server.until(tabs=2, url=site.url("/next"))
    await opened.close()
    await server.until(tabs=1, url=site.url())


async def test_it_opens_an_empty_tab_in_place_of_the_last(attach: Attach, server: Server) -> None:
    context = (await attach()).contexts[0]
    async with context.expect_page() as new:
        await context.pages[0].close()
    assert (await new.value).url == "about:blank"
    await server.until(tabs=1)


async def test_it_gives_raw_sessions_on_page_and_browser(attach: Attach, site: Site) -> None:
    browser = await attach()
    page = browser.contexts[0].pages[0]
    await page.goto(site.url())
    raw = await page.context.new_cdp_session(page)
    answer = await raw.send("Runtime.evaluate", {"expression": "document.title"})
    assert answer["result"]["value"] == "Shop"
    root = await browser.new_browser_cdp_session()
    assert (await root.send("Browser.getVersion"))["product"].startswith("Chrome/")


async def test_it_puts_downloads_into_the_sessions_folder(attach: Attach, site: Site, server: Server) -> None:
    site.files["/report"] = b"42" * 1000
    site.pages["/"] += "<a href=/report>Report</a>"
    page = (await attach()).contexts[0].pages[0]
    await (await attach("script")).close()  # with a client its settings go, and no one else's
    await page.goto(site.url())
    async with page.expect_download() as download:
        await page.click("text=Report")
    path = await (await download.value).path()
    assert path.parent == server.folder / "downloads"
    assert await asyncio.to_thread(path.read_bytes) == site.files["/report"]


async def test_it_lets_a_client_have_a_context_of_its_own(attach: Attach, site: Site) -> None:
    browser = await attach()
    shared = browser.contexts[0].pages[0]
    await shared.goto(site.url())
    await shared.evaluate("document.cookie = 'whose=shared'")
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(site.url())
    assert await page.evaluate("document.cookie") == ""
    await context.close()
    assert await shared.evaluate("document.cookie") == "whose=shared"


async def test_it_passes_large_answers(attach: Attach) -> None:
    page = (await attach()).contexts[0].pages[0]
    assert len(await page.evaluate("'x'.repeat(20_000_000)")) == 20_000_000


async def test_it_detaches_a_client_that_closes_the_browser(server: Server) -> None:
    async with CdpLine(server.address, server.headers()) as line:
        assert (await line.call("Browser.close"))["result"] == {}
        assert await line.closed() == 1000
    assert (await server.call("status"))["alive"]


async def test_n4_an_older_runner_is_refused_and_closed(attach: Attach, server: Server) -> None:
    async with CdpLine(server.address, server.headers(epoch=3)) as old:
        await old.call("Browser.getVersion")
        async with CdpLine(server.address, server.headers(epoch=4)) as new:
            assert await old.closed() == 4409
            assert "result" in await new.call("Browser.getVersion")
            with pytest.raises(Error, match="409"):
                await attach(epoch=3)
            assert "result" in await new.call("Browser.getVersion")


async def test_n4_a_lease_alone_closes_older_runners_and_no_script(server: Server) -> None:
    runner, script = (CdpLine(server.address, server.headers(role)) for role in ("runner", "script"))
    async with runner, script:
        await server.call("runner", epoch=2)
        assert await runner.closed() == 4409
        assert "result" in await script.call("Browser.getVersion")
    with pytest.raises(client.ServerError, match="newer runner"):
        await server.call("runner", epoch=1)
