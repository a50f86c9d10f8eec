"""Brings the window of the tab in front to the front of the compositor.

Chromium knows windows by its own numbers and the compositor by others; no message joins the two. Both number them in
the order in which they appear, so the newest unknown of one side is the newest unknown of the other.
"""

import asyncio
import logging
from typing import Any

from bots.live.compositor import Compositor

log = logging.getLogger(__name__)

_TRIES, _PAUSE = 40, 0.05  # a window that was just opened is mapped some moments later


class Stage:
    def __init__(self, compositor: Compositor, cdp: Any) -> None:
        self._compositor, self._cdp = compositor, cdp
        self._known: dict[int, int] = {}  # Chromium's window → the compositor's
        self._front: int | None = None
        self._showing: asyncio.Task | None = None

    def show(self, tab_id: str) -> None:
        """Show the window of this tab as soon as it is there; a newer call replaces this one."""
        if self._showing:
            self._showing.cancel()
        self._showing = asyncio.create_task(self._show(tab_id))

    def stop(self) -> None:
        if self._showing:
            self._showing.cancel()

    async def _show(self, tab_id: str) -> None:
        try:
            window = (await self._cdp.call("Browser.getWindowForTarget", {"targetId": tab_id}))["windowId"]
        except Exception as error:  # the tab is gone already, or Chromium is
            log.info("No window for a tab: %s", type(error).__name__)
            return
        for _ in range(_TRIES):
            if (shown := self._find(window)) is not None:
                if shown != self._front:
                    self._compositor.show(shown)
                    self._front = shown
                return
            await asyncio.sleep(_PAUSE)

    def _find(self, window: int) -> int | None:
        there = {found.id for found in self._compositor.windows()}
        self._known = {theirs: ours for theirs, ours in self._known.items() if ours in there}
        if self._front not in there:
            self._front = None
        unknown = sorted(there - set(self._known.values()))
        if window not in self._known and unknown:
            self._known[window] = unknown[-1]
        return self._known.get(window)
