"""Scripts in good order: what is written is read back as the same, in both forms."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.script import ScriptError, as_json, as_yaml, parse, reformatted
from bots.script.kinds import UNSTORABLE
from bots.script.source import read
from tests.bots.script import every_step

TEXT = st.text(max_size=30).filter(lambda text: not UNSTORABLE.search(text))
PLAIN = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.floats(-6e4, 6e4, width=16) | TEXT
ODD = st.sampled_from(
    [
        "on",
        "1e3",
        "0o7",
        "1_000",
        "12:30",
        "~",
        "null",
        "2026-11-21",
        "- a",
        "a: b",
        "#a",
        " x ",
        "a\nb\n",
        "1.",
        "0x1f",
        "=",
        "<<",
    ]
)
DATA = st.recursive(
    PLAIN | ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT | ODD, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(TEXT | ODD, DATA, min_size=1, max_size=4))
def test_what_is_written_is_read_back(data: dict[str, Any]) -> None:
    assert read(as_json(data)) == data
    assert read(as_yaml(data)) == data


def test_every_step_survives_both_forms() -> None:
    text = json.dumps(every_step.flow())
    script = parse(text)
    as_other = reformatted(text, read(text), "yaml")
    assert parse(as_other) == script
    assert parse(reformatted(as_other, read(as_other), "json")) == script


def test_short_steps_stay_in_one_line() -> None:
    data = {"title": "T", "steps": [{"type": "click", "selectors": [["aria/Sign in"]]}, {"type": "close"}]}
    assert as_json(data).splitlines()[2:5] == [
        '  "steps": [',
        '    {"type": "click", "selectors": [["aria/Sign in"]]},',
        '    {"type": "close"}',
    ]


@pytest.mark.parametrize("text", ["# why\ntitle: x\n", "title: x # why\n"])
def test_comments_are_not_lost(text: str) -> None:
    with pytest.raises(ScriptError, match="The comments"):
        reformatted(text, read(text))
