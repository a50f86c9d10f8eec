"""API keys: how a program acts within one workspace. A key is shown once; what is stored of it opens nothing."""

from __future__ import annotations

import functools
import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models, transaction
from django.db.models import Exists, OuterRef

from hitl import clock, push
from hitl.ids import ALPHABET, new_id
from hitl.tenants.models.user import User
from hitl.tenants.models.workspace import Membership, Role, TenantQuerySet, Workspace

if TYPE_CHECKING:
    from hitl.tenants.people import Person

LOOKUP, SECRET = 12, 40  # characters; 40 of 36 carry 206 bits, so a plain hash is enough
TOKEN = re.compile(rf"hitl_([a-z0-9]{{{LOOKUP}}})_[a-z0-9]{{{SECRET}}}")
USE_NOTED_EVERY = timedelta(minutes=1)


class Scope(models.TextChoices):
    """What a key may do; each scope may do what those before it may."""

    READ = "read", "Read"  # look at bots, executions and alerts, as a viewer
    RUN = "run", "Run"  # start and cancel executions, answer alerts, make links, as an operator
    ADMIN = "admin", "Admin"  # make, change and archive bots, as an admin

    @property
    def included(self) -> list[str]:
        """This scope and those below it."""
        order = list(Scope)
        return [str(scope) for scope in order[: order.index(self) + 1]]

    def includes(self, needed: str) -> bool:
        return needed in self.included


class ApiKeyQuerySet(TenantQuerySet):
    def with_maker(self) -> Self:
        """Each with `maker_may`: whether whoever made it is still an admin of its workspace."""
        admins = [role for role in Role if role.includes(Role.ADMIN)]
        made_it = Membership.objects.filter(workspace=OuterRef("workspace"), user=OuterRef("made_by"))
        may = made_it.filter(role__in=admins, user__is_active=True)
        return self.select_related("workspace", "made_by").annotate(maker_may=Exists(may))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _characters(many: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(many))


class ApiKey(models.Model):
    """A key of one workspace. It works for as long as an admin answers for it: whoever made it, while they are one."""

    public_id = models.CharField(max_length=40, unique=True, editable=False, default=functools.partial(new_id, "key"))
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80)
    scope = models.CharField(max_length=8, choices=Scope, default=Scope.READ)
    lookup = models.CharField(max_length=LOOKUP, unique=True, editable=False, help_text="Finds the row; no secret")
    digest = models.CharField(max_length=64, editable=False)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To the minute")
    objects = ApiKeyQuerySet.as_manager()

    maker_may: bool  # where the row was read by with_maker()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def make(
        cls, workspace: Workspace, person: Person, name: str, scope: str, expires_at: datetime | None
    ) -> tuple[Self, str]:
        """A new key, and the only sight of it."""
        lookup = _characters(LOOKUP)
        token = f"hitl_{lookup}_{_characters(SECRET)}"
        with transaction.atomic():
            key = cls.objects.create(
                workspace=workspace,
                name=name,
                scope=scope,
                lookup=lookup,
                digest=_digest(token),
                made_by=person.user,
                expires_at=expires_at,
            )
            person.did(workspace, "key.made", key.public_id, name=name, scope=scope)
        return key, token

    @classmethod
    def find(cls, token: str) -> Self | None:
        """The row of a genuine key, whether it still works or not; None alike for every other text."""
        match = TOKEN.fullmatch(token)
        row = match and cls.objects.with_maker().filter(lookup=match[1]).first()
        return row if row and hmac.compare_digest(row.digest, _digest(token)) else None

    @property
    def shown(self) -> str:
        """As much of it as may be read again."""
        return f"hitl_{self.lookup}_…"

    @property
    def trouble(self) -> str:
        """Why it opens nothing any more, as a sentence; empty while it works. Asks for with_maker()."""
        if self.revoked_at:
            return "This API key was revoked."
        if self.expires_at and self.expires_at <= clock.now():
            return "This API key has expired."
        if not self.maker_may:
            return "This API key has stopped: whoever made it is no longer an admin of its workspace."
        return ""

    def may(self, needed: str) -> bool:
        return Scope(self.scope).includes(needed)

    def revoke(self, person: Person) -> None:
        """From this moment on it opens nothing, nor does a link that it has made or read; a second time changes
        nothing."""
        with transaction.atomic():
            if not type(self).objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=clock.now()):
                return
            person.did(self.workspace, "key.revoked", self.public_id, name=self.name)
            if self.may(Scope.RUN):
                Workspace.objects.filter(pk=self.workspace_id).renew_shares()
                push.changed("alert", self.public_id, push.workspace_group(self.workspace_id))  # pages show the new one

    def note_use(self) -> None:
        """Remember when it was used last, with one write a minute at most."""
        now = clock.now()
        if self.last_used_at is None or self.last_used_at < now - USE_NOTED_EVERY:
            type(self).objects.filter(pk=self.pk).update(last_used_at=now)
