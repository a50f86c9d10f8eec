"""Whose turn it is: who is on it for some minutes, and the member to whom an alert is assigned. Neither is control."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q

from alerts.models.deliveries import Delivery
from alerts.models.kinds import ACTIVE, AlertStatus
from hitl import clock
from hitl.states import WrongState
from hitl.tenants.models import User, Workspace
from hitl.tenants.people import Person

MOST_MINUTES = 240
BEFORE_THE_LIMIT = timedelta(seconds=10)  # a deadline comes first: sweepers look at both every few seconds
NOBODY: dict[str, Any] = {"on_it": "", "on_it_name": "", "on_it_until": None}  # also what ends it when someone drives


class Cared(models.Model):
    """The part of an alert that keeps two people from starting, and none from thinking that somebody else has."""

    on_it = models.CharField(max_length=120, blank=True, help_text="Key of the person who said that they come")
    on_it_name = models.CharField(max_length=160, blank=True)
    on_it_until = models.DateTimeField(null=True, blank=True, db_index=True)
    assignee = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="assigned_alerts")
    assigned_by = models.CharField(max_length=160, blank=True)
    assignments = models.PositiveIntegerField(default=0, help_text="How often it was given to somebody")

    read_at: datetime | None = None  # by the database's clock, of one that came from `timed()`

    if TYPE_CHECKING:  # what the alert has beside it
        pk: int
        public_id: str
        workspace: Workspace
        status: str
        holder_name: str
        window_ends: datetime
        deadline: datetime | None
        execution: Any
        history: Any

        @property
        def is_active(self) -> bool: ...
        def announce(self) -> None: ...
        def get_status_display(self) -> str: ...
        def tell_again(self, kind: str, but: str = "") -> None: ...
        def _with_execution(self) -> AbstractContextManager[None]: ...

    class Meta:
        abstract = True

    @property
    def is_looked_after(self) -> bool:
        """Somebody has said that they come, and their minutes are not over."""
        return bool(self.on_it_until and self.on_it_until > (self.read_at or clock.now()))

    def say_on_it(self, person: Person, minutes: int) -> None:
        """Everybody reads it, reminders rest, and the deadline moves where these minutes need it.

        WrongState if somebody drives, has said so before, or the alert has ended.
        """
        with self._with_execution():
            self._look_again()
            until = clock.now() + timedelta(minutes=minutes)
            changes = {"on_it": person.key, "on_it_name": person.name[:160], "on_it_until": until}
            why = f"{person.name} is on it for {minutes} minute{'' if minutes == 1 else 's'}"
            if later := self._deadline_after(until):
                changes |= {"deadline": later, "window_ends": later}
                why += f"; the deadline moved to {later:%H:%M} UTC"
            free = Q(on_it="") | Q(on_it=person.key) | Q(on_it_until__lte=clock.Now())
            if not self._rows().filter(free, status=AlertStatus.OPEN).update(**changes):
                raise WrongState(self._who_was_faster())
            person.did(self.workspace, "alert.on_it", self.public_id, minutes=minutes)
            self._write_down(why)

    def give_up(self, person: Person) -> None:
        """Not on it after all: those who were told before hear that nobody is."""
        with transaction.atomic():
            if not self._rows().filter(on_it=person.key, on_it_until__gt=clock.Now()).update(**NOBODY):
                self.refresh_from_db()
                raise WrongState("You are not on it any more; there is nothing to give up.")
            person.did(self.workspace, "alert.given_up", self.public_id)
            self._nobody_comes(f"{person.name} is not on it any more", but=person.key)

    def run_out(self) -> None:
        """The minutes are over and nothing was done: those who were told before are told again, whoever said it too."""
        with transaction.atomic():
            if self._rows().filter(status=AlertStatus.OPEN, on_it_until__lte=clock.Now()).update(**NOBODY):
                self._nobody_comes(f"{self.on_it_name}'s minutes are over")

    def assign(self, person: Person, to: User | None, instead_of: int | None) -> None:
        """Give it to a member who may act, or to nobody again. `instead_of` is the key of the assignee whom the
        person saw: WrongState if it is somebody else meanwhile, so two who assign at once read of each other."""
        with transaction.atomic():
            rows = self._rows().filter(status__in=ACTIVE, assignee_id=instead_of)
            by = person.name[:160] if to else ""
            if not rows.update(assignee=to, assigned_by=by, assignments=F("assignments") + 1):
                self.refresh_from_db()
                raise WrongState(self._who_assigned())
            person.did(self.workspace, "alert.assigned", self.public_id, to=str(to or "nobody"))
            self._write_down(f"{person.name} assigned it to {to}" if to else f"{person.name} took the assignment back")
            if to and Person.member(to).key != person.key:
                Delivery.objects.tell(self, Delivery.ASSIGNED, [to], self.assignments)

    def _deadline_after(self, until: datetime) -> datetime | None:
        """The later deadline that leaves time to act once the person is there, never past the browser's own limit;
        None where the deadline need not move, or is off."""
        needed = until + timedelta(seconds=settings.RESPONSE_GRACE)
        later = min(needed, latest_deadline(self.execution))
        return later if self.deadline and later > self.deadline else None

    def _nobody_comes(self, why: str, but: str = "") -> None:
        self._write_down(why)
        self.tell_again(Delivery.WAITING, but)

    def _write_down(self, why: str) -> None:
        self.refresh_from_db()
        self.history.create(status=self.status, why=why[:500])
        self.announce()

    def _rows(self) -> models.QuerySet[Any]:
        return type(self)._default_manager.filter(pk=self.pk)

    def _look_again(self) -> None:
        """Input may arrive right now, and take the deadline off."""
        self.refresh_from_db(from_queryset=type(self)._default_manager.select_for_update())

    def _who_was_faster(self) -> str:
        self.refresh_from_db()
        if self.status == AlertStatus.CLAIMED:
            return f"{self.holder_name} is in control of this browser right now."
        if self.is_active:
            return f"{self.on_it_name} is on it already, until {self.on_it_until:%H:%M} UTC."
        return f"This request is already {self.get_status_display().lower()}."

    def _who_assigned(self) -> str:
        if not self.is_active:
            return f"This request is already {self.get_status_display().lower()}."
        if self.assignee is None:
            return "The assignment was taken back meanwhile."
        return f"{self.assigned_by or 'Somebody'} has assigned it to {self.assignee} meanwhile."


def latest_deadline(execution: Any) -> datetime:
    """The last moment at which nobody may have come: at its own limit the browser ends for everybody, and the
    execution counts as left unfinished, which is untrue where nobody has begun."""
    latest: datetime = execution.ends_at_the_latest - BEFORE_THE_LIMIT
    return latest
