"""The people of the tests: Ann owns, Bob operates, Vic watches, and Sam is a stranger with a workspace of his own."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from hitl.tenants.models import Membership, Role, User, Workspace

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class People:
    ann: User
    bob: User
    vic: User
    sam: User
    workspace: Workspace  # Ann's, Bob's and Vic's
    other: Workspace  # Sam's


def person(name: str, **fields: object) -> User:
    """Somebody who can sign in with PASSWORD. One iteration: it is the hashing that makes tests slow."""
    hashed = PBKDF2PasswordHasher().encode(PASSWORD, "salt", 1)
    user = User.objects.create(email=f"{name.lower()}@example.com", name=name, password=hashed, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def workspace(name: str, **members: User) -> Workspace:
    """`workspace("Acme", owner=ann, viewer=vic)`."""
    made = Workspace.objects.create(name=name, slug=name.lower())
    for role, user in members.items():
        Membership.objects.create(workspace=made, user=user, role=Role(role))
    return made


def everybody() -> People:
    ann, bob, vic, sam = (person(name) for name in ("Ann", "Bob", "Vic", "Sam"))
    acme = workspace("Acme", owner=ann, operator=bob, viewer=vic)
    return People(ann, bob, vic, sam, acme, workspace("Other", owner=sam))


def signed_in(user: User) -> Client:
    """A browser of theirs."""
    client = Client()
    client.force_login(user)
    return client


def session_cookie(user: User) -> dict[str, str]:
    """What a browser holds after a sign-in: name and value."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return {"name": settings.SESSION_COOKIE_NAME, "value": str(session.session_key)}
