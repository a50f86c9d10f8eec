"""What a field of a message may hold. No I/O.

A check returns what the field must be, in words that finish "… must be …", or None when it is that.
"""

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


def list_of(check: Check, longest: int) -> Check:
    def check_all(value: Any) -> str | None:
        good = isinstance(value, list) and len(value) <= longest and not any(check(item) for item in value)
        return None if good else f"a list of at most {longest}, each {check(None)}"

    return check_all


def pair(first: Check, second: Check) -> Check:
    def check(value: Any) -> str | None:
        good = isinstance(value, list) and len(value) == 2 and not (first(value[0]) or second(value[1]))
        return None if good else f"{first(None)}, and {second(None)}"

    return check


def maybe(check: Check) -> Check:
    return lambda value: None if value is None else check(value)
