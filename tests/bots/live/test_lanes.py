"""Lanes, by the tier that they are for."""

import pytest

from bots.live import stream
from bots.live.quality import Wish
from bots.live.stream import Lane

from .engine import Engine, Eye
from .rig import fact


async def test_a_lane_is_built_once_however_many_join_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Lane] = []

    def build(*how: object) -> Lane:
        built.append(Lane(*how))  # type: ignore[arg-type]
        return built[-1]

    monkeypatch.setattr("bots.live.stream.Lane", build)
    people = [engine.join() for _ in range(3)]
    people[0].pictures.choose(Wish(10))
    assert [tuple(lane.tier) for lane in built] == [("h264", False), ("h264", True)]


def sees(engine: Engine, person: Eye) -> bool:
    person.drawing.clear()
    engine.make(60, 0.1, 0)
    return bool(person.drawing)


@pytest.mark.security
async def test_t11_of_many_wishes_in_a_moment_the_first_and_the_newest_come_true(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each ends an encoder and begins another: whoever sent a thousand a second held up everybody's browser."""
    monkeypatch.setattr(stream, "_BETWEEN_CHANGES", 0.1)
    pictures = engine.join().pictures
    pictures.choose(Wish(10))
    assert (pictures.tier.is_coarse, len(engine.looks)) == (True, 2)
    for quality in [90, 10] * 50 + [90]:
        pictures.choose(Wish(quality))
    assert (pictures.tier.is_coarse, len(engine.looks)) == (True, 2)
    await fact(lambda: not pictures.tier.is_coarse)
    assert (pictures.wish, len(engine.looks)) == (Wish(90), 3)


@pytest.mark.security
async def test_t11_what_is_hidden_again_and_again_is_hidden_at_once_and_shown_in_time(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "_BETWEEN_CHANGES", 0.1)
    person = engine.join()
    for _ in range(50):
        person.pictures.show(False)
        assert not sees(engine, person)
        person.pictures.show(True)
    assert (sees(engine, person), len(engine.looks)) == (False, 2)
    await fact(lambda: len(engine.looks) == 3)
    engine.is_key_due = True  # as each encoder begins
    assert sees(engine, person)


async def test_whoever_left_comes_to_no_lane_again(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "_BETWEEN_CHANGES", 0.01)
    gone, here = engine.join().pictures, engine.join().pictures
    for pictures in (gone, here):
        pictures.choose(Wish(10))
        pictures.choose(Wish(90))
    gone.leave()
    await fact(lambda: not here.tier.is_coarse)
    assert gone.tier.is_coarse
