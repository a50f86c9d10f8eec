"""The bench is not run by the tests; but what it measures with is there."""

from importlib import import_module

import pytest

from bench.__main__ import PARTS


@pytest.mark.parametrize("part", PARTS)
def test_each_part_can_be_loaded(part: str) -> None:
    assert import_module(f"bench.{part}").measure
