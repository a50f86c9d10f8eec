"""Schedules: when a bot starts by itself, and what became of each of the times."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q

from bots.models.bot import Bot, CannotStart
from bots.models.execution import ALIVE, Execution, Status
from hitl import clock, push
from hitl.ids import new_id
from hitl.tenants.models import TenantQuerySet, Workspace
from hitl.tenants.people import Person

LATE = timedelta(minutes=2)  # a sweeper looks every few seconds: whoever comes later than this was not there
KEPT = timedelta(days=60)  # how long it is known what became of a time
MOST_COUNTED = 1_000

STILL: dict[str, str] = {
    Status.QUEUED: "no worker had taken the execution before it yet",
    Status.RUNNING: "the execution before it was still running",
    Status.WAITING_FOR_HUMAN: "the execution before it was still waiting for a person",
    Status.HUMAN_IN_CONTROL: "a person was still at work in the execution before it",
}


class Overlap(models.TextChoices):
    """What happens to a time at which the execution of the time before is not over."""

    SKIP = "skip", "Leave this time out"
    QUEUE = "queue", "Start as soon as it has ended"  # one time waits, further ones are left out
    ANYWAY = "anyway", "Start all the same"


class CronError(ValueError):
    """The expression cannot be used; the sentence says why."""


def cron(expression: str, after: datetime, zone: str) -> CronSim:
    """The times of the expression, read on the clocks of the zone. Raises CronError.

    As in Debian's cron: where clocks are put forward, a time that does not exist comes right after the gap; where they
    are put back, a fixed time comes once, and what runs every hour or more often runs through.
    """
    fields = expression.split()
    if len(fields) != 5:
        raise CronError(f"An expression has five fields (minute, hour, day, month, weekday); here are {len(fields)}.")
    try:
        return CronSim(" ".join(fields), after.astimezone(ZoneInfo(zone)))
    except CronSimError as error:
        raise CronError(f"{str(error).removesuffix('.')}: this field cannot be read, or never comes.") from None


def times(expression: str, after: datetime, zone: str) -> Iterator[datetime]:
    """In UTC. Between the two halves of an hour that comes twice, the library begins with a time that is over."""
    return (at.astimezone(UTC) for at in cron(expression, after, zone) if at.astimezone(UTC) > after)


def in_words(expression: str) -> str:
    """“At 09:00 on Monday through Friday”."""
    return str(cron(expression, datetime.now(UTC), "UTC").explain())


class ScheduleQuerySet(TenantQuerySet):
    def due(self) -> Self:
        return self.filter(next_at__lte=clock.Now())


class Schedule(models.Model):
    public_id = models.CharField(max_length=40, unique=True, editable=False, default=functools.partial(new_id, "sch"))
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="schedules")
    bot = models.ForeignKey(Bot, models.CASCADE, related_name="schedules")
    cron = models.CharField(max_length=120, help_text="Minute, hour, day of the month, month, weekday")
    zone = models.CharField("time zone", max_length=64, help_text="The times are read on this zone's clocks.")
    variables = models.JSONField(default=dict, blank=True)
    overlap = models.CharField(max_length=8, choices=Overlap, default=Overlap.SKIP)
    next_at = models.DateTimeField(null=True, blank=True, db_index=True, help_text="Empty while it is paused")
    paused_at = models.DateTimeField(null=True, blank=True)
    author = models.CharField(max_length=160, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    objects = ScheduleQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        return in_words(self.cron)

    @property
    def person(self) -> Person:
        """As whom it starts executions."""
        return Person(f"schedule:{self.public_id}", f"the schedule “{self.words}”")

    def latest(self) -> list[Firing]:
        """What became of the newest times."""
        return list(self.firings.select_related("execution", "blocked_by")[:20])

    def _after(self, moment: datetime) -> datetime:
        return next(times(self.cron, moment, self.zone))

    # What people do

    @classmethod
    def make(cls, bot: Bot, person: Person, **fields: Any) -> Self:
        schedule = cls(workspace=bot.workspace, bot=bot, author=person.name[:160], user=person.user, **fields)
        schedule.next_at = schedule._after(clock.now())
        with transaction.atomic():
            schedule.save(force_insert=True)
            schedule._did(person, "schedule.made")
        return schedule

    def change(self, person: Person, **fields: Any) -> None:
        """Other times, variables or overlap; a paused one stays paused."""
        for name, value in fields.items():
            setattr(self, name, value)
        with transaction.atomic():
            self._did(person, "schedule.changed")
            type(self).objects.filter(pk=self.pk).update(**fields)
            running = type(self).objects.filter(pk=self.pk, paused_at=None)
            running.update(next_at=self._after(clock.now()))

    def pause(self, person: Person) -> None:
        """Nothing starts until it is resumed; a time that waits is left out."""
        with transaction.atomic():
            self._did(person, "schedule.paused")
            type(self).objects.filter(pk=self.pk, paused_at=None).update(paused_at=clock.now(), next_at=None)
            why = f"{person.name} paused the schedule while this time waited."
            self.firings.waiting().update(outcome=Firing.Outcome.SKIPPED, why=why)

    def resume(self, person: Person) -> None:
        """From the next time on; what passed in between does not count."""
        with transaction.atomic():
            self._did(person, "schedule.resumed")
            paused = type(self).objects.filter(pk=self.pk).exclude(paused_at=None)
            paused.update(paused_at=None, next_at=self._after(clock.now()))

    def remove(self, person: Person) -> None:
        """What it has started stays."""
        with transaction.atomic():
            self._did(person, "schedule.removed")
            self.delete()

    def _did(self, person: Person, verb: str) -> None:
        person.did(self.workspace, verb, self.bot.public_id, schedule=self.public_id, cron=self.cron, zone=self.zone)

    # What time does

    def fire(self) -> None:
        """The time that has come, exactly once: whoever moves `next_at` on does all the rest, in one transaction."""
        due, now = self.next_at, clock.now()
        if due is None or due > now:
            return
        with transaction.atomic():
            come = type(self).objects.filter(pk=self.pk, next_at=due)
            if not come.update(next_at=self._after(now)) or self.bot.archived_at:
                return
            self._take(due, self._missed(due, now))
            self.firings.filter(due_at__lt=now - KEPT).delete()
            push.changed("schedule", self.public_id, push.workspace_group(self.workspace_id))

    def _take(self, due: datetime, missed: str) -> None:
        before = self.executions.filter(status__in=ALIVE).order_by("pk").last()
        firing = Firing(schedule=self, due_at=due, blocked_by=before)
        if before is None or self.overlap == Overlap.ANYWAY:
            firing.blocked_by = None
            firing.start(missed)
        elif self.overlap == Overlap.QUEUE and not self.firings.waiting().exists():
            firing.end(Firing.Outcome.WAITING, f"When this time came, {STILL[before.status]}. {missed}")
        else:
            another = ", and another time waits already" if self.overlap == Overlap.QUEUE else ""
            firing.end(Firing.Outcome.SKIPPED, f"When this time came, {STILL[before.status]}{another}. {missed}")

    def _missed(self, due: datetime, now: datetime) -> str:
        """What to say where nobody looked when the time came."""
        if now - due < LATE:
            return ""
        until = itertools.takewhile(lambda at: at <= now, times(self.cron, due, self.zone))
        more = sum(1 for _ in itertools.islice(until, MOST_COUNTED))
        since = f"{due.astimezone(ZoneInfo(self.zone)):%d %b %Y, %H:%M}"
        if not more:
            return f"hitl was not running at {since}, so it comes late."
        count = f"more than {MOST_COUNTED:,}" if more == MOST_COUNTED else f"{more + 1}"
        return f"hitl was not running from {since} on: {count} times have passed, and this one stands for all of them."


class FiringQuerySet(models.QuerySet["Firing"]):
    def waiting(self) -> Self:
        return self.filter(outcome=Firing.Outcome.WAITING)

    def ready(self) -> Self:
        """Those that wait for an execution which is over by now."""
        return self.waiting().exclude(schedule__executions__status__in=ALIVE)


class Firing(models.Model):
    """What became of one time of a schedule."""

    class Outcome(models.TextChoices):
        STARTED = "started", "Started"
        WAITING = "waiting", "Waits for the one before"
        SKIPPED = "skipped", "Left out"  # `why` says what stood in its way
        FAILED = "failed", "Could not start"  # something is missing: `why` says what

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="firings")
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome)
    why = models.TextField(blank=True)
    execution = models.ForeignKey(Execution, models.SET_NULL, null=True, blank=True, related_name="+")
    blocked_by = models.ForeignKey(Execution, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    objects = FiringQuerySet.as_manager()

    class Meta:
        ordering = ["-due_at"]
        constraints = [models.UniqueConstraint(fields=["schedule", "due_at"], name="each_time_once")]
        indexes = [models.Index(fields=["schedule"], condition=Q(outcome="waiting"), name="waiting_firings")]

    def __str__(self) -> str:
        return f"{self.schedule_id} at {self.due_at}"

    def start(self, said: str = "") -> None:
        """Start the bot, or write down what is missing; in the transaction of whoever decided that it is time."""
        try:
            with transaction.atomic():
                schedule = self.schedule
                self.execution = schedule.bot.start(schedule.person, schedule.variables, schedule=schedule)
        except CannotStart as error:
            self.end(self.Outcome.FAILED, f"{error} {said}")
        else:
            self.end(self.Outcome.STARTED, said)

    def start_at_last(self) -> None:
        """The execution that it waited for is over; two who see that start it once."""
        with transaction.atomic():
            if not Firing.objects.waiting().filter(pk=self.pk).update(outcome=self.Outcome.STARTED):
                return
            if self.schedule.bot.archived_at:
                self.end(self.Outcome.SKIPPED, "The bot was archived while this time waited.")
            else:
                self.start("It waited until the execution before it had ended.")
            push.changed("schedule", self.schedule.public_id, push.workspace_group(self.schedule.workspace_id))

    def end(self, outcome: str, why: str) -> None:
        self.outcome, self.why = outcome, why.strip()
        self.save()
