"""What a field of a message may hold. No I/O.

A check returns what the field must be, in words that finish "… must be …", or None when it is that.
"""

import json
from collections.abc import Callable
from typing import Any

Check = Callable[[Any], str | None]


def whole(lowest: int, highest: int) -> Check:
    def check(value: Any) -> str | None:
        good = type(value) is int and lowest <= value <= highest
        return None if good else f"a whole number from {lowest} to {highest}"

    return check


def real(lowest: float, highest: float) -> Check:
    def check(value: Any) -> str | None:
        # Both comparisons are false for NaN, and exact for whole numbers that no float can hold.
        good = type(value) in (int, float) and lowest <= value <= highest
        return None if good else f"a number from {lowest} to {highest}"

    return check


def string(longest: int, shortest: int = 0) -> Check:
    def check(value: Any) -> str | None:
        # A lone surrogate is a string in JSON and in no encoding.
        good = isinstance(value, str) and shortest <= len(value) <= longest and _is_encodable(value)
        return None if good else f"text of {shortest} to {longest} characters"

    return check


def _is_encodable(value: str) -> bool:
    return value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value)


def flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else "true or false"


def one_of(*choices: str) -> Check:
    return lambda value: None if value in choices else f"one of {', '.join(choices)}"


def list_of(check: Check, longest: int, shortest: int = 0) -> Check:
    def check_all(value: Any) -> str | None:
        good = isinstance(value, list) and shortest <= len(value) <= longest and not any(map(check, value))
        return None if good else f"a list of at most {longest}, each {check(None)}"

    return check_all


def shaped(checks: dict[str, Check]) -> Check:
    def check_all(value: Any) -> str | None:
        good = isinstance(value, dict) and all(name in value and not checks[name](value[name]) for name in checks)
        return None if good else f"an object with {', '.join(checks)}"

    return check_all


def row(*checks: Check) -> Check:
    def check_all(value: Any) -> str | None:
        good = isinstance(value, list) and len(value) == len(checks)
        good = good and not any(check(one) for check, one in zip(checks, value, strict=True))
        return None if good else f"a list of {len(checks)}: {', '.join(str(check(None)) for check in checks)}"

    return check_all


def maybe(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


FAR = real(-1e6, 1e6)
PLACE = {"x": FAR, "y": FAR, "whole": flag}  # in a document; `whole`: of the page, and not of a frame in it


def understood(words: str, longest: int, checks: dict[str, Check]) -> dict[str, Any] | None:
    """What a script of ours reports from a page; None where it is not just that, for its process was taken over."""
    try:
        report: Any = json.loads(words) if len(words) <= longest else None
    except (ValueError, RecursionError):
        return None
    return None if shaped(checks)(report) else report
