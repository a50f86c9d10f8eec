"""The Chromium that the tests of one process use one after the other: a start costs more than most tests do."""

import logging
from pathlib import Path

from bots.browser.cdp import CdpError
from bots.live.compositor import Compositor

from .chromium import Chromium, NotClean
from .rig import fact

log = logging.getLogger(__name__)

UNCLEAN = (NotClean, CdpError, TimeoutError, OSError)


class Shared:
    """`take` and `give_back`, in turns. What was not given back, or is not as good as new, is thrown away."""

    def __init__(self, executable: str, compositor: Compositor, display: Path) -> None:
        self._executable, self._compositor, self._display = executable, compositor, display
        self._chromium: Chromium | None = None
        self._is_clean = False

    async def take(self, new: bool = False) -> Chromium:
        if new or self._chromium is None or not await self._begins_again(self._chromium):
            await self.stop()
            await fact(lambda: not self._compositor.windows())
            self._chromium = await Chromium.start(self._executable, self._display)
            await fact(self._compositor.windows)
        self._is_clean = False
        return self._chromium

    async def give_back(self, good: bool = True) -> None:
        """Not good: whatever it was used for, nobody else is to have it."""
        if self._chromium is None or not good:
            await self.stop()
            return
        try:
            await self._chromium.clear(self._compositor)
        except UNCLEAN as error:
            log.warning("A Chromium is thrown away: %r", error)
            await self.stop()
        else:
            self._is_clean = True

    async def stop(self) -> None:
        if chromium := self._chromium:
            self._chromium = None
            await chromium.stop()

    async def _begins_again(self, used: Chromium) -> bool:
        try:
            if self._is_clean:
                await used.begin()
        except UNCLEAN as error:
            log.warning("A Chromium is thrown away: %r", error)
            return False
        return self._is_clean
