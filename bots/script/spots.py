"""Where in a script's text a problem stands, for an editor that marks it.

A problem names a step and a field (`selectors[0][1]`); the text is read once more, this time for positions. Where the
field is missing, what would hold it is marked. JSON is walked by the decoder, which skips whole values, YAML by nodes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

import yaml

from bots.script.problems import Problem
from bots.script.source import Loader

SPACE = re.compile(r"[ \t\r\n]*")
PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class Spot:
    """A value with its name, from `start` to `end` in characters; `inside` are the values in it, by name or index."""

    start: int
    end: int
    inside: Callable[[], dict[str | int, Spot]]


def spans(text: str, problems: Iterable[Problem]) -> list[tuple[int, int]]:
    """From where to where each problem stands: one line at most, counted in characters."""
    root = cache(lambda: _root(text))
    return [_one_line(text, *_span(text, problem, root)) for problem in problems]


def _span(text: str, problem: Problem, root: Callable[[], Spot]) -> tuple[int, int]:
    if problem.spot:
        return _at(text, *problem.spot)
    spot = root()
    for name in _path(problem):
        inside = spot.inside()
        if name not in inside:
            break
        spot = inside[name]
    return spot.start, spot.end


def _path(problem: Problem) -> list[str | int]:
    steps: list[str | int] = ["steps", problem.step - 1] if problem.step else []
    return steps + [int(index) if index else name for index, name in PART.findall(problem.field)]


def _at(text: str, line: int, column: int) -> tuple[int, int]:
    """The sign at a line and column, both counted from 1; at the end of a line, the line."""
    lines = text.splitlines(keepends=True) or [""]
    line = min(line, len(lines))
    start = sum(map(len, lines[: line - 1]))
    signs = lines[line - 1].rstrip("\r\n")
    at = min(column - 1, len(signs))
    return (start + at, start + at + 1) if signs[at:].strip() else (start, start + len(signs))


def _one_line(text: str, start: int, end: int) -> tuple[int, int]:
    """The first line of it; never empty where there is anything to mark."""
    broken = text.find("\n", start, end)
    end = end if broken < 0 else broken
    return (start, end) if end > start else (max(0, start - 1), max(end, start))


def _root(text: str) -> Spot:
    at = _skipped(text, 0)
    if text[at : at + 1] not in ("{", "["):
        node = yaml.compose(text, Loader=Loader)
        return _yaml_spot(node, node) if node else Spot(0, len(text), dict)
    return _json_spot(text, at, at)


def _skipped(text: str, at: int) -> int:
    found = SPACE.match(text.replace("\ufeff", " ", 1) if at == 0 else text, at)
    return found.end() if found else at


def _json_spot(text: str, start: int, at: int) -> Spot:
    """The value at `at`, which begins with its name at `start`."""
    _, end = DECODER.raw_decode(text, at)
    return Spot(start, end, cache(lambda: _json_inside(text, at)))


def _json_inside(text: str, at: int) -> dict[str | int, Spot]:
    inside: dict[str | int, Spot] = {}
    if text[at] not in "{[":
        return inside
    is_object, at = text[at] == "{", _skipped(text, at + 1)
    while text[at] not in "}]":
        start, name = at, len(inside)
        if is_object:
            name, at = scanstring(text, at + 1)
            at = _skipped(text, _skipped(text, at) + 1)
        inside[name] = _json_spot(text, start, at)
        at = _skipped(text, inside[name].end)
        at = _skipped(text, at + 1) if text[at] == "," else at
    return inside


def _yaml_spot(name: Any, value: Any) -> Spot:
    end = value.end_mark.index if isinstance(value, yaml.ScalarNode) or value.flow_style else _end_of(value)
    return Spot(name.start_mark.index, end, cache(lambda: _yaml_inside(value)))


def _end_of(node: Any) -> int:
    """A block ends where its last value does; its own mark is behind the empty lines that follow."""
    while isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node.end_mark.index


def _yaml_inside(node: Any) -> dict[str | int, Spot]:
    if isinstance(node, yaml.MappingNode):
        return {key.value: _yaml_spot(key, value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return {index: _yaml_spot(value, value) for index, value in enumerate(node.value)}
    return {}
