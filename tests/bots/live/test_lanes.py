"""Lanes, by the tier that they are for."""

import pytest

from bots.live.quality import Wish
from bots.live.stream import Lane

from .engine import Engine


async def test_a_lane_is_built_once_however_many_join_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Lane] = []

    def build(*how: object) -> Lane:
        built.append(Lane(*how))  # type: ignore[arg-type]
        return built[-1]

    monkeypatch.setattr("bots.live.stream.Lane", build)
    people = [engine.join() for _ in range(3)]
    people[0].pictures.choose(Wish(10))
    assert [tuple(lane.tier) for lane in built] == [("h264", False), ("h264", True)]
