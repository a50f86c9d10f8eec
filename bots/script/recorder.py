"""What an imported recording became: one row per step, for a person to look over before it is saved."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bots.script.flow import Script
from bots.script.schema import Change, Step
from bots.script.variables import LOOKALIKE

PASSWORD = re.compile(
    r"""type=["']?password|passw|kennwort|passwort|contraseñ|mot de passe|\bpin\b|\bcvc\b|\bcvv\b|secret""",
    re.IGNORECASE,
)
TYPED = (
    "A password was typed here and stands in the script for everybody who may read it. Write {{secrets.NAME}} instead."
)


@dataclass(frozen=True)
class Row:
    """One step in the preview."""

    number: int
    type: str
    label: str
    notes: tuple[str, ...] = ()
    is_secret: bool = False


def preview(script: Script) -> list[Row]:
    """The steps in words, with what is worth a second look."""
    return [_row(step, script.notes) for step in script.steps]


def _row(step: Step, notes: tuple[str, ...]) -> Row:
    own = [note for note in notes if re.match(rf"Step {step.number}\b", note)]
    secret = types_password(step)
    if secret:
        own.append(f"Step {step.number}: {TYPED}")
    return Row(step.number, step.type, step.label, tuple(own), secret)


def types_password(step: Step) -> bool:
    """Whether the step types something secret that stands in the script itself."""
    if not isinstance(step, Change) or not step.value or LOOKALIKE.fullmatch(step.value.strip()):
        return False
    return any(PASSWORD.search(part) for chain in step.selectors for part in chain)
