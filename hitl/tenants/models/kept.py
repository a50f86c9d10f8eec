"""Answers that are kept for whoever asks twice under one Idempotency-Key."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.db import IntegrityError, models, transaction

from hitl import clock, vault
from hitl.tenants.models.key import ApiKey

KEPT = timedelta(hours=24)
UNDER_WAY = timedelta(seconds=60)  # longer than any call takes: after that, whoever began it is gone


class AnotherRequest(Exception):
    """The name was used for another request before."""


class StillUnderWay(Exception):
    """The same request has begun and has no answer yet."""


class KeptAnswer(models.Model):
    """One request under a name of its caller's, from its beginning to its answer, which is then the answer for good."""

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="kept_answers")
    name = models.CharField(max_length=255)
    request = models.CharField(max_length=64, help_text="Hash of method, address and body")
    begun_at = models.DateTimeField(default=clock.now)
    status = models.PositiveSmallIntegerField(null=True, help_text="Empty: no answer yet")
    sealed_body = models.TextField(blank=True, help_text="Sealed, because an answer may hold a link's address")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "name"], name="one_answer_per_name")]

    def __str__(self) -> str:
        return f"answer to {self.name}"

    @classmethod
    def forget_old(cls) -> int:
        """Those whose time is over; how many went."""
        return cls.objects.filter(begun_at__lt=clock.now() - KEPT).delete()[0]

    @classmethod
    def begin(cls, key: ApiKey, name: str, request: str) -> Self:
        """The row of this request, ours to answer, or answered before. Of many at once, one begins.

        Raises AnotherRequest and StillUnderWay.
        """
        cls.objects.filter(key=key, begun_at__lt=clock.now() - KEPT).delete()
        try:
            with transaction.atomic():
                return cls.objects.create(key=key, name=name, request=request)
        except IntegrityError:
            return cls._found(key, name, request)

    @classmethod
    def _found(cls, key: ApiKey, name: str, request: str) -> Self:
        row = cls.objects.filter(key=key, name=name).first()
        if row is None:
            raise StillUnderWay  # it has failed this moment, and changed nothing
        if row.request != request:
            raise AnotherRequest
        if row.status is None and not row._taken_over():
            raise StillUnderWay
        return row

    def _taken_over(self) -> bool:
        """Whoever began it has died before the answer, and with it whatever it had changed."""
        now = clock.now()
        dead = type(self).objects.filter(pk=self.pk, status=None, begun_at=self.begun_at)
        taken = bool(dead.filter(begun_at__lt=now - UNDER_WAY).update(begun_at=now))
        self.begun_at = now if taken else self.begun_at
        return taken

    def keep(self, status: int, body: str) -> None:
        """Remember the answer, in the transaction of what it is about: both are there, or neither."""
        mine = type(self).objects.filter(pk=self.pk, status=None, begun_at=self.begun_at)
        if not mine.update(status=status, sealed_body=vault.seal(body)):
            raise StillUnderWay  # we were taken for dead: the other one answers

    def let_go(self) -> None:
        """Nothing was changed: the name may be used again."""
        type(self).objects.filter(pk=self.pk, status=None, begun_at=self.begun_at).delete()

    @property
    def body(self) -> str:
        return vault.unseal(self.sealed_body)
