"""What is found by looking rather than by being told: lost messages, dead runners, dead browsers, limits reached.

Any number of sweepers may run at once; each change is a conditional UPDATE of the models, so one of them wins.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from channels.db import database_sync_to_async as db
from django.db.models import QuerySet

from alerts.models import Alert, AlertStatus
from alerts.sweeper import each
from bots import files, sessions
from bots.models import BrowserSession, Execution, FailureReason, Firing, Pulse, Schedule, Status
from bots.tasks import canary, keep_files
from hitl import clock, logs
from hitl.states import WrongState
from hitl.tenants.people import PAGE

log = logging.getLogger(__name__)
BATCH = 100
AT_ONCE = 50  # browser servers that are asked at the same time: each question is a connection
OF_AN_EXECUTION = ("script", "written", "variables", "output")  # texts, which may be long
LONG = [f"execution__{name}" for name in (*OF_AN_EXECUTION, "bot__source")]
CANARY_LIVES = 600  # seconds; so few wait for a worker that comes back, and clocks may differ by minutes
Look = Callable[[BrowserSession, bool], Awaitable[None]]  # at one session; whether silence counts


def sweep_executions(orphans_too: bool) -> int:
    """Tell workers again what they have not taken; deal with executions whose runner is gone.

    `orphans_too` is False for a while after the database was away, when nobody could renew a lease.
    """
    done = each(Execution.objects.forgotten().defer(*OF_AN_EXECUTION)[:BATCH], Execution.run_again)
    if orphans_too:
        orphans = Execution.objects.orphaned().select_related("bot", "workspace")[:BATCH]
        done += each(orphans, lambda execution: execution.interrupt())
    return done


def sweep_schedules() -> int:
    """Start what is due, and what waited for an execution that is over by now."""
    due = Schedule.objects.due().select_related("bot__workspace", "workspace").order_by("next_at")[:BATCH]
    ready = Firing.objects.ready().select_related("schedule__bot__workspace", "schedule__workspace")[:BATCH]
    return each(due, Schedule.fire) + each(ready, Firing.start_at_last)


def folders_in_use() -> dict[str, int]:
    """The names of the folders whose browser servers have a row, and their pids; a deleted workspace takes its rows
    with it, and a worker that died too early wrote none: then the row is of another server, perhaps elsewhere."""
    return dict(BrowserSession.objects.live().values_list("execution__public_id", "pid"))


async def sweep_sessions(silence_counts: bool = True) -> int:
    """Ask every browser server that is held how it is, many at once, and write down what follows.

    `silence_counts` is False for a while after nobody could renew a lease: an answer that is late says nothing then.
    """
    return await _each(BrowserSession.objects.held(), _look_at, silence_counts)


async def end_sessions(silence_counts: bool = True) -> int:
    """End those that are over and that nobody has ended. Their files are kept first, which may take long."""
    return await _each(BrowserSession.objects.over(), _end, silence_counts)


async def _each(found: QuerySet[BrowserSession], look: Look, silence_counts: bool) -> int:
    rows = await db(list)(found.select_related("execution__bot", "execution__workspace").defer(*LONG))
    turns = asyncio.Semaphore(AT_ONCE)
    await asyncio.gather(*(_in_turn(look, session, silence_counts, turns) for session in rows))
    return len(rows)


async def _in_turn(look: Look, session: BrowserSession, silence_counts: bool, turns: asyncio.Semaphore) -> None:
    logs.begin(**logs.ids_of(session))
    try:
        async with turns:
            await look(session, silence_counts)
    except WrongState:
        pass  # somebody was faster
    except Exception:
        log.exception("sweeping %s", session)


async def _end(session: BrowserSession, silence_counts: bool) -> None:
    await files.keep_all(session)
    await sessions.end(session)
    if silence_counts and await db(session.lease_is_over)():
        await db(session.ended)()  # its machine is gone; should it come back, its own sweeper ends what it finds


async def _look_at(session: BrowserSession, silence_counts: bool) -> None:
    if session.cap_at <= await db(clock.now)():
        await db(_cap_reached)(session)
        return
    try:
        status = await sessions.ask(session, "status")
    except sessions.Gone:
        await db(_lost)(session, sessions.why_gone(session))
        return
    except sessions.NoAnswer:
        if silence_counts and await db(session.lease_is_over)():
            await db(_lost)(session, "The machine that held the browser does not answer any more.")
        return
    await db(session.seen)()
    if not status["alive"]:
        await db(_lost)(session, f"The browser was lost. {status.get('reason') or ''}".strip())
        return
    await _write_facts(session, status)
    if any(download["state"] == "done" for download in status["downloads"]):
        await db(keep_files.delay)(session.pk)


async def _write_facts(session: BrowserSession, status: dict[str, Any]) -> None:
    """What the browser server knows and the database may not: input that arrived, a condition met, stale control."""
    alert = await db(session.execution.alerts.active().first)()
    if alert is None:
        return
    if status["input_epoch"] and alert.first_input_at is None and status["input_epoch"] > alert.epoch_before:
        await db(alert.note_input)(status["input_epoch"])
    control = status["control"]
    if control and alert.status == AlertStatus.OPEN and control["epoch"] <= alert.control_epoch:
        await _revoke(session, control["epoch"])
    if alert.resume_when:
        await _look_at_condition(session, alert, status["condition"])


async def _revoke(session: BrowserSession, epoch: int) -> None:
    with suppress(*sessions.UNANSWERED):
        await sessions.ask(session, "revoke", epoch=epoch)


async def _look_at_condition(session: BrowserSession, alert: Alert, condition: dict[str, Any] | None) -> None:
    if condition is None or condition["id"] != alert.public_id:
        await sessions.watch(session, alert)
    elif condition["met"] and not alert.needs_an_answer:
        await db(alert.complete)(PAGE, {})


def _cap_reached(session: BrowserSession) -> None:
    execution = session.execution
    if execution.status in (Status.WAITING_FOR_HUMAN, Status.HUMAN_IN_CONTROL):
        execution.fail(FailureReason.ABANDONED, "Left unfinished until the session's limit was reached.")
    else:
        execution.fail(FailureReason.LIMIT_REACHED, "The session's limit was reached.")


def _lost(session: BrowserSession, message: str) -> None:
    """Said to be dead: the execution fails, its alert closes, those who were told are told."""
    with suppress(WrongState):
        session.execution.fail(FailureReason.BROWSER_LOST, message)
    session.ended()


class Life:
    """What shows others that sweeper and workers do their work. The canary is sent from a thread, one at a time: a
    broker that does not answer makes no deadline late."""

    def __init__(self) -> None:
        self._sending: threading.Thread | None = None

    def show(self) -> None:
        """A round has been done."""
        Pulse.beat(Pulse.Kind.SWEEPER, sessions.MACHINE)
        Pulse.forget_old()
        if self._sending is None or not self._sending.is_alive():
            self._sending = threading.Thread(target=self._send, name="canary", daemon=True)
            self._sending.start()

    def _send(self) -> None:
        try:
            canary.apply_async(expires=CANARY_LIVES)
        except Exception as error:
            log.warning("no canary for the workers: %s", error)
