"""What an imported recording became: one row per step, for a person to look over before it is saved."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bots.script.flow import Script
from bots.script.schema import Change, Step
from bots.script.selectors import ATTRIBUTE, split
from bots.script.variables import LOOKALIKE

PASSWORD = re.compile(
    r"""type=["']?password|passw|passcode|passphrase|kennwort|passwort|contraseñ|mot de passe
    |(\b|[_-])(pin|tan|otp|cvc|cvv)(\b|[_-])|one.?time|secret|token|api.?key""",
    re.IGNORECASE | re.VERBOSE,
)
TYPED = (
    "A password was typed here and stands in the script for everybody who may read it. Write {{secrets.NAME}} instead."
)


@dataclass(frozen=True)
class Row:
    """One step in the preview; `suggested` names what was typed, where something was."""

    number: int
    type: str
    label: str
    notes: tuple[str, ...] = ()
    is_secret: bool = False
    selector: str = ""
    suggested: str = ""


def preview(script: Script) -> list[Row]:
    """The steps in words, with what is worth a second look."""
    names = dict(_names(step for step in script.steps if isinstance(step, Change) and types_something(step)))
    return [_row(step, script.notes, names.get(step.number, "")) for step in script.steps]


def _row(step: Step, notes: tuple[str, ...], suggested: str) -> Row:
    own = [note for note in notes if re.match(rf"Step {step.number}\b", note)]
    secret = types_password(step)
    if secret:
        own.append(f"Step {step.number}: {TYPED}")
    selectors = getattr(step, "selectors", None) or ()
    selector = " › ".join(selectors[0]) if selectors else ""
    return Row(step.number, step.type, step.label, tuple(own), secret, selector, suggested)


def types_something(step: Step) -> bool:
    """Whether a value stands in the step itself that may be another one next time."""
    return isinstance(step, Change) and bool(step.value) and not LOOKALIKE.fullmatch(step.value.strip())


def types_password(step: Step) -> bool:
    """Whether the step types something secret that stands in the script itself."""
    if not isinstance(step, Change) or not types_something(step):
        return False
    return any(PASSWORD.search(part) for chain in step.selectors for part in chain)


def looks_secret(name: str) -> bool:
    """Whether a variable of this name should not be shown to whoever looks over a shoulder."""
    return bool(PASSWORD.search(name))


def _names(steps: Iterable[Change]) -> Iterable[tuple[int, str]]:
    """A name for each value, after its field; the second of a name that types something else gets a number."""
    values: dict[str, str] = {}
    for step in steps:
        base = name = _name_of(step)
        count = 1
        while values.setdefault(name, step.value) != step.value:
            count += 1
            name = f"{base}_{count}"
        yield step.number, name


def _name_of(step: Change) -> str:
    """From the accessible name, else from the first selector that has words in it."""
    parts = [split(chain[-1]) for chain in step.selectors]
    spoken = [ATTRIBUTE.sub("", body) for how, body in parts if how in ("aria", "text")]
    for text in (*spoken, *(body for how, body in parts if how in ("css", "pierce"))):
        words = re.findall(r"[a-z0-9]+", text.lower().replace("type=password", "password"))
        if words and (name := "_".join(words[-3:])[:40].lstrip("0123456789_")):
            return name
    return "value"


def typed_values(script: Script) -> dict[int, str]:
    """What stands in the script, by the number of the step that types it."""
    return {step.number: step.value for step in script.steps if isinstance(step, Change) and types_something(step)}


def with_placeholders(data: dict[str, Any], names: Mapping[int, str]) -> dict[str, Any]:
    """The script's data with `{{name}}` in the place of what these steps type, by number."""
    steps = [
        entry | {"value": f"{{{{{names[number]}}}}}"} if number in names else entry
        for number, entry in enumerate(data["steps"], 1)
    ]
    return data | {"steps": steps}
