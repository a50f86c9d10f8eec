"""One request for a person: its clocks, its control lease, and its endings."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Max, Q
from django.urls import reverse

from alerts.models.care import NOBODY, Cared, latest_deadline
from alerts.models.deliveries import Delivery
from alerts.models.kinds import ACTIVE, AlertStatus, Kind
from alerts.models.links import AccessLink
from hitl import clock, push, states
from hitl.ids import new_id
from hitl.states import WrongState
from hitl.tenants.models import NotAllowed, Role, TenantQuerySet, User, Workspace
from hitl.tenants.people import GUEST, SYSTEM, Person

HAS_A_HALF_TIME = timedelta(minutes=4)  # a shorter window is over before a second message would help


class AlertQuerySet(TenantQuerySet):
    def active(self) -> Self:
        return self.filter(status__in=ACTIVE)

    def meant_for(self, user: Any) -> Self:
        """Without what other people try out."""
        return self.exclude(Q(execution__trial=True) & ~Q(execution__tried_by=user.pk))

    def timed(self) -> Self:
        """Each with the time at which it was read: many rows need not ask for it one by one."""
        return self.annotate(read_at=clock.Now())

    def by_urgency(self) -> Self:
        """Those with a deadline first, the nearest on top."""
        return self.order_by(F("deadline").asc(nulls_last=True), "pk")

    def overdue(self) -> Self:
        return self.filter(status=AlertStatus.OPEN, deadline__lte=clock.Now())

    def lapsed(self) -> Self:
        """Claimed, but the person's control lease has run out."""
        return self.filter(status=AlertStatus.CLAIMED, control_until__lte=clock.Now())

    def left_alone(self) -> Self:
        """Nobody is in control or has said that they come, and it is time to tell people once more."""
        unattended = Q(on_it_until=None) | Q(on_it_until__lte=clock.Now())
        return self.filter(unattended, status=AlertStatus.OPEN, remind_at__lte=clock.Now())

    def run_out(self) -> Self:
        """Somebody said that they come, and their minutes are over."""
        return self.filter(status=AlertStatus.OPEN, on_it_until__lte=clock.Now())


class Alert(Cared):
    """One request for a person, from the bot's pause to its one ending.

    Clocks: `deadline` is when it expires (empty once a person's input reached the page), `window_ends` the deadline
    that counts again when control is lost unused, `control_until` the end of the control lease, `remind_at` when people
    are told once more (at half time that nobody is at it, later that it was left), `on_it_until` for how long somebody
    has said that they come.
    """

    public_id = models.CharField(max_length=40, unique=True, editable=False, default=functools.partial(new_id, "alt"))
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="alerts")
    execution = models.ForeignKey("bots.Execution", models.CASCADE, related_name="alerts")
    step_index = models.PositiveIntegerField()
    attempt = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.OTHER)
    title = models.CharField(max_length=200)
    instructions = models.TextField(blank=True)
    fields = models.JSONField(default=list, blank=True)
    resume_when = models.JSONField(default=dict, blank=True)
    on_timeout = models.CharField(max_length=8, default="fail")
    status = models.CharField(max_length=12, choices=AlertStatus, default=AlertStatus.OPEN, db_index=True)
    window_ends = models.DateTimeField()
    deadline = models.DateTimeField(null=True, blank=True, db_index=True)
    first_input_at = models.DateTimeField(null=True, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True)
    reminders = models.PositiveIntegerField(default=0)
    holder = models.CharField(max_length=120, blank=True, help_text="Key of the person in control")
    holder_name = models.CharField(max_length=160, blank=True)
    control_epoch = models.PositiveIntegerField(default=0)
    control_until = models.DateTimeField(null=True, blank=True)
    epoch_before = models.PositiveIntegerField(default=0, help_text="The session's last epoch when this was opened")
    last_input_at = models.DateTimeField(null=True, blank=True)
    answer = models.JSONField(default=dict, blank=True, help_text="As given; secret answers are not kept here")
    reason = models.TextField(blank=True, help_text="Why it was declined, or done although something was missing")
    closed_by = models.CharField(max_length=160, blank=True)
    picture = models.CharField(max_length=200, blank=True, help_text="File below MEDIA_ROOT")
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    objects = AlertQuerySet.as_manager()

    # target: the states from which it may be entered
    MOVES = {
        AlertStatus.CLAIMED: [AlertStatus.OPEN],
        AlertStatus.OPEN: [AlertStatus.CLAIMED],
        AlertStatus.COMPLETED: [AlertStatus.OPEN, AlertStatus.CLAIMED],
        AlertStatus.DECLINED: [AlertStatus.OPEN, AlertStatus.CLAIMED],
        AlertStatus.EXPIRED: [AlertStatus.OPEN],
        AlertStatus.CANCELLED: [AlertStatus.OPEN, AlertStatus.CLAIMED],
    }

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["workspace", "status"])]
        constraints = [
            models.UniqueConstraint(fields=["execution", "step_index", "attempt"], name="one_alert_per_pause"),
            models.UniqueConstraint(fields=["execution"], condition=Q(status__in=ACTIVE), name="one_active_alert"),
        ]

    def __str__(self) -> str:
        return f"alert {self.public_id}"

    def get_absolute_url(self) -> str:
        return reverse("alert", args=[self.workspace.slug, self.public_id])

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def is_about_a_step(self) -> bool:
        """A question of the product's own: try the step again, skip it, or fail."""
        return self.kind in (Kind.STEP_FAILED, Kind.STEP_INTERRUPTED)

    @property
    def needs_an_answer(self) -> bool:
        """Whether Done without a person's answer would leave a required field empty."""
        return any(field.get("required") for field in self.fields)

    @property
    def can_be_answered_unseen(self) -> bool:
        """Whether fields, or a yes, suffice: nothing has to be done in the browser, and no page has to be reached."""
        asks = bool(self.fields) or self.kind in (Kind.APPROVAL, Kind.REVIEW)
        return asks and not self.resume_when and self.kind != Kind.TAKEOVER

    @property
    def share_link(self) -> AccessLink:
        return self.links.get(is_share=True)

    @property
    def share_url(self) -> str:
        return self.share_link.url

    def announce(self) -> None:
        groups = push.workspace_group(self.workspace_id), push.execution_group(self.execution_id)
        push.changed("alert", self.public_id, *groups)

    @classmethod
    def open(
        cls,
        execution: Any,
        step_index: int,
        window: timedelta,
        told: list[User],
        picture_follows: bool = False,
        **request: Any,
    ) -> Alert:
        """Ask for a person, in the transaction of the pause itself; the messages are rows of it too.

        The window is cut where the browser ends before it would. Where the picture follows, the messages wait a moment
        for `show`, and go without it should it never be called.
        """
        earlier = cls.objects.filter(execution=execution)
        request["title"] = request["title"][:200]
        epoch = earlier.aggregate(last=Max("control_epoch"))["last"] or 0
        now = clock.now()
        window = min(window, latest_deadline(execution) - now)
        told_at_half_time = window >= HAS_A_HALF_TIME and request.get("kind") != Kind.TRIAL  # its author looks on
        alert = cls.objects.create(
            workspace=execution.workspace,
            execution=execution,
            step_index=step_index,
            attempt=earlier.filter(step_index=step_index).count() + 1,
            control_epoch=epoch,
            epoch_before=epoch,
            window_ends=now + window,
            deadline=now + window,
            remind_at=now + window / 2 if told_at_half_time else None,
            **request,
        )
        alert.history.create(status=AlertStatus.OPEN)
        AccessLink.objects.create(alert=alert, role=AccessLink.Role.CONTROL, label="Shared link", is_share=True)
        Delivery.objects.tell(alert, Delivery.OPENED, told, soon=picture_follows)
        alert.announce()
        return alert

    def show(self, picture: str) -> None:
        """What the page looked like when the bot asked; empty where no picture could be had. The messages go out."""
        with transaction.atomic():
            type(self).objects.filter(pk=self.pk).update(picture=picture)
            self.deliveries.send_now()
            self.announce()

    @contextmanager
    def _with_execution(self) -> Iterator[None]:
        """A transaction over both rows, the execution's locked first: what begins there takes them in that order too,
        and two who want both never wait for each other."""
        with transaction.atomic():
            type(self.execution).objects.select_for_update().filter(pk=self.execution_id).values("pk").first()
            yield

    # Who drives

    def claim(self, person: Person) -> int:
        """Take control, or again on another device: the new control epoch. WrongState if someone else drives."""
        lease = _lease(person)
        with self._with_execution():
            person.did(self.workspace, "control.taken", self.public_id)
            again = type(self).objects.filter(pk=self.pk, status=AlertStatus.CLAIMED, holder=person.key)
            if again.update(**lease):
                self.refresh_from_db()
                self.announce()
                return self.control_epoch
            noted = {"who": person.name[:160]}
            states.move(self, AlertStatus.CLAIMED, f"{person.name} took control", noted=noted, **lease)
            self.execution.human_came()
        return self.control_epoch

    def may_be_taken_back_by(self, person: Person) -> bool:
        """Whether this person's role stands above whoever drives: an operator's above guests, an admin's above all."""
        if self.status != AlertStatus.CLAIMED or self.holder == person.key or not person.user:
            return False
        role, is_guest = self.workspace.role_of(person.user), self.holder.startswith(GUEST)
        return role is not None and (role.includes(Role.ADMIN) or (is_guest and role.includes(Role.OPERATOR)))

    def take_back(self, person: Person) -> int:
        """Take control from whoever has it: the new control epoch.

        NotAllowed where the role is not enough; WrongState where somebody else, or nobody, drives by now.
        """
        if not self.may_be_taken_back_by(person):
            raise NotAllowed("Your role does not let you take control from somebody: ask for it.")
        with self._with_execution():
            person.did(self.workspace, "control.taken_back", self.public_id, holder=self.holder_name)
            if not self._held(self.control_epoch).update(**_lease(person)):
                raise WrongState(f"{self} is not held under epoch {self.control_epoch}")
            why = f"{person.name} took control from {self.holder_name}"
            self.history.create(status=AlertStatus.CLAIMED, why=why[:500], who=person.name[:160])
        self.refresh_from_db()
        self.announce()
        return self.control_epoch

    def keep_control(self, epoch: int, input_at: Any = None) -> bool:
        """Renew the control lease of this epoch; False when it is no longer held."""
        changes = {"control_until": clock.now() + timedelta(seconds=settings.CONTROL_KEPT)}
        if input_at is not None:
            changes["last_input_at"] = input_at
        return bool(self._held(epoch).update(**changes))

    def note_input(self, epoch: int) -> bool:
        """The person's first input of this epoch reached the page: the response clock is off for good.

        True if this call was the one that stopped the clock. The fact may arrive late, after the lease has lapsed;
        it counts unless the alert has ended. Input of an earlier alert's epochs, told again by the browser, does not.
        """
        rows = type(self).objects.active().filter(pk=self.pk, first_input_at=None)
        rows = rows.filter(epoch_before__lt=epoch, control_epoch__gte=epoch)
        now = clock.now()
        left = models.When(status=AlertStatus.OPEN, then=now + timedelta(seconds=settings.UNFINISHED_AFTER))
        # One statement: without a deadline nothing but the reminder says that it was left. And no transaction of two,
        # as PostgreSQL looks for the execution's row at the second, which whoever ends the alert has locked first.
        remind_at = models.Case(left, default=F("remind_at"))
        stopped = bool(rows.update(first_input_at=now, deadline=None, remind_at=remind_at))
        if stopped:
            self.refresh_from_db()
            self.announce()
        return stopped

    def release(self, epoch: int, person: Person = SYSTEM, why: str = "released", only_if: Q | None = None) -> None:
        """Give control back. Before any input the old deadline counts again, with some grace; afterwards none."""
        now = clock.now()
        grace = max(self.window_ends, now + timedelta(seconds=settings.RESPONSE_GRACE))
        grace = min(grace, latest_deadline(self.execution))
        with self._with_execution():
            self.refresh_from_db(from_queryset=type(self).objects.select_for_update())  # input may arrive right now
            begun = self.first_input_at is not None
            person.did(self.workspace, "control.released", self.public_id, holder=self.holder_name, why=why)
            states.move(
                self,
                AlertStatus.OPEN,
                f"{self.holder_name}: {why}",
                Q(control_epoch=epoch, first_input_at__isnull=not begun) & (only_if or Q()),
                holder="",
                holder_name="",
                control_until=None,
                deadline=None if begun else grace,
                remind_at=now + timedelta(seconds=settings.UNFINISHED_AFTER) if begun else F("remind_at"),
            )
            self.execution.human_left()

    def lapse(self) -> None:
        """The lease ran out: the person's line is gone and they have not come back."""
        self.release(self.control_epoch, why="the connection was lost", only_if=Q(control_until__lte=clock.Now()))

    def _held(self, epoch: int) -> AlertQuerySet:
        return type(self).objects.filter(pk=self.pk, status=AlertStatus.CLAIMED, control_epoch=epoch)

    def _remind_later(self) -> None:
        remind_at = clock.now() + timedelta(seconds=settings.UNFINISHED_AFTER)
        type(self).objects.filter(pk=self.pk).update(remind_at=remind_at)

    # The four endings

    def complete(self, person: Person, answer: dict[str, Any], reason: str = "") -> None:
        """Done. `answer` is already checked against the fields; the bot goes on from here.

        Raises WrongState if the alert has ended or somebody else drives.
        """
        secret = {field["name"] for field in self.fields if field["type"] == "secret"}
        kept = {name: None if name in secret else value for name, value in answer.items()}
        with self._with_execution():
            self._close(person, AlertStatus.COMPLETED, "alert.completed", answer=kept, reason=reason)
            self.execution.answered(self, answer)

    def decline(self, person: Person, reason: str) -> None:
        """The person says that it cannot be done, and why."""
        with self._with_execution():
            self._close(person, AlertStatus.DECLINED, "alert.declined", reason=reason)
            self.execution.declined(self, reason)

    def expire(self) -> None:
        """Nobody came: only while open and past the deadline, by the database's clock."""
        with self._with_execution():
            overdue = Q(deadline__lte=clock.Now())
            states.move(self, AlertStatus.EXPIRED, "nobody came in time", overdue, closed_at=clock.now(), **NOBODY)
            self.execution.unanswered(self)

    def cancel(self, why: str, lost: bool = False) -> None:
        """The execution ended otherwise. Where its browser was lost, everyone who was told is told that too."""
        with transaction.atomic():
            over: dict[str, Any] = {"closed_at": clock.now(), "control_until": None, "reason": why}
            states.move(self, AlertStatus.CANCELLED, why, **over, **NOBODY)
            if lost:
                Delivery.objects.tell(self, Delivery.LOST, self._told())

    def remind(self) -> None:
        """Tell the same people again: once at half time where nobody is at it, and once per period of what was left."""
        due = type(self).objects.left_alone().filter(pk=self.pk)
        with transaction.atomic():
            if not due.update(remind_at=None, reminders=F("reminders") + 1):
                return
            self.refresh_from_db()
            if self.first_input_at is None:
                Delivery.objects.tell(self, Delivery.HALFWAY, self._who_should_know(), self.reminders)
            else:
                self._tell_that_it_was_left()
            self.announce()

    def _tell_that_it_was_left(self) -> None:
        Delivery.objects.tell(self, Delivery.UNFINISHED, self._who_should_know(), self.reminders)
        self._remind_later()

    def tell_again(self, kind: str, but: str = "") -> None:
        """Once more to those who were told and to the one it is assigned to, but not to the person of this key.

        A reminder at half time that rested until now is this one.
        """
        rows = type(self).objects.filter(pk=self.pk)
        rows.update(reminders=F("reminders") + 1)
        rows.filter(first_input_at=None, remind_at__lte=clock.Now()).update(remind_at=None)
        self.refresh_from_db()
        told = self._who_should_know()
        if self.assignee and self.assignee not in told:
            told.append(self.assignee)
        others = [user for user in told if Person.member(user).key != but]
        Delivery.objects.tell(self, kind, others, self.reminders)

    def _close(self, person: Person, status: str, verb: str, **changes: Any) -> None:
        person.did(self.workspace, verb, self.public_id)
        mine = Q(status=AlertStatus.OPEN) | Q(holder=person.key) | Q(pk=self.pk if person.is_product else None)
        try:
            states.move(
                self, status, person.name, mine, closed_by=person.name[:160], closed_at=clock.now(), control_until=None,
                **NOBODY, **changes,
            )  # fmt: skip
        except WrongState:
            if self.is_active:
                raise WrongState(f"{self.holder_name} is in control of this browser right now.") from None
            raise WrongState(f"This request is already {self.get_status_display().lower()}.") from None

    def _who_should_know(self) -> list[User]:
        """Those who were told; a takeover is told to nobody at first."""
        return self._told() or self.execution.people_to_tell()

    def _told(self) -> list[User]:
        return list(User.objects.filter(deliveries__alert=self, deliveries__kind=Delivery.OPENED).distinct())


class AlertChange(states.Change):
    row = models.ForeignKey(Alert, models.CASCADE, related_name="history")
    who = models.CharField(max_length=160, blank=True, default="", db_default="", help_text="Has control from here on")


def _lease(person: Person) -> dict[str, Any]:
    return {
        "holder": person.key,
        "holder_name": person.name[:160],
        "control_epoch": F("control_epoch") + 1,
        "control_until": clock.now() + timedelta(seconds=settings.CONTROL_KEPT),
        "last_input_at": clock.now(),
        **NOBODY,
    }
