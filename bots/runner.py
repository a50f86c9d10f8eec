"""One execution, from claim to its end or its next pause.

The cursor is a row: each step is recorded before it is done and again before the next begins. Whoever runs holds a
lease with an epoch; every write names it, so a runner that was given up on can write nothing any more.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from channels.db import database_sync_to_async as db
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, transaction
from playwright.async_api import Browser
from playwright.async_api import Error as PlaywrightError

from alerts.models import Alert, Kind
from bots import files, pictures, sessions
from bots.browser import client, refusals
from bots.engine import DriverDied, Engine
from bots.models import BrowserSession, Execution, FailureReason, LeaseLost, Secret, Status, StepRun, StepStatus
from bots.script import BrowserLost, Given, RequestHuman, Stage, StepError, play
from hitl import logs
from hitl.states import WrongState

log = logging.getLogger(__name__)
AWAY = (OperationalError, InterfaceError)  # the database, for now; any other error of it would come again
TRIED_AGAIN = 1  # seconds after which it is asked once more
Answer = TypeVar("Answer")


async def run(engine: Engine, pk: int) -> None:
    """Drive the execution as far as it goes without a person; harmless for one that is not ready."""
    execution = await db(Execution.objects.select_related("bot", "workspace").filter(pk=pk).first)()
    logs.note(**logs.ids_of(execution))
    if execution is None or not await sessions.reserve(execution):
        return  # it stays queued; workers are told again when a browser ends, and by the sweeper
    try:
        await _claim_and_drive(engine, execution)
    finally:
        sessions.unreserve(execution)


async def _claim_and_drive(engine: Engine, execution: Execution) -> None:
    try:
        epoch = await db(execution.claim)(sessions.worker_name())
    except WrongState:
        return  # somebody else has it, or it has ended
    driving = asyncio.ensure_future(_drive(engine, execution, epoch))
    keeping = asyncio.ensure_future(_keep_lease(execution, epoch, driving))
    try:
        await driving
    except (asyncio.CancelledError, LeaseLost, WrongState):
        log.info("%s: epoch %s has lost it", execution, epoch)
    finally:
        keeping.cancel()


async def _keep_lease(execution: Execution, epoch: int, driving: asyncio.Future[None]) -> None:
    """Renew the lease until cancelled; stop the driving when it is lost."""
    while True:
        await asyncio.sleep(settings.RUNNER_LEASE / 4)
        try:
            await db(execution.renew)(epoch)
        except LeaseLost:
            if execution.status == Status.RUNNING:  # as far as this runner knows: somebody else has decided
                driving.cancel()
            return
        except DatabaseError as error:  # it may be back before the lease runs out
            log.warning("%s: lease not renewed: %s", execution, error)


async def _patiently(ask: Callable[..., Answer], *args: Any, **named: Any) -> Answer:
    """At a step's boundary the database is asked again while it is away: nothing has been lost yet.

    What is written there names the lease, and fails for good with it; the driving is cancelled then, too.
    """
    while True:
        try:
            return await db(ask)(*args, **named)
        except AWAY as error:
            log.warning("the database is away, and is asked again in %s s: %s", TRIED_AGAIN, error)
            await asyncio.sleep(TRIED_AGAIN)


async def _drive(engine: Engine, execution: Execution, epoch: int) -> None:
    if refusal := execution.steps.refusal:
        await _patiently(execution.fail, FailureReason.STEP_FAILED, refusal, epoch)
        return
    try:
        session = await _session_of(execution, epoch)
    except client.StartFailed as error:
        await _patiently(execution.fail, FailureReason.BROWSER_LOST, f"The browser did not start. {error}", epoch)
        return
    except sessions.Gone as error:
        await _patiently(execution.fail, FailureReason.BROWSER_LOST, str(error), epoch)
        return
    except sessions.NoAnswer as error:  # the sweeper tells workers again, or finds that the browser is gone
        log.warning("%s: %s", execution, error)
        await _patiently(execution.let_go, epoch)
        return
    try:
        async with engine.attached(session.address, session.token, epoch) as browser:
            await Drive(engine, execution, epoch, session, browser).steps()
    except DriverDied as error:  # as if this worker had died: the lease runs out, a step under way becomes a question
        log.warning("%s: %s", execution, error)
    except (PlaywrightError, BrowserLost) as error:
        await _browser_trouble(execution, epoch, session, error)


async def _session_of(execution: Execution, epoch: int) -> BrowserSession:
    """The session that holds the execution's browser; a new one only for an execution that has not had one.

    Raises client.StartFailed, sessions.Gone with a sentence for people, or sessions.NoAnswer.
    """
    session = await db(BrowserSession.objects.select_related("execution").filter(execution=execution).first)()
    if session is None:
        return await sessions.start(execution)
    if session.ended_at is None:
        with suppress(sessions.Gone, client.ServerError):
            await sessions.ask(session, "runner", epoch=epoch)
            await _take_back_control(execution, session)
            return session
    raise sessions.Gone(sessions.why_gone(session))


async def _take_back_control(execution: Execution, session: BrowserSession) -> None:
    """The alert is closed and this runner holds the lease, so no person drives any more: the fence opens."""
    alert = await db(lambda: execution.alert)()
    if alert and alert.control_epoch:
        with suppress(client.ServerError):  # it was given back before
            await sessions.ask(session, "revoke", epoch=alert.control_epoch)


async def _browser_trouble(execution: Execution, epoch: int, session: BrowserSession, error: Exception) -> None:
    """Attaching or a step failed on the level of the browser: is it still there?

    Where it says nothing this runner leaves it as it is. Its lease runs out, and the step under way becomes a question.
    """
    log.warning("%s: %s", execution, str(error).splitlines()[0])
    try:
        status = await sessions.ask(session, "status")
        reason = f"The browser could not be driven. {status.get('reason') or ''}".strip()
    except sessions.NoAnswer:
        return
    except (sessions.Gone, client.ServerError):
        reason = sessions.why_gone(session)
    await _patiently(execution.fail, FailureReason.BROWSER_LOST, reason, epoch)


class Drive:
    """The steps of one execution, in one attached browser, under one lease."""

    def __init__(
        self, engine: Engine, execution: Execution, epoch: int, session: BrowserSession, browser: Browser
    ) -> None:
        self.engine, self.execution, self.epoch, self.session = engine, execution, epoch, session
        self.script = execution.steps
        self.browser = browser
        self.picturing: asyncio.Task[None] | None = None
        self.unpictured: list[StepRun] = []
        self.done: tuple[StepRun, dict[str, Any], str] | None = None  # the last step, its output and what to note of it

    async def steps(self) -> None:
        """Step by step until the end, a person is needed, or somebody wants the browser."""
        secrets = await db(Secret.objects.filter(workspace=self.execution.workspace_id).opened)(self.script)
        with logs.hiding(secrets["secrets"].values()):
            await self._steps(secrets)

    async def _steps(self, secrets: dict[str, Any]) -> None:
        execution = self.execution
        brought = Given(
            variables=execution.variables,
            outputs=execution.output,
            answers=execution.plain_answers(),
            sealed=execution.secret_answers(),
            **secrets,
            files=functools.partial(files.wanted, self.session),
            timeout=self.script.timeout,
            is_refusal=functools.partial(refusals.is_ours, self.session.token),
        )
        self.stage = await Stage.of(self.browser, brought, await self._front())
        await self._emulate_again()
        while run := await _patiently(self._next):
            if not await self._step(self.script.steps[run.index], run):
                break
        else:
            await self._pictures_taken()
            if self._is_at_the_end():
                await files.settled(self.session)
            await _patiently(self._stop)
        await self._pictures_taken()

    async def _front(self) -> str:
        """Where there are several tabs, the one that people see: the bot goes on where they have left off."""
        if sum(len(context.pages) for context in self.browser.contexts) > 1:
            with suppress(*sessions.UNANSWERED):
                return str((await sessions.ask(self.session, "status")).get("tab", ""))
        return ""

    async def _emulate_again(self) -> None:
        """What is emulated ends with an attachment: after a pause the last of each kind is set again."""
        before = self.script.steps[: self.execution.cursor]
        for kind in ("setViewport", "emulateNetworkConditions"):
            if step := next((step for step in reversed(before) if step.type == kind), None):
                with suppress(StepError):
                    await play(step, self.stage)

    def _next(self) -> StepRun | None:
        """Record the last step as done and the next as begun, in one transaction; None where none is to begin now."""
        with transaction.atomic():
            if self.done:
                self.execution.end_step(self.epoch, *self.done)
            run = self._begin()
        self.done = None  # not before: should the commit fail, it is recorded again
        return run

    def _begin(self) -> StepRun | None:
        if self._is_at_the_end() or self.engine.stopping or self.execution.is_to_be_taken_over():
            return None
        step = self.script.steps[self.execution.cursor]
        return self.execution.begin_step(self.epoch, step.type, step.label)

    def _stop(self) -> None:
        """Between two steps: the end, a worker that is to stop, or a takeover that was asked for."""
        execution = self.execution
        if self._is_at_the_end():
            execution.succeed(self.epoch)
        elif execution.is_to_be_taken_over():
            execution.stop_for_takeover(self.epoch)
        else:
            execution.let_go(self.epoch)
            execution.run_later()

    def _is_at_the_end(self) -> bool:
        return self.execution.cursor == len(self.script.steps)

    async def _step(self, step: Any, run: StepRun) -> bool:
        """Do one step; False where the execution does not go on for now."""
        try:
            if isinstance(step, RequestHuman):
                return await self._ask(step, run)
            outcome = await play(step, self.stage)
        except BrowserLost:
            raise
        except StepError as error:
            return await self._failed(run, self.stage.masked(str(error)))
        notes = list(outcome.notes)
        if outcome.picture:
            run.picture = pictures.keep(self.execution, outcome.picture, "png")
            notes += [] if run.picture else [pictures.no_room()]
        else:
            self._picture_later(run)
        self.done = run, outcome.output, " ".join(notes)
        return True

    async def _ask(self, step: RequestHuman, run: StepRun) -> bool:
        execution = self.execution
        if not await _patiently(self._mode_is_on):
            return await self._skip(step, run, "Skipped: Human Intervention Mode is off.")
        if not await step.wants_human(self.stage):
            return await self._skip(step, run, "Not needed: what the step waits for is not on the page.")
        step = step.filled(self.stage)
        await self.stage.bring_up(step)
        request = {
            "kind": step.kind,
            "title": step.title,
            "instructions": step.instructions,
            "fields": step.fields_as_dicts(),
            "resume_when": step.resume_when_as_dict(),
            "on_timeout": step.on_timeout,
            "picture_follows": True,
        }
        seconds = step.timeout // 1000 if step.timeout else None
        alert = await _patiently(execution.ask_human, self.epoch, run, request, seconds)
        if alert.resume_when:
            await sessions.watch(self.session, alert)
        await self._show(run, alert)
        return False

    async def _show(self, run: StepRun, alert: Alert) -> None:
        """The page as it stood when the bot asked: a moment after the alert, never in its way."""
        await self.stage.painted()
        name = await pictures.take(self.session, self.execution)
        await db(alert.show)(name)
        await db(run.show)(name, self.epoch)

    def _mode_is_on(self) -> bool:
        self.execution.bot.refresh_from_db(fields=["human_intervention_mode", "ask_human_on_failure"])
        return self.execution.bot.human_intervention_mode

    async def _skip(self, step: RequestHuman, run: StepRun, why: str) -> bool:
        """Later steps find an empty answer for each field."""
        nothing = {field["name"]: "" for field in step.fields_as_dicts()}
        self.stage.answers |= nothing
        self.execution.answers |= nothing
        await _patiently(self.execution.end_step, self.epoch, run, note=why, status=StepStatus.SKIPPED)
        return True

    async def _failed(self, run: StepRun, message: str) -> bool:
        if await self.engine.has_lost(self.browser):
            raise DriverDied(f"the driver died while step {run.index + 1} was being done")
        if not await self._browser_answers():
            await _patiently(self._fail, run, message, FailureReason.BROWSER_LOST, sessions.why_gone(self.session))
        elif await _patiently(self._mode_is_on) and self.execution.bot.ask_human_on_failure:
            await self._show(run, await _patiently(self._ask_about, run, message))
        else:
            self._picture_later(run)
            await self._pictures_taken()  # with the execution its browser ends
            told = f"Step {run.index + 1} ({run.label}) failed. {message}"
            await _patiently(self._fail, run, message, FailureReason.STEP_FAILED, told)
        return False

    def _ask_about(self, run: StepRun, error: str) -> Alert:
        with self._ended(run, error):
            return self.execution.ask_about(self.epoch, run, Kind.STEP_FAILED)

    def _fail(self, run: StepRun, error: str, reason: str, told: str) -> None:
        with self._ended(run, error):
            self.execution.fail(reason, told, self.epoch)

    @contextmanager
    def _ended(self, run: StepRun, error: str) -> Iterator[None]:
        """The step has failed: recorded together with what follows from it.

        Should this worker die before, the step is still under way and a person is asked; were it recorded alone, the
        next worker would find nothing under way and do the step again in silence.
        """
        with transaction.atomic():
            self.execution.renew(self.epoch)
            run.end(StepStatus.FAILED, error)
            yield

    async def _browser_answers(self) -> bool:
        try:
            return bool((await sessions.ask(self.session, "status"))["alive"])
        except (sessions.Gone, client.ServerError):
            return False
        except sessions.NoAnswer:
            return True  # slow is not gone; the sweeper decides

    def _picture_later(self, run: StepRun) -> None:
        """Taken beside the next steps, never in their way: steps that end while one is taken share the next."""
        self.unpictured.append(run)
        if self.picturing is None or self.picturing.done():
            self.picturing = asyncio.ensure_future(self._take_pictures())

    async def _take_pictures(self) -> None:
        while self.unpictured:
            runs, self.unpictured = self.unpictured, []
            await self.stage.painted()
            if name := await pictures.take(self.session, self.execution):
                for run in runs:
                    await db(run.show)(name, self.epoch)

    async def _pictures_taken(self) -> None:
        if self.picturing:
            await asyncio.gather(self.picturing, return_exceptions=True)
