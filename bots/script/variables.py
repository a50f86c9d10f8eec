"""{{name}}, {{human.NAME}} and {{secrets.NAME}}: plain text in the place of a name, and nothing else.

Nothing is evaluated, and what a value holds is not looked at again. What is not written exactly like a variable
({{7*7}}, ${x}, {0.__class__}) is text like any other. Where the text around it has a grammar, the value is written so
that it stays a value there: `selectors.py` says how for selectors; in JavaScript every character but letters, digits,
_ and space is escaped (write "{{name}}" in quotes; whole numbers may stand without); in an address, what would
begin another part of it is percent-encoded, unless the variable is the address's beginning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from bots.script.flow import Script
from bots.script.ours import Extract, RequestHuman
from bots.script.parts import Variable, takes
from bots.script.problems import Problem, Wrong, did_you_mean, quoted
from bots.script.schema import Step

SomeStep = TypeVar("SomeStep", bound=Step)
VARIABLE = re.compile(r"\{\{\s*((?:(?:human|secrets)\.)?[A-Za-z_][A-Za-z0-9_-]{0,63})\s*\}\}")
LOOKALIKE = re.compile(r"\{\{[^{}]{0,80}\}\}")
PLAIN_XPATH = re.compile(r"[A-Za-z0-9_-]+(\.\d+)?")
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")
MOST_COMPARED = 500  # names that a mistyped one is looked for among
MOST = 1_000_000  # characters that the values of one step have together: as much as an execution's whole output


class Missing(Exception):
    """A variable has no value."""

    def __init__(self, field: str, name: str) -> None:
        super().__init__(name)
        self.field, self.name = field, name


def replaced(how: str, text: str, value_of: Callable[[str], str]) -> str:
    """The text with each variable replaced by its value, written as the place (`how`) needs it."""
    write = MANNERS[how]
    return VARIABLE.sub(lambda found: write(value_of(found[1]), found), text)


def _plain(value: str, found: re.Match[str]) -> str:
    return value


def _css(value: str, found: re.Match[str]) -> str:
    return re.sub(r"[^A-Za-z0-9_-]|^[0-9-]", lambda sign: f"\\{ord(sign[0]):x} ", value)


def _aria(value: str, found: re.Match[str]) -> str:
    return re.sub(r"""[\[\]"'\\]""", r"\\\g<0>", value)


def _xpath(value: str, found: re.Match[str]) -> str:
    if PLAIN_XPATH.fullmatch(value):
        return value
    raise Wrong(
        f"The value of {found[0]} stands outside of quotes in an XPath, where only a number or a name can stand."
    )


def _script(value: str, found: re.Match[str]) -> str:
    if NUMBER.fullmatch(value):
        return value
    return re.sub(r"[^A-Za-z0-9_ ]", lambda sign: _unicode_escape(sign[0]), value)


def _unicode_escape(sign: str) -> str:
    units = sign.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def _url(value: str, found: re.Match[str]) -> str:
    return value if found.start() == 0 else quote(value, safe="/:@,;~!*()$'")


MANNERS: dict[str, Callable[[str, re.Match[str]], str]] = {
    "plain": _plain, "css": _css, "aria": _aria, "xpath": _xpath, "script": _script, "url": _url,
}  # fmt: skip


def texts_of(step: Step) -> Iterator[tuple[str, str]]:
    """Every text of the step in which a variable may stand, with the field's name."""
    for name, item in takes(type(step)).items():
        seen: list[str] = []
        value = getattr(step, item.name)
        if value is not None:
            item.metadata["kind"].filled(value, lambda how, text, seen=seen: seen.append(text) or text)
        yield from ((name, text) for text in seen)


def names_of(step: Step) -> list[tuple[str, str]]:
    """(field, variable) for each use in the step."""
    return [(name, found) for name, text in texts_of(step) for found in VARIABLE.findall(text)]


def names_used(script: Script) -> list[str]:
    """Every variable of the script as it is written (city, human.code, secrets.pin), once, in order of first use."""
    return list(dict.fromkeys(name for step in script.steps for _, name in names_of(step)))


def variables_of(script: Script) -> list[str]:
    """What has to be given when the script is started."""
    outputs = {step.name for step in script.steps if isinstance(step, Extract)}
    return [name for name in names_used(script) if "." not in name and name not in outputs]


def asked_for(script: Script) -> list[Variable]:
    """What has to be given when the script is started, as it describes it itself."""
    described = {variable.name: variable for variable in script.variables}
    return [described.get(name, Variable(name=name)) for name in variables_of(script)]


def with_defaults(script: Script, given: Mapping[str, str]) -> dict[str, str]:
    """What was given, and for the rest what the script says itself."""
    own = {variable.name: variable.default for variable in asked_for(script) if variable.default is not None}
    return own | dict(given)


def missing_from(script: Script, given: Mapping[str, str]) -> list[str]:
    """The variables that have no value yet."""
    there = with_defaults(script, given)
    return [name for name in variables_of(script) if name not in there]


def secrets_of(script: Script) -> list[str]:
    """The workspace's secrets that the script uses."""
    return [name.removeprefix("secrets.") for name in names_used(script) if name.startswith("secrets.")]


def name_problems(steps: Sequence[Step]) -> Iterator[Problem]:
    """Variables that cannot have a value when their step comes."""
    asked, secret, read = set[str](), set[str](), set[str]()
    all_asked = {f.name for step in steps if isinstance(step, RequestHuman) for f in step.fields}
    read_at = {step.name: step.number for step in reversed(steps) if isinstance(step, Extract)}
    for step in steps:
        for field, name in names_of(step):
            bare = name.removeprefix("human.")
            if name.startswith("human.") and bare not in asked:
                yield Problem(step.number, field, _nobody_asked(bare, all_asked, asked))
            elif isinstance(step, RequestHuman) and (name.startswith("secrets.") or name in secret):
                shown = f"{{{{{name}}}}} would be shown to whoever is asked. {_SHOW}"
                yield Problem(step.number, field, shown)
            elif name in read_at and name not in read:
                late = f"{{{{{name}}}}} is read by step {read_at[name]}, which comes later. Move it before this one."
                yield Problem(step.number, field, late)
        if isinstance(step, RequestHuman):
            asked |= {f.name for f in step.fields}
            secret |= {f"human.{f.name}" for f in step.fields if f.type == "secret"}
        if isinstance(step, Extract):
            read.add(step.name)


_SHOW = "Secrets stand only in steps that the bot does itself."


def _nobody_asked(name: str, all_asked: set[str], asked: set[str]) -> str:
    if name in all_asked:
        return f"{{{{human.{name}}}}} is asked for by a later step. Move that requestHuman before this step."
    near = did_you_mean(name, asked) if len(asked) <= MOST_COMPARED else ""
    return f"No earlier requestHuman has a field {quoted(name)}.{near or ' Add the field to the step that asks.'}"


def name_notes(steps: Sequence[Step]) -> Iterator[str]:
    """What looks like a variable and is none; it is used as the text that it is."""
    odd = ((step, name, found) for step in steps for name, text in texts_of(step) for found in LOOKALIKE.findall(text))
    is_text = "is not a variable and stays as it is. Variables look like {{name}}."
    for step, name, found in odd:
        if not VARIABLE.fullmatch(found):
            yield str(Problem(step.number, name, f"{quoted(found)} {is_text}"))


def unused_notes(script: Script) -> list[str]:
    """Variables that are described and stand nowhere."""
    used = set(names_used(script)) if script.variables else set()
    unused = [variable.name for variable in script.variables if variable.name not in used]
    return [str(Problem(None, "variables", f"No step uses {{{{{name}}}}}; nobody is asked for it.")) for name in unused]


def as_text(value: Any) -> str:
    """A value as it stands in a text: lists line by line, true and false as words, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "\n".join(as_text(entry) for entry in value)
    return str(value)


def filled(step: SomeStep, values: Mapping[str, Any]) -> SomeStep:
    """The step with its variables replaced. Raises Missing, or Wrong where a value cannot stand in its place."""
    changes, filling = {}, Filling(values)
    for name, item in takes(type(step)).items():
        value = getattr(step, item.name)
        if value is not None:
            changes[item.name] = item.metadata["kind"].filled(value, filling.of(name))
    return type(step)(**changes, number=step.number)


class Filling:
    """What the values of one step come to, all its fields together. A name may stand in it many thousand times, and
    what a page had to say behind it: that would take the whole memory of a worker, where others' bots are at work."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values, self._room = values, MOST
        self._texts: dict[str, str] = {}

    def of(self, field: str) -> Callable[[str, str], str]:
        def value_of(name: str) -> str:
            if name not in self._values:
                raise Missing(field, name)
            return self._taken(name)

        return lambda how, text: replaced(how, text, value_of) if "{{" in text else text

    def _taken(self, name: str) -> str:
        if name not in self._texts:
            self._texts[name] = as_text(self._values[name])
        self._room -= len(self._texts[name])
        if self._room < 0:
            raise Wrong(f"The values of its variables have more than {MOST:,} characters together. Use fewer of them.")
        return self._texts[name]
