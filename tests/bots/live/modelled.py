"""A page that scrolls, its encoder, and a viewer at the end of a modelled line, all on a clock of the test's own.

How large pictures are was measured in the real engine (bench/RESULTS.md): twice as large for each six points of CRF,
larger where there are fewer of them, and text that moves on by more than sixteen pixels is coded anew.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from bots.live.picture import Picture
from bots.live.quality import Qualities, Tier, Wish, crf, still_crf
from bots.live.stream import Stream

SCROLL, REST = 3.0, 6.0  # seconds
MOST_SHOWN = 60.0  # pictures a second
CAPTURED, DRAWN = 0.008, 0.003  # seconds that each takes
STALL, STALLS_EVERY = 0.2, 1.3  # seconds, of a radio


@dataclass(frozen=True)
class Page:
    """Bytes of its pictures at CRF 25: the first of all, one in motion, and what it cannot fall below; of still ones
    at 18."""

    key: int
    moving: int
    floor: int
    still: int
    coded_anew: int  # in motion, where there are fewer than 25 pictures a second


TEXT = Page(key=330_000, moving=5_000, floor=500, still=60_000, coded_anew=130_000)
PHOTOS = Page(key=400_000, moving=9_000, floor=1_500, still=300_000, coded_anew=0)
PARTS_OF_STILL = (1.0, 0.4, 0.2)  # the sharp pictures after a motion


@dataclass
class Line:
    rate: float  # bytes a second
    rtt: float  # seconds
    jitter: float = 0.0  # seconds; with any, it also stalls now and then


@dataclass(frozen=True)
class Seen:
    """Of one scroll, by its viewer."""

    a_second: float
    age: float  # seconds, p50


class Scrolling:
    """The stream of such a page, with one viewer; `scroll` goes on for some seconds of the model's."""

    width, height, is_running = 1280, 720, True

    def __init__(self, page: Page, line: Line) -> None:
        self.page, self.line = page, line
        self._now, self._number, self._looks, self._is_key_due = 100.0, 0, MOST_SHOWN, True
        self._until, self._parts = 0.0, 0  # of the motion; of the sharp pictures that are still to come
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0
        self._free_at = self._arrived = 0.0
        self._ages: list[float] = []
        self._chance = random.Random(3)  # noqa: S311
        self._pictures = Stream(self, lambda: self._now).join(["h264-444"], Wish(), self)  # type: ignore[arg-type]
        self._run(15)

    def scroll(self) -> Seen:
        self._ages = []
        self._until = self._now + SCROLL
        self._show()
        self._run(SCROLL)
        seen = Seen(len(self._ages) / SCROLL, median(self._ages) if self._ages else SCROLL)
        self._run(REST)
        return seen

    # The encoder, as a lane knows it

    def capture(self, tier: Tier, quality: Qualities, receive: Callable[[Picture], None], looks: float) -> Scrolling:
        self._tier, self._receive, self._quality, self._looks = tier, receive, quality, looks
        self._at(0, self._begin)
        return self

    @property
    def quiet(self) -> int:
        return max(10, round(self._looks / 6))

    def set_looks(self, looks: float) -> None:
        self._looks, self._is_key_due = looks, True

    def ask_key_frame(self) -> None:
        self._is_key_due = True
        if self._now > self._until:
            self._at(CAPTURED, self._begin)

    def set_quality(self, quality: Qualities) -> None:
        self._quality = quality

    def set_burst(self, frames: int) -> None: ...
    def stop(self) -> None: ...

    # The page

    def _begin(self) -> None:
        """A key frame of what stands still."""
        if self._is_key_due:
            self._make(self._size())
            self._rest()

    def _show(self) -> None:
        if self._now < self._until:
            self._make(self._size())
            self._at(1 / self._a_second, self._show)
        else:
            self._rest()

    def _rest(self) -> None:
        self._parts, self._number = len(PARTS_OF_STILL), self._number + self.quiet - 1
        self._at(1 / 6, self._sharpen)

    def _sharpen(self) -> None:
        if self._now < self._until or not self._parts:
            return
        part = PARTS_OF_STILL[-self._parts]
        self._make(part * self.page.still * 2 ** ((18 - still_crf(self._quality.still)) / 12))
        self._parts -= 1
        self._at(1 / MOST_SHOWN, self._sharpen)

    @property
    def _a_second(self) -> float:
        return min(self._looks, MOST_SHOWN)

    def _size(self) -> float:
        finer = 25 - crf(self._quality.moving)
        if self._is_key_due:
            return self.page.key * 2 ** (finer / 7.5)
        noise = self._chance.lognormvariate(0, 0.35)
        if self.page.coded_anew and self._a_second < 25:
            return noise * self.page.coded_anew * 2 ** (finer / 7)
        fewer = (MOST_SHOWN / self._a_second) ** (1 if self.page.coded_anew else 0.6)
        return noise * (self.page.moving * 2 ** (finer / 6) + self.page.floor) * fewer

    def _make(self, size: float) -> None:
        key, self._is_key_due, self._number = self._is_key_due, False, self._number + 1
        captured = int((self._now - CAPTURED) * 1e9)
        self._receive(Picture(self._tier.kind, key, 1280, 720, 0, self._number, captured, bytes(round(size))))

    # The viewer

    def wake(self) -> None:
        while data := self._pictures.next():
            self._free_at = max(self._now, self._free_at) + len(data) / self.line.rate
            self._arrived = max(self._arrived, self._free_at + self.line.rtt / 2 + self._delayed())
            number, captured = int.from_bytes(data[8:12]), int.from_bytes(data[12:16]) / 1000
            self._at(self._arrived + DRAWN - self._now, lambda n=number, at=captured: self._draw(n, at))  # type: ignore[misc]

    def _delayed(self) -> float:
        if not self.line.jitter:
            return 0.0
        return self._chance.random() * self.line.jitter + max(0.0, STALL - self._now % STALLS_EVERY)

    def _draw(self, number: int, captured: float) -> None:
        self._ages.append(self._now - captured)
        self._at(self.line.rtt / 2, lambda: self._answer(number))

    def _answer(self, number: int) -> None:
        self._pictures.window.ack(number)
        self.wake()

    def miss_picture(self) -> None: ...

    # The clock

    def _at(self, seconds: float, happens: Callable[[], None]) -> None:
        self._order += 1
        heapq.heappush(self._events, (self._now + seconds, self._order, happens))

    def _run(self, seconds: float) -> None:
        until = self._now + seconds
        while self._events and self._events[0][0] <= until:
            self._now, _, happens = heapq.heappop(self._events)
            happens()
        self._now = until
