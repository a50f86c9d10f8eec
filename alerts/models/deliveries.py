"""The outbox: who is told what by which channel, and how it went."""

from __future__ import annotations

import functools
from datetime import timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import F, Q

from alerts import transports
from alerts.letters import letter
from alerts.models.links import AccessLink
from alerts.transports import TransportError
from hitl import clock
from hitl.tenants.models import Role, User

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
        """Those that were held back and not tried yet."""
        held = self.filter(status=Delivery.Status.PENDING, tries=0)
        held.update(next_try_at=clock.now())
        for delivery in held:
            delivery.deliver_later()


class Delivery(models.Model):
    """One message to one person on one channel: a row of the outbox, with its result."""

    OPENED, UNFINISHED, LOST = "opened", "unfinished", "lost"

    class Status(models.TextChoices):
        PENDING = "pending", "Waiting to be sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Not delivered"
        DROPPED = "dropped", "No longer needed"

    alert = models.ForeignKey("alerts.Alert", models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=12)
    round = models.PositiveIntegerField(default=0)
    channel = models.CharField(max_length=12, default="email")
    user = models.ForeignKey(User, models.CASCADE, related_name="deliveries")
    link = models.ForeignKey(AccessLink, models.SET_NULL, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=8, choices=Status, default=Status.PENDING)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(auto_now_add=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alert", "kind", "round", "channel", "user"], name="one_delivery_each")
        ]
        indexes = [models.Index(fields=["status", "next_try_at"])]

    def __str__(self) -> str:
        return f"{self.kind} message to {self.user}"

    def hold(self) -> None:
        """Wait for the picture, but not for long; without it, the sweeper sends the message."""
        type(self).objects.filter(pk=self.pk).update(next_try_at=clock.now() + PICTURE_WITHIN)

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
        if self.kind == self.UNFINISHED:
            return not alert.is_active or bool(alert.holder)
        return self.kind == self.OPENED and not alert.is_active

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
