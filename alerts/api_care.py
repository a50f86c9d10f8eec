"""The API's calls that say whose turn it is: on it for some minutes, and assigned. Neither is control."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status
from pydantic import Field

from alerts.api import AlertShown, alert_of, in_time, shown
from alerts.models import Alert
from alerts.models.care import MOST_MINUTES
from hitl.api.door import needs, person_of
from hitl.api.once import once
from hitl.api.problems import FieldError, Refused
from hitl.api.shapes import BODY, AlertId, Sent, answers
from hitl.states import WrongState
from hitl.tenants.models import Role, Scope, User

router = Router(tags=["Alerts"])


class OnIt(Sent):
    """Somebody comes."""

    minutes: int = Field(ge=1, le=MOST_MINUTES, description="For how long.", examples=[10])


class Assignment(Sent):
    """To whom."""

    to: str | None = Field(
        max_length=254,
        description="The e-mail address of a member who may act; null: to nobody any more.",
        examples=["bob@example.com"],
    )


@router.post(
    "/alerts/{id:alert_id}/on-it",
    auth=needs(Scope.RUN),
    response=answers(200, AlertShown, 404, 409, *BODY),
    operation_id="say_on_it",
    summary="Say that somebody is on it",
)
@once()
def say_on_it(request: HttpRequest, alert_id: AlertId, body: OnIt) -> Any:
    """Everybody reads it, under this key's name; reminders rest, and the deadline moves where these minutes need it.

    When they are over and nobody has acted, those who were told are told again. 409 where somebody drives, somebody
    else is on it already, or the alert is over; `alert` in the answer is how it really stands.
    """
    alert = alert_of(request, alert_id)
    with in_time(request, alert_id):
        alert.say_on_it(person_of(request), body.minutes)
    return Status(200, shown(request, alert_id))


@router.delete(
    "/alerts/{id:alert_id}/on-it",
    auth=needs(Scope.RUN),
    response=answers(204, None, 404),
    operation_id="give_up",
    summary="Not on it any more",
)
def give_up(request: HttpRequest, alert_id: AlertId) -> Any:
    """What this key has said before; those who were told hear that nobody comes. Without it, nothing changes."""
    alert = alert_of(request, alert_id)
    with suppress(WrongState):
        alert.give_up(person_of(request))
    return Status(204, None)


@router.post(
    "/alerts/{id:alert_id}/assign",
    auth=needs(Scope.RUN),
    response=answers(200, AlertShown, 404, 409, *BODY),
    operation_id="assign_alert",
    summary="Assign an alert",
)
@once()
def assign_alert(request: HttpRequest, alert_id: AlertId, body: Assignment) -> Any:
    """It is this member's to take care of, and they are told. Others may still act.

    422 where nobody of this address may act in the workspace; 409 where the alert is over.
    """
    alert = alert_of(request, alert_id)
    to = _member(alert, body.to) if body.to else None
    with in_time(request, alert_id):
        alert.assign(person_of(request), to, alert.assignee_id)
    return Status(200, shown(request, alert_id))


def _member(alert: Alert, email: str) -> User:
    found = alert.workspace.people_who(Role.OPERATOR).filter(email__iexact=email).first()
    if found is None:
        said = "No owner, admin or operator of this workspace has this address."
        raise Refused.unfit([FieldError(field="to", message=said)])
    return found
