"""Files and folders that are dragged from a person's desk onto the picture: shown to the page, carried and dropped."""

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


async def test_a_folder_is_carried_over_as_it_lies(seat: Seat, tmp_path: Path) -> None:
    line = await seat.drive()
    album = tmp_path / "album"
    (album / "größe" / "deep").mkdir(parents=True)
    (album / "nothing").mkdir()
    lies = {f"album/{number:03}.txt": str(number).encode() for number in range(120)}  # more than are told at a time
    lies |= {"album/größe/deep/b.txt": b"b", "album/größe/a.txt": b"", "album/nothing/": b""}
    for path, data in lies.items():
        if not path.endswith("/"):
            (tmp_path / path).write_bytes(data)
    dragged = await desk(seat, on_disk(tmp_path, "z.txt", b"z"), album)
    await dragged.drag("dragEnter", "dragOver", x=300, y=200)
    assert (await line.next("dragfiles"))["kinds"] == ["text/plain", ""]
    await dragged.drag("drop", x=300, y=200)
    came = {(await line.next("file", nth))["path"]: await take(line, nth) for nth in range(len(lies) + 1)}
    assert came == lies | {"z.txt": b"z"}
    assert next(iter(came)) == "z.txt"
    assert (await line.next("dropfiles"))["batch"] == (await line.next("file"))["batch"]
    await expect(seat.part("dropping")).to_be_hidden()


async def test_a_folder_that_holds_too_much_is_told_before_anything_is_sent(seat: Seat, tmp_path: Path) -> None:
    line = await seat.drive()
    many, large, deep = (tmp_path / name for name in ("many", "large", "deep"))
    inner = deep.joinpath(*["x" * 200] * 5)
    nested = tmp_path.joinpath("nested", *["x"] * 30)
    for folder in (many, large, inner, nested):
        folder.mkdir(parents=True)
    for number in range(2_001):
        (many / f"{number}.txt").touch()
    for name in ("a.bin", "b.bin"):
        with (large / name).open("wb") as sparse:
            sparse.truncate(110 * 1024 * 1024)
    (inner / "in.txt").touch()
    (nested / "in.txt").touch()
    for folder, sentence in [
        (many, "There are more than 2,000 files in it. Drop a smaller folder, or some of its files."),
        (large, "These files have 220 MB together. At most 200 MB fit into a session."),
        (deep, "“in.txt” lies too deep in its folders. Take one of the inner folders instead."),
        (tmp_path / "nested", "“in.txt” lies too deep in its folders. Take one of the inner folders instead."),
    ]:
        dragged = await desk(seat, folder)
        await dragged.drag("dragEnter", "dragOver", "drop", x=300, y=200)
        await expect(seat.part("notice")).to_have_text(sentence)
        await expect(seat.part("dropping")).to_be_hidden()
    assert await no_drop(line)
    assert line.all("file") == []


async def test_what_is_cancelled_or_refused_is_not_dropped(seat: Seat, tmp_path: Path) -> None:
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
