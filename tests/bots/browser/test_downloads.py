"""What is downloaded in a session: whose it is, how its bytes come out, and what a hostile site can make of it."""

from __future__ import annotations

import asyncio
import base64
import os
from pathlib import Path
from typing import Any

import pytest

from bots.browser import client, policy
from bots.browser.cdp import Cdp
from bots.browser.downloads import MOST, Downloads, Limits
from bots.browser.mux import Mux
from bots.live.control import Refused
from tests.bots.browser.conftest import Attach, Server, Site, StartServer
from tests.full_disk import full_disk
from tests.waiting import soon

LINK = "<a href=/report download='../../x/<b>r\u202eeport.csv'>Report</a>"
BY_ITSELF = "<script>fetch('/go').then(() => document.querySelector('a').click())</script>"


async def first(server: Server, *states: str) -> dict[str, Any]:
    """The first download as soon as it is in one of these states."""

    async def found() -> dict[str, Any] | None:
        downloads = (await server.call("status"))["downloads"]
        return dict(downloads[0]) if downloads and downloads[0]["state"] in states else None

    return dict(await soon(found))


async def content(server: Server, guid: str) -> bytes:
    parts = []
    while data := (await server.call("file", download=guid, offset=sum(map(len, parts))))["data"]:
        parts.append(base64.b64decode(data))
    return b"".join(parts)


def left(server: Server) -> list[str]:
    return os.listdir(server.folder / "downloads")


async def test_a_bots_download_can_be_read_until_somebody_has_kept_it(
    attach: Attach, site: Site, server: Server
) -> None:
    site.files["/report"] = os.urandom(2_500_000)
    site.pages["/"] += LINK
    page = (await attach()).contexts[0].pages[0]
    await page.goto(site.url())
    telling = asyncio.ensure_future(server.event("download"))
    await page.click("text=Report")
    guid = (await telling)["guid"]
    download = await first(server, "done")
    assert (download["guid"], download["name"], download["by"], download["epoch"]) == (guid, "report.bin", "", 0)
    assert download["size"] == 2_500_000
    assert await content(server, guid) == site.files["/report"]
    await server.call("kept", download=guid)
    assert (await first(server, "kept"))["guid"] == guid
    assert left(server) == []
    with pytest.raises(client.ServerError, match="not there"):
        await server.call("file", download=guid, offset=0)


async def test_a_persons_download_bears_their_name_and_no_path_of_the_sites(
    attach: Attach, site: Site, server: Server
) -> None:
    site.pages |= {"/": LINK + BY_ITSELF, "/report": "1,2", "/go": "now"}
    page = (await attach()).contexts[0].pages[0]
    with site.silence("/go"):
        await page.goto(site.url())
        await site.until_asked("GET /go")
        await server.call("grant", epoch=4, viewer="v", name="Dana")
    download = await first(server, "done")
    assert (download["by"], download["epoch"]) == ("Dana", 4)
    assert not set(download["name"]) & set("/\\<>\u202e")
    assert await content(server, download["guid"]) == b"1,2"


async def test_t20_a_download_is_stopped_at_the_limit(
    start: StartServer, site: Site, driver: Any, tmp_path: Path
) -> None:
    server = await start(file_limit=1_000_000)
    site.files["/report"] = b"x" * 1_000_001
    browser = await driver.chromium.connect_over_cdp(
        client.cdp_url(server.address), headers=server.headers(), artifacts_dir=tmp_path
    )
    page = browser.contexts[0].pages[0]
    site.pages["/"] += LINK
    await page.goto(site.url())
    await page.click("text=Report")
    assert (await first(server, "stopped"))["why"] == "It is larger than 1 MB, which is the most that is kept."
    assert [name for name in left(server) if not name.endswith(".crdownload")] == []


async def test_t4_what_lies_in_the_folder_of_chromium_is_not_followed(
    attach: Attach, site: Site, server: Server, tmp_path: Path
) -> None:
    """Chromium's user owns the folder; a browser that was taken over could put anything there."""
    canary = tmp_path / "canary"
    canary.write_text("CANARY")
    site.files["/report"] = b"1,2"
    site.pages["/"] += LINK
    page = (await attach()).contexts[0].pages[0]
    await page.goto(site.url())
    await page.click("text=Report")
    download = await first(server, "done")
    file = server.folder / "downloads" / download["guid"]
    for trick in (os.symlink, os.link, lambda _, path: os.mkfifo(path)):
        file.unlink()
        trick(canary, file)
        with pytest.raises(client.ServerError, match=r"no download|could not be read"):
            await server.call("file", download=download["guid"], offset=0)


def test_t4_what_is_made_here_is_written_over_nothing(tmp_path: Path) -> None:
    """This process may be root's: a link in Chromium's folder would lead it anywhere."""
    canary, folder = tmp_path / "canary", tmp_path / "downloads"
    canary.write_text("CANARY")
    folder.mkdir()
    cdp = Cdp(Mux(lambda text: None, policy.Known(folder, folder)))
    downloads = Downloads(cdp, folder, Limits(1000, 1000), lambda: None)
    (folder / "made-1").symlink_to(canary)
    with pytest.raises(Refused):
        downloads.add("page.pdf", b"%PDF")
    assert (canary.read_text(), downloads.facts()) == ("CANARY", [])


@pytest.mark.security
def test_t11_what_is_made_here_has_the_bound_that_downloads_have(tmp_path: Path) -> None:
    cdp = Cdp(Mux(lambda text: None, policy.Known(tmp_path, tmp_path)))
    downloads = Downloads(cdp, tmp_path, Limits(1000, 1_000_000), lambda: None)
    for _ in range(MOST):
        downloads.add("page.pdf", b"%PDF")
    with pytest.raises(Refused, match=f"{MOST} files"):
        downloads.add("page.pdf", b"%PDF")
    assert len(list(tmp_path.iterdir())) == MOST


def test_f19_what_is_made_here_and_finds_no_room_leaves_nothing(tmp_path: Path) -> None:
    cdp = Cdp(Mux(lambda text: None, policy.Known(tmp_path, tmp_path)))
    downloads = Downloads(cdp, tmp_path, Limits(1000, 1000), lambda: None)
    with full_disk(), pytest.raises(Refused, match="could not be stored"):
        downloads.add("page.pdf", b"%PDF")
    assert list(tmp_path.iterdir()) == []
    assert downloads.add("page.pdf", b"%PDF").state == "done"


async def test_a_download_that_nobody_began_has_its_own_sentence(tmp_path: Path) -> None:
    cdp = Cdp(Mux(lambda text: None, policy.Known(tmp_path, tmp_path)))
    downloads = Downloads(cdp, tmp_path, Limits(1000, 1000), lambda: None)
    with pytest.raises(Refused, match="no such download"):
        await downloads.read("unknown", 0)
    for tell in (downloads.kept, lambda guid: downloads.discard(guid, "too large")):
        with pytest.raises(Refused, match="no such download"):
            tell("unknown")
