"""A person as the product meets one: a member who is signed in, a guest who holds a link, a program with a key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hitl.tenants.models import ApiKey, AuditEvent, User, Workspace

GUEST = "link:"  # how the key of somebody begins whom a link has let in


@dataclass(frozen=True)
class Person:
    """`key` tells people apart (one member on two devices is one person); `name` is what others read."""

    key: str
    name: str
    user: User | None = None

    @classmethod
    def member(cls, user: Any) -> Person:
        """Somebody who is signed in; the `member` door has seen to that."""
        return cls(f"user:{user.pk}", str(user), user)

    @classmethod
    def guest(cls, link_id: str, visitor: str, label: str) -> Person:
        """Someone who was let in by an access link; `visitor` tells two holders of one link apart."""
        return cls(f"{GUEST}{link_id}:{visitor}", label or "Guest")

    @classmethod
    def api_key(cls, key: ApiKey) -> Person:
        """A program: what it does stands in the record under the name of its key."""
        return cls(f"key:{key.public_id}", f"{key.name} (API key)")

    @property
    def is_product(self) -> bool:
        """Not a person at all: a deadline, or a condition that the page has met."""
        return self.key in ("system", "page")

    def did(self, workspace: Workspace, verb: str, subject: str, **detail: Any) -> None:
        """Write the record, in the transaction of the change itself."""
        AuditEvent.objects.create(
            workspace=workspace, verb=verb, actor=self.name[:160], user=self.user, subject=subject, detail=detail
        )


SYSTEM = Person("system", "hitl")
PAGE = Person("page", "the page itself")
