"""Executions: one run of a script, its durable cursor, its lease, and what people and runners may do to it."""

from __future__ import annotations

import functools
import operator
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Min, Q
from django.db.models.functions import Least
from django.urls import reverse

from alerts.models import Alert, Kind
from bots.models.answers import opened, sealed, secret_names, without_secrets
from bots.models.session import BrowserSession
from bots.models.step import UNDER_WAY, StepRun, StepStatus
from bots.models.trial import NEXT, Tried
from bots.script import RequestHuman, Script, as_kept
from hitl import clock, push, states
from hitl.ids import new_id
from hitl.states import WrongState
from hitl.tenants.models import Role, TenantQuerySet, User, Workspace
from hitl.tenants.people import Person


class LeaseLost(Exception):
    """Another runner, a cancel or a deadline has taken this execution; the holder of the old epoch must stop."""


class Status(models.TextChoices):
    QUEUED = "queued", "Queued"  # no worker has taken it yet
    RUNNING = "running", "Running"  # a worker drives, or is about to (lease_until is empty)
    WAITING_FOR_HUMAN = "waiting_for_human", "Waiting for a person"  # an alert is open; no worker is held
    HUMAN_IN_CONTROL = "human_in_control", "A person is in control"  # the alert is claimed
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"  # failure_reason says which way
    TIMED_OUT = "timed_out", "Timed out"  # nobody came within the response window
    CANCELLED = "cancelled", "Cancelled"  # by a person


class FailureReason(models.TextChoices):
    STEP_FAILED = "step_failed", "A step failed"
    DECLINED = "declined", "The person could not do it"
    BROWSER_LOST = "browser_lost", "The browser was lost"
    INTERRUPTED = "interrupted", "Interrupted in the middle of a step"
    ABANDONED = "abandoned", "Left unfinished until the session's limit"
    LIMIT_REACHED = "limit_reached", "A limit was reached"


OVER = (Status.SUCCEEDED, Status.FAILED, Status.TIMED_OUT, Status.CANCELLED)
ALIVE = (Status.QUEUED, Status.RUNNING, Status.WAITING_FOR_HUMAN, Status.HUMAN_IN_CONTROL)


FORGOTTEN_AFTER = 10  # seconds that a ready execution may wait before workers are told again; doubled each time
MOST_IN_VAIN = 3  # doublings: where every worker is busy for hours, messages would pile up before what is resumed


class ExecutionQuerySet(TenantQuerySet):
    def alive(self) -> Self:
        return self.filter(status__in=ALIVE)

    def real(self) -> Self:
        """Without the trials of scripts that are being written."""
        return self.filter(trial=False)

    def queued(self) -> Self:
        """Not taken by any worker yet, the oldest first."""
        return self.filter(status=Status.QUEUED).order_by("pk")

    def first_of_each_workspace(self) -> Self:
        firsts = self.order_by().values("workspace").annotate(first=Min("pk"))
        return self.filter(pk__in=firsts.values("first"))

    def ready(self) -> Self:
        """Queued or resumed, and no runner has it."""
        return self.filter(status__in=[Status.QUEUED, Status.RUNNING], lease_until=None)

    def forgotten(self) -> Self:
        """Ready for so long that the message to the workers must have been lost. First what a person has worked on,
        then whoever was told the longest ago: where very many are queued, each has its turn."""
        now = clock.now()
        waits = {times: timedelta(seconds=FORGOTTEN_AFTER * 2**times) for times in range(MOST_IN_VAIN + 1)}
        long = [Q(told_in_vain=times, published_at__lt=now - wait) for times, wait in waits.items()]
        resumed_first = models.Case(models.When(status=Status.RUNNING, then=0), default=1)
        return self.ready().filter(functools.reduce(operator.or_, long)).order_by(resumed_first, "published_at")

    def orphaned(self) -> Self:
        """Driven by a runner that has not renewed its lease in time."""
        return self.filter(status=Status.RUNNING, lease_until__lt=clock.Now())


class Execution(Tried):
    public_id = models.CharField(max_length=40, unique=True, editable=False, default=functools.partial(new_id, "exe"))
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="executions")
    bot = models.ForeignKey("bots.Bot", models.CASCADE, related_name="executions")
    status = models.CharField(max_length=24, choices=Status, default=Status.QUEUED, db_index=True)
    failure_reason = models.CharField(max_length=24, choices=FailureReason, blank=True)
    message = models.TextField(blank=True, help_text="What a person should know about the ending")
    version = models.ForeignKey("bots.Version", models.SET_NULL, null=True, blank=True, related_name="executions")
    schedule = models.ForeignKey("bots.Schedule", models.SET_NULL, null=True, blank=True, related_name="executions")
    script = models.JSONField(help_text="The script as it stood when the execution was started")
    variables = models.JSONField(default=dict, blank=True)
    answers = models.JSONField(default=dict, blank=True, help_text="People's answers by name; secret ones sealed")
    output = models.JSONField(default=dict, blank=True)
    cursor = models.PositiveIntegerField(default=0, help_text="Index of the step that is next or under way")
    window_seconds = models.PositiveIntegerField()
    takeover_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    lease_epoch = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=120, blank=True)
    published_at = models.DateTimeField(null=True, blank=True, help_text="When a worker was last told about it")
    told_in_vain = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="How often they were told again")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    objects = ExecutionQuerySet.as_manager()

    # target: the states from which it may be entered
    MOVES = {
        Status.RUNNING: [Status.QUEUED, Status.WAITING_FOR_HUMAN, Status.HUMAN_IN_CONTROL],
        Status.WAITING_FOR_HUMAN: [Status.RUNNING, Status.HUMAN_IN_CONTROL],
        Status.HUMAN_IN_CONTROL: [Status.WAITING_FOR_HUMAN],
        Status.SUCCEEDED: [Status.RUNNING],
        Status.FAILED: list(ALIVE),
        Status.TIMED_OUT: [Status.WAITING_FOR_HUMAN],
        Status.CANCELLED: list(ALIVE),
    }

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["workspace", "-created_at"]),
            models.Index(fields=["status", "lease_until"]),
            models.Index(fields=["workspace", "status", "ended_at"]),
        ]

    def __str__(self) -> str:
        return f"execution {self.public_id}"

    def get_absolute_url(self) -> str:
        return reverse("execution", args=[self.workspace.slug, self.public_id])

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def ends_at_the_latest(self) -> datetime:
        """When its browser's own limit is reached, whoever is at it then."""
        session = BrowserSession.objects.filter(execution=self).first()
        return session.cap_at if session else self.created_at + timedelta(seconds=settings.SESSION_CAP)

    @property
    def steps(self) -> Script:
        return as_kept(self.script)

    @property
    def alert(self) -> Alert | None:
        """The newest alert, open or closed."""
        return self.alerts.order_by("-pk").first()

    def announce(self) -> None:
        groups = push.workspace_group(self.workspace_id), push.execution_group(self.pk)
        push.changed("execution", self.public_id, *groups)

    def _move(self, to: str, why: str = "", where: Q | None = None, **changes: Any) -> None:
        if to in OVER:
            changes |= {"ended_at": clock.now(), "lease_until": None}
        states.move(self, to, why, where, **changes)
        if self.is_over and secret_names(self.answers):
            self.answers = without_secrets(self.answers)
            self.save(update_fields=["answers"])  # nobody moves it any more

    # What a runner does; each write carries the epoch of its lease.

    def run_later(self) -> None:
        """Hand it to some worker once this transaction is committed; a lost message is found by the sweeper."""
        self._tell_workers(told_in_vain=0)

    def run_again(self) -> None:
        """No worker has taken it: the message may be lost, or all of them are busy."""
        self._tell_workers(told_in_vain=Least(F("told_in_vain") + 1, MOST_IN_VAIN))

    def _tell_workers(self, **changes: Any) -> None:
        from bots.tasks import run

        Execution.objects.filter(pk=self.pk).update(published_at=clock.now(), **changes)
        transaction.on_commit(functools.partial(run.delay, self.pk), robust=True)

    def claim(self, worker: str) -> int:
        """Become the one runner of this execution: the new lease's epoch, or WrongState."""
        lease = {"lease_epoch": F("lease_epoch") + 1, "lease_until": self._lease_end(), "worker": worker}
        if self.status == Status.QUEUED:
            still_queued = Q(status=Status.QUEUED, lease_until=None)  # a pause has an empty lease too
            self._move(Status.RUNNING, f"taken by {worker}", still_queued, started_at=clock.now(), **lease)
        elif not Execution.objects.ready().filter(pk=self.pk, status=Status.RUNNING).update(**lease):
            raise WrongState(f"{self} is not waiting for a worker")
        self.refresh_from_db()
        return self.lease_epoch

    def renew(self, epoch: int) -> None:
        """Keep the lease, or raise LeaseLost."""
        if not self._held(epoch).update(lease_until=self._lease_end()):
            raise LeaseLost(f"{self} is no longer this runner's")

    def let_go(self, epoch: int) -> None:
        """Give the lease back at a step's boundary, for whichever worker comes next."""
        self._held(epoch).update(lease_until=None)

    def begin_step(self, epoch: int, step_type: str, label: str) -> StepRun:
        """Record that the step under the cursor is being done, before it is.

        Nobody does it yet: one that is under way was begun by a commit whose answer was lost, and is this one.
        """
        with transaction.atomic():
            self.renew(epoch)
            run = self.step_runs.filter(index=self.cursor).last()
            if run is None or run.status != StepStatus.RUNNING:
                attempt = run.attempt + 1 if run else 1
                run = self.step_runs.create(index=self.cursor, attempt=attempt, type=step_type, label=label[:200])
            self.announce()
        return run

    def end_step(
        self,
        epoch: int,
        run: StepRun,
        output: dict[str, Any] | None = None,
        note: str = "",
        status: str = StepStatus.DONE,
    ) -> None:
        """Record a step as done, or as left out on purpose, and move the cursor on, in one transaction.

        `note` is what happened beside it, or why it was left out. The lease is renewed: the worker is there.
        """
        whole = self.output | (output or {})
        fresh = {"output": whole} if output else {}  # it may be long, and few steps add to it
        with transaction.atomic():
            here = self._held(epoch).filter(cursor=run.index)
            if here.update(cursor=run.index + 1, answers=self.answers, lease_until=self._lease_end(), **fresh):
                run.end(status, note)
                self.announce()
            elif not self._has_ended(epoch, run, status):
                raise LeaseLost(f"{self} is no longer this runner's")
        self.cursor, self.output = run.index + 1, whole

    def _has_ended(self, epoch: int, run: StepRun, status: str) -> bool:
        """Whether this very runner has recorded it, by a commit whose answer was lost."""
        after = self._held(epoch).filter(cursor=run.index + 1).exists()
        return after and self.step_runs.filter(pk=run.pk, status=status).exists()

    def ask_human(self, epoch: int, run: StepRun, request: dict[str, Any], window: int | None = None) -> Alert:
        """Stop here until a person answers. The cursor stays on this step; no worker waits.

        `request` holds the Alert's own fields: kind, title, instructions, fields, resume_when, on_timeout; and
        whether its picture_follows.
        """
        with transaction.atomic():
            alert = self._stop_and_ask(epoch, run.index, request, window)
            run.end(StepStatus.WAITING)
            return alert

    def _stop_and_ask(self, epoch: int, index: int, request: dict[str, Any], window: int | None = None) -> Alert:
        with transaction.atomic():
            self._stop_at(epoch, request["title"])
            seconds = window or self.window_seconds
            return Alert.open(self, index, timedelta(seconds=seconds), self.people_to_tell(), **request)

    def _stop_at(self, epoch: int, why: str) -> None:
        """Whoever has asked to take over meanwhile finds it stopped."""
        self._move(Status.WAITING_FOR_HUMAN, why, self._lease(epoch), lease_until=None, takeover_by=None)

    def is_to_be_taken_over(self) -> bool:
        """Whether somebody has asked for it who still may; anybody else is forgotten, and the bot goes on."""
        asked = Execution.objects.values_list("takeover_by_id", flat=True).get(pk=self.pk)
        may = bool(asked) and self.workspace.people_who(Role.OPERATOR).filter(pk=asked).exists()
        if asked and not may:
            Execution.objects.filter(pk=self.pk, takeover_by=asked).update(takeover_by=None)
            self.announce()
        self.takeover_by_id = asked if may else None
        return may

    def stop_for_takeover(self, epoch: int) -> None:
        """At a step's boundary: the alert is opened and claimed for the one who asked, in one move."""
        person = Person.member(self.takeover_by)
        with transaction.atomic():
            self._stop_at(epoch, f"{person.name} takes over")
            window = timedelta(seconds=self.window_seconds)
            title = f"{person.name} has taken over"
            alert = Alert.open(self, self.cursor, window, [], kind=Kind.TAKEOVER, title=title)
            alert.claim(person)

    def succeed(self, epoch: int) -> None:
        if self.trial:
            self.rest(epoch, "All steps are done; the browser is still open")
            return
        with transaction.atomic():
            self._move(Status.SUCCEEDED, where=self._lease(epoch))
            self.end_browser_later("the execution succeeded")

    def fail(self, reason: str, message: str, epoch: int | None = None) -> None:
        """End as failed; without an epoch by somebody other than the runner."""
        if self.trial and epoch is not None and reason == FailureReason.STEP_FAILED:
            self.rest(epoch, f"Step {self.cursor + 1} failed; the browser is still open", message)
            return
        with transaction.atomic():
            where = None if epoch is None else self._lease(epoch)
            self._move(Status.FAILED, message, where, failure_reason=reason, message=message)
            self._close_alert(message, lost=reason == FailureReason.BROWSER_LOST)
            self._end_runs(StepStatus.FAILED, message)
            self.end_browser_later(message)

    def interrupt(self) -> None:
        """Its runner is gone. Between two steps: go on. In the middle of one: ask a person, or fail."""
        gone = Q(lease_epoch=self.lease_epoch, lease_until__lt=clock.Now())
        with transaction.atomic():
            if not Execution.objects.filter(gone, pk=self.pk, status=Status.RUNNING).update(
                lease_epoch=F("lease_epoch") + 1, lease_until=self._lease_end()
            ):
                return  # somebody else saw it first
            self.refresh_from_db()  # what the old runner has recorded until now counts, and it records no more
            run = self.step_runs.filter(index=self.cursor, status=StepStatus.RUNNING).last()
            if run is None:
                self.let_go(self.lease_epoch)
                self.run_later()
                return
            run.end(StepStatus.INTERRUPTED, "The worker stopped in the middle of this step.")
            if self.bot.human_intervention_mode:
                self.ask_about(self.lease_epoch, run, Kind.STEP_INTERRUPTED)
            else:
                self.fail(FailureReason.INTERRUPTED, f"Interrupted in the middle of step {run.index + 1}.")

    def ask_about(self, epoch: int, run: StepRun, kind: str) -> Alert:
        """Put a failed or half-done step before a person: again, skip it, or fail. Its run has ended already."""
        if self.trial:
            return self.rest(epoch, f"Step {run.index + 1} failed; the browser is still open", run.error)
        if kind == Kind.STEP_FAILED:
            title, told = f"Step {run.index + 1} failed: {run.label}", run.error
        else:
            title = f"Step {run.index + 1} was interrupted: {run.label}"
            told = "A worker stopped while the bot did this step. It may be done, half done or not done: please look."
        request: dict[str, Any] = {"kind": kind, "title": title[:200], "instructions": told, "fields": [WHAT_NEXT]}
        request["picture_follows"] = kind == Kind.STEP_FAILED  # its runner is there to take it
        return self._stop_and_ask(epoch, run.index, request)

    # What a person's answer does; called by the alert, inside its transaction.

    def human_came(self) -> None:
        self._move(Status.HUMAN_IN_CONTROL)

    def human_left(self) -> None:
        self._move(Status.WAITING_FOR_HUMAN)

    def answered(self, alert: Alert, answer: dict[str, Any]) -> None:
        """Go on with the answer: cursor, answers and status change together."""
        if alert.kind == Kind.TRIAL or NEXT in answer:
            self.told_next({NEXT: alert.step_index} | answer)
            return
        run = self.step_runs.filter(index=alert.step_index).last()
        if answer.get("choice") == "fail" and alert.is_about_a_step:
            why = run.error if run else ""
            self.fail(FailureReason.STEP_FAILED, why or "A person decided to let it fail.")
            return
        goes_on = alert.kind != Kind.TAKEOVER and not (alert.is_about_a_step and answer.get("choice") != "skip")
        if goes_on and run:
            run.end(StepStatus.SKIPPED if alert.is_about_a_step else StepStatus.DONE)
        given = {} if alert.is_about_a_step else sealed(alert.fields, answer)
        self._resume(alert, self._without_values(alert) | given if goes_on else self.answers, goes_on)

    def unanswered(self, alert: Alert) -> None:
        """Nobody came in time."""
        run = self.step_runs.filter(index=alert.step_index).last()
        if alert.on_timeout == "skip" and run:
            run.end(StepStatus.SKIPPED, "Nobody came in time; the step was skipped as the script says.")
            self._resume(alert, self._without_values(alert), True)
            return
        message = "Nobody came within the response window." if not self.trial else "The trial was left alone."
        self._move(Status.TIMED_OUT, message, message=message)
        self._end_runs(StepStatus.FAILED, message)
        self.end_browser_later(message)

    def _without_values(self, alert: Alert) -> dict[str, Any]:
        """The answers, with an empty one for each field of the request that is left behind: later steps find those."""
        fields = alert.fields
        if alert.is_about_a_step:
            step = next(iter(self.steps.steps[alert.step_index :]), None)
            fields = step.fields_as_dicts() if isinstance(step, RequestHuman) else []
        return self.answers | {field["name"]: "" for field in fields}

    def declined(self, alert: Alert, reason: str) -> None:
        self.fail(FailureReason.DECLINED, f"The person could not do it: {reason}")

    def _resume(self, alert: Alert, answers: dict[str, Any], goes_on: bool) -> None:
        cursor = alert.step_index + (1 if goes_on else 0)
        self._resume_at(cursor, f"alert {alert.get_status_display().lower()}", answers=answers)

    def _resume_at(self, cursor: int, why: str, **changes: Any) -> None:
        self._move(Status.RUNNING, why, cursor=cursor, **changes)
        self.run_later()

    # What people ask for.

    def cancel(self, person: Person) -> None:
        with transaction.atomic():
            person.did(self.workspace, "execution.cancelled", self.public_id)
            message = f"{'Closed' if self.trial else 'Cancelled'} by {person.name}."
            self._move(Status.CANCELLED, message, message=message)
            self._close_alert(message)
            self._end_runs(StepStatus.SKIPPED, message)
            self.end_browser_later(message)

    def take_over(self, person: Person) -> None:
        """Ask the running bot to stop at its next step boundary; `stop_for_takeover` answers."""
        if person.user is None:
            raise WrongState("Only members may take over a bot that did not ask.")
        with transaction.atomic():
            person.did(self.workspace, "execution.takeover_asked", self.public_id)
            if not type(self).objects.filter(pk=self.pk, status=Status.RUNNING).update(takeover_by=person.user):
                self.refresh_from_db()
                raise WrongState(f"This execution is {self.get_status_display().lower()}: there is no bot to stop.")
            self.announce()

    def end_browser_later(self, why: str) -> None:
        from bots.tasks import end_browser

        if session := BrowserSession.objects.filter(execution=self, ended_at=None).first():
            session.wind_up(why)
            transaction.on_commit(functools.partial(end_browser.delay, session.pk), robust=True)

    def _end_runs(self, status: str, why: str) -> None:
        self.step_runs.filter(status__in=UNDER_WAY).update(status=status, error=why, ended_at=clock.now())

    def _close_alert(self, why: str, lost: bool = False) -> None:
        if alert := self.alerts.active().first():
            alert.cancel(why, lost=lost)

    def _lease(self, epoch: int) -> Q:
        return Q(lease_epoch=epoch, lease_until__isnull=False)

    def _held(self, epoch: int) -> models.QuerySet[Execution]:
        return Execution.objects.filter(self._lease(epoch), pk=self.pk, status=Status.RUNNING)

    def _lease_end(self) -> datetime:
        return clock.now() + timedelta(seconds=settings.RUNNER_LEASE)

    def plain_answers(self) -> dict[str, Any]:
        """People's answers with the secret ones opened, for the runner alone."""
        return opened(self.answers)

    def secret_answers(self) -> list[str]:
        """The names of those that nobody else may read."""
        return secret_names(self.answers)


WHAT_NEXT = {
    "name": "choice",
    "type": "choice",
    "label": "What should the bot do next?",
    "required": True,
    "choices": ["retry", "skip", "fail"],
}


class ExecutionChange(states.Change):
    row = models.ForeignKey(Execution, models.CASCADE, related_name="history")
