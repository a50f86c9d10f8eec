"""Completing an alert: the one call about alerts that asks the browser."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status
from pydantic import Field

from alerts.api import AlertShown, alert_of, in_time, shown
from bots import answering
from bots.script import AnswerError
from hitl.api.door import needs, person_of
from hitl.api.once import once
from hitl.api.problems import FieldError, Refused
from hitl.api.shapes import BODY, AlertId, Sent, answers
from hitl.tenants.models import Scope

router = Router(tags=["Alerts"])


class Completion(Sent):
    """A person's answer, or a program's in its place."""

    answer: dict[str, Any] = Field(
        default={}, description="A value for each of the alert's fields.", examples=[{"code": "42"}]
    )
    reason: str = Field(
        default="",
        max_length=500,
        description="Why it is done although the page is not where the step wants it; recorded.",
    )


NO_ANSWER = Completion()  # what no body at all means


@router.post(
    "/alerts/{id:alert_id}/complete",
    auth=needs(Scope.RUN),
    response=answers(200, AlertShown, 404, 409, *BODY),
    operation_id="complete_alert",
    summary="Complete an alert",
)
@once(asks_the_browser=True)
def complete_alert(request: HttpRequest, alert_id: AlertId, body: Completion = NO_ANSWER) -> Any:
    """Done: the bot goes on with this answer. It is checked against the alert's fields, as on its page.

    422 where a value does not fit, or (with `missing`) where the page is not yet where the step wants it: give a
    `reason` to go on all the same. 409 where the alert is over or somebody else is in control; `alert` in the answer
    is how it really stands.
    """
    alert = alert_of(request, alert_id)
    try:
        with in_time(request, alert_id):
            answering.complete(alert, person_of(request), body.answer, body.reason.strip())
    except AnswerError as error:
        errors = [FieldError(field=f"answer.{name}".rstrip("."), message=said) for name, said in error.fields.items()]
        raise Refused.unfit(errors) from error
    except answering.NotThereYet as error:
        raise Refused(422, "The page is not there yet.", missing=error.missing) from error
    return Status(200, shown(request, alert_id))
