"""From the text of a script to plain data: JSON, or YAML that says no more than JSON could.

Everything that could make a small text expensive or ambiguous is refused here: too long, too deep, aliases, doubled
names. YAML's own ideas about dates, octal numbers and "on" are left out, so that what looks like text is text.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Hashable
from typing import Any

import yaml

from bots.script.kinds import DEEPEST
from bots.script.problems import Problem, ScriptError, quoted

MOST_BYTES = 1_000_000


def read(source: str | bytes) -> Any:
    """The data of the text. Raises ScriptError with the place of the mistake."""
    text = _decoded(source)
    if not text.strip():
        raise refused("The script is empty. Write its steps as JSON or YAML, or paste a recording from Chrome.")
    try:
        return _json(text) if text.lstrip()[0] in "{[" else _yaml(text)
    except RecursionError:
        raise refused(_TOO_DEEP) from None


def refused(message: str, spot: tuple[int, int] | None = None) -> ScriptError:
    return ScriptError([Problem(None, "", message, spot)])


_TOO_DEEP = f"The script is nested more than {DEEPEST} deep; no step needs that. Look for brackets that are not closed."


def _decoded(source: str | bytes) -> str:
    size = len(source) if isinstance(source, bytes) else len(source.encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        raise refused(
            f"The script has {size:,} bytes; at most {MOST_BYTES:,} fit. Divide it into several bots, "
            "or take out pictures and other data that the recorder has put in."
        )
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(f"The file is not UTF-8 text (byte {error.start:,}). Save it as UTF-8.") from None


def _json(text: str) -> Any:
    try:
        data = json.loads(
            text, object_pairs_hook=_no_doubles, parse_constant=_no_constant, parse_float=_float, parse_int=_int
        )
    except json.JSONDecodeError as error:
        message = f"This is not JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        spot = (error.lineno, error.colno)
        raise refused(f"{message} Look for a missing comma, quote or bracket there.", spot) from None
    _check_depth(data)
    return data


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        twice = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise refused(f"The name {quoted(twice)} stands twice in one object. Remove one of the two.")
    return data


def _no_constant(name: str) -> Any:
    raise refused(f"{name} is not a number that JSON knows.")


def _float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise refused(f"The number {quoted(text)} is too big.")
    return number


def _int(text: str) -> int:
    if len(text) > 20:
        raise refused(f"The number {quoted(text)} is too big.")
    return int(text)


def _check_depth(data: Any, depth: int = 0) -> None:
    if depth > DEEPEST + 10:
        raise refused(_TOO_DEEP)
    for inner in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        if isinstance(inner, dict | list):
            _check_depth(inner, depth + 1)


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """safe_load with JSON's idea of numbers and words."""

    yaml_implicit_resolvers: dict[str, Any] = {}


Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:null|~|)\Z"), [*"n~", ""])
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)\Z"), [*"tf"])
Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?(?:0|[1-9]\d{0,18})\Z"), [*"-0123456789"])
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"-?(?:0|[1-9]\d{0,30})(?:\.\d{1,30})?(?:[eE][-+]?\d{1,2})?\Z"),
    [*"-0123456789"],
)


def _mapping(loader: Loader, node: yaml.MappingNode) -> dict[str, Any]:
    pairs: list[tuple[str, Any]] = []
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, Hashable) or not isinstance(key, str):
            raise refused(
                f"A name is text; {quoted(key)} in line {key_node.start_mark.line + 1} is not. Put it in quotes."
            )
        pairs.append((key, loader.construct_object(value_node, deep=True)))
    return _no_doubles(pairs)


Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def _yaml(text: str) -> Any:
    try:
        _check_events(text)
        return yaml.load(text, Loader=Loader)  # noqa: S506 - a SafeLoader that knows less still
    except yaml.MarkedYAMLError as error:
        raise _yaml_trouble(error) from None
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, ScriptError):
            raise
        raise refused(f"This is neither JSON nor YAML: {quoted(str(error).splitlines()[0])}.") from None


def _check_events(text: str) -> None:
    """Aliases and depth, before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            spot = (event.start_mark.line + 1, event.start_mark.column + 1) if event.start_mark else None
            line = spot[0] if spot else "?"
            raise refused(
                f"Aliases (& and *) are not possible in a script; line {line} has one. Write the part out.", spot
            )
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST + 10:
            raise refused(_TOO_DEEP)


def _yaml_trouble(error: yaml.MarkedYAMLError) -> ScriptError:
    mark = error.problem_mark or error.context_mark
    spot = (mark.line + 1, mark.column + 1) if mark else None
    where = f" in line {spot[0]}, column {spot[1]}" if spot else ""
    what = error.problem or error.context
    return refused(f"This is neither JSON nor YAML: {what}{where}. Look at the indentation and the quotes there.", spot)
