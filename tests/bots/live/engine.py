"""What makes pictures for a stream, at the test's own pace, and those who look at them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from bots.live.picture import Picture
from bots.live.quality import Tier, Wish
from bots.live.stream import Stream


class Engine:
    """A compositor and its capture: gives out what the test makes, and keeps what it is asked for.

    With the stream that it is for, and the people who have joined it.
    """

    width, height, is_running, quiet = 1280, 720, True, 20

    def __init__(self) -> None:
        self.now, self.number, self.is_key_due = 100.0, 0, True
        self.looks: list[float] = []
        self.stream = Stream(self, lambda: self.now)  # type: ignore[arg-type]
        self.people: list[Eye] = []

    def join(self, codec: str = "h264") -> Eye:
        self.people.append(Eye(self, codec))
        return self.people[-1]

    def capture(self, tier: Tier, quality: object, receive: Callable[[Picture], None], looks: float) -> Engine:
        self.kind, self.receive = tier.kind, receive
        self.looks.append(looks)
        return self

    def make(self, a_second: float, seconds: float, lag: float, places: Iterable[int] = (0,)) -> None:
        """places: where the stripes begin of which each picture consists."""
        for _ in range(round(a_second * seconds)):
            self.now, self.number = self.now + 1 / a_second, self.number + 1
            captured, key, self.is_key_due = int((self.now - lag) * 1e9), self.is_key_due, False
            for y in places:
                self.receive(Picture(self.kind, key, 1280, 720, y, self.number, captured, b"p" * 4000))

    def set_looks(self, looks: float) -> None:
        self.looks.append(looks)

    def ask_key_frame(self) -> None:
        self.is_key_due = True

    def set_quality(self, quality: object) -> None: ...
    def set_burst(self, frames: int) -> None: ...
    def stop(self) -> None: ...


class Eye:
    """Takes every picture that it may have, and has drawn it `draws_in` seconds later."""

    def __init__(self, engine: Engine, codec: str) -> None:
        self.engine, self.draws_in = engine, 0.0
        self.drawing: deque[tuple[float, int]] = deque()
        self.pictures = engine.stream.join([codec], Wish(), self)

    def wake(self) -> None:
        while self.drawing and self.drawing[0][0] <= self.engine.now:
            self.pictures.window.ack(self.drawing.popleft()[1])
        while data := self.pictures.next():
            self.drawing.append((self.engine.now + self.draws_in, int.from_bytes(data[8:12])))

    def miss_picture(self) -> None: ...
