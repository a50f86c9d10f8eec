"""What the doctor finds: one part, how it is, and what to do."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    FINE = "fine"
    LOOK = "look"  # it works; somebody should know
    WRONG = "wrong"  # something does not work, or is not safe


MARKS = {Level.FINE: "✓", Level.LOOK: "!", Level.WRONG: "✗"}


class Finding(NamedTuple):
    part: str
    level: Level
    says: str
    do: str = ""

    def __str__(self) -> str:
        advice = f"\n{'':16}→ {self.do}" if self.do else ""
        return f"{MARKS[self.level]} {self.part:<14}{self.says}{advice}"


def fine(part: str, says: str) -> Finding:
    return Finding(part, Level.FINE, says)


def look(part: str, says: str, do: str = "") -> Finding:
    return Finding(part, Level.LOOK, says, do)


def wrong(part: str, says: str, do: str) -> Finding:
    return Finding(part, Level.WRONG, says, do)
