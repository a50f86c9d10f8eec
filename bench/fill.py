"""`python -m bench.fill --workspace acme`: a workspace with weeks of plausible history, written in bulk.

Adds 10,000 executions and 1,000 alerts (`--executions`, `--alerts`) to a workspace that exists, for page times and for
looking at pages that are full. Nothing of it runs: there is no browser behind what waits here.
"""

from __future__ import annotations

import argparse
import json
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alerts.models import Alert
    from bots.models import Bot, Execution
    from hitl.tenants.models import Workspace

SITES = {
    "Supplier invoices": ("https://portal.supplier.example/login", "otp", "Enter the code from the text message"),
    "Customs declarations": ("https://customs.example/declare", "captcha", "Solve the puzzle"),
    "Bank statements": ("https://bank.example/login", "login", "Sign in with the token"),
    "Price watch": ("https://shop.example/prices", "review", "Look at the price change"),
    "Payroll export": ("https://payroll.example/", "approval", "Approve the export"),
}
WEEKS = timedelta(weeks=12)
BATCH = 1000


def fill(workspace: Workspace, executions: int, alerts: int, seed: int = 1) -> None:
    """Every so-many-th execution has asked somebody; the newest few of those still wait."""
    from bots.models import Execution, ExecutionChange, StepRun

    chance = random.Random(seed)  # noqa: S311 (the same history each time)
    bots = [made_bot(workspace, name) for name in SITES]
    every = max(1, executions // max(1, alerts))
    with given_times(Execution, StepRun, ExecutionChange):
        rows = [
            one(chance.choice(bots), number, executions, number % every == 0, chance) for number in range(executions)
        ]
        Execution.objects.bulk_create(rows, BATCH)
        StepRun.objects.bulk_create((run for row in rows for run in runs(row)), BATCH)
        ExecutionChange.objects.bulk_create((change for row in rows for change in changes(row)), BATCH)
    ask(rows[::every][:alerts], chance)


@contextmanager
def given_times(*models: Any) -> Iterator[None]:
    """Rows get the times that they are made with, not the time of their making."""
    fields = [field for model in models for field in model._meta.fields if getattr(field, "auto_now_add", False)]
    for field in fields:
        field.auto_now_add = False
    yield
    for field in fields:
        field.auto_now_add = True


def made_bot(workspace: Workspace, name: str) -> Bot:
    from bots.models import Bot
    from hitl.tenants.people import SYSTEM

    url, kind, title = SITES[name]
    steps: list[dict[str, Any]] = [
        {"type": "navigate", "url": url},
        {"type": "change", "selectors": [["aria/Customer number"]], "value": "4711"},
        {"type": "requestHuman", "kind": kind, "title": title},
        {"type": "click", "selectors": [["aria/Next"]]},
        {"type": "extract", "name": "total", "selectors": ["#total"]},
    ]
    return Bot.make(workspace, SYSTEM, name, json.dumps({"title": name, "steps": steps}))


def one(bot: Bot, number: int, of: int, asks: bool, chance: random.Random) -> Execution:
    """The older, the lower its number; four in five succeed."""
    from bots.models import Execution, FailureReason, Status
    from hitl import clock

    begun = clock.now() - WEEKS * (1 - number / of) - timedelta(seconds=30)
    script = bot.script.dump()
    row = Execution(workspace=bot.workspace, bot=bot, script=script, version=bot.kept(), window_seconds=1800)
    row.created_at, row.started_at = begun, begun + timedelta(seconds=1)
    row.ended_at = begun + timedelta(seconds=chance.randint(5, 60) + (chance.randint(60, 1500) if asks else 0))
    if asks and number > of * 0.98:
        row.status, row.cursor, row.ended_at = Status.WAITING_FOR_HUMAN, 2, None
    elif chance.random() < 0.8:
        row.status, row.cursor, row.output = Status.SUCCEEDED, 5, {"total": f"{number}.50 €"}
    elif asks and chance.random() < 0.5:
        row.status, row.cursor, row.message = Status.TIMED_OUT, 2, "Nobody came within the response window."
    else:
        row.status, row.cursor, row.message = Status.FAILED, 3, "Step 4 failed. Nothing on the page matches."
        row.failure_reason = chance.choice([FailureReason.STEP_FAILED] * 4 + [FailureReason.BROWSER_LOST])
    return row


def runs(row: Execution) -> Iterator[Any]:
    from bots.models import StepRun, StepStatus

    steps = row.steps.steps[: row.cursor + (not row.is_over)]
    for index, step in enumerate(steps):
        status = StepStatus.DONE if index < row.cursor else StepStatus.WAITING
        at = row.started_at + timedelta(seconds=index)
        ended = None if status == StepStatus.WAITING else at + timedelta(seconds=0.8)
        yield StepRun(
            execution=row, index=index, type=step.type, label=step.label, status=status, started_at=at, ended_at=ended
        )


def changes(row: Execution) -> Iterator[Any]:
    from bots.models import ExecutionChange, Status

    yield ExecutionChange(row=row, status=Status.QUEUED, why="started by hitl", at=row.created_at)
    yield ExecutionChange(row=row, status=Status.RUNNING, why="taken by worker:1", at=row.started_at)
    yield ExecutionChange(row=row, status=row.status, why=row.message[:500], at=row.ended_at or row.started_at)


def ask(rows: list[Execution], chance: random.Random) -> None:
    from alerts.models import AccessLink, Alert
    from alerts.models.alert import AlertChange

    with given_times(Alert, AlertChange):
        alerts = [alert_of(row, chance) for row in rows]
        Alert.objects.bulk_create(alerts, BATCH)
        history = (change for alert in alerts for change in alert_changes(alert, chance))
        AlertChange.objects.bulk_create(history, BATCH)
    links = (AccessLink(alert=a, role=AccessLink.Role.CONTROL, label="Shared link", is_share=True) for a in alerts)
    AccessLink.objects.bulk_create(links, BATCH)


def alert_of(row: Execution, chance: random.Random) -> Alert:
    from alerts.models import Alert, AlertStatus

    _, kind, title = SITES[row.bot.name]
    at: datetime = row.started_at + timedelta(seconds=2)
    window = timedelta(hours=6) if row.ended_at is None else timedelta(minutes=30)
    alert = Alert(workspace=row.workspace, execution=row, step_index=2, attempt=1, kind=kind, title=title)
    alert.created_at, alert.window_ends, alert.deadline = at, at + window, at + window
    if row.ended_at is not None:
        alert.status = AlertStatus.EXPIRED if row.status == "timed_out" else AlertStatus.COMPLETED
        alert.closed_at, alert.closed_by = row.ended_at, chance.choice(["Ann", "Bob", "Cy"])
    return alert


def alert_changes(alert: Alert, chance: random.Random) -> Iterator[Any]:
    from alerts.models import AlertStatus
    from alerts.models.alert import AlertChange

    yield AlertChange(row=alert, status=AlertStatus.OPEN, at=alert.created_at)
    if alert.status == AlertStatus.COMPLETED and alert.closed_at:
        came = alert.created_at + (alert.closed_at - alert.created_at) * chance.uniform(0.2, 0.9)
        yield AlertChange(row=alert, status=AlertStatus.CLAIMED, at=came)
    if alert.closed_at:
        yield AlertChange(row=alert, status=alert.status, at=alert.closed_at)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hitl.settings")
    import django

    django.setup()
    from hitl.tenants.models import Workspace

    words = argparse.ArgumentParser(description="Fill a workspace with history, for page times.")
    words.add_argument("--workspace", required=True, help="its name in addresses, as in /w/<name>/")
    words.add_argument("--executions", type=int, default=10_000)
    words.add_argument("--alerts", type=int, default=1_000)
    given = words.parse_args()
    workspace = Workspace.objects.filter(slug=given.workspace).first()
    if workspace is None:
        raise SystemExit(
            f"There is no workspace “{given.workspace}”. Its name stands in its pages' addresses: /w/<name>/."
        )
    fill(workspace, given.executions, given.alerts)
    print(f"{given.executions} executions and {given.alerts} alerts are in {workspace}.")


if __name__ == "__main__":
    main()
