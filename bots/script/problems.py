"""What is wrong with a script, in sentences for the person who wrote it."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable
from dataclasses import dataclass

SHOWN = 80  # of a value that is quoted in a sentence


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where (step counted from 1, None for the script itself), and what would be right.

    `spot` is the line and column of a mistake in the text itself, where it could not be read at all.
    """

    step: int | None
    field: str
    message: str
    spot: tuple[int, int] | None = dataclasses.field(default=None, compare=False)

    def __post_init__(self) -> None:
        for name in ("field", "message"):
            object.__setattr__(self, name, printable(getattr(self, name)))

    def __str__(self) -> str:
        where = [f"Step {self.step}"] if self.step else []
        where += [self.field] if self.field else []
        return f"{', '.join(where)}: {self.message}" if where else self.message


class ScriptError(ValueError):
    """The script cannot be used; `problems` names everything that is wrong with it, in the order of the steps."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class Wrong(ValueError):
    """One value is not what its field takes; `field` is the part inside it, where there is one."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like this one, if any is like it at all."""
    names = {str(name).lower(): str(name) for name in known}
    near = difflib.get_close_matches(word.lower()[:64], names, n=1, cutoff=0.6)
    return names[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """' Did you mean “click”?' where one of the known words is near, else nothing."""
    near = nearest(word, known)
    return f" Did you mean “{near}”?" if near else ""


def printable(text: str) -> str:
    """The text without what cannot be sent or stored: NUL, and halves of surrogate pairs. It keeps its length."""
    return text.replace("\0", "�").encode("utf-8", "replace").decode()


def quoted(value: object) -> str:
    """A value as it may stand in a sentence: one line, not too long."""
    text = " ".join(str(value).split())
    return f"“{text if len(text) <= SHOWN else text[: SHOWN - 1] + '…'}”"


def listed(names: Iterable[str], word: str = "or") -> str:
    """'a, b or c'."""
    *most, last = names
    return f"{', '.join(most)} {word} {last}" if most else last


def kind_of(value: object) -> str:
    """What a JSON value is, for “should be text, not a number”."""
    words = {
        type(None): "empty", bool: "true or false", int: "a number", float: "a number",
        str: "text", list: "a list", dict: "an object",
    }  # fmt: skip
    return words.get(type(value), "something else")
