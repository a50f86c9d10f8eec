"""The page of the remote browser asks for files: they are chosen with the person's own picker and carried over."""

import pytest
from playwright.async_api import expect

from .browser_side import Line
from .conftest import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def choose(seat: Seat, button: str, *names_and_data: tuple[str, bytes]) -> None:
    async with seat.page.expect_file_chooser() as opened:
        await seat.page.get_by_role("button", name=button).click()
    files = [{"name": name, "mimeType": "text/plain", "buffer": data} for name, data in names_and_data]
    await (await opened.value).set_files(files)  # type: ignore[arg-type]


async def take(line: Line, nth: int) -> bytes:
    """The nth file as the browser server takes it: a piece, an answer."""
    told = await line.next("file", nth)
    data = b""
    while len(data) < told["size"]:
        piece = await line.piece(told["number"], len(data))
        data += piece
        await line.say("taken", number=told["number"], bytes=len(data))
    return data


async def test_files_go_over_piece_by_piece_and_are_chosen(seat: Seat) -> None:
    line = await seat.drive()
    await line.say("chooser", kind="files", accept=".txt", capture="", n=1)
    dialog = seat.page.get_by_role("dialog", name="The page asks for files")
    await expect(dialog).to_contain_text("It takes: .txt")
    field = seat.part("chooser-input")
    assert await field.evaluate("field => [field.accept, field.multiple]") == [".txt", True]
    long = b"x" * 700_000
    await choose(seat, "Choose files", ("long.txt", long), ("empty.txt", b""), ("b.txt", b"b"))
    told = await line.next("file")
    await line.until(lambda: len(line.pieces) == 4)  # no more are on the way before the first has arrived
    await expect(dialog.get_by_role("progressbar", name="Sent")).to_be_visible()
    assert [await take(line, nth) for nth in range(3)] == [long, b"", b"b"]
    sent = await line.next("choose")
    assert (sent["n"], sent["batch"]) == (1, told["batch"])
    await line.say("chooser", kind=None, accept="", capture="", n=0)
    await expect(dialog).to_be_hidden()


async def test_what_a_page_takes_is_said_in_words(seat: Seat) -> None:
    line = await seat.drive()
    await line.say("chooser", kind="file", accept="image/*, .txt", capture="", n=1)
    await expect(seat.page.get_by_role("dialog")).to_contain_text("It takes: pictures, .txt")
    assert await seat.part("chooser-input").get_attribute("accept") == "image/*, .txt"


async def test_a_refused_file_is_said_and_another_can_be_chosen(seat: Seat) -> None:
    line = await seat.drive()
    await line.say("chooser", kind="file", accept="", capture="user", n=1)
    await expect(seat.part("chooser-input")).to_have_attribute("capture", "user")
    await choose(seat, "Choose a file", ("film.mov", b"x" * 300_000))
    told = await line.next("file")
    await line.say("refused", s=told["s"], why="“film.mov” is too large.")
    await line.say("refused", s=told["s"], why="“film.mov” is too large.")  # as each piece on the way is
    await expect(seat.part("chooser-trouble")).to_have_text("“film.mov” is too large.")
    await choose(seat, "Choose a file", ("small.txt", b"small"))
    assert await take(line, 1) == b"small"
    assert (await line.next("choose"))["batch"] > told["batch"]
    assert await seat.part("notice").text_content() == ""


async def test_cancel_and_escape_tell_the_page(seat: Seat) -> None:
    line = await seat.drive()
    for nth, leave in enumerate((seat.page.get_by_role("button", name="Cancel").click, seat.escape)):
        await line.say("chooser", kind="folder", accept="", capture="", n=nth + 1)
        await expect(seat.page.get_by_role("dialog", name="The page asks for a folder")).to_be_visible()
        assert await seat.part("chooser-input").evaluate("field => field.webkitdirectory")
        await leave()
        sent = await line.next("choose", nth)
        assert (sent["n"], "batch" in sent) == (nth + 1, False)
        await expect(seat.part("chooser")).to_be_hidden()


async def test_who_only_watches_is_not_asked(seat: Seat) -> None:
    line = await seat.watch()
    await line.say("chooser", kind="file", accept="", capture="", n=1)
    await expect(seat.part("chooser")).to_be_hidden()
    await line.grant()
    await expect(seat.part("chooser")).to_be_visible()
    assert await seat.axe() == []


@pytest.mark.security
async def test_t15_what_is_on_its_way_for_one_question_is_not_sent_to_the_next(seat: Seat) -> None:
    line = await seat.drive()
    await line.say("chooser", kind="file", accept="", capture="", n=1)
    await choose(seat, "Choose a file", ("secret.txt", b"secret"))
    told = await line.next("file")
    await line.until(lambda: line.pieces)
    await line.say("chooser", kind="file", accept="", capture="", n=2)
    await line.say("taken", number=told["number"], bytes=told["size"])
    await expect(seat.part("chooser-progress")).to_be_hidden()
    await choose(seat, "Choose a file", ("other.txt", b"other"))
    await take(line, 1)
    assert (await line.next("choose"))["n"] == 2
    assert len(line.all("choose")) == 1
