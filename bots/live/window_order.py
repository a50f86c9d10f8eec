"""Brings the window of the tab in front to the front of the compositor.

Chromium knows windows by its own numbers and the compositor by others; no message joins the two. But both count
upwards as windows appear, so in the order of their numbers they stand side by side.
"""

import asyncio
import logging
from typing import Any

from bots.live.compositor import Compositor

log = logging.getLogger(__name__)

_TRIES, _PAUSE = 40, 0.05  # a window that was just opened or closed is so some moments later in the compositor


class WindowOrder:
    def __init__(self, compositor: Compositor, cdp: Any) -> None:
        self._compositor, self._cdp = compositor, cdp
        self._showing: asyncio.Task | None = None
        self._front: int | None = None  # the compositor's number of the window that is to be seen

    def show(self, tab_id: str, all_tabs: list[str]) -> None:
        """Show the window of this tab as soon as it is there; a newer call replaces this one."""
        self.stop()
        self._front = None
        self._showing = asyncio.create_task(self._show(tab_id, all_tabs))

    def keep(self) -> None:
        """After a press: the compositor raises what lies under it, which beside a window that grows is another."""
        windows = [window.id for window in self._compositor.windows()]
        if self._front in windows and windows[-1] != self._front:
            self._compositor.show(self._front)

    def stop(self) -> None:
        if self._showing:
            self._showing.cancel()

    async def _show(self, tab_id: str, all_tabs: list[str]) -> None:
        windows = {tab: await self._window_of(tab) for tab in all_tabs}
        wanted, theirs = windows.get(tab_id), sorted({window for window in windows.values() if window is not None})
        if wanted is None:
            return
        for _ in range(_TRIES):
            ours = sorted(window.id for window in self._compositor.windows())
            if len(ours) == len(theirs):
                self._front = ours[theirs.index(wanted)]
                self._compositor.show(self._front)
                return
            await asyncio.sleep(_PAUSE)
        log.warning("Chromium has %d windows, the compositor %d", len(theirs), len(ours))

    async def _window_of(self, tab: str) -> int | None:
        """None where the tab is gone already, or Chromium is."""
        try:
            return int((await self._cdp.call("Browser.getWindowForTarget", {"targetId": tab}))["windowId"])
        except Exception as error:
            log.info("No window for a tab: %s", type(error).__name__)
            return None
