"""Facts outside this process, which nobody announces: another process has started, ended, written something down."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def until(fact: Callable[[], Found], patience: float = 30, pause: float = 0.05) -> Found:
    """What `fact` finds as soon as it is something, looked for again and again; or the nothing of its last look."""
    end = time.monotonic() + patience
    while not (found := fact()) and time.monotonic() < end:
        time.sleep(pause)
    return found
