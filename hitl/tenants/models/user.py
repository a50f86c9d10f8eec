"""The product's user, whose name is the e-mail address."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models

from hitl import push


class UserManager(BaseUserManager["User"]):
    """Makes users whose name is their e-mail address."""

    def unclaimed(self) -> models.QuerySet[User]:
        """Accounts made under an address that nobody has come into: no session, second factor or key hangs on them."""
        return self.filter(is_active=True, last_login=None).exclude(emailaddress__verified=True)

    def known_as(self, email: str) -> models.QuerySet[User]:
        """Whoever has shown that this address is theirs."""
        shown = models.Q(emailaddress__email__iexact=email, emailaddress__verified=True)
        named = self.filter(models.Q(email__iexact=email) | shown)
        return named.exclude(pk__in=self.unclaimed()).distinct()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=80, blank=True, help_text="What colleagues read beside your actions.")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = UserManager()  # type: ignore[misc,assignment]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    def is_known_as(self, email: str) -> bool:
        """Whether this person has shown that the address is theirs."""
        return User.objects.known_as(email).filter(pk=self.pk).exists()

    def announce(self) -> None:
        """This person's open sockets look at their permission at once: one of their sessions may be over."""
        push.changed("member", str(self.pk), push.user_group(self.pk))
