"""How much one socket may say: more than any person does, less than harms others."""

from __future__ import annotations

import time
from collections.abc import Callable

EACH_SECOND = 1_000  # a hand makes 250 events a second, and every picture is answered
AT_ONCE = 3_000  # room for four of the longest messages
_LENGTH = 1_000  # to read so much costs as much as one more message


class Flow:
    """A bucket that fills by itself; each message takes one out of it, and more by its length."""

    def __init__(
        self, now: Callable[[], float] = time.monotonic, each_second: float = EACH_SECOND, at_once: float = AT_ONCE
    ) -> None:
        self._now, self._each_second, self._at_once = now, each_second, at_once
        self._left = at_once
        self._looked_at = now()

    def allows(self, length: int = 0) -> bool:
        """Whether one more message may come in now, of which so much is to be read."""
        before, self._looked_at = self._looked_at, self._now()
        self._left = min(self._at_once, self._left + (self._looked_at - before) * self._each_second)
        cost = 1 + length // _LENGTH
        if self._left < cost:
            return False
        self._left -= cost
        return True
