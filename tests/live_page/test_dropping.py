"""Files that are dragged from the person's desk onto the picture: shown to the page, carried over, dropped there."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import CDPSession, expect

from .browser_side import Line
from .conftest import Seat
from .test_files import take

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Desk:
    """What lies on it is dragged into the person's browser, as by their own hand."""

    def __init__(self, seat: Seat, cdp: CDPSession, files: list[Path]) -> None:
        self.seat, self.cdp = seat, cdp
        self.data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}

    async def drag(self, *kinds: str, x: float, y: float) -> None:
        left, top = await self.seat.at(x, y)
        for kind in kinds:
            event: dict[str, Any] = {"type": kind, "x": left, "y": top, "data": self.data}
            await self.cdp.send("Input.dispatchDragEvent", event)


async def desk(seat: Seat, *files: Path) -> Desk:
    return Desk(seat, await seat.page.context.new_cdp_session(seat.page), list(files))


def on_disk(folder: Path, name: str, data: bytes) -> Path:
    (folder / name).write_bytes(data)
    return folder / name


async def no_drop(line: Line) -> bool:
    await line.say("ping", n=7)
    await line.next("pong")
    return not line.all("dropfiles")


async def test_files_are_shown_to_the_page_carried_over_and_dropped(seat: Seat, tmp_path: Path) -> None:
    line = await seat.drive()
    long = b"x" * 150_000
    dragged = await desk(seat, on_disk(tmp_path, "a.png", long), on_disk(tmp_path, "b.txt", b"b"))
    await dragged.drag("dragEnter", "dragOver", x=300, y=200)
    over = await line.next("dragfiles")
    assert (over["x"], over["y"]) == pytest.approx((300, 200), abs=2)
    assert over["kinds"] == ["image/png", "text/plain"]
    await dragged.drag("drop", x=300, y=200)
    await expect(seat.part("dropping")).to_contain_text("Sending 2 files to the page…")
    assert [await take(line, nth) for nth in range(2)] == [long, b"b"]
    dropped = await line.next("dropfiles")
    assert (dropped["x"], dropped["y"]) == pytest.approx((300, 200), abs=2)
    assert dropped["batch"] == (await line.next("file"))["batch"]
    await expect(seat.part("dropping")).to_be_hidden()
    assert await seat.axe() == []


async def test_what_is_cancelled_refused_or_a_folder_is_not_dropped(seat: Seat, tmp_path: Path) -> None:
    line = await seat.drive()
    film = await desk(seat, on_disk(tmp_path, "film.mov", b"x" * 300_000))
    await film.drag("dragEnter", "dragOver", "drop", x=300, y=200)
    await seat.part("dropping").get_by_role("button", name="Cancel").click()
    await expect(seat.part("notice")).to_have_text("Nothing was dropped.")
    assert (await line.next("dragaway"))["batch"] == (await line.next("file"))["batch"]
    await film.drag("dragEnter", "dragOver", "drop", x=300, y=200)
    told = await line.next("file", 1)
    await line.say("refused", s=told["s"], why="“film.mov” is too large.")
    await expect(seat.part("notice")).to_have_text("“film.mov” is too large.")
    await expect(seat.part("dropping")).to_be_hidden()
    folder = await desk(seat, tmp_path)
    await folder.drag("dragEnter", "dragOver", "drop", x=300, y=200)
    await expect(seat.part("notice")).to_contain_text("A folder cannot be dropped here.")
    assert await no_drop(line)


async def test_who_only_watches_drops_nothing_and_keeps_their_page(seat: Seat, tmp_path: Path) -> None:
    line = await seat.watch()
    address = seat.page.url
    file = await desk(seat, on_disk(tmp_path, "a.html", b"<h1>a file</h1>"))
    await file.drag("dragEnter", "dragOver", "drop", x=300, y=200)
    await expect(seat.part("notice")).to_contain_text("Take control first")
    assert await no_drop(line)
    assert line.all("dragfiles", "file") == []
    assert seat.page.url == address
