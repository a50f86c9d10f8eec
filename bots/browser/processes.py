"""The processes of this machine, as /proc tells: whose they are, and how to be rid of them."""

import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


class Process(NamedTuple):
    pid: int
    parent: int
    uid: int


_PR_SET_CHILD_SUBREAPER = 36
_OOM_SCORE = 300  # of 1000: what Chromium gives its renderers
_LOOKS, _PAUSE = 500, 0.01  # for what was killed to be gone


def adopt_orphans() -> None:
    """From now on whatever our children start is ours to reap, also when its own parent has ended."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def alive() -> Iterator[Process]:
    """Zombies do not count."""
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError):
                uid = entry.stat().st_uid
                with open(f"/proc/{entry.name}/stat", encoding="latin-1") as file:
                    state, parent, *_ = file.read().rpartition(")")[2].split()
                if state not in "ZX":
                    yield Process(int(entry.name), int(parent), uid)


def of_uid(uid: int) -> set[int]:
    return {process.pid for process in alive() if process.uid == uid}


def children(pid: int) -> set[int]:
    """Those that its parent's own list in /proc may leave out while others end: each is asked for its parent."""
    return {process.pid for process in alive() if process.parent == pid}


def below(pid: int) -> set[int]:
    """All descendants; with PR_SET_CHILD_SUBREAPER those too whose parents have ended."""
    children: dict[int, list[int]] = {}
    for process in alive():
        children.setdefault(process.parent, []).append(process.pid)
    found: set[int] = set()
    ahead = [pid]
    while ahead:
        new = [child for child in children.get(ahead.pop(), []) if child not in found]
        found.update(new)
        ahead += new
    return found


def first_to_go(pids: Iterable[int]) -> None:
    """Where memory runs out, the kernel ends these before workers, the database and all else.

    Chromium says so of its renderers by itself, and of its main process and those that fork others the contrary.
    """
    for pid in pids:
        with suppress(OSError):
            Path(f"/proc/{pid}/oom_score_adj").write_text(str(_OOM_SCORE))


def kill(which: Callable[[], set[int]]) -> None:
    """SIGKILL what `which` finds until it finds nothing: a dying process may have just forked, or still be writing."""
    for _ in range(_LOOKS):
        found = which()
        if not found:
            return
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_PAUSE)
