"""What an editor is told about a script while it is written: what is wrong and where, and which names it uses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import Any

from bots.script.flow import Script
from bots.script.parsing import MOST_PROBLEMS, parse
from bots.script.problems import Problem, ScriptError
from bots.script.schema import Navigate
from bots.script.spots import spans
from bots.script.variables import secrets_of, variables_of

OPEN_SITE = re.compile(r"\s*(?:https?://[^/?#]*)?\{\{")  # an address whose host comes from a variable
LED_ELSEWHERE = (
    "Whoever gives this variable its value chooses the site, and secrets could be typed there. Name the sites on which "
    "each secret may be typed (Settings, Secrets), or write the host here and only the rest as a variable."
)
NOTE = re.compile(r"(?:Step (\d+)(?:, ([^:]+))?|([a-z]\w*)): (.*)", re.DOTALL)


def checked(text: str) -> dict[str, Any]:
    """As JSON: `problems` with `from` and `to` as a browser counts characters, `steps`, `variables`, `secrets`."""
    try:
        script = parse(text)
    except ScriptError as error:
        return {"problems": _marked(text, error.problems, "error")}
    notes = _marked(text, [*map(_problem, script.notes), *_led_elsewhere(script)], "info")
    names = {"variables": variables_of(script), "secrets": secrets_of(script)}
    return {"problems": notes, "steps": len(script.steps), "title": script.title} | names


def _led_elsewhere(script: Script) -> list[Problem]:
    """Where a script with secrets goes to a site that its variables choose."""
    if not secrets_of(script):
        return []
    steps = enumerate(script.steps, 1)
    led = (number for number, step in steps if isinstance(step, Navigate) and OPEN_SITE.match(step.url))
    return [Problem(number, "url", LED_ELSEWHERE) for number in islice(led, MOST_PROBLEMS)]


def _problem(note: str) -> Problem:
    """A note is a problem that does not hinder."""
    found = NOTE.fullmatch(note)
    if not found:
        return Problem(None, "", note)
    step, field, head, message = found.groups()
    return Problem(int(step) if step else None, field or head or "", message)


def _marked(text: str, problems: Sequence[Problem], severity: str) -> list[dict[str, Any]]:
    units = _units(text)
    return [
        {"from": units(start), "to": units(end), "severity": severity, "message": str(problem)}
        for problem, (start, end) in zip(problems, spans(text, problems), strict=True)
    ]


def _units(text: str) -> Any:
    """Positions as browsers count them: signs beyond the first 65,536 are two."""
    if text.isascii() or max(text, default="") < "\U00010000":
        return int
    return lambda at: len(text[:at].encode("utf-16-le", "surrogatepass")) // 2
