"""What the processes say: all of it into var/log/hitl.log, what needs attention onto the terminal."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from pathlib import Path

FULL = 5_000_000  # bytes; then the file is put aside, and the one before it is gone
ROUTINE = re.compile(  # plain or JSON; warnings of django.request are 404s and the like
    r"^\S+ \S+ (DEBUG |INFO |WARNING django\.request )"
    r'|^\{"time": "[^"]*", "level": "(DEBUG"|INFO"|WARNING", "logger": "django\.request")'
)
STAMP = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ ")


class Log:
    """Lines of several processes, each with the name of its own before it."""

    def __init__(self, folder: Path, verbose: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "hitl.log"
        self._verbose = verbose
        self._halves: dict[str, bytes] = {}
        self._ending = False
        self._open()

    def _open(self) -> None:
        self._path.touch(mode=0o600)
        self._file = self._path.open("ab", buffering=0)

    def take(self, name: str, data: bytes) -> None:
        """A piece of output as it came: half a line waits for its other half."""
        *lines, rest = (self._halves.get(name, b"") + data).split(b"\n")
        self._halves[name] = rest[-10_000:]
        for line in lines:
            self._write(name, line.decode(errors="replace").rstrip())

    def _write(self, name: str, line: str) -> None:
        if not line:
            return
        with suppress(OSError):  # the disk is full (F19), or the terminal gone: that costs lines, and ends nobody
            self._keep(f"{name:<8}| {line}\n".encode())
        if self._verbose or not (self._ending or ROUTINE.match(line)):
            with suppress(OSError):
                print(f"{name:<8}| {STAMP.sub('', line)}", file=sys.stderr, flush=True)

    def _keep(self, line: bytes) -> None:
        if self._file.closed:  # it was being put aside
            self._open()
        self._file.write(line)
        if self._file.tell() > FULL:
            self._file.close()
            self._path.replace(self._path.with_suffix(".1.log"))
            self._open()

    def end(self) -> None:
        """Last words go into the file only."""
        self._ending = True

    def say(self, sentence: str) -> None:
        """The supervisor's own words."""
        print(sentence, flush=True)
