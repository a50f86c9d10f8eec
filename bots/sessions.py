"""Browser sessions from Django's side: start one and record where it listens, ask it, end it."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from contextlib import suppress
from datetime import timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any

from channels.db import database_sync_to_async as db
from django.conf import settings
from django.db import DatabaseError, transaction

from alerts.models import Alert
from bots.browser import client
from bots.models import BrowserSession, Execution
from hitl import clock, vault
from hitl.tenants.models import Workspace
from hitl.tenants.people import Person

MACHINE = socket.gethostname()
MEGABYTE = 1_000_000
SILENCE = 5  # seconds without an answer after which a server counts as silent


class NoAnswer(Exception):
    """The browser server did not answer in time, or there was no way to ask it: a suspicion, not yet a fact."""


class Gone(Exception):
    """The browser server refused the connection: it is not there any more."""


UNANSWERED = (Gone, NoAnswer, client.ServerError)  # for those to whom it is all the same why


def folder() -> Path:
    """Where this machine's browser servers keep their profiles and sockets."""
    return settings.VAR / "sessions"


_starting: dict[int, int] = {}  # executions whose browser this process is about to start, and their workspaces


async def reserve(execution: Execution) -> bool:
    """Whether this machine may hold the execution's browser: it does already, or machine and workspace have room.

    The machine's last place is kept for a workspace that holds none here, so that no other can hold them all.
    Between the look and the start other worker processes of the machine may look too, so the limit holds for each
    process exactly and for the machine nearly.
    """
    if execution.pk in _starting:
        return False  # workers were told twice, and somebody here is at it
    _starting[execution.pk] = execution.workspace_id  # first, for others may look while we do
    reserved = False
    try:
        is_held = await db(BrowserSession.objects.filter(execution=execution).exists)()
        reserved = not is_held and await db(_has_room)(execution)
        return is_held or reserved
    finally:
        if not reserved:
            unreserve(execution)


def unreserve(execution: Execution) -> None:
    _starting.pop(execution.pk, None)


def _has_room(execution: Execution) -> bool:
    """Machine and workspace, for one more than those that came before it."""
    live, workspace = BrowserSession.objects.live(), execution.workspace
    before = [whose for _, whose in takewhile(lambda entry: entry[0] != execution.pk, list(_starting.items()))]
    own, starting = live.filter(execution__workspace=workspace), before.count(workspace.pk)
    free = settings.MAX_SESSIONS - live.filter(machine=MACHINE).count() - len(before)
    if free < 1 or (workspace.session_limit is not None and own.count() + starting >= workspace.session_limit):
        return False
    holds_one_here = starting or own.filter(machine=MACHINE).exists()
    return free > 1 or not holds_one_here or not Workspace.objects.exclude(pk=workspace.pk).exists()


async def start(execution: Execution) -> BrowserSession:
    """Start a browser server for this execution on this machine. Raises client.StartFailed.

    It has no row yet: a server in its folder is one whose worker died before writing it down, and nobody can reach it.
    """
    token, place = secrets.token_urlsafe(32), folder() / execution.public_id
    await asyncio.to_thread(client.end_former, place)
    config = client.Config(
        token=token,
        folder=place,
        chromium=settings.CHROMIUM or None,
        bind=settings.BROWSER_BIND,
        sandbox=settings.CHROMIUM_SANDBOX,
        private_targets=settings.PRIVATE_TARGETS,
        max_age=settings.SESSION_CAP + 60,
        file_limit=settings.FILE_LIMIT * MEGABYTE,
        files_limit=settings.FILES_LIMIT * MEGABYTE,
    )
    started = await client.start(config)
    try:
        session = await db(_record)(execution, started, token)
    except DatabaseError:  # the execution was deleted meanwhile, with its workspace, or the database is away
        await asyncio.to_thread(client.end_former, place)
        raise
    unreserve(execution)  # the row counts from here on
    return session


def _record(execution: Execution, started: client.Started, token: str) -> BrowserSession:
    now = clock.now()
    return BrowserSession.objects.create(
        execution=execution,
        machine=MACHINE,
        address=started.address,
        sealed_token=vault.seal(token),
        pid=started.pid,
        lease_until=now + timedelta(seconds=settings.RUNNER_LEASE),
        cap_at=now + timedelta(seconds=execution.session_cap),
    )


async def ask(session: BrowserSession, do: str, **params: Any) -> dict[str, Any]:
    """One question over the session's control door. Raises Gone, NoAnswer, or client.ServerError with a sentence."""
    try:
        async with asyncio.timeout(SILENCE):
            async with client.ControlLine(session.address, session.token) as control:
                return await control.call(do, **params)
    except TimeoutError:
        raise NoAnswer(f"the browser server at {session.address} is silent") from None
    except ConnectionError as error:
        raise Gone(f"the browser server at {session.address} is gone: {error}") from None
    except OSError as error:  # no way there, or no descriptor left: that says nothing about the server
        raise NoAnswer(f"the browser server at {session.address} cannot be asked: {error}") from None


async def missing(execution: Execution, condition: dict[str, Any]) -> list[str]:
    """What the page still lacks of a resumeWhen condition, as sentences; empty when it is met."""
    session = await db(BrowserSession.objects.filter(execution=execution, ended_at=None).first)()
    if session is None:
        return ["The browser of this execution has ended."]
    try:
        return (await ask(session, "check", condition=condition))["missing"]
    except UNANSWERED:
        return ["The browser does not answer at the moment, so the page could not be checked."]


async def end_orphan(address: str, sealed_token: str, reason: str) -> None:
    """End a browser server whose row is gone; should it not hear, its machine's sweeper finds it."""
    with suppress(*UNANSWERED):
        await ask(BrowserSession(address=address, sealed_token=sealed_token), "end", reason=reason)


async def watch(session: BrowserSession, alert: Alert) -> None:
    """Let the browser server look for the alert's condition; the sweeper says it again should this be lost."""
    with suppress(*UNANSWERED):
        await ask(session, "watch", name=alert.public_id, condition=alert.resume_when)


async def end(session: BrowserSession) -> None:
    """End the browser server, if it still is there, and record that it has ended."""
    try:
        await ask(session, "end", reason=session.end_reason or "the execution is over")
    except NoAnswer:
        return  # the sweeper asks again
    except (Gone, client.ServerError):
        pass
    await db(session.ended)()


async def close(session: BrowserSession, person: Person) -> None:
    """An operator ends it, whatever it is used for. Raises WrongState where the execution ends at this moment."""
    await db(_give_up)(session, person)
    await end(session)


def _give_up(session: BrowserSession, person: Person) -> None:
    with transaction.atomic():
        person.did(session.execution.workspace, "browser.closed", session.execution.public_id, machine=session.machine)
        if not session.execution.is_over:
            session.execution.cancel(person)
        session.wind_up(f"Closed by {person.name}.")


def why_gone(session: BrowserSession) -> str:
    """A server that was asked to end takes its folder with it; one that was killed has left it there."""
    if is_here(session) and not (folder() / session.execution.public_id).exists():
        stopped = "hitl or its machine was stopped, and the browser ended with it; what was in the page is gone."
        return f"{stopped} Start the bot again."
    return "The browser was lost; what was in the page is gone."


def is_here(session: BrowserSession) -> bool:
    """Whether its server runs on this machine, so that its pid and folder mean something here."""
    return session.machine == MACHINE


def worker_name() -> str:
    return f"{MACHINE}:{os.getpid()}"
