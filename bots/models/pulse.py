"""Signs of life: when a process on each machine last did its work."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.db import models

from hitl import clock

FORGET_AFTER = timedelta(days=1)


class PulseQuerySet(models.QuerySet):
    def lately(self, kind: str, within: timedelta) -> Self:
        return self.filter(kind=kind, at__gt=clock.now() - within)


class Pulse(models.Model):
    """A process that is there may still do nothing, so what counts is work done: a round of the sweeper, or the
    canary task that it sends after each, carried out by some worker."""

    class Kind(models.TextChoices):
        SWEEPER = "sweeper", "Sweeper"  # has looked at everything once
        WORKER = "worker", "Worker"  # has taken a task from the queue of executions

    kind = models.CharField(max_length=8, choices=Kind)
    machine = models.CharField(max_length=120)
    at = models.DateTimeField()
    objects = PulseQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "signs of life"
        constraints = [models.UniqueConstraint(fields=["kind", "machine"], name="one_pulse_each")]

    def __str__(self) -> str:
        return f"{self.get_kind_display().lower()} on {self.machine}"

    @classmethod
    def beat(cls, kind: str, machine: str) -> None:
        """It has just done its work."""
        if not cls.objects.filter(kind=kind, machine=machine).update(at=clock.now()):
            cls.objects.get_or_create(kind=kind, machine=machine, defaults={"at": clock.now()})

    @classmethod
    def forget_old(cls) -> None:
        """Machines that were taken away."""
        cls.objects.filter(at__lt=clock.now() - FORGET_AFTER).delete()
