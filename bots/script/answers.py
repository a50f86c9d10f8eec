"""A person's answer against the fields that were asked for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from bots.script.kinds import UNSTORABLE
from bots.script.problems import did_you_mean, listed, printable, quoted

LONGEST = 10_000
MOST_STRANGE = 20  # unknown names that are spoken of
YES = {"true", "yes", "on", "1"}
NO = {"false", "no", "off", "0"}


class AnswerError(ValueError):
    """The answer does not fit; `fields` has a sentence for each field that is wrong."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(" ".join(f"{name}: {sentence}" for name, sentence in fields.items()))
        self.fields = fields


class _Unfit(Exception):
    pass


def check(fields: Sequence[Mapping[str, Any]], answer: Any) -> dict[str, Any]:
    """The answer with every field, in the fields' order and types: text, bool, int or float, None for no number.

    Takes both what a form sends (all texts) and what JSON sends. Raises AnswerError.
    """
    if not isinstance(answer, Mapping):
        raise AnswerError({"": "The answer should be an object with a value for each field."})
    names = [str(field["name"]) for field in fields]
    strange = [printable(str(name)[:64]) for name in answer if name not in names][:MOST_STRANGE]
    wrong = {name: f"There is no such field.{did_you_mean(name, names)}" for name in strange}
    clean = {}
    for field in fields:
        try:
            clean[field["name"]] = _one(field, answer.get(field["name"]))
        except _Unfit as unfit:
            wrong[field["name"]] = str(unfit)
    if wrong:
        raise AnswerError(wrong)
    return clean


def _one(field: Mapping[str, Any], value: Any) -> Any:
    if value is None or (isinstance(value, str) and not value.strip()):
        if field.get("required"):
            raise _Unfit("Please fill this in.")
        return {"boolean": False, "number": None}.get(field["type"], "")
    return _READ[field["type"]](field, value)


def _text(field: Mapping[str, Any], value: Any) -> str:
    if not isinstance(value, str):
        raise _Unfit("This should be text.")
    if len(value) > LONGEST:
        raise _Unfit(f"This is {len(value):,} characters long; at most {LONGEST:,} fit.")
    if UNSTORABLE.search(value):
        raise _Unfit("This holds a character that cannot be stored. Type it again instead of pasting.")
    return value if field["type"] == "secret" else value.strip()


def _choice(field: Mapping[str, Any], value: Any) -> str:
    if not isinstance(value, str) or value not in field["choices"]:
        raise _Unfit(f"Choose {listed(map(quoted, field['choices']))}.")
    return value


def _boolean(field: Mapping[str, Any], value: Any) -> bool:
    word = value.strip().lower() if isinstance(value, str) else value
    if isinstance(word, bool):
        return word
    if not isinstance(word, str) or word not in YES | NO:
        raise _Unfit("Answer yes or no.")
    return word in YES


def _number(field: Mapping[str, Any], value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > 40:
        raise _Unfit("This should be a number.")
    text = str(value).strip()
    if not text.isascii() or "_" in text:
        raise _Unfit("This should be a number.")
    try:
        number = float(text)
    except ValueError:
        example = " Write it with a point: 12.50." if "," in text else " For example 12.50."
        raise _Unfit(f"This should be a number.{example}") from None
    if not math.isfinite(number):
        raise _Unfit("This should be a number.")
    return int(text) if text.lstrip("+-").isdigit() else number


_READ = {"text": _text, "secret": _text, "choice": _choice, "boolean": _boolean, "number": _number}
