"""The API's calls about alerts and links; what completes one asks the browser: see `bots/api/completing.py`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from django.conf import settings
from django.db.models import Prefetch
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from alerts.models import AccessLink, Alert, AlertStatus
from alerts.views import picture_response
from hitl.api.door import key_of, needs, person_of
from hitl.api.once import once
from hitl.api.paging import PAGE, Cursor, Limit, Listed, page, takes_only
from hitl.api.problems import Refused
from hitl.api.shapes import BODY, LONGEST_WINDOW, AlertId, BotId, ExecutionId, Json, LinkId, Moment, Sent, answers
from hitl.states import WrongState
from hitl.tenants.models import ApiKey, Scope

router = Router(tags=["Alerts"])
AlertState = Literal["open", "claimed", "completed", "declined", "expired", "cancelled"]
AlertKind = Literal[
    "captcha", "otp", "login", "approval", "review", "data", "other", "step_failed", "step_interrupted", "takeover"
]


class AlertShown(BaseModel):
    """One request for a person."""

    id: AlertId
    execution_id: ExecutionId
    bot_id: BotId
    bot_name: str = Field(description="Which bot it is that waits.")
    status: AlertState = Field(description="`claimed`: somebody drives the browser at this moment.")
    kind: AlertKind = Field(
        description="As the script says; or a step has failed or was interrupted, or a person took over."
    )
    title: str
    instructions: str
    fields: list[Json] = Field(description="What is asked for: name, type, label, required, and choices.")
    deadline: Moment | None = Field(description="When it expires; null once somebody has acted.")
    claimed_by: str | None = Field(description="Who is in control.")
    on_it_by: str | None = Field(description="Who has said that they come; nobody else need start.")
    on_it_until: Moment | None = Field(description="Until when they have said so.")
    assigned_to: str | None = Field(description="Whose it is to take care of, by their e-mail address.")
    answer: Json | None = Field(description="As it was given; values of secret fields are null.")
    reason: str | None = Field(description="Why it was declined or cancelled, or done although something was missing.")
    closed_by: str | None
    screenshot_url: str | None = Field(description="The page when the bot asked, for this same key.")
    url: str = Field(description="Its page, for members.")
    share_url: str | None = Field(
        description="Opens this alert's browser to whoever has it, until the alert is over. "
        "Null for keys of the scope `read`, and where the workspace lets no links go outside."
    )
    embed_url: str | None = Field(
        description="The same for a frame on one of the sites that the workspace names in its settings. "
        "Null where it names none."
    )
    created_at: Moment
    closed_at: Moment | None

    @classmethod
    def of(cls, alert: Alert, key: ApiKey) -> Self:
        return cls(
            id=alert.public_id,
            execution_id=alert.execution.public_id,
            bot_id=alert.execution.bot.public_id,
            bot_name=alert.execution.bot.name,
            status=alert.status,  # type: ignore[arg-type]
            kind=alert.kind,  # type: ignore[arg-type]
            title=alert.title,
            instructions=alert.instructions,
            fields=alert.fields,
            deadline=alert.deadline,
            claimed_by=alert.holder_name or None if alert.is_active else None,
            on_it_by=alert.on_it_name if alert.is_looked_after else None,
            on_it_until=alert.on_it_until if alert.is_looked_after else None,
            assigned_to=alert.assignee.email if alert.assignee else None,
            answer=alert.answer if alert.status == AlertStatus.COMPLETED else None,
            reason=alert.reason or None,
            closed_by=alert.closed_by or None,
            screenshot_url=_screenshot_url(alert),
            url=settings.BASE_URL + alert.get_absolute_url(),
            **_shared(alert, key),
            created_at=alert.created_at,
            closed_at=alert.closed_at,
        )


def _screenshot_url(alert: Alert) -> str | None:
    return settings.BASE_URL + reverse("api:alert_screenshot", args=[alert.public_id]) if alert.picture else None


def _shared(alert: Alert, key: ApiKey) -> dict[str, str | None]:
    """Whoever may only look must not get what lets people act."""
    if not key.may(Scope.RUN) or not alert.workspace.links_allowed:
        return {"share_url": None, "embed_url": None}
    shared: list[AccessLink] = getattr(alert, "shared", None) or [alert.share_link]
    return {"share_url": shared[0].url, "embed_url": shared[0].embed_url}


class Decline(Sent):
    """Why it cannot be done."""

    reason: str = Field(pattern=r"\S", max_length=500, examples=["The phone is with a colleague who is away."])


class NewLink(Sent):
    """A link for one named outsider."""

    role: Literal["control", "watch"] = Field(description="Take control, or watch only.")
    label: str = Field(
        pattern=r"\S", max_length=120, description="Who it is for; the record names them so.", examples=["Dana"]
    )
    expires_in_seconds: int | None = Field(
        default=None, ge=1, le=LONGEST_WINDOW, description="It dies with its alert in any case.", examples=[3600]
    )
    picture_quality: int | None = Field(
        default=None, ge=1, le=100, description="Of the live view, to begin with. Null: what the line carries."
    )
    picture_kind: Literal["h264-444", "h264", "vp8", "vp9", "av1", "jpeg"] | None = Field(
        default=None, description="Null, or a browser that does not decode it: the best that it decodes."
    )


class LinkShown(BaseModel):
    """A link that opens one alert's browser."""

    id: LinkId
    url: str
    embed_url: str | None = Field(
        description="For a frame on one of the sites that the workspace names in its settings. Null: it names none."
    )
    role: Literal["control", "watch"]
    label: str
    expires_at: Moment | None = Field(description="Null: with its alert.")


_LONG = ("script", "written", "variables", "output", "bot__source")
NOT_SHOWN = [f"execution__{column}" for column in _LONG]


def alerts_for(key: ApiKey) -> Any:
    """The alerts that this key reaches, with all that is shown of them."""
    shared = Prefetch("links", AccessLink.objects.filter(is_share=True), to_attr="shared")
    rows = Alert.objects.visible_to(key).timed().exclude(execution__trial=True)  # a trial is its author's own affair
    return rows.select_related("workspace", "execution__bot", "assignee").defer(*NOT_SHOWN).prefetch_related(shared)


def alert_of(request: HttpRequest, alert_id: str) -> Alert:
    """The alert within the key's workspace, or 404."""
    alert: Alert = get_object_or_404(alerts_for(key_of(request)), public_id=alert_id)
    return alert


def shown(request: HttpRequest, alert_id: str) -> AlertShown:
    """The alert as it is now, for this key."""
    return AlertShown.of(alert_of(request, alert_id), key_of(request))


@contextmanager
def in_time(request: HttpRequest, alert_id: str) -> Iterator[None]:
    """What is done here comes too late where the alert stands otherwise: 409 with the alert as it really is."""
    try:
        yield
    except WrongState as error:
        raise Refused(409, str(error), alert=shown(request, alert_id).model_dump(mode="json")) from error


@router.get(
    "/alerts",
    auth=needs(Scope.READ),
    response=answers(200, Listed[AlertShown], 422),
    operation_id="list_alerts",
    summary="List alerts",
)
def list_alerts(
    request: HttpRequest,
    status: Annotated[AlertState | None, Query(description="Only those in this state.")] = None,
    execution_id: Annotated[str | None, Query(max_length=60, description="Only those of this execution.")] = None,
    bot_id: Annotated[str | None, Query(max_length=60, description="Only those of this bot.")] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Any:
    """The requests for a person in the key's workspace, the newest first. `?status=open` is what waits now."""
    takes_only(request, "status", "execution_id", "bot_id", "cursor", "limit")
    rows = alerts_for(key_of(request))
    if status:
        rows = rows.filter(status=status)
    if execution_id is not None:
        rows = rows.filter(execution__public_id=execution_id) if execution_id.isprintable() else rows.none()
    if bot_id is not None:
        rows = rows.filter(execution__bot__public_id=bot_id) if bot_id.isprintable() else rows.none()
    found, next_cursor = page(rows, cursor, limit)
    return {"data": [AlertShown.of(row, key_of(request)) for row in found], "next_cursor": next_cursor}


@router.get(
    "/alerts/{id:alert_id}",
    auth=needs(Scope.READ),
    response=answers(200, AlertShown, 404),
    operation_id="get_alert",
    summary="Get an alert",
)
def get_alert(request: HttpRequest, alert_id: AlertId) -> Any:
    """What the bot asks for, until when, and who is at it."""
    return shown(request, alert_id)


@router.get(
    "/alerts/{id:alert_id}/screenshot",
    auth=needs(Scope.READ),
    response=answers(200, None, 404),
    operation_id="get_alert_screenshot",
    summary="Get an alert's picture",
    url_name="alert_screenshot",
)
def alert_screenshot(request: HttpRequest, alert_id: AlertId) -> FileResponse:
    """The page as it stood when the bot asked: what somebody looks at who answers without opening the browser."""
    return picture_response(alert_of(request, alert_id).picture)


@router.post(
    "/alerts/{id:alert_id}/decline",
    auth=needs(Scope.RUN),
    response=answers(200, AlertShown, 404, 409, *BODY),
    operation_id="decline_alert",
    summary="Decline an alert",
)
@once()
def decline_alert(request: HttpRequest, alert_id: AlertId, body: Decline) -> Any:
    """It cannot be done. The execution fails with `declined`, and the reason stands in it.

    409 where the alert is over or somebody else is in control; `alert` in the answer is how it really stands.
    """
    alert = alert_of(request, alert_id)
    with in_time(request, alert_id):
        alert.decline(person_of(request), body.reason.strip())
    return Status(200, shown(request, alert_id))


@router.post(
    "/alerts/{id:alert_id}/links",
    auth=needs(Scope.RUN),
    response=answers(201, LinkShown, 404, 409, *BODY),
    operation_id="make_link",
    summary="Make a link",
    tags=["Links"],
)
@once()
def make_link(request: HttpRequest, alert_id: AlertId, body: NewLink) -> Any:
    """A link that lets one named person into this alert's browser without an account. It dies with the alert.

    403 where the workspace lets no links go outside; 409 where the alert is over.
    """
    alert = alert_of(request, alert_id)
    if not alert.workspace.links_allowed:
        raise Refused(403, "This workspace does not let links go outside. Its admins can allow them in the settings.")
    lifetime = timedelta(seconds=body.expires_in_seconds) if body.expires_in_seconds else None
    picture = {"picture_quality": body.picture_quality, "picture_kind": body.picture_kind or ""}
    more = picture | {"made_by": key_of(request).made_by, "made_with": key_of(request)}
    with in_time(request, alert_id):
        link = AccessLink.make(alert, person_of(request), body.role, body.label.strip(), lifetime, **more)
    made = LinkShown(
        id=link.public_id, url=link.url, embed_url=link.embed_url, role=body.role, label=link.label,
        expires_at=link.expires_at,
    )  # fmt: skip
    return Status(201, made)


@router.delete(
    "/links/{id:link_id}",
    auth=needs(Scope.RUN),
    response=answers(204, None, 404),
    operation_id="revoke_link",
    summary="Revoke a link",
    tags=["Links"],
)
def revoke_link(request: HttpRequest, link_id: LinkId) -> Any:
    """It opens nothing any more, and whoever came in by it is out within 5 seconds. 404 the second time."""
    links = AccessLink.objects.filter(alert__in=Alert.objects.visible_to(key_of(request)), revoked_at=None)
    link = get_object_or_404(links.select_related("alert__workspace"), public_id=link_id)
    link.revoke(person_of(request))
    return Status(204, None)
