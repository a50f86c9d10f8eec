"""What our accounts do differently from allauth's defaults."""

from __future__ import annotations

import logging
import re
import smtplib
from collections.abc import Iterable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.http import HttpRequest
from django.urls import reverse

from hitl import vault
from hitl.mails import html_of
from hitl.tenants.models import User

log = logging.getLogger(__name__)
CODE = re.compile(r"[A-Z0-9-]{4,16}")


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whoever hosts hitl decides (HITL_SIGNUP); else people come by invitations."""
        return settings.SIGNUP_OPEN

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        super().logout(request)
        if isinstance(user, User):
            user.announce()

    def set_password(self, user: User, password: str) -> None:
        """Every session that began with the old one is over."""
        super().set_password(user, password)
        user.announce()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is away is no error page: the person reads that no mail has gone out."""
        said = {name: _here(self.request, value) for name, value in context.items()}
        said["account_url"] = settings.BASE_URL + reverse("account")
        try:
            super().send_mail(template_prefix, email, said)
        except (smtplib.SMTPException, OSError) as error:
            log.warning("no mail to an account: %s", error)
            words = "No mail could be sent just now: the mail server does not answer. Try again in a few minutes."
            messages.error(self.request, words)

    def render_mail(
        self, template_prefix: str, email: Any, context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> EmailMessage:
        """Its plain text, and the same in our look: a link is a button there, and a code is large."""
        mail = super().render_mail(template_prefix, email, context, headers)
        title = mail.subject.removeprefix(settings.ACCOUNT_EMAIL_SUBJECT_PREFIX)
        parts = [_part(paragraph) for paragraph in re.split(r"\n\s*\n", str(mail.body).strip())]
        said = {"title": title, "parts": parts, "press": title, "host": settings.BASE_URL, "email": email}
        if isinstance(mail, EmailMultiAlternatives):
            mail.attach_alternative(html_of("email/account.html", said), "text/html")
        mail.extra_headers["Auto-Submitted"] = "auto-generated"
        return mail


def _here(request: HttpRequest, value: Any) -> Any:
    """Links begin with the configured address, never with what a request says of itself."""
    own = request.build_absolute_uri("/")
    return settings.BASE_URL + "/" + value.removeprefix(own) if str(value).startswith(own) else value


def _part(paragraph: str) -> tuple[str, str]:
    words = " ".join(paragraph.split())
    if words.startswith(("http://", "https://")) and " " not in words:
        return "link", words
    return ("code", words) if CODE.fullmatch(words) else ("text", words)


class UserSessionsAdapter(DefaultUserSessionsAdapter):
    def end_sessions(self, sessions: Iterable[Any]) -> None:
        """What those devices have open ends with their sessions."""
        super().end_sessions(sessions)
        for user in {session.user for session in sessions}:
            user.announce()


class MFAAdapter(DefaultMFAAdapter):
    """The keys of authenticator apps and recovery codes are sealed: the database alone signs nobody in."""

    def encrypt(self, text: str) -> str:
        return vault.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return vault.unseal(encrypted_text)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "hitl"}


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Also where the operator says of this one provider that whoever it knows may have an account."""
        own = sociallogin.provider.app.settings if sociallogin.provider.app else {}
        return bool(own.get("signup")) or settings.SIGNUP_OPEN

    def get_requests_session(self) -> Any:
        """To the one address that the operator has configured, and no further: it is in no hurry for ever."""
        session = super().get_requests_session()
        session.max_redirects = 3
        return session
