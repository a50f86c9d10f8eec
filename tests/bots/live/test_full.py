"""A machine that cannot make as many pictures as are wanted: fewer of them, for all, and nobody's line is blamed."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable

import pytest

from bots.live.pace import LEAST, RATES, Comfort, Load, Rate
from bots.live.picture import Picture
from bots.live.quality import Tier, Wish
from bots.live.stream import Stream

SOON, LATE = 0.005, 0.15  # seconds from the screen to us
EAGER = 120  # looks a second, where sixty pictures are wanted


class Engine:
    """A compositor and its capture: gives out what the test makes, and keeps what it is asked for."""

    width, height, is_running = 1280, 720, True

    def __init__(self) -> None:
        self.now, self.number, self.is_key_due = 100.0, 0, True
        self.looks: list[float] = []

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
    def stop(self) -> None: ...


class Eye:
    """Takes every picture that it may have, and has drawn it `draws_in` seconds later."""

    def __init__(self, engine: Engine, stream: Stream, codec: str = "h264") -> None:
        self.engine, self.draws_in = engine, 0.0
        self.drawing: deque[tuple[float, int]] = deque()
        self.pictures = stream.join([codec], Wish(), self)

    def wake(self) -> None:
        while self.drawing and self.drawing[0][0] <= self.engine.now:
            self.pictures.window.ack(self.drawing.popleft()[1])
        while data := self.pictures.next():
            self.drawing.append((self.engine.now + self.draws_in, int.from_bytes(data[8:12])))

    def miss_picture(self) -> None: ...


@pytest.fixture
async def person() -> AsyncIterator[Eye]:
    """Alone before a page."""
    engine = Engine()
    watching = Eye(engine, Stream(engine, lambda: engine.now))  # type: ignore[arg-type]
    yield watching
    watching.pictures.leave()


async def test_pictures_become_fewer_for_all_where_the_machine_is_full() -> None:
    engine = Engine()
    stream = Stream(engine, lambda: engine.now)  # type: ignore[arg-type]
    people = [Eye(engine, stream) for _ in range(3)]
    engine.make(60, 1, SOON)
    for person in people:
        person.draws_in = 0.3  # late enough for their lines to be blamed
    engine.make(12, 0.5, SOON)
    engine.make(12, 4, LATE)
    assert engine.looks == [EAGER, LEAST]
    engine.make(60, 1, SOON)
    assert {person.pictures.tier for person in people} == {Tier("h264", False)}  # no second encoder on top
    stream.restart()
    for person in people:
        person.pictures.leave()


async def test_stripes_of_one_picture_count_as_one_wherever_they_are() -> None:
    engine = Engine()
    stream = Stream(engine, lambda: engine.now)  # type: ignore[arg-type]
    person = Eye(engine, stream, "jpeg")
    engine.make(10, 0.1, 0.4, range(0, 720, 90))  # one that is late
    engine.make(10, 3, SOON)
    assert engine.looks == [30]
    engine.make(20, 2, LATE, [360])  # a motion on the lower half of the page
    assert engine.looks == [30, 20]
    person.pictures.leave()


async def test_who_comes_when_a_machine_is_free_again_begins_at_the_usual_rate_and_stays_there() -> None:
    engine = Engine()
    stream = Stream(engine, lambda: engine.now)  # type: ignore[arg-type]
    person = Eye(engine, stream)
    engine.make(12, 4, LATE)
    assert engine.looks == [EAGER, LEAST]
    person.pictures.leave()
    late = Eye(engine, stream)
    engine.make(12, 2, SOON)
    assert engine.looks == [EAGER, LEAST, EAGER]
    late.pictures.leave()


async def test_a_page_that_rests_behind_a_short_motion_is_no_full_machine(person: Eye) -> None:
    engine = person.engine
    engine.make(60, 0.5, LATE)
    engine.now += 30
    engine.make(60, 0.5, LATE)
    assert engine.looks == [EAGER]


async def test_two_short_times_are_not_one_long_time_where_the_line_is_slow_between_them(person: Eye) -> None:
    engine = person.engine
    engine.make(60, 1, SOON)
    person.draws_in = 0.3
    for _ in range(2):
        engine.make(60, 0.5, LATE)
        engine.make(60, 0.8, SOON)
    assert engine.looks == [EAGER]


async def test_pictures_that_come_rarely_because_the_machine_is_full_are_no_rest(person: Eye) -> None:
    engine = person.engine
    engine.make(1 / 1.2, 8, 0.4)
    assert engine.looks == [EAGER, LEAST]


def test_what_a_full_machine_does_is_not_held_against_a_line() -> None:
    comfort = Comfort()
    assert not comfort.wants_coarse(8, 60, 1)
    comfort.excuse()
    assert not comfort.wants_coarse(8, 60, 5)
    assert comfort.wants_coarse(8, 60, 10)


def test_a_machine_is_full_when_pictures_are_late_for_a_while_and_free_when_they_come_soon_again() -> None:
    load = Load()
    load.saw(0.4)  # one key frame
    assert not load.is_full
    for _ in range(10):
        load.saw(LATE)
    assert load.is_full
    for _ in range(40):
        load.saw(SOON)
    assert not load.is_full


def eased(rate: Rate, since: float, until: int) -> list[float]:
    """What it asks for in the seconds after, of a machine that would follow at any rate."""
    seen = []
    for second in range(until):
        rate.adjust(500, since + second, 60)
        seen.append(rate.value)
    return seen


def test_a_full_machine_is_asked_for_more_step_by_step_and_ever_later() -> None:
    rate = Rate()
    assert [rate.relieve(8, at / 4) for at in range(4)] == [False, False, False, True]
    assert sorted(set(eased(rate, 1, 40))) == [each for each in RATES if each >= LEAST]
    waited = []
    for began in (100, 110):
        assert [rate.relieve(8, began + at / 4) for at in range(4)][-1]
        waited.append(eased(rate, began + 1, 9).count(LEAST))
    assert waited[0] < waited[1]


def test_no_less_than_so_much_is_asked_of_any_machine() -> None:
    rate = Rate()
    assert [rate.relieve(1, at / 4) for at in range(20)].count(True) == 1
    assert rate.value == LEAST


async def test_the_screen_is_looked_at_twice_as_often_as_pages_draw_until_an_animation_fills_that(person: Eye) -> None:
    engine = person.engine
    engine.make(120, 0.5, SOON)  # a page scrolls smoothly for a moment
    engine.make(60, 10, SOON)
    assert engine.looks == [EAGER]
    engine.make(120, 2, SOON)
    assert engine.looks == [EAGER, 60]
    engine.make(60, 10, SOON)
    engine.make(2, 10, SOON)
    assert engine.looks == [EAGER, 60]  # another rate costs a key frame: not while somebody looks at this page
