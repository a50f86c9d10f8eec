"""How far one viewer may be behind: a window of credit. No I/O, no clock of its own.

At most CREDIT moments are on the way to a viewer until it says that it has drawn them. What comes meanwhile does not
queue up: of JPEG stripes the newest of each place waits; of video a few pictures wait, for each builds on the one
before, and when those are too many all are dropped and a key frame is asked for, once, as soon as there is credit.
"""

from collections import deque
from collections.abc import Callable

from bots.live.picture import Picture, frame

CREDIT = 3
BACKLOG = 3  # pictures of video that may wait: some 50 ms
ASK_AGAIN = 2.0  # seconds without the key frame that was asked for


class Window:
    """What one viewer gets to see of one stream. `next` gives what may be sent now."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._last = 0  # number given to a frame
        self._flying: deque[tuple[int, int, float]] = deque()  # our number, the picture's moment, when sent

    def offer(self, picture: Picture, sharp: bool) -> None:
        raise NotImplementedError

    def next(self) -> bytes | None:
        raise NotImplementedError

    @property
    def is_behind(self) -> bool:
        """Whether something waits for credit."""
        raise NotImplementedError

    def ack(self, number: int) -> None:
        """The viewer has drawn everything up to this number."""
        while self._flying and self._flying[0][0] <= number:
            self._flying.popleft()

    def stalled_for(self) -> float:
        """Seconds since the oldest picture was sent that the viewer has not drawn yet."""
        return self._now() - self._flying[0][2] if self._flying else 0.0

    def _has_credit(self, moment: int) -> bool:
        moments = {number for _, number, _ in self._flying}
        return moment in moments or len(moments) < CREDIT

    def _send(self, picture: Picture, sharp: bool) -> bytes:
        self._last += 1
        self._flying.append((self._last, picture.number, self._now()))
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

    @property
    def is_behind(self) -> bool:
        return bool(self._waiting)


class VideoWindow(Window):
    """H.264: a chain. Once broken, it begins again with a key frame."""

    def __init__(self, now: Callable[[], float], ask_key_frame: Callable[[], bool]) -> None:
        """ask_key_frame() is False where the request comes too soon; it is made again with a later picture."""
        super().__init__(now)
        self._ask_key_frame = ask_key_frame
        self._waiting: deque[tuple[Picture, bool]] = deque()
        self._broken = True  # only a key frame helps
        self._asked_at: float | None = now()  # whoever opens a window has asked for its first

    def offer(self, picture: Picture, sharp: bool) -> None:
        if picture.key:
            self._waiting.clear()
            self._broken, self._asked_at = False, None
        if self._broken:
            self.next()  # asks, if there is credit by now
        elif len(self._waiting) >= BACKLOG:
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

    def _is_asked(self) -> bool:
        return self._asked_at is not None and self._now() - self._asked_at < ASK_AGAIN

    @property
    def is_behind(self) -> bool:
        return bool(self._waiting) or self._broken
