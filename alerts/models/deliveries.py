"""The outbox: who is told what by which channel, and how it went."""

from __future__ import annotations

import functools
from typing import Self

from django.db import models, transaction
from django.db.models import Q

from alerts.models.links import AccessLink
from hitl import clock
from hitl.tenants.models import User


class DeliveryQuerySet(models.QuerySet):
    def due(self) -> Self:
        """Not sent yet, time to try, and no sender has it (or the one that had it died)."""
        free = Q(lease_until=None) | Q(lease_until__lte=clock.Now())
        return self.filter(free, status=Delivery.Status.PENDING, next_try_at__lte=clock.Now())


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

    def deliver_later(self) -> None:
        """Hand it to a worker once this transaction is committed; a lost message is found by the sweeper."""
        from alerts.tasks import deliver

        transaction.on_commit(functools.partial(deliver.delay, self.pk), robust=True)
