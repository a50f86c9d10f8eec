"""The outbox: who is told what by which channel, and how it went."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from alerts import transports
from alerts.letters import letter
from alerts.models.links import AccessLink
from alerts.models.wishes import NoticeWish
from alerts.transports import TransportError
from hitl import clock
from hitl.tenants.models import Role, User, Workspace
from hitl.tenants.people import Person

LEASE = timedelta(seconds=60)  # longer than any transport takes
FIRST_RETRY, LONGEST_RETRY = 5, 15 * 60  # seconds; each wait is three times the one before
LOST_IS_NEWS_FOR = timedelta(hours=1)
PICTURE_WITHIN = timedelta(seconds=3)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self) -> Self:
        """Not sent yet, time to try, and no sender has it (or the one that had it died)."""
        free = Q(lease_until=None) | Q(lease_until__lte=clock.Now())
        return self.filter(free, status=Delivery.Status.PENDING, next_try_at__lte=clock.Now())

    def send_now(self) -> None:
        """Those that were held back for the picture and not tried yet; whose reader sleeps, waits on."""
        held = self.filter(status=Delivery.Status.PENDING, tries=0, next_try_at__lte=clock.now() + PICTURE_WITHIN)
        held.update(next_try_at=clock.now())
        for delivery in held:
            delivery.deliver_later()

    def tell(self, alert: Any, kind: str, users: Iterable[User], round: int = 0, soon: bool = False) -> None:
        """A message to each of these people who wants it, in the caller's transaction; to nobody twice in a round.

        In a person's quiet hours it waits for their end. `soon`: it waits a moment for the alert's picture.
        """
        wishes = NoticeWish.objects.of(alert.workspace_id, users)
        chosen = set(alert.execution.bot.told.values_list("pk", flat=True)) | {alert.assignee_id}
        for user in users:
            wish = wishes[user.pk]
            if wish.wants(chosen=user.pk in chosen) and (wish.half_time or kind != Delivery.HALFWAY):
                held_until = wish.awake_at() or (clock.now() + PICTURE_WITHIN if soon else None)
                self._tell_one(alert, kind, user, round, held_until)

    def _tell_one(self, alert: Any, kind: str, user: User, round: int, held_until: datetime | None) -> None:
        link = AccessLink.objects.filter(alert=alert, user=user).first()
        if link is None and alert.workspace.links_allowed:
            label = str(user)[:120]
            link = AccessLink.objects.create(alert=alert, role=AccessLink.Role.CONTROL, label=label, user=user)
        later = {"next_try_at": held_until} if held_until else {}
        delivery, made = self.get_or_create(
            alert=alert, kind=kind, round=round, channel="email", user=user, defaults={"link": link, **later}
        )
        if made and not held_until:
            delivery.deliver_later()

    def troubled(self, workspace: Workspace) -> Self:
        """Each person's newest message of the last day on each channel, where it has not arrived."""
        recent = self.filter(alert__workspace=workspace, tries__gt=0, created_at__gt=clock.now() - timedelta(days=1))
        newest = recent.values("user", "channel").annotate(newest=Max("pk")).values("newest")
        return self.filter(pk__in=newest, status__in=Delivery.UNDELIVERED).exclude(error="").order_by("user__email")


class Delivery(models.Model):
    """One message to one person on one channel: a row of the outbox, with its result."""

    OPENED, UNFINISHED, LOST, WAITING, ASSIGNED = "opened", "unfinished", "lost", "waiting", "assigned"
    HALFWAY = "halfway"
    REMINDERS = (HALFWAY, UNFINISHED, WAITING)

    class Status(models.TextChoices):
        PENDING = "pending", "Waiting to be sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Not delivered"
        DROPPED = "dropped", "No longer needed"

    UNDELIVERED = (Status.PENDING, Status.FAILED)

    alert = models.ForeignKey("alerts.Alert", models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=12)
    round = models.PositiveIntegerField(default=0)
    channel = models.CharField(max_length=12, default="email")
    user = models.ForeignKey(User, models.CASCADE, related_name="deliveries")
    link = models.ForeignKey(AccessLink, models.SET_NULL, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=8, choices=Status, default=Status.PENDING)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["alert", "kind", "round", "channel", "user"], name="one_delivery_each")
        ]
        indexes = [models.Index(fields=["status", "next_try_at"])]

    def __str__(self) -> str:
        return f"{self.kind} message to {self.user}"

    def deliver_later(self) -> None:
        """Hand it to a worker once this transaction is committed; a lost message is found by the sweeper."""
        from alerts.tasks import deliver

        transaction.on_commit(functools.partial(deliver.delay, self.pk), robust=True)

    def deliver(self) -> bool:
        """Send it now; False where it is not due, or somebody else is at it.

        Taken by one statement, sent outside of any transaction, recorded by another statement. Whoever dies between
        the last two leaves a lease that runs out: the message goes out again, under the same Message-ID.
        """
        if not self._take():
            return False
        if self._is_pointless():
            self._record(status=self.Status.DROPPED)
            return True
        try:
            transports.send(self.channel, letter(self), {"to": self.user.email})
        except TransportError as error:
            self._not_sent(error)
        else:
            self._record(status=self.Status.SENT, sent_at=clock.now(), error="")
        return True

    def _take(self) -> bool:
        lease = {"lease_until": clock.now() + LEASE, "tries": F("tries") + 1}
        if not type(self).objects.due().filter(pk=self.pk).update(**lease):
            return False
        self.refresh_from_db()
        return True

    def _is_pointless(self) -> bool:
        """Nobody needs it any more, or this person is no longer one to be told."""
        alert = self.alert
        if not alert.workspace.people_who(Role.OPERATOR).filter(pk=self.user_id).exists():
            return True
        if self.kind in self.REMINDERS:
            return not alert.is_active or bool(alert.holder) or alert.is_looked_after
        if self.kind == self.ASSIGNED and alert.assignee_id != self.user_id:
            return True
        return self.kind != self.LOST and not alert.is_active

    @property
    def waits_for_the_morning(self) -> bool:
        """Held back by its reader's quiet hours. Only a page's words: this machine's own clock will do."""
        soon = timezone.now() + PICTURE_WITHIN
        return self.status == self.Status.PENDING and not self.tries and self.next_try_at > soon

    def retry(self, person: Person) -> bool:
        """Try again now, whatever it was that stood in the way; False where it is no longer undelivered."""
        rows = type(self).objects.filter(pk=self.pk, status__in=self.UNDELIVERED, tries__gt=0)
        with transaction.atomic():
            if not rows.update(status=self.Status.PENDING, next_try_at=clock.now()):
                return False
            person.did(self.alert.workspace, "notice.retried", self.alert.public_id, to=str(self.user))
            self.alert.announce()
            self.deliver_later()
        return True

    def _not_sent(self, error: TransportError) -> None:
        """Try again while it matters, each time after a longer wait; a permanent refusal is final."""
        now = clock.now()
        stale = self.kind == self.LOST and now > self.created_at + LOST_IS_NEWS_FOR
        if error.permanent or stale:
            self._record(status=self.Status.FAILED, error=str(error)[:500])
        else:
            wait = min(FIRST_RETRY * 3 ** (self.tries - 1), LONGEST_RETRY)
            self._record(next_try_at=now + timedelta(seconds=wait), error=str(error)[:500])

    def _record(self, **changes: Any) -> None:
        """Write the result of this very try: a sender that was given up on writes nothing any more."""
        mine = type(self).objects.filter(pk=self.pk, status=self.Status.PENDING, tries=self.tries)
        if mine.update(lease_until=None, **changes):
            self.alert.announce()
        self.refresh_from_db()
