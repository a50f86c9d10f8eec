"""The record of what people did: appended to, never changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models

from hitl.tenants.models.user import User
from hitl.tenants.models.workspace import TenantQuerySet, Workspace

APPEND_ONLY = "the record of what people did is append-only"


class AuditQuerySet(TenantQuerySet):
    """Adds and reads. Only with its whole workspace is a record deleted (bots.farewell)."""

    def update(self, **changes: Any) -> int:
        raise TypeError(APPEND_ONLY)

    def bulk_update(self, *args: Any, **options: Any) -> int:
        raise TypeError(APPEND_ONLY)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        if options.get("update_conflicts") or any(event.pk for event in objs):
            raise TypeError(APPEND_ONLY)
        return super().bulk_create(objs, *args, **options)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError(APPEND_ONLY)


class AuditEvent(models.Model):
    """Who did what to which thing, committed before it takes effect, and never changed afterwards."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="audit")
    at = models.DateTimeField(auto_now_add=True)
    verb = models.CharField(max_length=40, help_text="For example alert.claimed, link.opened")
    actor = models.CharField(max_length=160, help_text="The person as others know them, or the link's label")
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    subject = models.CharField(max_length=40, help_text="The public id of the thing")
    detail = models.JSONField(default=dict, blank=True)
    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["workspace", "subject"])]

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.subject}"

    def save(self, *args: Any, **options: Any) -> None:
        if self.pk:
            raise TypeError(APPEND_ONLY)
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        raise TypeError(APPEND_ONLY)
