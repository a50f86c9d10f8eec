"""A machine that cannot make as many pictures as are wanted: fewer of them, for all, and nobody's line is blamed."""

import pytest

from bots.live.pace import LEAST, RATES, Comfort, Load, Rate
from bots.live.quality import Tier

from .engine import Engine

SOON, LATE = 0.005, 0.15  # seconds from the screen to us
EAGER = 120  # looks a second, where sixty pictures are wanted


async def test_pictures_become_fewer_for_all_where_the_machine_is_full(engine: Engine) -> None:
    people = [engine.join() for _ in range(3)]
    engine.make(60, 1, SOON)
    for person in people:
        person.draws_in = 0.3  # late enough for their lines to be blamed
    engine.make(12, 0.5, SOON)
    engine.make(12, 4, LATE)
    assert engine.looks == [EAGER, LEAST]
    engine.make(60, 1, SOON)
    assert {person.pictures.tier for person in people} == {Tier("h264", False)}  # no second encoder on top


async def test_stripes_of_one_picture_count_as_one_wherever_they_are(engine: Engine) -> None:
    engine.join("jpeg")
    engine.make(10, 0.1, 0.4, range(0, 720, 90))  # one that is late
    engine.make(10, 3, SOON)
    assert engine.looks == [30]
    engine.make(20, 2, LATE, [360])  # a motion on the lower half of the page
    assert engine.looks == [30, 20]


async def test_who_comes_when_a_machine_is_free_again_begins_at_the_usual_rate_and_stays_there(engine: Engine) -> None:
    person = engine.join()
    engine.make(12, 4, LATE)
    assert engine.looks == [EAGER, LEAST]
    person.pictures.leave()
    engine.join()
    engine.make(12, 2, SOON)
    assert engine.looks == [EAGER, LEAST, EAGER]


@pytest.mark.parametrize("rests", [True, False])
async def test_two_short_times_are_not_one_long_time_whatever_lies_between_them(engine: Engine, rests: bool) -> None:
    person = engine.join()
    engine.make(60, 1, SOON)
    person.draws_in = 0.3  # the line is slow as well
    for _ in range(2):
        engine.make(60, 0.5, LATE)
        if rests:
            engine.now += 30
        else:
            engine.make(60, 0.8, SOON)
    assert engine.looks == [EAGER]


async def test_pictures_that_come_rarely_because_the_machine_is_full_are_no_rest(engine: Engine) -> None:
    engine.join()
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
    load.saw(0.3)  # one key frame
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


async def test_the_screen_is_looked_at_twice_as_often_as_pages_draw_until_an_animation_fills_that(
    engine: Engine,
) -> None:
    engine.join()
    engine.make(120, 0.5, SOON)  # a page scrolls smoothly for a moment
    engine.make(60, 10, SOON)
    assert engine.looks == [EAGER]
    engine.make(120, 2, SOON)
    assert engine.looks == [EAGER, 60]
    engine.make(60, 10, SOON)
    engine.make(2, 10, SOON)
    assert engine.looks == [EAGER, 60]  # another rate costs a key frame: not while somebody looks at this page
