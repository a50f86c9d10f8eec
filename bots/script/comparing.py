"""Two texts side by side, and two people's changes of a third put together. Line by line."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from operator import itemgetter

from bots.script.problems import ScriptError
from bots.script.source import read
from bots.script.writing import as_json, is_json

AROUND = 3  # unchanged lines that are shown before and after a change
EFFORT = 2_000_000  # pairs that one comparison looks at; whatever is left then counts as changed as a whole
LONG_LINE = 400
MOST_ROWS = 3_000
WORD = re.compile(r"\w+|\s+|.")

Operation = tuple[str, int, int, int, int]  # as difflib gives them
Change = tuple[int, int, list[str]]  # from and to in the base, and what stands there instead


@dataclass(frozen=True)
class Piece:
    """A part of a line; `changed` where the other side reads otherwise."""

    text: str
    changed: bool = False


@dataclass(frozen=True)
class Pair:
    """One row: a line of each side with its number, counted from 1; None where a side has no such line."""

    kind: str  # equal, changed, or gap: unchanged lines that are left out
    old: int | None = None
    new: int | None = None
    before: tuple[Piece, ...] = ()
    after: tuple[Piece, ...] = ()
    left_out: int = 0


def side_by_side(old: str, new: str) -> list[Pair]:
    """The rows of a comparison, with unchanged stretches left out. Empty where both are the same."""
    old, new = readable(old, new)
    left, right = old.splitlines(), new.splitlines()
    effort = Effort()
    operations = list(_operations(left, right, effort))
    if all(tag == "equal" for tag, *_ in operations):
        return []
    return list(islice(_rows(left, right, operations, effort), MOST_ROWS))


def _rows(left: list[str], right: list[str], operations: list[Operation], effort: Effort) -> Iterator[Pair]:
    for number, (tag, a, b, c, d) in enumerate(operations):
        if tag == "equal":
            yield from _unchanged(left, a, b, c, first=number == 0, last=number == len(operations) - 1)
        else:
            yield from _changed(left[a:b], right[c:d], a, c, effort)


def readable(*texts: str) -> tuple[str, ...]:
    """The texts, or all of them in good order where one is a recording in a single line."""
    if not any(is_json(text) and max(map(len, text.splitlines()), default=0) > LONG_LINE for text in texts):
        return texts
    try:
        return tuple(as_json(read(text)) if is_json(text) else text for text in texts)
    except ScriptError:
        return texts


class Effort:
    """How much may still be looked at: one budget for all that a comparison looks for."""

    def __init__(self) -> None:
        self.left = EFFORT

    def allows(self, cost: int) -> bool:
        self.left -= cost
        return self.left > 0


class Matcher(difflib.SequenceMatcher[str]):
    """difflib's, whose cost grows with the cube where lines are much the same: this one stops when that is too much."""

    def __init__(self, left: list[str], right: list[str], effort: Effort) -> None:
        super().__init__(None, left, right, autojunk=False)
        self._effort = effort
        self._costs = [0, *accumulate(1 + len(self.b2j.get(item, ())) for item in left)]  # type: ignore[attr-defined]

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> difflib.Match:
        end = len(self._costs) - 1 if ahi is None else ahi
        if self._effort.allows(self._costs[end] - self._costs[alo]):
            return super().find_longest_match(alo, ahi, blo, bhi)
        return difflib.Match(alo, blo, 0)


def _operations(left: list[str], right: list[str], effort: Effort) -> Iterator[Operation]:
    """As difflib gives them; equal ends are cut off first."""
    shared = min(len(left), len(right))
    head = next((at for at in range(shared) if left[at] != right[at]), shared)
    tail = next((at for at in range(shared - head) if left[-1 - at] != right[-1 - at]), shared - head)
    inner_left, inner_right = left[head : len(left) - tail], right[head : len(right) - tail]
    if head:
        yield "equal", 0, head, 0, head
    for tag, a, b, c, d in Matcher(inner_left, inner_right, effort).get_opcodes():
        yield tag, a + head, b + head, c + head, d + head
    if tail:
        yield "equal", len(left) - tail, len(left), len(right) - tail, len(right)


def _unchanged(lines: list[str], start: int, end: int, other: int, first: bool, last: bool) -> list[Pair]:
    shift = other - start
    rows = [Pair("equal", at + 1, at + shift + 1, (Piece(lines[at]),), (Piece(lines[at]),)) for at in range(start, end)]
    before, after = 0 if first else AROUND, 0 if last else AROUND
    left_out = len(rows) - before - after
    if left_out < 2:
        return rows
    return [*rows[:before], Pair("gap", left_out=left_out), *rows[before + left_out :]]


def _changed(left: list[str], right: list[str], old: int, new: int, effort: Effort) -> Iterator[Pair]:
    for at in range(max(len(left), len(right))):
        before = left[at] if at < len(left) else None
        after = right[at] if at < len(right) else None
        pieces = _pieces(before, after, effort)
        numbers = None if before is None else old + at + 1, None if after is None else new + at + 1
        yield Pair("changed", *numbers, *pieces)


def _pieces(before: str | None, after: str | None, effort: Effort) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both lines in pieces; a line that has little in common with the other is changed as a whole."""
    if before is None or after is None or max(len(before), len(after)) > LONG_LINE or not effort.allows(1):
        return _whole(before), _whole(after)
    left, right = WORD.findall(before), WORD.findall(after)
    matcher = Matcher(left, right, effort)
    if matcher.ratio() < 0.5:
        return _whole(before), _whole(after)
    codes = matcher.get_opcodes()
    olds = tuple(Piece("".join(left[a:b]), tag != "equal") for tag, a, b, _, _ in codes if b > a)
    news = tuple(Piece("".join(right[c:d]), tag != "equal") for tag, _, _, c, d in codes if d > c)
    return olds, news


def _whole(line: str | None) -> tuple[Piece, ...]:
    return () if line is None else (Piece(line, True),)


def merged(base: str, mine: str, theirs: str) -> tuple[str, int]:
    """Both changes of `base` in one text, and in how many places they contradict each other.

    There both stand, between <<<<<<< and >>>>>>>, which is no script: nobody saves that by accident.
    """
    base, mine, theirs = readable(base, mine, theirs)
    lines = base.splitlines()
    effort = Effort()
    ours, others = (_changes(lines, text.splitlines(), effort) for text in (mine, theirs))
    text: list[str] = []
    at = conflicts = 0
    for start, end in _regions(ours + others):
        text += lines[at:start]
        my_part, their_part = _applied(lines, ours, start, end), _applied(lines, others, start, end)
        plain = _settled(lines[start:end], my_part, their_part)
        conflicts += plain is None
        text += plain if plain is not None else _both(my_part, their_part)
        at = end
    return "\n".join([*text, *lines[at:]]) + "\n", conflicts


def _changes(base: list[str], text: list[str], effort: Effort) -> list[Change]:
    return [(a, b, text[c:d]) for tag, a, b, c, d in _operations(base, text, effort) if tag != "equal"]


def _regions(changes: Sequence[Change]) -> list[tuple[int, int]]:
    """Stretches of the base that somebody changed; those that overlap, or begin at one place, are one."""
    regions: list[tuple[int, int]] = []
    for start, end, _ in sorted(changes, key=lambda change: change[:2]):
        if regions and (start < regions[-1][1] or start == regions[-1][0]):
            regions[-1] = (regions[-1][0], max(end, regions[-1][1]))
        else:
            regions.append((start, end))
    return regions


def _applied(base: list[str], changes: list[Change], start: int, end: int) -> list[str]:
    """One side's reading of a stretch of the base."""
    text, at = list[str](), start
    first = bisect_left(changes, start, key=itemgetter(0))
    for number in range(first, bisect_right(changes, end, lo=first, key=itemgetter(0))):
        a, b, lines = changes[number]
        if b <= end and not (a == b == end > start):
            text += base[at:a] + lines
            at = b
    return text + base[at:end]


def _settled(base: list[str], mine: list[str], theirs: list[str]) -> list[str] | None:
    """What stands here in the end, where only one of the two changed it or both did the same."""
    if mine == theirs or theirs == base:
        return mine
    return theirs if mine == base else None


def _both(mine: list[str], theirs: list[str]) -> list[str]:
    return ["<<<<<<< yours", *mine, "=======", *theirs, ">>>>>>> theirs"]
