"""A workspace as it looks after some weeks: alerts in every state, long names, many executions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alerts.models import AccessLink, Alert, Delivery, Kind
from bots.models import Bot, Execution, Schedule, Secret, StepStatus
from hitl import clock
from hitl.tenants.models import Workspace
from hitl.tenants.people import SYSTEM, Person
from tests.alerts.pauses import asks, begun, moved, pictured
from tests.people import People

STEPS = [
    {"type": "navigate", "url": "https://bank.example/login"},
    {"type": "change", "selectors": [["aria/Customer number"]], "value": "{{customer}}"},
    {"type": "requestHuman", "kind": "otp", "title": "Enter the code"},
    {"type": "extract", "name": "balance", "selectors": ["#balance"]},
]
LONG = "Nightly reconciliation of the supplier portal's invoices with the ledger of the Scandinavian subsidiaries"
FIELDS = [
    {"name": "decision", "type": "choice", "label": "Decision", "required": True, "choices": ["approve", "reject"]},
    {"name": "centre", "type": "choice", "label": "Cost centre", "required": False, "choices": list("ABCDEFG")},
    {"name": "amount", "type": "number", "label": "Amount", "required": True},
    {"name": "pin", "type": "secret", "label": "Your PIN", "required": True},
    {"name": "note", "type": "text", "label": "Note", "required": False},
    {"name": "read", "type": "boolean", "label": "I have read it", "required": False},
    {"name": "sure", "type": "boolean", "label": "Are you sure?", "required": True},
]


@dataclass(frozen=True)
class Rows:
    people: People
    bot: Bot
    alerts: dict[str, Alert]
    executions: dict[str, Execution]
    link: AccessLink
    secret: Secret
    schedule: Schedule
    trial: Execution
    waiting: int  # alerts that are open or in somebody's hands

    @property
    def slug(self) -> str:
        return self.people.workspace.slug

    def path(self, *parts: object) -> str:
        return "/".join(["", "w", self.slug, *map(str, parts), ""])


def bot_of(workspace: Workspace, name: str, **settings: Any) -> Bot:
    source = json.dumps({"title": name, "steps": STEPS})
    return Bot.objects.create(workspace=workspace, name=name, source=source, **settings)


def pause(bot: Bot, person: Person, **request: Any) -> Alert:
    """The alert of an execution that has stopped at its third step."""
    execution = bot.start(person, {"customer": "4711"})
    return asks(execution, execution.claim("worker:1"), **request)


def with_picture(alert: Alert) -> Alert:
    """One that a browser can show."""
    return pictured(alert, (Path(__file__).parent.parent / "live_page" / "samples" / "small.jpeg").read_bytes())


def weeks_later(people: People) -> Rows:
    ann, bob = Person.member(people.ann), Person.member(people.bob)
    bots = [bot_of(people.workspace, "Bank balance"), bot_of(people.workspace, LONG, human_intervention_mode=False)]
    queued = bots[1].start(ann, {"customer": "1"})
    Execution.objects.bulk_create(another(queued) for _ in range(55))
    alerts = {
        "open": with_picture(pause(bots[0], ann, instructions="It is on the phone.\nSix digits.")),
        "fields": pause(bots[0], ann, title=f"Approve: {LONG}", kind="approval", fields=FIELDS),
        "claimed": pause(bots[1], ann, kind="captcha", title="Solve the CAPTCHA"),
        "unfinished": pause(bots[1], ann, title="Sign in", kind="login"),
        "completed": pause(bots[0], bob, kind="review", title="Compare the amounts", fields=FIELDS[3:5]),
        "declined": pause(bots[0], bob, title="Order the desks"),
        "expired": pause(bots[1], bob, title="Was not seen"),
    }
    hold(alerts, bob)
    end(alerts, ann)
    results(alerts["open"])
    link = AccessLink.objects.create(alert=alerts["open"], role="watch", label="Dana from the auditors")
    executions = {status: finished(bots[0], ann, status) for status in ("succeeded", "failed", "cancelled", "queued")}
    secret = Secret.make(people.workspace, ann, "portal_password", "hunter22", ["portal.example", "*.portal.example"])
    lacking = {"type": "change", "selectors": ["#pin"], "value": "{{secrets.portal_password}} {{secrets.gone}}"}
    typist = json.dumps({"title": "Typist", "steps": [STEPS[0], lacking]})
    Bot.objects.create(workspace=people.workspace, name="Typist", source=typist)
    trial = trial_of(bots[0], ann)
    waiting = Alert.objects.active().count()
    return Rows(people, bots[0], alerts, executions, link, secret, schedule_of(bots[0], ann), trial, waiting)


def schedule_of(bot: Bot, person: Person) -> Schedule:
    """One of its times has started the bot, which still waits for a person at the next."""
    schedule = Schedule.make(
        bot, person, cron="0 9 * * 1-5", zone="Europe/Berlin", variables={"customer": "4711"}, overlap="queue"
    )
    for _ in range(3):
        Schedule.objects.filter(pk=schedule.pk).update(next_at=clock.now())
        Schedule.objects.get(pk=schedule.pk).fire()
    return schedule


def trial_of(bot: Bot, person: Person) -> Execution:
    """Its second step has failed."""
    trial = bot.try_out(person, bot.source, {"customer": "4711"})
    epoch = trial.claim("worker:1")
    trial.end_step(epoch, trial.begin_step(epoch, "navigate", "Go to https://bank.example/login"))
    run = trial.begin_step(epoch, "change", "Fill in Customer number")
    run.end(StepStatus.FAILED, "Nothing on the page matches.")
    trial.ask_about(epoch, run, Kind.STEP_FAILED)
    return trial


def another(execution: Execution) -> Execution:
    """One more like it; what only the lists show needs no history."""
    same = {"workspace": execution.workspace, "bot": execution.bot, "script": execution.script}
    return Execution(**same, variables=execution.variables, window_seconds=execution.window_seconds)


def hold(alerts: dict[str, Alert], person: Person) -> None:
    alerts["claimed"].claim(person)
    alerts["unfinished"].release(begun(alerts["unfinished"], person), person)


def end(alerts: dict[str, Alert], person: Person) -> None:
    alerts["completed"].complete(person, {"pin": "4242", "note": "as agreed"}, "The form is gone.")
    alerts["declined"].decline(person, "The site blocks me: reference 18.4f.")
    moved(alerts["expired"], deadline=-1)
    alerts["expired"].expire()


def results(alert: Alert) -> None:
    """One message has arrived, the other has not."""
    first, second = alert.deliveries.order_by("pk")
    Delivery.objects.filter(pk=first.pk).update(status="sent", sent_at=clock.now(), tries=1)
    Delivery.objects.filter(pk=second.pk).update(status="failed", error="550 No such user here", tries=1)


def finished(bot: Bot, person: Person, status: str) -> Execution:
    execution = bot.start(person, {"customer": "4711"})
    if status == "queued":
        return execution
    if status == "cancelled":
        execution.cancel(SYSTEM)
        return execution
    epoch = execution.claim("worker:1")
    run = execution.begin_step(epoch, "navigate", "Go to https://bank.example/login")
    if status == "failed":
        run.end(StepStatus.FAILED, "The address does not resolve.")
        execution.fail("step_failed", "Step 1 failed. The address does not resolve.", epoch)
    else:
        execution.end_step(epoch, run, {"balance": "1,204.50 €"})
        execution.succeed(epoch)
    return execution
