"""Executions that wait for a person, by the product's own verbs; and clocks that are moved, not waited for."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from alerts.models import Alert, Delivery
from bots.models import Bot, BrowserSession, Execution
from hitl import clock, vault
from hitl.tenants.models import Workspace
from hitl.tenants.people import Person

OUT_OF_REACH = "256.0.0.1:1"  # no way leads to a browser there, so nobody can say whether it is alive
SOURCE = json.dumps({
    "title": "Pay",
    "steps": [{"type": "navigate", "url": "https://shop.example/"}, {"type": "requestHuman", "title": "Type the code"}],
})  # fmt: skip


def running(workspace: Workspace, **settings: Any) -> tuple[Execution, int]:
    """An execution that a runner has just taken, and the epoch of its lease."""
    bot = Bot.objects.create(workspace=workspace, name="Payer", source=SOURCE, **settings)
    execution = bot.start(Person.member(workspace.memberships.get(role="owner").user), {})
    return execution, execution.claim("worker:1")


def browser_of(execution: Execution, lives: timedelta = timedelta(minutes=1), **other: Any) -> BrowserSession:
    """The row of a browser that has its limit in so much time; `other` replaces single fields."""
    known = {"machine": "m", "address": "127.0.0.1:1", "sealed_token": vault.seal("t"), "pid": 1}
    times = dict.fromkeys(("lease_until", "cap_at"), clock.now() + lives)
    return BrowserSession.objects.create(execution=execution, **known | times | other)


def paused(workspace: Workspace, settings: dict[str, Any] | None = None, **request: Any) -> Alert:
    """The alert of an execution that has stopped at its second step."""
    execution, epoch = running(workspace, **(settings or {}))
    return asks(execution, epoch, **request)


def asks(execution: Execution, epoch: int, **request: Any) -> Alert:
    """Its runner goes on to the first step that is a person's; the alert of that."""
    steps = execution.steps.steps
    at = next(number for number, step in enumerate(steps) if step.type == "requestHuman")
    for step in steps[:at]:
        execution.end_step(epoch, execution.begin_step(epoch, step.type, step.label))
    run = execution.begin_step(epoch, "requestHuman", steps[at].label)
    return execution.ask_human(epoch, run, {"kind": "otp", "title": steps[at].label, **request})


def pictured(alert: Alert, picture: bytes = b"\xff\xd8\xff\xd9") -> Alert:
    """The page as it stood, on the alert and on its execution's first step; outside of the folders that are swept."""
    name = f"{alert.execution.public_id}.jpg"
    Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
    Path(settings.MEDIA_ROOT, name).write_bytes(picture)
    Alert.objects.filter(pk=alert.pk).update(picture=name)
    alert.execution.step_runs.filter(index=0).update(picture=name)
    alert.refresh_from_db()
    return alert


def again(alert: Alert) -> Alert:
    """The same row, read anew, with an execution of its own: as another process has it."""
    return Alert.objects.select_related("execution__bot", "workspace").get(pk=alert.pk)


def begun(alert: Alert, person: Person) -> int:
    """Somebody took control, and their first input reached the page; the epoch of their control."""
    epoch = alert.claim(person)
    assert alert.note_input(epoch)
    return epoch


def left(alert: Alert, person: Person) -> None:
    """Begun and given back; the time has come to tell people that it was left unfinished."""
    alert.release(begun(alert, person), person)
    moved(alert, remind_at=-1)


def moved(row: Any, **seconds: float | None) -> None:
    """Put each named clock of the row so many seconds from now; None empties it."""
    now = clock.now()
    clocks = {name: None if s is None else now + timedelta(seconds=s) for name, s in seconds.items()}
    type(row).objects.filter(pk=row.pk).update(**clocks)
    row.refresh_from_db()


def retried(delivery: Delivery) -> bool:
    """Time has come to try again."""
    moved(delivery, next_try_at=-1)
    return delivery.deliver()
