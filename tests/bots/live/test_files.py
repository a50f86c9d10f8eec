"""Files for pages: chosen by the person, streamed into the session's folder, put into the page's own field."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bots.live import drops
from bots.live.control import Refused
from bots.live.uploads import DEEPEST, MOST_BYTES, MOST_FILES, Uploads
from bots.live.wire import LONGEST_PATH
from tests.full_disk import full_disk

from .rig import Person, Rig

PAGE = """<style>input { position: absolute; left: 100px; width: 300px; height: 40px }</style>
<input id=one type=file accept='image/*,.pdf' capture=environment style='top:0'>
<input id=many type=file multiple style='top:50px'>
<input id=folder type=file webkitdirectory style='top:100px'>
<script>
window.heard = [];
for (const type of ["input", "change", "cancel"])
  addEventListener(type, ({ target }) => heard.push(`${type} ${target.id}`), true);
</script>"""
READ = """<script>
const read = async (field) => {
  const files = [...field.files];
  const texts = await Promise.all(files.map(async (file) => [file.webkitRelativePath || file.name, await file.text()]));
  window.found = JSON.stringify(Object.fromEntries(texts));
};
</script>"""
PAGE += READ


async def bring(person: Person, batch: int, files: dict[str, bytes]) -> None:
    """As the viewer's page does it."""
    for number, (path, data) in enumerate(files.items(), batch * 10):
        await person.do("file", batch=batch, number=number, path=path, size=len(data))
        for at in range(0, len(data), 60_000):
            await person.line.send(number.to_bytes(4) + data[at : at + 60_000])
        if data:
            await person.next("taken", number=number, bytes=len(data))


async def found(rig: Rig, field: str, files: dict[str, str]) -> None:
    await rig.until(f"{field}.files.length", len(files))
    await rig.ask(f"window.found = null; void read({field})")
    await rig.until("window.found !== null")
    assert json.loads(await rig.ask("found")) == files


async def test_a_page_gets_the_files_that_the_person_chooses(rig: Rig) -> None:
    await rig.open(PAGE)
    person = await rig.driver()
    await person.click(120, 20)
    asked = await person.next("chooser", kind="file")
    assert (asked["accept"], asked["capture"]) == ("image/*,.pdf", "environment")
    late = await rig.join("late", may="watch")
    await late.next("chooser", kind="file")
    long = "x" * 150_000
    await bring(person, 1, {"../../etc/pass:wd": long.encode()})
    await person.do("choose", n=asked["n"], batch=1)
    await person.next("chooser", kind=None)
    await found(rig, "one", {"pass_wd": long})
    assert await rig.ask("heard") == ["input one", "change one"]

    await person.click(120, 70)
    asked = await person.next("chooser", kind="files")
    await bring(person, 2, {"b.txt": b"1", "größe 日本 😀.txt": b"", "b.TXT": b"3"})
    await person.do("choose", n=asked["n"], batch=2)
    await found(rig, "many", {"b.txt": "1", "größe 日本 😀.txt": "", "b.TXT": "3"})

    await person.click(120, 120)
    asked = await person.next("chooser", kind="folder")
    await bring(person, 3, {"album/one.txt": b"1", "album/deep/two.txt": b"2"})
    await person.do("choose", n=asked["n"], batch=3)
    await found(rig, "folder", {"album/one.txt": "1", "album/deep/two.txt": "2"})


async def test_cancel_is_heard_by_the_page_and_leaves_what_was_chosen(rig: Rig) -> None:
    await rig.open(PAGE)
    person = await rig.driver()
    await person.click(120, 20)
    asked = await person.next("chooser", kind="file")
    await person.do("choose", n=asked["n"])
    await rig.until("heard.join()", "cancel one")
    refused = await person.do("choose", n=asked["n"], batch=9)
    assert (await person.next("refused", s=refused))["why"] == "The files have not arrived whole. Choose them again."
    await person.click(120, 20)
    await person.next("chooser", kind="file")
    await rig.ask("location = 'about:blank#elsewhere'")
    await person.next("chooser", kind=None)


SENDS = """<form onsubmit='window.sent = one.files.length; return false'>
<input id=one type=file style='position:absolute;left:100px;top:0;width:300px;height:40px'>
<button style='position:absolute;left:100px;top:100px;width:300px;height:40px'>Send</button></form>
<script>one.onchange = () => { for (const until = Date.now() + 500; Date.now() < until;); }</script>"""


async def test_what_is_pressed_once_the_question_is_closed_finds_the_files_in_the_field(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rig.open(SENDS)
    person = await rig.driver()
    await person.click(120, 20)
    asked = await person.next("chooser", kind="file")
    call, goes_on = rig.cdp.call, asyncio.Event()

    async def late(method: str, params: dict, session: str) -> Any:
        if method == "DOM.setFileInputFiles":
            await goes_on.wait()
        return await call(method, params, session)

    monkeypatch.setattr(rig.cdp, "call", late)
    await bring(person, 1, {"a.txt": b"1"})
    await person.do("choose", n=asked["n"], batch=1)
    await person.figures()
    assert person.all("chooser")[-1] == asked
    goes_on.set()
    await person.next("chooser", kind=None)
    await person.click(120, 120)
    await rig.until("window.sent", 1)


async def test_who_gives_up_a_page_that_does_not_take_the_file_is_asked_no_more(rig: Rig) -> None:
    await rig.open(SENDS + "<script>one.onchange = () => alert('Too large')</script>")
    person = await rig.driver()
    await person.click(120, 20)
    asked = await person.next("chooser", kind="file")
    await bring(person, 1, {"a.txt": b"1"})
    await person.do("choose", n=asked["n"], batch=1)
    await person.next("dialog", kind="alert")
    await person.do("choose", n=asked["n"])
    await person.next("chooser", kind=None)
    await person.do("dialog", accept=True)
    await rig.until("one.files.length", 1)
    await person.click(120, 20)
    await person.until(lambda: person.all("chooser")[-1]["n"] > asked["n"])


@pytest.mark.security
async def test_t15_files_for_an_earlier_question_are_not_for_the_one_that_came_since(rig: Rig) -> None:
    await rig.open(PAGE)
    person = await rig.driver()
    await person.click(120, 20)
    before = await person.next("chooser", kind="file")
    await person.click(120, 70)
    now = await person.next("chooser", kind="files")
    await bring(person, 1, {"a.txt": b"1"})
    await person.do("choose", n=before["n"], batch=1)
    await bring(person, 2, {"b.txt": b"2"})
    await person.do("choose", n=now["n"], batch=2)
    await found(rig, "many", {"b.txt": "2"})
    assert [path.name for path in rig.chromium.uploads.rglob("*") if path.is_file()] == ["b.txt"]


ZONE = """<div id=zone style='position:absolute;left:0;top:0;width:400px;height:200px;background:#eee'></div>
<input id=field type=file multiple style='position:absolute;left:0;top:220px;width:300px;height:40px'>
<script>
const rest = (event) => event.target.closest("#zone") || event.stopImmediatePropagation();
for (const type of ["dragover", "drop"]) addEventListener(type, rest, true);
zone.ondragenter = zone.ondragover = (event) => {
  event.preventDefault();
  zone.dataset.over = [...event.dataTransfer.items].map(({ kind, type }) => `${kind} ${type}`).join();
};
zone.ondragleave = () => delete zone.dataset.over;
zone.ondrop = async ({ dataTransfer }) => {
  for (const until = Date.now() + 2_500; Date.now() < until;);  // at work for longer than a page may think about it
  const read = async (file) => [file.name, await file.text()];
  window.found = JSON.stringify(Object.fromEntries(await Promise.all([...dataTransfer.files].map(read))));
};
</script>"""


async def test_files_from_the_desk_are_dropped_where_the_page_takes_them(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drops, "_WITHIN", 2)
    await rig.open(ZONE)
    watcher = await rig.join("watcher", may="watch")
    person = await rig.driver()
    await person.do("dragfiles", x=50, y=50, kinds=["image/png", "no such kind"])
    await rig.until("zone.dataset.over", "file image/png,file ")
    await person.do("dragaway")
    await rig.until("zone.dataset.over === undefined")
    photos = {"日本" * 39 + ".png": "one", "😀" * 59 + ".png": "two"}
    await bring(person, 1, {name: text.encode() for name, text in photos.items()})
    refused = await watcher.do("dropfiles", x=50, y=50, batch=1)
    await watcher.next("refused", s=refused)
    await person.do("dropfiles", x=50, y=50, batch=1)
    await rig.until("!!window.found")
    assert json.loads(await rig.ask("found")) == photos
    await bring(person, 2, {"c.txt": b"3"})
    await person.do("dropfiles", x=50, y=240, batch=2)
    await rig.until("field.files[0]?.name", "c.txt")


FOLDERS = (
    """<div id=zone style='position:absolute;left:0;top:0;width:400px;height:200px;background:#eee'></div>
<input id=folder type=file webkitdirectory style='position:absolute;left:0;top:220px;width:300px;height:40px'>
<input id=many type=file multiple style='position:absolute;left:0;top:300px;width:300px;height:40px'>
<script>
zone.ondrop = ({ dataTransfer }) => {
  const entries = [...dataTransfer.items].map((item) => item.webkitGetAsEntry());
  window.found = entries.map(({ name, isDirectory }) => `${name} ${isDirectory}`).join();
};
for (const type of ["dragover", "drop"])
  addEventListener(type, (event) => event.target.closest("#zone") || event.stopImmediatePropagation(), true);
</script>"""
    + READ
)


async def test_a_folder_from_the_desk_is_one_for_the_page(rig: Rig) -> None:
    await rig.open(FOLDERS)
    person = await rig.driver()
    await bring(
        person, 1, {"z.txt": b"1", "album/größe/b.txt": b"22", "album/a.txt": b"", "nothing/": b"", "a.txt": b""}
    )
    await person.do("dropfiles", x=50, y=50, batch=1)
    await rig.until("window.found", "z.txt false,album true,nothing true,a.txt false")

    await bring(person, 2, {"album/deep/two.txt": b"2", "album/one.txt": b"1"})
    await person.do("dropfiles", x=50, y=240, batch=2)
    await found(rig, "folder", {"album/deep/two.txt": "2", "album/one.txt": "1"})
    assert len(rig.compositor.windows()) == 1  # and no question of the browser's own


async def test_a_field_for_files_gets_no_folder(rig: Rig) -> None:
    await rig.open(FOLDERS)
    person = await rig.driver()
    await bring(person, 1, {"album/one.txt": b"1"})
    dropped = await person.do("dropfiles", x=50, y=320, batch=1)
    assert "takes files, not folders" in (await person.next("refused", s=dropped))["why"]
    assert await rig.ask("many.files.length") == 0
    assert list(rig.chromium.uploads.rglob("*")) == []


@pytest.mark.parametrize(("lost", "is_dropped"), [(1, True), (100, False)])
async def test_files_are_dropped_where_the_page_has_heard_of_them(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, lost: int, is_dropped: bool
) -> None:
    """A busy page may answer before it has: then what it said elsewhere is past."""
    await rig.open(ZONE)
    person = await rig.driver()
    await person.do("dragfiles", x=50, y=50, kinds=["image/png"])
    await rig.until("zone.dataset.over", "file image/png")
    call, unheard = rig.cdp.call, iter(range(lost))

    async def busy(method: str, params: dict, session: str) -> Any:
        if params.get("type") == "dragOver" and next(unheard, None) is not None:
            return {}
        return await call(method, params, session)

    monkeypatch.setattr(rig.cdp, "call", busy)
    await bring(person, 1, {"a.txt": b"1"})
    dropped = await person.do("dropfiles", x=50, y=50, batch=1)
    if is_dropped:
        await rig.until("window.found", '{"a.txt":"1"}')
    else:
        assert "takes no files" in (await person.next("refused", s=dropped))["why"]


async def test_files_that_a_field_does_not_take_leave_their_room_to_others(rig: Rig) -> None:
    await rig.open(PAGE)
    person = await rig.driver()
    await person.click(120, 20)
    asked = await person.next("chooser", kind="file")
    await bring(person, 1, {"a.txt": b"1", "b.txt": b"2"})
    refused = await person.do("choose", n=asked["n"], batch=1)
    assert (await person.next("refused", s=refused))["why"] == "The page takes one file. Choose one."
    assert list(rig.chromium.uploads.rglob("*")) == []


@pytest.mark.security
async def test_t31_a_page_that_takes_no_files_is_not_left_for_one(rig: Rig) -> None:
    await rig.open(ZONE)
    person = await rig.driver()
    shown = await rig.ask("location.href")
    await bring(person, 1, {"a.html": b"<h1>a file</h1>"})
    dropped = await person.do("dropfiles", x=900, y=600, batch=1)
    assert "takes no files at this place" in (await person.next("refused", s=dropped))["why"]
    assert list(rig.chromium.uploads.rglob("*")) == []
    await bring(person, 2, {"b.txt": b"half"})
    await person.do("dragaway", batch=2)
    late = await person.do("dropfiles", x=50, y=50, batch=2)
    assert "have not arrived whole" in (await person.next("refused", s=late))["why"]
    assert await rig.ask("[location.href, document.title].join()") == f"{shown},page"


@pytest.mark.security
async def test_t11_only_what_was_announced_by_the_one_in_control_is_written(rig: Rig) -> None:
    watcher = await rig.join("watcher", may="watch")
    person = await rig.driver("driver")
    await watcher.line.send(b"\0\0\0\1abc")
    assert "only while you are in control" in (await watcher.next("refused"))["why"]
    for piece in (b"\0\0\0\7abc", b"\0\0\0", b"\0" * 70_000):
        await person.line.send(piece)
    await person.until(lambda: len(person.all("refused")) == 3)
    too_large = await person.do("file", batch=1, number=1, path="film.mov", size=MOST_BYTES + 1)
    why = (await person.next("refused", s=too_large))["why"]
    assert why == "“film.mov” has 200 MB. A file may have at most 200 MB."
    announced = await person.do("file", batch=1, number=2, path="half.txt", size=10)
    await person.line.send(b"\0\0\0\2abc")
    await person.next("taken", number=2, bytes=3)
    await person.line.send(b"\0\0\0\2more than was announced")
    assert "nobody had announced" in (await person.next("refused", s=announced))["why"]
    await rig.give(person, 2)  # control has ended once: what was half brought is gone
    assert list(rig.chromium.uploads.rglob("*")) == []


@pytest.fixture
def uploads(tmp_path: Path) -> Iterator[Uploads]:
    uploads = Uploads(tmp_path)
    yield uploads
    uploads.forget()


@pytest.mark.security
@pytest.mark.parametrize(("path", "name"), [
    ("../../x", "x"), ("/etc/passwd", "passwd"), ("..\\..\\x.txt", "x.txt"), ("..", "file"), (".bashrc", "bashrc"),
    ("a\x00b\n.txt", "ab.txt"), ("‮gpj.exe", "gpj.exe"), ("日本 größe.png", "日本 größe.png"),
    ("日" * 900 + ".jpeg", "日" * 78 + ".jpeg"),
])  # fmt: skip
def test_t4_a_files_name_leads_nowhere(uploads: Uploads, tmp_path: Path, path: str, name: str) -> None:
    uploads.begin(1, 1, path, 0)
    (file,) = uploads.take(1)
    assert file.name == name
    assert file.resolve().is_relative_to(tmp_path.resolve())


def test_what_was_half_brought_and_given_up_leaves_its_room_to_others(uploads: Uploads) -> None:
    uploads.begin(1, 1, "a.bin", MOST_BYTES)
    uploads.write(1, b"half")
    uploads.forget(1)
    uploads.begin(2, 2, "b.bin", MOST_BYTES)


def test_what_no_room_is_left_for_is_refused_at_its_piece(uploads: Uploads) -> None:
    uploads.begin(1, 1, "a.bin", 10)
    with full_disk(), pytest.raises(Refused, match="no room"):
        uploads.write(1, b"x" * 10)
    with full_disk():
        uploads.forget()
    uploads.begin(2, 2, "b.bin", MOST_BYTES)


def test_a_number_is_good_for_one_file(uploads: Uploads) -> None:
    uploads.begin(1, 1, "a.bin", 10)
    with pytest.raises(Refused, match="Two files came under one number"):
        uploads.begin(1, 1, "b.bin", 10)


@pytest.mark.security
def test_t4_a_folder_without_one_takes_only_its_own_batch_along(uploads: Uploads) -> None:
    uploads.begin(1, 1, "chosen.txt", 0)
    uploads.begin(2, 2, "a.txt", 0)
    uploads.give_back(uploads.take(2, as_folder=True))
    (kept,) = uploads.take(1)
    assert kept.exists()


def test_a_folder_keeps_its_depth_or_is_refused(uploads: Uploads) -> None:
    uploads.begin(1, 1, "/".join("abcdefghijkl") + "/x.txt", 0)
    (folder,) = uploads.take_as_it_lay(1)
    assert [str(path.relative_to(folder)) for path in folder.rglob("*.txt")] == ["b/c/d/e/f/g/h/i/j/k/l/x.txt"]
    for path in ("a/" * 40 + "x.txt", "/".join(["日" * 70] * 15)):
        with pytest.raises(Refused, match="lies too deep in its folders"):
            uploads.begin(2, 2, path, 0)


def test_the_viewers_page_knows_the_same_limits() -> None:
    script = (Path(__file__).parents[3] / "static" / "live" / "uploads.js").read_text()
    assert f"MOST_FILES = {MOST_FILES:_};" in script
    assert f"MOST_BYTES = {MOST_BYTES // 1024**2} * 1024 * 1024;" in script
    assert f"DEEPEST = {DEEPEST};" in script
    assert f"LONGEST_PATH = {LONGEST_PATH:_};" in script


def test_so_many_files_and_folders_come_at_once_and_no_more(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.live.uploads.MOST_FILES", 2)
    uploads.begin(1, 1, "album/a.txt", 0)
    uploads.begin(1, 2, "album/empty/", 0)
    with pytest.raises(Refused, match="At most 2 files can be handed over at once"):
        uploads.begin(1, 3, "album/b.txt", 0)


@pytest.mark.security
def test_t11_a_free_name_is_found_at_once_however_many_have_it(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    exists = Path.exists

    def counted(path: Path) -> bool:
        nonlocal looks
        looks += 1
        return exists(path)

    monkeypatch.setattr(Path, "exists", counted)
    alike = [f"{'x' * 146}{number:03}" for number in range(100)]  # which a number makes one
    for number, name in enumerate(["a.txt"] * 200 + alike * 2):
        uploads.begin(1, number, name, 0)
    assert looks < 1_000
    names = {path.name for path in uploads.take(1)}
    assert len(names) == 400
    assert {"a.txt", "a (2).txt", "a (200).txt", *alike} <= names


@pytest.mark.security
def test_t11_a_session_takes_so_many_files_and_folders_in_however_many_batches(
    uploads: Uploads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_places", 8)
    uploads.begin(1, 1, "album/inner/a.txt", 0)  # and the batch's own folder
    uploads.begin(2, 2, "album/inner/b.txt", 1)
    for batch, path in ((1, "c.txt"), (2, "folder/"), (3, "d.txt")):
        with pytest.raises(Refused, match=r"Too many files .* it takes 10,000\."):
            uploads.begin(batch, 9, path, 0)
    assert len(list(tmp_path.rglob("*"))) == 8
    uploads.give_back(uploads.take(1))
    uploads.begin(3, 3, "e/f/g.txt", 0)
    uploads.forget(3)
    uploads.begin(4, 4, "e/f/g.txt", 0)


@pytest.mark.security
def test_t11_files_of_which_nothing_comes_keep_nothing_open(uploads: Uploads) -> None:
    def open_ones() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = open_ones()
    for number in range(20):
        uploads.begin(1, number, f"{number}.txt", 4)
    for piece, there in ((b"ab", 2), (b"cd", 4)):
        assert open_ones() == before
        assert {uploads.write(number, piece) for number in range(20)} == {there}
    assert {path.read_bytes() for path in uploads.take(1)} == {b"abcd"}


def test_what_is_taken_half_leaves_its_room_to_others(uploads: Uploads, tmp_path: Path) -> None:
    uploads.begin(1, 1, "a.txt", 0)
    uploads.begin(1, 2, "b.bin", MOST_BYTES)
    uploads.write(2, b"half")
    with pytest.raises(Refused, match="have not arrived whole"):
        uploads.take(1)
    assert list(tmp_path.iterdir()) == []
    uploads.begin(2, 3, "b.bin", MOST_BYTES)


def test_empty_folders_for_a_field_leave_no_folder_behind(uploads: Uploads, tmp_path: Path) -> None:
    uploads.begin(1, 1, "album/", 0)
    assert uploads.take(1) == []
    assert list(tmp_path.iterdir()) == []


def test_a_folder_and_a_file_under_one_name_are_refused(uploads: Uploads) -> None:
    uploads.begin(1, 1, "a.txt", 0)
    with pytest.raises(Refused, match="came under one name"):
        uploads.begin(1, 2, "a.txt/b.txt", MOST_BYTES)
    uploads.begin(2, 3, "c.bin", MOST_BYTES)


def test_a_session_takes_so_much_and_no_more(uploads: Uploads) -> None:
    uploads.begin(1, 1, "a.bin", MOST_BYTES - 1_048_576)
    with pytest.raises(Refused, match=r"“b.bin” has 2 MB, and only 1 MB are left for files in this session."):
        uploads.begin(1, 2, "b.bin", 2_097_152)
    with pytest.raises(Refused, match="have not arrived whole"):
        uploads.take(1)
