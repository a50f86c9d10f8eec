"""What browser servers leave behind that were killed: folders, and sometimes processes."""

import logging
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from bots.browser import launch, processes, uids

log = logging.getLogger(__name__)

_LOOKS, _PAUSE = 50, 0.02  # for a dying server's lock
_YOUNG = 30  # seconds in which a folder may still be on its way to get a server


def sweep_leftovers(root: Path | str) -> list[str]:
    """Remove the folders below root whose server is gone and kill what still runs as their users; their names.

    For a sweeper, at start and every minute. Any number may run at once.
    """
    swept = [folder for folder in _folders(Path(root)) if not launch.is_served(folder) and not _is_young(folder)]
    for folder in swept:
        _kill_users(folder)
        launch.remove(folder)
        log.info("%s was left behind by a browser server that is gone: removed.", folder.name)
    return [folder.name for folder in swept]


def end_unknown(root: Path | str, known: Mapping[str, int], older_than: float = 60) -> list[str]:
    """Ask the servers below root to end that nobody knows any more (their rows are gone); the names of their folders.

    `known` are the folders' names that somebody answers for, each with its server's pid; younger ones may not have
    been written down yet.
    """
    asked = [
        folder
        for folder in _folders(Path(root))
        if _is_served_for(folder, older_than) and known.get(folder.name) != launch.server_of(folder)
    ]
    for folder in asked:
        _ask_to_end(folder)
        log.warning("Nobody knows the browser server of %s any more: it is ended.", folder.name)
    return [folder.name for folder in asked]


def end_former(folder: Path, within: float = 10) -> None:
    """Make room in one folder: its server was started by somebody who died before writing it down."""
    until = time.monotonic() + within
    while launch.is_served(folder) and time.monotonic() < until:
        _ask_to_end(folder)
        time.sleep(_PAUSE)


def _ask_to_end(folder: Path) -> None:
    if pid := launch.server_of(folder):
        with suppress(OSError):
            os.kill(pid, signal.SIGTERM)


def _is_served_for(folder: Path, seconds: float) -> bool:
    try:
        return launch.is_served(folder) and time.time() - (folder / launch.STATE).stat().st_mtime > seconds
    except FileNotFoundError:
        return False


def _folders(root: Path) -> list[Path]:
    try:
        return [entry for entry in root.iterdir() if entry.is_dir() and not entry.is_symlink()]
    except FileNotFoundError:
        return []


def _is_young(folder: Path) -> bool:
    """A folder without a state file may belong to a server that is just starting."""
    try:
        return not (folder / launch.STATE).exists() and time.time() - folder.stat().st_mtime < _YOUNG
    except FileNotFoundError:
        return True


def _kill_users(folder: Path) -> None:
    """Only root starts Chromium under users of the pool; a lock that is free says that nobody uses this one.

    It is held a moment longer by a server that is dying, and for long only by another one, which then made sure that
    nothing of the first was left.
    """
    state = launch.state_of(folder)
    uid = state.uid if state else None
    if os.geteuid() == 0 and uid is not None and uid in uids.POOL and (lock := _hold_soon(uid)):
        processes.kill(lambda: processes.of_uid(uid))
        lock.close()


def _hold_soon(uid: int) -> uids.UidLock | None:
    for _ in range(_LOOKS):
        if lock := uids.hold(uid):
            return lock
        time.sleep(_PAUSE)
    return None
