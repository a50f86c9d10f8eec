"""What came of a workspace's last fire drill: who got the message and when, and who came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.models import Alert, Delivery
from hitl.tenants.models import AuditEvent, Role, User, Workspace

STARTED = "drill.started"
CAME = ("link.opened", "alert.on_it", "control.taken", "alert.completed", "alert.declined")


@dataclass
class Reached:
    """One person: their message, where one was written, and when they were first seen at the alert."""

    user: User
    message: Delivery | None
    came_at: datetime | None


@dataclass
class Drill:
    """`alert` is None until the bot has asked, or where it could not."""

    event: AuditEvent
    execution: Any
    alert: Alert | None
    people: list[Reached]


def last_drill(workspace: Workspace) -> Drill | None:
    event = workspace.audit.filter(verb=STARTED).first()
    execution = event and workspace.executions.filter(public_id=event.subject).select_related("workspace").first()
    if not event or not execution:
        return None  # there was none, or its days are over
    alert = execution.alerts.select_related("workspace").first()
    return Drill(event, execution, alert, _people(alert) if alert else [])


def _people(alert: Alert) -> list[Reached]:
    messages = {message.user_id: message for message in alert.deliveries.filter(kind=Delivery.OPENED)}
    came = _came(alert)
    users = alert.workspace.people_who(Role.OPERATOR).order_by("name", "email")
    return [Reached(user, messages.get(user.pk), came.get(user.pk)) for user in users]


def _came(alert: Alert) -> dict[int, datetime]:
    """When each member was first seen, signed in or by the link in their message."""
    holders = dict(alert.links.exclude(user=None).values_list("public_id", "user_id"))
    events = alert.workspace.audit.filter(verb__in=CAME, subject__in=[alert.public_id, *holders])
    seen: dict[int, datetime] = {}
    for event in events.order_by("pk"):
        if who := event.user_id or holders.get(event.subject):
            seen.setdefault(who, event.at)
    return seen
