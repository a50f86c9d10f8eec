"""One person's connection: what is still to be said to it, the pictures it may have, and whether it is still there."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from bots.browser.beside import Beside
from bots.browser.codes import BEHIND
from bots.live import said, wire
from bots.live.stream import Watching

_MOST_UNSAID = 1_000_000  # characters that may wait for a viewer who does not read
_ACK_PAUSE = 0.05


@dataclass(frozen=True)
class Patience:
    """Seconds. A holder of control who is gone must let go soon (F26); who only watches may take longer (F25)."""

    beat: float = 5
    silent: float = 30
    holder_silent: float = 15
    stalled: float = 30
    join: float = 10


def whose(viewer: str) -> str:
    """What is the same in the ids of all of one person's pages, and of all who came by one link: up to the dot."""
    return viewer.partition(".")[0]


class Viewer:
    """Messages go out before pictures; neither waits for the other viewers."""

    def __init__(self, line: ServerConnection, join: wire.Join) -> None:
        self.id, self.name, self.may = join.viewer, join.name, join.may
        self.who = whose(join.viewer)
        self.line = line
        self.pictures: Watching | None = None
        self.own = False  # lists and pickers of fields come as controls of the viewer's own
        self.has_pen = False  # what pressed last, or hovers
        self._outline: said.Outline | None = None  # as this viewer knows it, or will
        self._listed = -1  # the ping behind it
        self._pinged = self._ponged = -1
        self.last_input = -1  # number of the newest input that was accepted
        self._unsaid: deque[str] = deque()
        self._unsaid_length = 0
        self._more = asyncio.Event()
        self._heard_at = time.monotonic()
        self._dispatched: said.Dispatched | None = None
        self._ack_timer: asyncio.TimerHandle | None = None
        self._closing = Beside()

    # Speaking

    def say(self, message: Any) -> None:
        text = said.write(message)
        self._unsaid.append(text)
        self._unsaid_length += len(text)
        if self._unsaid_length > _MOST_UNSAID:
            self.close(BEHIND, "too far behind")
        self.wake()

    def refuse(self, s: int | None, why: str) -> None:
        self.say(said.Refusal(s, why))

    def wake(self) -> None:
        """There may be something to send."""
        self._more.set()

    def miss_picture(self) -> None:
        self.say(said.NoPicture())

    def say_figures(self) -> None:
        """What only this side knows of the viewer's pictures."""
        if self.pictures:
            tier, rate, delay = self.pictures.tier, self.pictures.rate, self.pictures.window.delay
            self.say(said.Figures(tier.kind, tier.is_coarse, round(rate), round(1000 * delay)))

    def show_outline(self, outline: said.Outline) -> None:
        """Unless it is as they know it, or the one before is still on its way: a line that carries little would have
        ever more of them to carry. They ask again soon."""
        if outline != self._outline and self._ponged >= self._listed:
            self.say(outline.to(self._outline))
            self._outline = outline
            self._listed = self._ping()

    def forget_outline(self) -> None:
        """They may not see it any more, so their page has thrown it away."""
        self._outline = None

    async def pump(self) -> None:
        """Send whatever there is, for as long as the line stands."""
        try:
            while True:
                await self._more.wait()
                self._more.clear()
                while (data := self._next()) is not None:
                    await self.line.send(data)
        except ConnectionClosed:
            return

    def _next(self) -> str | bytes | None:
        if self._unsaid:
            text = self._unsaid.popleft()
            self._unsaid_length -= len(text)
            return text
        return self.pictures.next() if self.pictures else None

    def dispatched(self, message: wire.Input, acted: bool, at_once: bool) -> None:
        """Tell what was dealt with: the first input of an epoch at once, the rest in bundles."""
        if self._dispatched and self._dispatched.e != message.e:
            self._acknowledge()
        before = self._dispatched or said.Dispatched(message.e, 0, False)
        self._dispatched = said.Dispatched(message.e, max(before.s, message.s), acted or before.acted)
        if at_once:
            self._acknowledge()
        elif self._ack_timer is None:
            self._ack_timer = asyncio.get_running_loop().call_later(_ACK_PAUSE, self._acknowledge)

    def _acknowledge(self) -> None:
        if self._ack_timer:
            self._ack_timer.cancel()
            self._ack_timer = None
        if self._dispatched:
            self.say(self._dispatched)
            self._dispatched = None

    # Being there

    def heard(self) -> None:
        self._heard_at = time.monotonic()

    def ponged(self, n: int) -> None:
        """Whatever was said before that ping has arrived."""
        self._ponged = max(self._ponged, min(n, self._pinged))

    def _ping(self) -> int:
        self._pinged += 1
        self.say(said.Ping(self._pinged))
        return self._pinged

    async def watch_over(self, patience: Patience, holds_control: Any) -> None:
        """Ping, and end the line of a viewer who is silent or does not draw. holds_control() → bool."""
        self._ping()  # at once: from then on the viewer's page knows a silence for what it is
        while True:
            await asyncio.sleep(patience.beat)
            self._ping()
            limit = patience.holder_silent if holds_control() else patience.silent
            stalled = self.pictures.window.stalled_for() if self.pictures else 0.0
            if time.monotonic() - self._heard_at > limit or stalled > patience.stalled:
                self.close(BEHIND, "the viewer does not answer")
                return

    def close(self, code: int, reason: str = "") -> None:
        """Close without waiting for the other side, which may never answer."""
        self._closing.start(self.line.close(code, reason))
