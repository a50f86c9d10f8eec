"""How far one viewer may be behind: a window of credit. No I/O, no clock of its own.

At most CREDIT moments are on the way to a viewer until it says that it has drawn them; more once its answers have shown
that the way itself is long, or a distant viewer would see a third of the pictures. Once pictures have queued up there,
the answers tell how many bytes the line carries; from then on no more are sent than it takes at once, for they would
only be older when they are drawn.

What comes meanwhile does not queue up here either: of JPEG stripes the newest of each place waits; of video a few
pictures wait, for each builds on the one before. When those are too many, and more bytes than the key frame that would
take their place, all are dropped and it is asked for, once, when there is credit.
"""

import math
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from bots.live.picture import Picture, frame

CREDIT = 5  # moments, on the shortest way: a line by radio stands still for 50 ms now and then
MOST_CREDIT = 48  # moments, on the longest: half a second of them
FEWEST = 2  # moments, whatever the line carries: with one, nothing would be on it for half of the time
_MOST_FLYING = 2_000_000  # bytes, whatever the line carries: a viewer who stops reading costs no more
_QUEUE = 0.1  # seconds beyond the way itself that pictures take where they have queued up
_SPAN = 10.0  # seconds; where the way becomes longer, that is known after two of them at the latest
_FULL_RATE = 90  # moments a second, with room to spare, that the credit of a distant viewer is meant for
_EASE = 0.8  # of what the line carries: what has queued up is to go, too
_GROWTH = 0.2  # a second, of what the line may carry where pictures that are as much as half of it do not queue
_ONE_MOTION = 0.25  # seconds between two answers, at most
_MOST_OF_ONE = 3  # times the usual size, as which a larger picture counts: a motion's first may be ten times as large
BACKLOG = 3  # pictures of video that may wait, whatever their size: some 50 ms
_SMOOTH = 0.2  # weight of the newest in what is smoothed
ASK_AGAIN = 2.0  # seconds without the key frame that was asked for


class _Flight(NamedTuple):
    """A picture on its way."""

    number: int  # ours
    moment: int
    sent: float
    size: int  # bytes
    behind: int  # bytes that were on the way when it was sent, and its own


class Window(ABC):
    """What one viewer gets to see of one stream. `next` gives what may be sent now."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.answers = 0  # how often the viewer has said that it has drawn
        self._last = 0  # number given to a frame
        self._flying: deque[_Flight] = deque()
        self._delay = 0.0  # seconds from sending to drawn, smoothed
        self._least = 0.0  # the shortest of late: the way without any queue
        self._least_of_span = self._least_before = math.inf
        self._span_began = now()
        self._carries = 0.0  # bytes a second, smoothed; 0 while the line was never full
        self._answered_at = now()
        self._size = 0.0  # bytes of a picture in motion, smoothed

    def goes_on_from(self, before: "Window") -> None:
        """The same viewer, on another stream: the numbers rise on, what is known of the line still holds."""
        self.answers, self._last, self._flying = before.answers, before._last, before._flying
        self._delay, self._least, self._carries = before._delay, before._least, before._carries

    def forget(self) -> None:
        """Nothing that was sent need be answered any more."""
        self._flying.clear()

    @abstractmethod
    def offer(self, picture: Picture, sharp: bool) -> None:
        """A picture has come; `sharp`: as good as it will get."""

    @abstractmethod
    def next(self) -> bytes | None:
        """What may be sent now; None: nothing, or not yet."""

    def ack(self, number: int) -> None:
        """The viewer has drawn everything up to this number."""
        self.answers += 1
        while self._flying and self._flying[0].number <= number:
            flight = self._flying.popleft()
            delay = max(self._now() - flight.sent, 0.001)
            self._learn_way(delay)
            self._learn_line(flight.behind / delay, delay)

    def _learn_line(self, carried: float, delay: float) -> None:
        """So many bytes a second were carried, which is what the line can only where pictures queue up."""
        if delay > self._least + _QUEUE or 0 < self._carries < carried:
            self._carries += (_SMOOTH if self._carries else 1) * (carried - self._carries)
        elif 2 * carried > self._carries:
            self._carries *= 1 + _GROWTH * min(self._now() - self._answered_at, _ONE_MOTION)
        self._answered_at = self._now()

    def _learn_way(self, delay: float) -> None:
        self._delay += (_SMOOTH if self._delay else 1) * (delay - self._delay)
        if self._now() - self._span_began > _SPAN:
            self._least_before, self._least_of_span, self._span_began = self._least_of_span, delay, self._now()
        self._least_of_span = min(delay, self._least_of_span)
        self._least = min(self._least_of_span, self._least_before)

    @property
    def credit(self) -> int:
        """One picture, until the viewer has shown that it draws: whoever never does costs no more than that."""
        if not self.answers:
            return 1
        return min(CREDIT + round(self._least * _FULL_RATE), MOST_CREDIT)

    @property
    def carries(self) -> float:
        """Bytes a second that the line carries; infinity while it was never full."""
        return self._carries or math.inf

    @property
    def delay(self) -> float:
        """Seconds from sending a picture until the answer that it was drawn, smoothed."""
        return self._delay

    def pace(self) -> float:
        """Pictures a second that this viewer can follow with its credit, on this line."""
        return min(self.credit / max(self.lateness(), 0.001), _EASE * self.carries / (self._size or 1))

    def lateness(self) -> float:
        """Seconds that a picture takes to be drawn, or has taken so far."""
        return max(self._delay, self.stalled_for())

    def stalled_for(self) -> float:
        """Seconds since the oldest picture was sent that the viewer has not drawn yet."""
        return self._now() - self._flying[0].sent if self._flying else 0.0

    def _has_credit(self, moment: int) -> bool:
        moments = {flight.moment for flight in self._flying}
        if moment in moments or len(moments) < min(FEWEST, self.credit):
            return True
        room = min(self.carries * (self._least + _QUEUE), _MOST_FLYING)
        return len(moments) < self.credit and self._flying_bytes() < room

    def _flying_bytes(self) -> int:
        return sum(flight.size for flight in self._flying)

    def _send(self, picture: Picture, sharp: bool) -> bytes:
        self._last += 1
        size = len(picture.payload)
        if not sharp and not picture.key:
            self._size += _SMOOTH * (min(size, _MOST_OF_ONE * (self._size or size)) - self._size)
        self._flying.append(_Flight(self._last, picture.number, self._now(), size, self._flying_bytes() + size))
        return frame(picture, self._last, sharp)


class StripeWindow(Window):
    """JPEG: each stripe stands for itself, so the newest of each place is enough."""

    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__(now)
        self._waiting: dict[int, tuple[Picture, bool]] = {}

    def offer(self, picture: Picture, sharp: bool) -> None:
        self._waiting[picture.y] = (picture, sharp)

    def next(self) -> bytes | None:
        for y, (picture, sharp) in self._waiting.items():
            if self._has_credit(picture.number):
                del self._waiting[y]
                return self._send(picture, sharp)
        return None


class VideoWindow(Window):
    """Video: a chain. Once broken, it begins again with a key frame."""

    def __init__(self, now: Callable[[], float], ask_key_frame: Callable[[], bool]) -> None:
        """ask_key_frame() is False where the request comes too soon; it is made again with a later picture."""
        super().__init__(now)
        self._ask_key_frame = ask_key_frame
        self._waiting: deque[tuple[Picture, bool]] = deque()
        self._key_size = 0  # bytes of the last key frame
        self._broken = True  # only a key frame helps
        self._asked_at: float | None = now()  # whoever opens a window has asked for its first

    def offer(self, picture: Picture, sharp: bool) -> None:
        if picture.key:
            self._waiting.clear()
            self._broken, self._asked_at, self._key_size = False, None, len(picture.payload)
        if self._broken:
            self.next()  # asks, if there is credit by now
        elif self._is_full():
            self._waiting.clear()
            self._broken = True
        else:
            self._waiting.append((picture, sharp))

    def next(self) -> bytes | None:
        if self._waiting and self._has_credit(self._waiting[0][0].number):
            return self._send(*self._waiting.popleft())
        if self._broken and self._has_credit(-1) and not self._is_asked() and self._ask_key_frame():
            self._asked_at = self._now()
        return None

    def _is_full(self) -> bool:
        """A key frame in place of what waits would be there sooner. Sharp pictures would only have to come again."""
        moving = [len(picture.payload) for picture, sharp in self._waiting if not sharp]
        return len(moving) >= BACKLOG and sum(moving) > self._key_size

    def _is_asked(self) -> bool:
        return self._asked_at is not None and self._now() - self._asked_at < ASK_AGAIN
