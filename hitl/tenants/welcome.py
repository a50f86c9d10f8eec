"""The first owner of a fresh installation, and the one-click link that lets its maker in."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from hitl import clock
from hitl.tenants.models import Membership, Role, User, Workspace

SALT = "welcome.sign_in"
HALF_AN_HOUR = 30 * 60
OWNER = "owner@localhost"  # until its holder gives another


@transaction.atomic
def first_workspace() -> Workspace | None:
    """Makes the first owner with a workspace; None where somebody is here already."""
    if User.objects.exists():
        return None
    owner = User.objects.create_superuser(OWNER, None, name="Owner")
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    workspace = Workspace.objects.create(name="My team", slug="team")
    Membership.objects.create(workspace=workspace, user=owner, role=Role.OWNER)
    return workspace


def first_owner() -> User | None:
    """Whoever has owned a workspace for the longest time and still may sign in."""
    owners = Membership.objects.filter(role=Role.OWNER, user__is_active=True).select_related("user")
    oldest = owners.order_by("pk").first()
    return oldest.user if oldest else None


def sign_in_link(user: User) -> str:
    """Signed, short-lived, and good for one sign-in: it names the last one, which the next one changes."""
    token = signing.dumps([user.pk, _last(user)], salt=SALT)
    return f"{settings.BASE_URL}{reverse('welcome', args=[token])}"


def _last(user: User) -> str:
    return user.last_login.isoformat() if user.last_login else ""


def holder_of(token: str) -> User | None:
    """Whom this link would sign in; None alike for wrong, used and too old."""
    try:
        pk, last = signing.loads(token, salt=SALT, max_age=HALF_AN_HOUR)
    except (signing.BadSignature, ValueError):
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    return user if user and _last(user) == last else None


def spend(token: str) -> User | None:
    """The holder, for exactly one of those who use the link at once."""
    user = holder_of(token)
    if user is None:
        return None
    unspent = User.objects.filter(pk=user.pk, last_login=user.last_login)
    return user if unspent.update(last_login=clock.now()) else None
