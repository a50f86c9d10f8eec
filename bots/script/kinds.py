"""What the fields of a step may hold: how each is read from JSON, written back, and where variables stand in it.

A kind has three verbs. `read` takes a JSON value and returns ours, or raises Wrong with a sentence; `write` is its
inverse; `filled` returns the value with every text replaced by `replace(how, text)`, where `how` says what the text
is (plain, css, xpath, script, url), since a value must not mean anything but itself there.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from bots.script.problems import Wrong, did_you_mean, kind_of, listed, quoted
from bots.script.selectors import check_part, filled_part

Replace = Callable[[str, str], str]

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # NUL and halves of surrogate pairs: no database and no page takes them
# Line breaks of every sort, and signs that turn the direction of what follows: a subject or title could lie with them.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
WEB = re.compile(r"(https?://[^\s]+|about:blank|data:[^\s].*)", re.IGNORECASE | re.DOTALL)
BACKSLASH = re.compile(r"https?://[^/?#]*\\", re.IGNORECASE)
DEEPEST = 20


class Kind(ABC):
    """One sort of value."""

    @abstractmethod
    def read(self, value: Any) -> Any: ...

    def write(self, value: Any) -> Any:
        return value

    def filled(self, value: Any, replace: Replace) -> Any:
        return value


class Text(Kind):
    """Text; `line` refuses line breaks, `how` says where it ends up."""

    def __init__(self, most: int = 100_000, least: int = 0, line: bool = False, how: str = "plain") -> None:
        self.most, self.least, self.line, self.how = most, least, line, how

    def read(self, value: Any) -> str:
        if not isinstance(value, str):
            hint = f' Put it in quotes: "{value}".' if type(value) in (int, float) else ""
            raise Wrong(f"This should be text, not {kind_of(value)}.{hint}")
        if UNSTORABLE.search(value):
            raise Wrong("This holds a character that cannot be stored (NUL or half of a surrogate pair). Remove it.")
        if len(value.strip()) < self.least:
            raise Wrong("This is empty. Write some text.")
        if len(value) > self.most:
            raise Wrong(f"This is {len(value):,} characters long; at most {self.most:,} fit.")
        if self.line and CONTROL.search(value):
            raise Wrong("This must be one line, without line breaks or control characters.")
        return value

    def filled(self, value: str, replace: Replace) -> str:
        """What a value brings in is held to the same: one line stays one line, and no longer than it may be."""
        text = replace(self.how, value)
        return value if text == value else (CONTROL.sub(" ", text) if self.line else text)[: self.most]


class Address(Text):
    """Where `navigate` goes: pages of the web only, never files or the browser's own pages."""

    def __init__(self) -> None:
        super().__init__(most=8_000, least=1, line=True, how="url")

    def read(self, value: Any) -> str:
        address = super().read(value).strip()
        if not address.startswith("{{"):
            check_address(address)
        return address


def check_address(address: str) -> None:
    """Raise Wrong where a bot may not go."""
    if BACKSLASH.match(address):
        raise Wrong(
            rf"{quoted(address)} has a \ in its host, where browsers read a slash. Write / where the host ends."
        )
    if WEB.fullmatch(address):
        return
    scheme = address.split(":", 1)[0] if ":" in address.split("/", 1)[0] else ""
    if scheme and not scheme.isdigit() and "." not in scheme and scheme.lower() != "localhost":
        raise Wrong(f"{quoted(address)} cannot be opened: a bot goes to http:// and https:// addresses.")
    raise Wrong(f"{quoted(address)} is not a full address. Begin it with https:// or http://.")


class Name(Text):
    """The name of an output, a field or a picture."""

    def __init__(self, reserved: tuple[str, ...] = ()) -> None:
        super().__init__(most=64, least=1)
        self.reserved = reserved

    def read(self, value: Any) -> str:
        name = super().read(value)
        if not NAME.fullmatch(name):
            raise Wrong(
                f"{quoted(name)} is not a name. Use letters, digits, _ and -, beginning with a letter or _; at most 64."
            )
        if name in self.reserved:
            raise Wrong(f"{quoted(name)} is taken for {{{{{name}.…}}}}. Choose another name.")
        return name

    def filled(self, value: str, replace: Replace) -> str:
        return value  # a name is never made of variables


class Choice(Kind):
    """One of a few words."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def read(self, value: Any) -> str:
        if value not in self.names or not isinstance(value, str):
            near = did_you_mean(value, self.names) if isinstance(value, str) else ""
            raise Wrong(f"{quoted(value)} is not possible here. Write {listed(self.names)}.{near}")
        return value


class Number(Kind):
    """A number within bounds; `whole` refuses fractions."""

    def __init__(self, least: float, most: float, unit: str = "", whole: bool = False) -> None:
        self.least, self.most, self.unit, self.whole = least, most, unit, whole

    def read(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise Wrong(f"This should be a number, not {kind_of(value)}.")
        if self.whole and value != int(value):
            raise Wrong(f"This should be a whole number, not {value}.")
        if not self.least <= value <= self.most:
            unit = f" {self.unit}" if self.unit else ""
            raise Wrong(f"{value:,} is out of range. Write {self.least:,} to {self.most:,}{unit}.")
        return int(value) if self.whole else value


class Flag(Kind):
    """true or false."""

    def read(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise Wrong(f"This should be true or false, not {quoted(value)}.")
        return value


class Listed(Kind):
    """A list of one kind; each wrong item is named by its position."""

    def __init__(self, item: Kind, most: int, least: int = 0) -> None:
        self.item, self.most, self.least = item, most, least

    def read(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Wrong(f"This should be a list, not {kind_of(value)}. Write it in brackets: […].")
        if len(value) < self.least:
            raise Wrong("This list is empty. It needs at least one entry.")
        if len(value) > self.most:
            raise Wrong(f"This list has {len(value):,} entries; at most {self.most:,} fit.")
        return tuple(self._item(index, entry) for index, entry in enumerate(value))

    def _item(self, index: int, entry: Any) -> Any:
        try:
            return self.item.read(entry)
        except Wrong as wrong:
            dot = "." if wrong.field and not wrong.field.startswith("[") else ""
            raise Wrong(wrong.message, f"[{index}]{dot}{wrong.field}") from None

    def write(self, value: tuple[Any, ...]) -> list[Any]:
        return [self.item.write(entry) for entry in value]

    def filled(self, value: tuple[Any, ...], replace: Replace) -> tuple[Any, ...]:
        return tuple(self.item.filled(entry, replace) for entry in value)


class Part(Kind):
    """One selector: css, or aria/ text/ xpath/ pierce/."""

    def read(self, value: Any) -> str:
        part = Text(most=10_000).read(value)
        check_part(part)
        return part

    def filled(self, value: str, replace: Replace) -> str:
        return filled_part(value, replace)


class Chain(Kind):
    """A selector, or a list of them that leads from ancestors through shadow roots to the element."""

    parts = Listed(Part(), most=20, least=1)

    def read(self, value: Any) -> tuple[str, ...]:
        if isinstance(value, str):
            return (self.parts.item.read(value),)
        if not isinstance(value, list):
            raise Wrong(f"A selector is text, or a list of texts, not {kind_of(value)}.")
        chain: tuple[str, ...] = self.parts.read(value)
        return chain

    def write(self, value: tuple[str, ...]) -> list[str]:
        return list(value)

    def filled(self, value: tuple[str, ...], replace: Replace) -> tuple[str, ...]:
        return tuple(self.parts.item.filled(part, replace) for part in value)


class Selectors(Listed):
    """Alternatives that lead to the same element, the best first. A single one may be written without the list."""

    def __init__(self) -> None:
        super().__init__(Chain(), most=50, least=1)

    def read(self, value: Any) -> tuple[tuple[str, ...], ...]:
        return super().read([value] if isinstance(value, str) else value)


class Data(Kind):
    """Any JSON, kept as it is."""

    def read(self, value: Any) -> Any:
        self._check(value, 0)
        return value

    def _check(self, value: Any, depth: int) -> None:
        if depth > DEEPEST:
            raise Wrong(f"This is nested more than {DEEPEST} deep.")
        if isinstance(value, str):
            Text().read(value)
        if isinstance(value, float) and not math.isfinite(value):
            raise Wrong("This holds a number that is too big.")
        for key, inner in (
            value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
        ):
            Text().read(str(key))
            self._check(inner, depth + 1)

    def filled(self, value: Any, replace: Replace) -> Any:
        if isinstance(value, str):
            return replace("plain", value)
        if isinstance(value, list):
            return [self.filled(inner, replace) for inner in value]
        if isinstance(value, dict):
            return {key: self.filled(inner, replace) for key, inner in value.items()}
        return value


class Mapping(Data):
    """An object; `texts` wants text as every value."""

    def __init__(self, texts: bool = False) -> None:
        self.texts = texts

    def read(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Wrong(f"This should be an object, not {kind_of(value)}. Write it in braces: {{…}}.")
        wrong = next((key for key, inner in value.items() if self.texts and not isinstance(inner, str)), None)
        if wrong is not None:
            raise Wrong(f"This should be text, not {kind_of(value[wrong])}.", str(wrong))
        return super().read(value)
