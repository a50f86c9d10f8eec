"""The objects that stand inside a step: an expected navigation, an answer field, the condition that ends a wait."""

from __future__ import annotations

from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, ClassVar

from bots.script.kinds import Choice, Flag, Kind, Listed, Name, Part, Replace, Text
from bots.script.problems import Wrong, did_you_mean, kind_of, listed, quoted

LINE = Text(most=200, line=True)
_TAKES: dict[type, dict[str, Field[Any]]] = {}


def take(kind: Kind, default: Any = MISSING) -> Any:
    """A dataclass field that is read from JSON by `kind`; its JSON name is its own in camelCase."""
    return field(default=default, metadata={"kind": kind})


def json_name(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() if len(word) > 1 else word.upper() for word in rest)


def takes(cls: type) -> dict[str, Field[Any]]:
    """The fields that stand in the JSON, by their names there."""
    if cls not in _TAKES:
        _TAKES[cls] = {json_name(f.name): f for f in fields(cls) if "kind" in f.metadata}
    return _TAKES[cls]


def is_required(item: Field[Any]) -> bool:
    return item.default is MISSING


def written(thing: Any) -> dict[str, Any]:
    """As JSON, without what has its default."""
    data = {}
    for name, item in takes(type(thing)).items():
        value = getattr(thing, item.name)
        if is_required(item) or value != item.default:
            data[name] = item.metadata["kind"].write(value)
    return data


def changed(thing: Any, replace: Replace) -> dict[str, Any]:
    """What becomes different when the variables in it are replaced, by attribute."""
    changes = {}
    for item in takes(type(thing)).values():
        value = getattr(thing, item.name)
        filled = value if value is None else item.metadata["kind"].filled(value, replace)
        if filled != value:
            changes[item.name] = filled
    return changes


class Record(Kind):
    """An object of one of the classes below; unknown names in it are refused."""

    def __init__(self, cls: type) -> None:
        self.cls = cls

    def read(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise Wrong(f"This should be an object, not {kind_of(value)}. Write it in braces: {{…}}.")
        known = takes(self.cls)
        for name in value:
            if name not in known:
                raise Wrong(f"There is no such field. Known are {listed(known)}.{did_you_mean(name, known)}", str(name))
        return self.cls(
            **{item.name: self._one(name, item, value) for name, item in known.items() if _given(item, name, value)}
        )

    def _one(self, name: str, item: Field[Any], value: dict[str, Any]) -> Any:
        try:
            return item.metadata["kind"].read(value[name])
        except Wrong as wrong:
            dot = "" if wrong.field[:1] in ("", "[") else "."
            raise Wrong(wrong.message, f"{name}{dot}{wrong.field}") from None

    def write(self, value: Any) -> dict[str, Any]:
        return written(value)

    def filled(self, value: Any, replace: Replace) -> Any:
        changes = changed(value, replace)
        return (
            value
            if not changes
            else type(value)(**{f.name: changes.get(f.name, getattr(value, f.name)) for f in fields(value)})
        )


def _given(item: Field[Any], name: str, value: dict[str, Any]) -> bool:
    if name in value:
        return True
    if is_required(item):
        raise Wrong("This is missing.", name)
    return False


@dataclass(frozen=True, kw_only=True)
class NavigationEvent:
    """After the step, the page has gone to another one. Address and title are as recorded and for the reader."""

    url: str | None = take(Text(most=8_000), None)
    title: str | None = take(Text(most=2_000), None)


class Events(Listed):
    """assertedEvents. Kinds of events that a newer Chrome may write are left out by `parse`, with a note."""

    def __init__(self) -> None:
        super().__init__(Event(), most=20)


class Event(Record):
    def __init__(self) -> None:
        super().__init__(NavigationEvent)

    def read(self, value: Any) -> Any:
        if not isinstance(value, dict) or value.get("type") != "navigation":
            raise Wrong('An event is an object with "type": "navigation".')
        return super().read({name: value[name] for name in ("url", "title") if name in value})

    def write(self, value: Any) -> dict[str, Any]:
        return {"type": "navigation"} | super().write(value)

    def filled(self, value: Any, replace: Replace) -> Any:
        return value  # what was recorded; it is not typed anywhere


@dataclass(frozen=True, kw_only=True)
class Condition:
    """When a person's part is over without a press of Done: all that is given must hold."""

    url: str | None = take(Text(most=2_000, least=1, line=True), None)
    visible: str | None = take(Part(), None)
    hidden: str | None = take(Part(), None)


class Resume(Record):
    """resumeWhen."""

    def __init__(self) -> None:
        super().__init__(Condition)

    def read(self, value: Any) -> Any:
        condition = super().read(value)
        if condition == Condition():
            raise Wrong("This says nothing. Give url, visible or hidden.")
        return condition


@dataclass(frozen=True, kw_only=True)
class AnswerField:
    """One question beside the live browser; its answer is {{human.NAME}}."""

    TYPES: ClassVar[tuple[str, ...]] = ("text", "secret", "choice", "boolean", "number")

    name: str = take(Name())
    type: str = take(Choice(*TYPES), "text")
    label: str = take(LINE, "")
    required: bool = take(Flag(), False)
    choices: tuple[str, ...] = take(Listed(Text(most=200, least=1, line=True), most=50), ())

    def as_dict(self) -> dict[str, Any]:
        label = self.label or self.name.replace("_", " ").replace("-", " ").capitalize()
        plain = {"name": self.name, "type": self.type, "label": label, "required": self.required}
        return plain | {"choices": list(self.choices)}


class Question(Record):
    """One of requestHuman's fields."""

    def __init__(self) -> None:
        super().__init__(AnswerField)

    def read(self, value: Any) -> Any:
        asked = super().read(value)
        if asked.type == "choice" and len(set(asked.choices)) < 2:
            raise Wrong("A choice needs at least two different choices.", "choices")
        if asked.type != "choice" and asked.choices:
            raise Wrong(f"Only a field of type choice has choices; this one is {quoted(asked.type)}.", "choices")
        return asked


class Questions(Listed):
    """All of them; their names differ."""

    def __init__(self) -> None:
        super().__init__(Question(), most=20)

    def read(self, value: Any) -> tuple[Any, ...]:
        return _named_once("fields", super().read(value))


@dataclass(frozen=True, kw_only=True)
class Variable:
    """How one of the script's variables is asked for when the bot is started."""

    name: str = take(Name(reserved=("human", "secrets")))
    label: str = take(LINE, "")
    help: str = take(Text(most=500, line=True), "")
    default: str | None = take(Text(most=10_000), None)
    multiline: bool = take(Flag(), False)


class Variables(Listed):
    """All that are described; their names differ."""

    def __init__(self) -> None:
        super().__init__(Record(Variable), most=200)

    def read(self, value: Any) -> tuple[Any, ...]:
        return _named_once("variables", super().read(value))


def _named_once(what: str, things: tuple[Any, ...]) -> tuple[Any, ...]:
    names = [thing.name for thing in things]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise Wrong(f"Two {what} have the name {quoted(twice)}. Give each its own.")
    return things
