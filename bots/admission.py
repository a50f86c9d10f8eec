"""Who may open a socket, and whether that still holds: a ticket, the cookie or pass it was made for, the database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils.crypto import constant_time_compare

from alerts import guests
from bots.models import Execution
from hitl import push, tickets
from hitl.tenants.models import Role, User, Workspace
from hitl.tenants.people import Person

Scope = dict[str, Any]


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:length]


@dataclass
class Admission:
    """A person who was let in: what to, what they may do, and how to look again."""

    person: Person
    may: str  # "control" or "watch"
    groups: tuple[str, ...]
    look_again: Callable[[], str | None]  # what the person may do now; None: nothing any more
    execution_pk: int = 0  # of a live view
    alert_id: str | None = None  # a guest's one alert
    is_signed_in: Callable[[], bool] = lambda: True  # asked when nothing may be done any more: which of the two is it?
    picture: dict[str, Any] = field(default_factory=dict)  # quality and kind to begin with, where a link says so

    def viewer_id(self, page: str) -> str:
        """The id of this person's page among all viewers: the same after a reconnect, and nobody else's.

        Up to the dot it is the same for all pages of a member, and of all who came by one link: bots/live counts them.
        """
        whose = ":".join(self.person.key.split(":")[:2])
        return f"vwr_{_digest(whose, 8)}.{_digest(f'{self.person.key}:{page}', 16)}"

    def own(self, viewer: str) -> str | None:
        """What that person's other pages have in common with this one; None for a guest, whose link others may have."""
        return None if self.alert_id else viewer.partition(".")[0]

    def still_holds(self) -> bool:
        """Read the database again; True while the person may be here at all."""
        may = self.look_again()
        self.may = may or "watch"
        return may is not None


def _member(scope: Scope) -> User | None:
    """The signed-in user, read anew: nobody whose account was closed, session ended or password changed elsewhere."""
    session, user = scope.get("session"), scope.get("user")
    if session is None or user is None or not user.is_authenticated:
        return None
    now = User.objects.filter(pk=user.pk, is_active=True).first()
    begun_with = SessionStore(session.session_key).get(HASH_SESSION_KEY, "")  # of the password
    return now if now and constant_time_compare(begun_with, now.get_session_auth_hash()) else None


def _may(workspace: Workspace, scope: Scope) -> str | None:
    user = _member(scope)
    role = workspace.role_of(user) if user else None
    if role is None:
        return None
    return "control" if role.includes(Role.OPERATOR) else "watch"


def admit_to_workspace(scope: Scope, ticket: Any) -> Admission | None:
    """A member who follows the workspace's inbox."""
    user = _member(scope)
    slug = scope["url_route"]["kwargs"]["workspace"]
    workspace = user and Workspace.objects.visible_to(user).filter(slug=slug).first()
    if not user or not workspace:
        return None
    person = Person.member(user)
    if not tickets.admit(ticket, f"inbox:{slug}", person.key):
        return None
    groups = push.workspace_group(workspace.pk), push.user_group(user.pk)
    return Admission(
        person, "watch", groups, lambda: _may(workspace, scope), is_signed_in=lambda: _member(scope) is not None
    )


def admit_member(scope: Scope, execution_id: str, ticket: Any) -> Admission | None:
    """A member at an execution's live browser."""
    user = _member(scope)
    rows = Execution.objects.select_related("workspace")
    execution = user and rows.visible_to(user).filter(public_id=execution_id).first()
    if not user or not execution:
        return None
    person = Person.member(user)
    may = _may(execution.workspace, scope)
    if may is None or not tickets.admit(ticket, execution_id, person.key):
        return None
    groups = push.execution_group(execution.pk), push.user_group(user.pk)
    return Admission(
        person, may, groups, lambda: _may(execution.workspace, scope), execution.pk,
        is_signed_in=lambda: _member(scope) is not None,
    )  # fmt: skip


def admit_guest(scope: Scope, alert_id: str, ticket: Any, shown: Any = None) -> Admission | None:
    """Somebody who was let in by a link, at the live browser of that link's one alert. With a pass no cookie counts."""

    def look(ended: bool = False) -> guests.Guest | None:
        if shown is not None:
            return guests.holder(alert_id, shown, ended)
        return guests.guest(alert_id, scope.get("cookies", {}), ended)

    guest = look()
    if guest is None or not tickets.admit(ticket, alert_id, guest.person.key):
        return None

    def look_again() -> str | None:
        now = look(ended=True)  # whoever was here is told how it ended, not that their link is none
        return now.may if now else None

    execution = guest.alert.execution_id
    groups = (push.execution_group(execution),)
    return Admission(guest.person, guest.may, groups, look_again, execution, alert_id, picture=guest.link.picture)
