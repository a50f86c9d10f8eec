"""From data to a Script, or to the list of everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import Field, replace
from itertools import chain, islice
from typing import Any

from bots.script import source
from bots.script.chrome import as_ours
from bots.script.flow import ELSEWHERE, MOST_STEPS, STEPS, Script
from bots.script.ours import Assert, Extract, RequestHuman
from bots.script.parts import is_required, takes
from bots.script.problems import Problem, ScriptError, Wrong, did_you_mean, kind_of, listed, nearest, quoted
from bots.script.schema import CustomStep, Step
from bots.script.variables import name_notes, name_problems, unused_notes

MOST_PROBLEMS = 200  # and notes: nobody reads more, and a script has room for a quarter of a million
MOST_UNKNOWN = 20  # fields of one step that are named; nobody reads more
EXTRAS = {"hitl"}  # what an export adds so that Chrome takes it and nothing is lost


def parse(text: str | bytes) -> Script:
    """The script of a JSON or YAML text. Raises ScriptError, which names all problems at once."""
    return load(source.read(text))


def load(data: Any) -> Script:
    """The script of data, as `parse` or `Script.dump` give it. Raises ScriptError."""
    reading = Reading()
    script = reading.script(data)
    if reading.problems:
        raise ScriptError(sorted(reading.problems, key=lambda problem: problem.step or 0)[:MOST_PROBLEMS])
    return script


def as_kept(taken: Any) -> Script:
    """A script that was taken once, as text or data; with a `refusal` where this version of hitl does so no more."""
    try:
        return parse(taken) if isinstance(taken, str) else load(taken)
    except ScriptError as error:
        return Script(refusal=f"This version of hitl cannot run the script any more. {error.problems[0]}")


class Reading:
    """One pass over a script's data, which collects what is wrong and what is worth a note."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.at: int | None = None
        self.names_are_known = True

    def script(self, data: Any) -> Script:
        """What could be read; it is the whole script only where no problem was found."""
        if not isinstance(data, dict):
            self._wrong("", f'A script is an object with "title" and "steps", not {kind_of(data)}.')
            return Script()
        head = as_ours(data)
        values = self._values(Script, {name: value for name, value in head.items() if name != "steps"}, tolerant=True)
        steps = tuple(self._steps(data))
        if self.names_are_known:
            self.problems += islice(name_problems(steps), MOST_PROBLEMS)
        script = Script(**values, steps=steps)
        notes = chain(self.notes, name_notes(steps), unused_notes(script))
        return replace(script, notes=tuple(islice(notes, MOST_PROBLEMS)))

    def _steps(self, data: dict[str, Any]) -> list[Step]:
        steps = data.get("steps")
        if "steps" not in data:
            self._wrong("steps", f"The script has no steps.{_instead('steps', data)}")
        elif not isinstance(steps, list):
            self._wrong("steps", f"The steps are a list, not {kind_of(steps)}.")
        elif not steps:
            self._wrong("steps", "The script has no steps yet. Add at least one.")
        elif len(steps) > MOST_STEPS:
            self._wrong(
                "steps",
                f"The script has {len(steps):,} steps; at most {MOST_STEPS:,} fit. Divide it into several bots.",
            )
        else:
            return self._each(steps)
        return []

    def _each(self, entries: list[Any]) -> list[Step]:
        """Reads on until there are enough problems for one sitting."""
        steps = []
        for number, entry in enumerate(entries, 1):
            if len(self.problems) >= MOST_PROBLEMS:
                self.names_are_known = False
                break
            if step := self._step(number, entry):
                steps.append(step)
        return steps

    def _step(self, number: int, data: Any) -> Step | None:
        self.at, before = number, len(self.problems)
        data = as_ours(data) if isinstance(data, dict) else data
        cls = self._class_of(data)
        if cls is None:
            return None
        values = self._values(cls, {key: value for key, value in data.items() if key != "type"}, tolerant=not cls.ours)
        if len(self.problems) == before:
            self._check_whole(cls, values)
        if len(self.problems) == before:
            return cls(number=number, **values)
        self.names_are_known &= cls not in (RequestHuman, Extract)
        return None

    def _class_of(self, data: Any) -> type[Step] | None:
        if not isinstance(data, dict):
            self._wrong("", f'A step is an object with a "type", not {kind_of(data)}.')
            return None
        name = data.get("type")
        if not isinstance(name, str):
            self._wrong("type", f'Each step has a "type", such as click or navigate.{_instead("type", data)}')
            return None
        if name not in STEPS:
            self.names_are_known = False
            self._wrong("type", f"There is no step type {quoted(name)}.{_what_is_meant(name)}")
        return STEPS.get(name)

    def _values(self, cls: type, data: dict[str, Any], tolerant: bool) -> dict[str, Any]:
        """What the class is made of, by attribute; what is missing or wrong becomes a problem."""
        known = takes(cls)
        unknown = [name for name in data if name not in known and name not in EXTRAS]
        for name in unknown[:MOST_UNKNOWN]:
            self._unknown(name, known, tolerant)
        values: dict[str, Any] = {}
        for name, item in known.items():
            if data.get(name) is None and (name not in data or not is_required(item)):
                self._missing(cls, name, item, unknown)
            else:
                self._take(values, name, item, data[name])
        return values

    def _take(self, values: dict[str, Any], name: str, item: Field[Any], value: Any) -> None:
        if name == "assertedEvents":
            value = self._known_events(value)
        try:
            values[item.name] = item.metadata["kind"].read(value)
        except Wrong as wrong:
            dot = "" if wrong.field[:1] in ("", "[") else "."
            self._wrong(f"{name}{dot}{wrong.field}", wrong.message)

    def _missing(self, cls: type, name: str, item: Field[Any], unknown: list[str]) -> None:
        if is_required(item):
            what = f"Every {cls.type} step" if issubclass(cls, Step) else "A script"
            self._wrong(name, f"This is missing. {what} needs it.{_instead(name, unknown)}")

    def _unknown(self, name: str, known: dict[str, Any], tolerant: bool) -> None:
        near = did_you_mean(name, known)
        if tolerant:
            self._note(name, f"This field is not known and is left out.{near}")
        else:
            self._wrong(name, f"There is no such field here.{near or _known(known)}")

    def _known_events(self, events: Any) -> Any:
        if not isinstance(events, list):
            return events
        known = [event for event in events if not isinstance(event, dict) or event.get("type") == "navigation"]
        if len(known) < len(events):
            self._note("assertedEvents", "Only navigation is waited for; other events are left out.")
        return known

    def _check_whole(self, cls: type[Step], values: dict[str, Any]) -> None:
        """What no single field can know."""
        if cls is Assert:
            loose = [name for name in ("text", "count", "operator", "visible") if values.get(name) is not None]
            if not any(values.get(name) for name in ("selectors", "url", "title", *loose)):
                self._wrong("selectors", "An assert checks something: give selectors, url or title.")
            if loose and not values.get("selectors"):
                self._wrong(loose[0], "This says something about an element: give selectors as well.")
        if cls is CustomStep and values.get("name"):
            self._note("name", f"The custom step {quoted(values['name'])} is kept and does nothing.")

    def _wrong(self, field: str, message: str) -> None:
        self.problems.append(Problem(self.at, field, message))

    def _note(self, field: str, message: str) -> None:
        if len(self.notes) < MOST_PROBLEMS:
            self.notes.append(str(Problem(self.at, field, message)))


def _instead(name: str, found: Iterable[str]) -> str:
    """' “selector” is there instead.' where a name like this one was written."""
    near = nearest(name, found)
    return f" {quoted(near)} is there instead." if near else ""


def _what_is_meant(name: str) -> str:
    """For a type of step that there is not."""
    if ours := ELSEWHERE.get(name.lower()):
        return f" Here it is called {quoted(ours.type)}."
    return did_you_mean(name, STEPS) or _known(STEPS)


def _known(names: Iterable[str]) -> str:
    return f" Known are {listed(names)}."
