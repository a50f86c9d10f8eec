"""Whoever makes an account under somebody else's address is out of it when the address's holder comes.

allauth confirms an address by the way where its holder signs in by a mailed code, and leaves its maker what they know.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import authentication_step_completed, password_reset
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from hitl.tenants.models import User

GONE = "A password had been set before this address was confirmed; it is gone. Choose one on your account's page."


@receiver(authentication_step_completed)
def came_by_code(request: HttpRequest, user: User, method: str, email: str = "", **_: Any) -> None:
    if method == "code" and email and _is_unclaimed(user):
        had_password = user.has_usable_password()
        with transaction.atomic():
            pass_on(user, email)
            user.set_unusable_password()
            user.save(update_fields=["password"])
        if had_password:
            messages.warning(request, GONE)


@receiver(authentication_step_completed)
def came_by_provider(user: User, method: str, provider: str = "", uid: str = "", **_: Any) -> None:
    """Of a trusted address: allauth itself takes the maker's password, but leaves their accounts elsewhere."""
    if method == "socialaccount" and _is_unclaimed(user):
        SocialAccount.objects.filter(user=user).exclude(provider=provider, uid=uid).delete()


@receiver(password_reset)
def came_by_reset(user: User, **_: Any) -> None:
    """The password is the holder's own already."""
    if _is_unclaimed(user):
        pass_on(user, user.email)


def pass_on(user: User, email: str) -> None:
    """To the holder of this address: whoever made the unclaimed account keeps no way in but its password."""
    SocialAccount.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).exclude(email__iexact=email).delete()
    if not User.objects.filter(email__iexact=email).exists():  # else nobody would have shown that address as theirs
        user.email = email.lower()
        user.save(update_fields=["email"])


def _is_unclaimed(user: User) -> bool:
    return User.objects.unclaimed().filter(pk=user.pk).exists()
