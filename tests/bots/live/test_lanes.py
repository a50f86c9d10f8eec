"""Lanes, by the tier that they are for."""

import pytest

from bots.live.quality import Wish
from bots.live.stream import Lane, Stream

from .test_full import Engine, Eye


async def test_a_lane_is_built_once_however_many_join_it(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Lane] = []

    def build(*how: object) -> Lane:
        built.append(Lane(*how))  # type: ignore[arg-type]
        return built[-1]

    monkeypatch.setattr("bots.live.stream.Lane", build)
    engine = Engine()
    stream = Stream(engine, lambda: engine.now)  # type: ignore[arg-type]
    people = [Eye(engine, stream) for _ in range(3)]
    people[0].pictures.choose(Wish(10))
    assert [tuple(lane.tier) for lane in built] == [("h264", False), ("h264", True)]
    for person in people:
        person.pictures.leave()
