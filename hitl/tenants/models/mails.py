"""The mails that people had us send to addresses of their choice, counted apart from what they were about."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.db import models
from django.utils.crypto import salted_hmac

from hitl import clock

A_DAY = timedelta(days=1)


class AskedMailQuerySet(models.QuerySet):
    def of_a_day(self) -> Self:
        return self.filter(at__gt=clock.now() - A_DAY)

    def to(self, email: str) -> Self:
        return self.filter(address=_hash(email))


class AskedMail(models.Model):
    """One of them. No cascade reaches it: whoever deletes a workspace does not begin its day anew."""

    address = models.CharField(max_length=64, help_text="Hash: this list tells nobody's address")
    workspace = models.BigIntegerField(help_text="The number it has or had")
    user = models.BigIntegerField(null=True, help_text="Likewise")
    at = models.DateTimeField(db_index=True)
    objects = AskedMailQuerySet.as_manager()

    def __str__(self) -> str:
        return f"mail of {self.at:%Y-%m-%d %H:%M}"

    @classmethod
    def note(cls, email: str, workspace: int, user: int | None) -> None:
        cls.objects.create(address=_hash(email), workspace=workspace, user=user, at=clock.now())

    @classmethod
    def forget_old(cls) -> int:
        """Those that no limit counts any more; how many went."""
        return cls.objects.filter(at__lte=clock.now() - A_DAY).delete()[0]


def _hash(email: str) -> str:
    return salted_hmac("hitl.asked_mails", email.lower(), algorithm="sha256").hexdigest()
