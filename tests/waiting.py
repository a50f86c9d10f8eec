"""Waiting for facts: of other processes, which nobody announces, and of this one, which tells of its news."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any, TypeVar

Found = TypeVar("Found")


def until(fact: Callable[[], Found], patience: float = 30, pause: float = 0.05) -> Found:
    """What `fact` finds as soon as it is something, looked for again and again; or the nothing of its last look."""
    end = time.monotonic() + patience
    while not (found := fact()) and time.monotonic() < end:
        time.sleep(pause)
    return found


async def soon(fact: Callable[[], Any], patience: float = 30, pause: float = 0.02) -> Any:
    """The same in an event loop, where `fact` may be a coroutine's; raises TimeoutError where it finds nothing."""
    async with asyncio.timeout(patience):
        while not (found := await _answer(fact)):
            await asyncio.sleep(pause)
    return found


async def _answer(fact: Callable[[], Any]) -> Any:
    found = fact()
    return await found if inspect.isawaitable(found) else found


class News:
    """For those who wait in an event loop for a fact of this process: whenever there is news they look again."""

    def __init__(self) -> None:
        self._condition = asyncio.Condition()

    async def tell(self) -> None:
        async with self._condition:
            self._condition.notify_all()

    async def until(self, fact: Callable[[], Found | None], patience: float = 20) -> Found:
        """What `fact` finds as soon as it is something; raises TimeoutError, or what `fact` raises."""
        async with asyncio.timeout(patience), self._condition:
            return await self._condition.wait_for(fact)
