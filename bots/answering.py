"""Done, by whichever way it comes: the answer is checked against the fields, and the page against its condition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asgiref.sync import async_to_sync

from alerts.models import Alert
from bots import sessions
from bots.script import check_answer
from hitl.states import WrongState
from hitl.tenants.people import Person


class NotThereYet(Exception):
    """The page is not where the step wants it; `missing` says in sentences what it lacks."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(" ".join(missing))
        self.missing = missing


def complete(alert: Alert, person: Person, given: Mapping[str, Any], reason: str = "") -> None:
    """The bot goes on with this answer; with a `reason`, also where the page lacks something.

    Raises WrongState, AnswerError or NotThereYet, and has then changed nothing.
    """
    if not alert.is_active:
        raise WrongState(f"This request is already {alert.get_status_display().lower()}.")
    answer = check_answer(alert.fields, given)
    missing = [] if reason or not alert.resume_when else _missing(alert)
    if missing:
        raise NotThereYet(missing)
    alert.complete(person, answer, reason)


def _missing(alert: Alert) -> list[str]:
    """The browser is asked now."""
    return async_to_sync(sessions.missing)(alert.execution, alert.resume_when)
