"""Files that the one in control brings along: written piece by piece into the session's folder, which goes with it."""

import os
import re
import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from bots.filenames import numbered, safe_name, split
from bots.live.control import Refused

MOST_BYTES = 200 * 1024 * 1024  # of one session
MOST_FILES = 2_000  # of one batch, empty folders among them
MOST_PLACES = 10_000  # of one session: files and the folders that they are in, of whatever size
DEEPEST = 30  # names of a path
_LONGEST_PATH = 3_000  # bytes, of the 4,095 that the kernel takes, for our own folders stand before it
_LONGEST_NAME = 240  # bytes, of the 255 that file systems take: a number may be added
_NOT_ANNOUNCED = "A piece of a file came that nobody had announced."
_NO_ROOM = "The file could not be stored: the browser's machine has no room for it."


class _File(NamedTuple):
    """Of which pieces are still to come. It is opened for each of them, so that what never comes keeps nothing open."""

    batch: int
    path: Path
    size: int


@dataclass
class _Batch:
    folder: Path
    count: int = 0  # what was announced
    first: dict[Path, None] = field(default_factory=dict)  # what lies uppermost, in the order of its coming
    numbers: dict[Path, int] = field(default_factory=dict)  # the highest that a name was given: see `_free`


class Uploads:
    """`begin` a file, `write` its pieces; `take` what a batch holds for a field, `take_as_it_lay` for a drop.

    Batches and files have numbers of the viewer's own making, which begin anew with its line: see `forget`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder  # Chromium may read what lies in it, for it has the folder's group
        self._left, self._places = MOST_BYTES, MOST_PLACES
        self._batches: dict[int, _Batch] = {}
        self._coming: dict[int, _File] = {}

    def begin(self, batch: int, number: int, path: str, size: int) -> None:
        """A file of so many bytes is about to come, or an empty folder: its path ends with a slash. Raises Refused."""
        parts = _safe(path)
        if size > self._left:
            raise Refused(_too_large(parts[-1], size, self._left))
        if number in self._coming:
            raise Refused("Two files came under one number. Send them again, each under its own.")
        try:
            room = self._batch(batch)
            if room.count == MOST_FILES:
                raise Refused(f"At most {MOST_FILES:,} files can be handed over at once.")
            room.count += 1
            if path.endswith("/") and not size:
                self._folder_for(room, parts)
            else:
                file = _File(batch, self._begin(room, parts, size), size)
                if size:
                    self._coming[number] = file
        except FileExistsError:
            raise Refused(f"A file and a folder came under one name, near “{parts[-1]}”.") from None
        except OSError:
            raise Refused(_NO_ROOM) from None

    def _begin(self, batch: _Batch, parts: list[str], size: int) -> Path:
        place = _free(batch, self._folder_for(batch, parts[:-1]) / parts[-1])
        self._check_places()
        place.touch(exist_ok=False)
        self._places -= 1
        if len(parts) == 1:
            batch.first.setdefault(place)
        self._share(place, 0o640)
        self._left -= size
        return place

    def write(self, number: int, piece: bytes) -> int:
        """Add a piece; how many bytes there are by now. Raises Refused."""
        file = self._coming.get(number)
        if file is None:
            raise Refused(_NOT_ANNOUNCED)
        try:
            with file.path.open("ab") as out:
                if out.tell() + len(piece) > file.size:
                    raise Refused(_NOT_ANNOUNCED)
                out.write(piece)
                there = out.tell()
        except OSError:
            raise Refused(_NO_ROOM) from None
        if there == file.size:
            del self._coming[number]
        return there

    def take(self, batch: int, as_folder: bool = False) -> list[Path]:
        """What came with a batch, whole: files, or the one folder that they were in. Raises Refused."""
        root, first = self._taken(batch)
        if as_folder:
            return [next((entry for entry in first if entry.is_dir()), root)]
        files = sorted((path for path in root.rglob("*") if path.is_file()), key=lambda path: path.stat().st_mtime_ns)
        if not files:
            self._remove(root)  # empty folders, which nobody could give back
        return files

    def take_as_it_lay(self, batch: int) -> list[Path]:
        """The same for what was dragged from a desk: its files and folders, and in those what belongs there."""
        return self._taken(batch)[1]

    def _taken(self, batch: int) -> tuple[Path, list[Path]]:
        if batch not in self._batches or any(file.batch == batch for file in self._coming.values()):
            self.forget(batch)  # it is to be chosen again, and needs its room
            raise Refused("The files have not arrived whole. Choose them again.")
        taken = self._batches.pop(batch)
        return taken.folder, list(taken.first)

    def forget(self, only: int | None = None) -> None:
        """Control ended or the line was lost: what has not been handed to a page goes now. Or only of one batch."""
        for number, file in list(self._coming.items()):
            if only in (None, file.batch):
                del self._coming[number]
                self._left += file.size - file.path.stat().st_size  # the rest is free with its batch
        for batch in list(self._batches):
            if only in (None, batch):
                self._remove(self._batches.pop(batch).folder)

    def give_back(self, files: list[Path]) -> None:
        """What was taken of a batch is not wanted: its room is free again."""
        for batch in {file.relative_to(self._folder).parts[0] for file in files}:
            self._remove(self._folder / batch)

    def _remove(self, folder: Path) -> None:
        inside = list(folder.rglob("*"))
        self._left += sum(path.stat().st_size for path in inside if path.is_file())
        self._places += 1 + len(inside)
        shutil.rmtree(folder, ignore_errors=True)

    def _batch(self, batch: int) -> _Batch:
        """With a folder that it has to itself."""
        if batch not in self._batches:
            self._batches[batch] = _Batch(self._make(self._folder / secrets.token_hex(8)))
        return self._batches[batch]

    def _folder_for(self, batch: _Batch, parts: list[str]) -> Path:
        place = batch.folder
        for depth, part in enumerate(parts):
            place = self._make(place / part)
            if not depth:
                batch.first.setdefault(place)
        return place

    def _make(self, folder: Path) -> Path:
        if not folder.is_dir():
            self._check_places()
            folder.mkdir()
            self._places -= 1
            self._share(folder, 0o750)
        return folder

    def _check_places(self) -> None:
        if not self._places:
            raise Refused(f"Too many files came in this session: with their folders, it takes {MOST_PLACES:,}.")

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


def _free(batch: _Batch, path: Path) -> Path:
    """Goes on where the last file of this name has found its number: thousands may have the same one."""
    series = path.with_name(numbered(path.name, MOST_FILES))  # long names that are alike share their numbers
    found = path
    while found.exists():
        number = batch.numbers[series] = batch.numbers.get(series, 1) + 1
        found = path.with_name(numbered(path.name, number))
    return found


def _too_large(name: str, size: int, left: int) -> str:
    if left == MOST_BYTES:
        return f"“{name}” has {_megabytes(size)}. A file may have at most {_megabytes(MOST_BYTES)}."
    return f"“{name}” has {_megabytes(size)}, and only {_megabytes(left)} are left for files in this session."


def _megabytes(size: int) -> str:
    return f"{max(size / 1_048_576, 0.1):,.1f} MB".replace(".0 MB", " MB")
