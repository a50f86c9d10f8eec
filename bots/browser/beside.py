"""Work that goes on beside whatever began it. asyncio alone may forget it halfway, and keeps its errors to itself."""

import asyncio
import logging
import traceback
from collections.abc import Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)


def without_words(error: BaseException) -> str:
    """What an error was and where: its own words may be a page's, or what somebody has typed."""
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"


def _report(error: BaseException) -> None:
    log.error("Work beside has failed: %s", without_words(error))


class Beside:
    """`start` keeps what is under way; `failed` is called with the error of what did not come to its end."""

    def __init__(self, failed: Callable[[BaseException], None] = _report) -> None:
        self._failed = failed
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def settle(self) -> None:
        """Until all of it has ended, however."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._failed(error)
