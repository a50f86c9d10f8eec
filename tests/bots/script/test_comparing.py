"""Comparing two versions, and merging two people's changes."""

from __future__ import annotations

import difflib
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.script import comparing
from bots.script.comparing import Pair, merged, side_by_side

LINES = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=8)


def said(rows: list[Pair]) -> list[tuple[str, int | None, int | None]]:
    return [(row.kind, row.old, row.new) for row in rows]


def text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def test_it_shows_changes_with_what_is_around_them() -> None:
    old = [f"line {n}" for n in range(30)]
    new = [*old[:15], "line fifteen", *old[16:], "more"]
    rows = side_by_side(text(old), text(new))
    assert said(rows)[0] == ("gap", None, None)
    assert rows[0].left_out == 12
    changed = [row for row in rows if row.kind == "changed"]
    assert said(changed) == [("changed", 16, 16), ("changed", None, 31)]
    assert [(piece.text, piece.changed) for piece in changed[0].after] == [("line ", False), ("fifteen", True)]


def test_it_shows_nothing_where_nothing_changed() -> None:
    assert side_by_side("a\nb\n", "a\nb\n") == []


def test_a_recording_in_one_line_is_compared_in_good_order() -> None:
    steps = [{"type": "click", "selectors": [[f"#{name * 20}"]]} for name in "abcdefghijklmnop"]
    old = json.dumps({"title": "x", "steps": steps})
    new = json.dumps({"title": "x", "steps": [*steps[:-1], {"type": "close"}]})
    assert [row.kind for row in side_by_side(old, new)].count("changed") == 1


def test_a_megabyte_that_is_all_different_costs_little() -> None:
    old, new = text([f"old {n}" for n in range(20_000)]), text([f"new {n}" for n in range(20_000)])
    assert len(side_by_side(old, new)) == 3_000


@given(LINES, LINES, LINES)
def test_one_persons_change_alone_is_the_result(base: list[str], mine: list[str], theirs: list[str]) -> None:
    assert merged(text(base), text(mine), text(base)) == (text(mine) or "\n", 0)
    assert merged(text(base), text(base), text(theirs)) == (text(theirs) or "\n", 0)
    assert merged(text(base), text(mine), text(mine)) == (text(mine) or "\n", 0)


@given(LINES, LINES, LINES)
def test_no_line_of_either_side_is_lost(base: list[str], mine: list[str], theirs: list[str]) -> None:
    together, _ = merged(text(base), text(mine), text(theirs))
    left = set(together.splitlines())
    assert (set(mine) | set(theirs)) - set(base) <= left


@pytest.mark.parametrize(
    ("mine", "theirs", "result", "conflicts"),
    [
        ("A b c d", "a b c D", "A b c D", 0),
        ("A b c d", "a B c d", "A B c d", 0),
        ("x a b c d", "a b c d y", "x a b c d y", 0),
        ("a b d", "a b c d y", "a b d y", 0),
        ("A b c d", "X b c d", "<<<<<<< yours|A|=======|X|>>>>>>> theirs b c d", 1),
        ("a b c d x", "a b c d y", "a b c d <<<<<<< yours|x|=======|y|>>>>>>> theirs", 1),
    ],
)
def test_two_peoples_changes_come_together(mine: str, theirs: str, result: str, conflicts: int) -> None:
    got, count = merged(*(text(side.split()) for side in ("a b c d", mine, theirs)))
    marked = got.replace("\n", " ").strip()
    assert (marked.replace(" yours", "_yours").replace(" theirs", "_theirs"), count) == (
        result.replace(" yours", "_yours").replace(" theirs", "_theirs").replace("|", " "),
        conflicts,
    )


@pytest.mark.security
def test_t22_texts_that_are_much_the_same_cost_little_too(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    search = difflib.SequenceMatcher.find_longest_match
    counted = lambda *where: looks.append(1) or search(*where)  # noqa: E731
    monkeypatch.setattr(difflib.SequenceMatcher, "find_longest_match", counted)
    lines = text(["a", "b"] * 990), text(["b", "c", "a"] * 660)
    assert len(side_by_side(*lines)) <= 3_000
    signs = random.Random(1)  # noqa: S311
    words = ["".join(f"{''.join(signs.choices('+-', k=398))}{end}\n" for _ in range(300)) for end in "xy"]
    assert len(side_by_side(*words)) == 300
    merged(*lines, text(["c", "a", "b", "b"] * 500))
    assert len(looks) < 2_000  # of ten thousand, which took minutes


def test_many_changes_of_many_lines_are_still_put_together() -> None:
    base = [f"line {number}" for number in range(1_000)]
    mine, theirs = ([f"{line}!" if at % 4 == shift else line for at, line in enumerate(base)] for shift in (0, 2))
    together, conflicts = merged(text(base), text(mine), text(theirs))
    assert (together.count("!"), conflicts) == (500, 0)


class Counted(list[comparing.Change]):
    """Changes that count how often one of them is looked at."""

    looks = 0

    def __iter__(self) -> Iterator[comparing.Change]:
        for change in super().__iter__():
            self.looks += 1
            yield change

    def __getitem__(self, place: Any) -> Any:
        self.looks += 1
        return super().__getitem__(place)


@pytest.mark.security
def test_t11_of_many_changes_only_those_of_a_place_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Counted] = []
    changes = comparing._changes
    monkeypatch.setattr(comparing, "_changes", lambda *given: found.append(Counted(changes(*given))) or found[-1])
    base = [f"line {number}" for number in range(1_000)]
    mine = [f"{line}!" if at % 4 == 0 else line for at, line in enumerate(base)]
    together, _ = merged(text(base), text(mine), text(base))
    assert together == text(mine)
    assert sum(changes.looks for changes in found) < 250 * 20  # of sixty thousand, and with a megabyte a billion
