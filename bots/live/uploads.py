"""Files that the one in control brings along: written piece by piece into the session's folder, which goes with it."""

import os
import re
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from bots.filenames import numbered, safe_name, split
from bots.live.control import Refused

MOST_BYTES = 200 * 1024 * 1024  # of one session
MOST_FILES = 2_000  # of one batch, empty folders among them
DEEPEST = 30  # names of a path
_LONGEST_PATH = 3_000  # bytes, of the 4,095 that the kernel takes, for our own folders stand before it
_LONGEST_NAME = 240  # bytes, of the 255 that file systems take: a number may be added
_NO_ROOM = "The file could not be stored: the browser's machine has no room for it."


class _File(NamedTuple):
    batch: int
    path: Path
    size: int
    out: BinaryIO


class Uploads:
    """`begin` a file, `write` its pieces; `take` what a batch holds for a field, `take_as_it_lay` for a drop.

    Batches and files have numbers of the viewer's own making, which begin anew with its line: see `forget`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder  # Chromium may read what lies in it, for it has the folder's group
        self._left = MOST_BYTES
        self._batches: dict[int, Path] = {}
        self._counts: dict[int, int] = {}
        self._first: dict[int, dict[Path, None]] = {}  # what lies uppermost in a batch, in the order of its coming
        self._open: dict[int, _File] = {}

    def begin(self, batch: int, number: int, path: str, size: int) -> None:
        """A file of so many bytes is about to come, or an empty folder: its path ends with a slash. Raises Refused."""
        parts = _safe(path)
        if size > self._left:
            raise Refused(_too_large(parts[-1], size, self._left))
        if number in self._open:
            raise Refused("Two files came under one number. Send them again, each under its own.")
        self._counts[batch] = self._counts.get(batch, 0) + 1
        if self._counts[batch] > MOST_FILES:
            raise Refused(f"At most {MOST_FILES:,} files can be handed over at once.")
        try:
            if path.endswith("/") and not size:
                self._folder_for(batch, parts)
            else:
                self._begin(batch, number, parts, size)
        except FileExistsError:
            raise Refused(f"A file and a folder came under one name, near “{parts[-1]}”.") from None
        except OSError:
            raise Refused(_NO_ROOM) from None

    def _begin(self, batch: int, number: int, parts: list[str], size: int) -> None:
        place = _free(self._folder_for(batch, parts[:-1]) / parts[-1])
        if len(parts) == 1:
            self._first[batch].setdefault(place)
        self._open[number] = _File(batch, place, size, place.open("xb"))
        self._left -= size
        self._share(place, 0o640)
        if not size:
            self._finish(number)

    def write(self, number: int, piece: bytes) -> int:
        """Add a piece; how many bytes there are by now. Raises Refused."""
        file = self._open.get(number)
        if file is None or file.out.tell() + len(piece) > file.size:
            raise Refused("A piece of a file came that nobody had announced.")
        try:
            file.out.write(piece)
            file.out.flush()
        except OSError:
            raise Refused(_NO_ROOM) from None
        there = file.out.tell()
        if there == file.size:
            self._finish(number)
        return there

    def take(self, batch: int, as_folder: bool = False) -> list[Path]:
        """What came with a batch, whole: files, or the one folder that they were in. Raises Refused."""
        root, first = self._taken(batch)
        if as_folder:
            return [next((entry for entry in first if entry.is_dir()), root)]
        return sorted((path for path in root.rglob("*") if path.is_file()), key=lambda path: path.stat().st_mtime_ns)

    def take_as_it_lay(self, batch: int) -> list[Path]:
        """The same for what was dragged from a desk: its files and folders, and in those what belongs there."""
        return self._taken(batch)[1]

    def _taken(self, batch: int) -> tuple[Path, list[Path]]:
        root, first = self._batches.pop(batch, None), self._first.pop(batch, {})
        self._counts.pop(batch, None)
        if root is None or any(file.batch == batch for file in self._open.values()):
            raise Refused("The files have not arrived whole. Choose them again.")
        return root, list(first)

    def forget(self, only: int | None = None) -> None:
        """Control ended or the line was lost: what has not been handed to a page goes now. Or only of one batch."""
        for number, file in list(self._open.items()):
            if only in (None, file.batch):
                self._finish(number)
                self._left += file.size - file.path.stat().st_size  # the rest is free with its batch
        for batch in list(self._batches):
            if only in (None, batch):
                self._remove(self._batches.pop(batch))
                self._counts.pop(batch, None)
                self._first.pop(batch, None)

    def give_back(self, files: list[Path]) -> None:
        """What was taken of a batch is not wanted: its room is free again."""
        for batch in {file.relative_to(self._folder).parts[0] for file in files}:
            self._remove(self._folder / batch)

    def _remove(self, folder: Path) -> None:
        self._left += sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        shutil.rmtree(folder, ignore_errors=True)

    def _finish(self, number: int) -> None:
        with suppress(OSError):  # what has no room was refused with its piece
            self._open.pop(number).out.close()

    def _folder_for(self, batch: int, parts: list[str]) -> Path:
        """The folder of this path, in one that the batch has to itself."""
        if batch not in self._batches:
            self._batches[batch] = self._make(self._folder / secrets.token_hex(8))
            self._first[batch] = {}
        place = self._batches[batch]
        for depth, part in enumerate(parts):
            place = self._make(place / part)
            if not depth:
                self._first[batch].setdefault(place)
        return place

    def _make(self, folder: Path) -> Path:
        folder.mkdir(exist_ok=True)
        self._share(folder, 0o750)
        return folder

    def _share(self, path: Path, mode: int) -> None:
        path.chmod(mode)
        if os.geteuid() == 0:
            os.chown(path, -1, self._folder.stat().st_gid)


def _safe(path: str) -> list[str]:
    """The path's names, none of which leads elsewhere or hides. Raises Refused where there are too many."""
    named = [_short(safe_name(part)) for part in re.split(r"[/\\]", path) if part.strip(" .")] or ["file"]
    if len(named) > DEEPEST or len("/".join(named).encode()) > _LONGEST_PATH:
        raise Refused(f"“{named[-1]}” lies too deep in its folders. Take one of the inner folders instead.")
    return named


def _short(name: str) -> str:
    """As short as a file system wants it, in bytes; its ending still tells what it is."""
    stem, ending = split(name)
    room = _LONGEST_NAME - len(ending.encode())
    return stem.encode()[:room].decode(errors="ignore") + ending


def _free(path: Path) -> Path:
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(numbered(path.name, number))
    return found


def _too_large(name: str, size: int, left: int) -> str:
    if left == MOST_BYTES:
        return f"“{name}” has {_megabytes(size)}. A file may have at most {_megabytes(MOST_BYTES)}."
    return f"“{name}” has {_megabytes(size)}, and only {_megabytes(left)} are left for files in this session."


def _megabytes(size: int) -> str:
    return f"{max(size / 1_048_576, 0.1):,.1f} MB".replace(".0 MB", " MB")
