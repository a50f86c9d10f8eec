"""The unprivileged users that Chromium runs under, one per session: a lock file each, so that none is shared.

A lock is held by the browser server's open file and ends with its process, however that ends. Nobody is named in
/etc/passwd: a number is enough for the kernel.
"""

import fcntl
import os
import random
from pathlib import Path

from bots.browser import processes

POOL = range(60000, 61000)
LOCKS = Path("/run/hitl/uids")


class NoUid(Exception):
    """A sentence: why no user could be had."""


class UidLock:
    """A user of the pool, for as long as this is open."""

    def __init__(self, uid: int, file: int) -> None:
        self.uid = uid
        self._file = file

    def close(self) -> None:
        os.close(self._file)


def take(uid: int | None = None, locks: Path = LOCKS) -> UidLock:
    """A free user, or that one. Only root may; raises NoUid.

    Begins anywhere in the pool: files that a killed session left behind should not meet their old uid again.
    """
    locks.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = [uid] if uid else random.sample(POOL, len(POOL))
    busy = {process.uid for process in processes.alive()}
    for candidate in wanted:
        if candidate not in busy and (lock := _try(candidate, locks)):
            return lock
    raise NoUid(f"No user id is free: {f'{uid} is' if uid else 'all of 60000 to 60999 are'} in use.")


def hold(uid: int, locks: Path = LOCKS) -> UidLock | None:
    """This user's lock, whether or not processes of it still run; None where a browser server holds it."""
    locks.mkdir(mode=0o700, parents=True, exist_ok=True)
    return _try(uid, locks)


def _try(uid: int, locks: Path) -> UidLock | None:
    file = os.open(locks / str(uid), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return UidLock(uid, file)
