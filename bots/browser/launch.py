"""Everything that must stand before Chromium runs: folders, user, compositor, way out; then Chromium itself."""

import json
import os
import shutil
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from bots.browser import chromium, network, processes, uids
from bots.browser.chromium import NotStarted, Place

T = TypeVar("T")

STATE = "server.json"  # in the session's folder


class Config(NamedTuple):
    """What a browser server is to be. It reads this from its standard input, as one line of JSON."""

    token: str
    folder: Path  # the session's own; made by the server, and gone with it
    chromium: str | None = None
    size: tuple[int, int] = (1280, 720)
    bind: str = "127.0.0.1"
    uid: int | None = None
    sandbox: bool = True
    private_targets: Sequence[str] = ()
    max_age: float = 4 * 3600
    file_limit: int = 100_000_000  # bytes of one download
    files_limit: int = 500_000_000  # of all of them
    watchdog: float = 10  # seconds between two looks at whether Chromium still answers

    def written(self) -> str:
        """As `parse` reads it."""
        return json.dumps(self._asdict() | {"folder": str(self.folder)})

    @classmethod
    def parse(cls, line: str) -> "Config":
        given = {key: value for key, value in json.loads(line).items() if key in cls._fields}
        width, height = given.pop("size", None) or (1280, 720)
        targets = tuple(given.pop("private_targets", ()))
        folder = Path(given.pop("folder")).absolute()
        return cls(folder=folder, size=(int(width), int(height)), private_targets=targets, **given)


class State(NamedTuple):
    """Who serves a session's folder, for those who sweep up."""

    pid: int
    born: str
    uid: int | None  # the user that its Chromium runs as; None: ours
    sockets: str = ""  # the folder of its sockets


class Launched(NamedTuple):
    """Chromium has been started; whether it comes up is seen on its pipe."""

    place: Place
    lock: uids.UidLock | None  # the user that it runs as; None: ours
    compositor: Any
    way_out: socket.socket  # bound and listening: the egress proxy's
    pid: int
    to_read: int
    to_write: int
    not_cut_off: str  # why the kernel does not hold it back, but its proxy settings alone; empty: it does

    def clean(self) -> None:
        """Remove the folder, and give the user back. Chromium must have ended."""
        remove(self.place.folder)
        if self.lock:
            self.lock.close()


def launch(config: Config, start_compositor: Callable[..., Any]) -> Launched:
    """Raises NotStarted or uids.NoUid, with nothing left behind."""
    executable = chromium.find(config.chromium)
    if is_served(config.folder):
        raise NotStarted(f"Another browser server uses {config.folder}.")
    remove(config.folder)  # what a killed one left; no profile is used twice
    lock = uids.take(config.uid) if os.geteuid() == 0 else None
    try:
        return _launch(config, executable, lock, start_compositor)
    except BaseException:
        remove(config.folder)
        if lock:
            lock.close()
        raise


def _launch(
    config: Config, executable: str, lock: uids.UidLock | None, start_compositor: Callable[..., Any]
) -> Launched:
    uid = lock.uid if lock else None
    config.folder.mkdir(parents=True, mode=0o711)
    sockets = chromium.short_folder()
    _sign(config.folder, uid, sockets)
    place = chromium.lay_out(config.folder, uid, sockets)
    os.umask(0o077)  # from here on; folders above ours keep the mode that is usual
    try:
        compositor = start_compositor(*config.size, place.runtime, uid)
    except RuntimeError as error:
        raise NotStarted(str(error)) from error
    processes.adopt_orphans()
    started, why_not = _cut_off(lambda: _start(config, executable, place, compositor.display, uid))
    return Launched(place, lock, compositor, *started, why_not)


def _sign(folder: Path, uid: int | None, sockets: Path) -> None:
    """Say whose folder this is before there is more to sweep up."""
    (folder / STATE).touch(mode=0o600)
    us = State(os.getpid(), _born(os.getpid()), uid, str(sockets))
    (folder / STATE).write_text(json.dumps(us._asdict()))


def _start(
    config: Config, executable: str, place: Place, display: str, uid: int | None
) -> tuple[socket.socket, int, int, int]:
    """The way out's listener, and Chromium: both in the network in which this is called."""
    way_out = socket.create_server(("127.0.0.1", 0))
    line = chromium.command_line(executable, place, config.size, way_out.getsockname()[1], config.sandbox)
    return way_out, *chromium.spawn(line, place, display, uid)


def _cut_off(start: Callable[[], T]) -> tuple[T, str]:
    """In a network of its own where this process can make one (as root it can), else in ours, and why."""
    try:
        return network.apart(start), ""
    except network.Unavailable as why:
        return start(), str(why)


def remove(folder: Path) -> None:
    """A session's folder and that of its sockets. Nothing may run in them any more."""
    if (state := state_of(folder)) and state.sockets:
        shutil.rmtree(state.sockets, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _born(pid: int) -> str:
    """The process's start in clock ticks since boot: with its pid it names a process for good. Empty for a zombie."""
    state, *others = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return "" if state in "ZX" else others[18]


def state_of(folder: Path) -> State | None:
    """None where nobody has signed it yet, or it is gone: it may go at any moment."""
    try:
        found = json.loads((folder / STATE).read_text())
        return State(found["pid"], found["born"], found["uid"], found.get("sockets", ""))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def server_of(folder: Path) -> int | None:
    """The pid of the server that made this folder, as long as it runs."""
    state = state_of(folder)
    try:
        return state.pid if state and _born(state.pid) == state.born else None
    except (OSError, ValueError, IndexError):
        return None


def is_served(folder: Path) -> bool:
    return server_of(folder) is not None
