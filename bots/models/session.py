"""The browser session that an execution holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from hitl import clock, vault


class BrowserSessionQuerySet(models.QuerySet):
    def live(self) -> Self:
        return self.filter(ended_at=None)

    def held(self) -> Self:
        """For an execution that goes on."""
        return self.live().filter(ending_at=None, execution__ended_at=None)

    def over(self) -> Self:
        """Still there, though nobody needs them any more."""
        return self.live().filter(Q(ending_at__isnull=False) | Q(execution__ended_at__isnull=False))


class BrowserSession(models.Model):
    """The browser server of one execution: where it listens, and until when somebody has seen it alive."""

    execution = models.OneToOneField("bots.Execution", models.CASCADE, related_name="session")
    machine = models.CharField(max_length=120)
    address = models.CharField(max_length=120)
    sealed_token = models.TextField()
    pid = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    lease_until = models.DateTimeField()
    cap_at = models.DateTimeField(help_text="No browser lives longer than this")
    ending_at = models.DateTimeField(null=True, blank=True, help_text="The execution is over; the server is told")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="The server has ended or is gone")
    end_reason = models.CharField(max_length=500, blank=True)
    objects = BrowserSessionQuerySet.as_manager()

    class Meta:
        indexes = [  # few of very many, looked at every few seconds, and before each start
            models.Index(fields=["machine"], condition=Q(ended_at=None), name="live_sessions"),
        ]

    def __str__(self) -> str:
        return f"browser of {self.execution.public_id}"

    @property
    def token(self) -> str:
        return vault.unseal(self.sealed_token)

    def seen(self) -> None:
        """The server has just answered."""
        lease = clock.now() + timedelta(seconds=settings.RUNNER_LEASE)
        type(self).objects.filter(pk=self.pk).update(lease_until=lease)

    def lease_is_over(self) -> bool:
        """Nobody has seen it alive for a whole lease."""
        return self.lease_until <= clock.now()

    def wind_up(self, why: str) -> None:
        live = type(self).objects.filter(pk=self.pk, ending_at=None)
        live.update(ending_at=clock.now(), end_reason=why[:500])

    def ended(self) -> None:
        type(self).objects.filter(pk=self.pk, ended_at=None).update(ended_at=clock.now())
