"""Mails about accounts and workspaces, in HTML and plain text, in the same look as those about alerts."""

from __future__ import annotations

import logging
import smtplib
from typing import Any

from css_inline import CSSInliner
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from hitl.tenants.models import Invitation

log = logging.getLogger(__name__)
# Rules about dark mode stay in a style element, where the mail programs that know them look.
INLINER = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def html_of(template: str, said: dict[str, Any]) -> str:
    """The HTML part, with its styles where mail programs read them."""
    return INLINER.inline(render_to_string(template, said))


def mail_invitation(invitation: Invitation) -> None:
    """Send it and write down how that went; the sweeper tries again where it went wrong."""
    try:
        letter(invitation).send()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        log.warning("%s not sent: %s", invitation, error)
        invitation.mailed(trouble=f"The mail server did not take it: {one_line(str(error), 200)}")
    else:
        invitation.mailed()


def letter(invitation: Invitation) -> EmailMultiAlternatives:
    inviter, workspace = one_line(invitation.inviter, 80), one_line(invitation.workspace.name, 60)
    said = {
        "title": f"{inviter} invites you to {workspace}",
        "inviter": inviter,
        "workspace": workspace,
        "role": invitation.role,
        "email": invitation.email,
        "expires_at": invitation.expires_at,
        "link": invitation.url,
        "host": settings.BASE_URL,
    }
    text = render_to_string("tenants/email/invitation.txt", said).strip() + "\n"
    mail = EmailMultiAlternatives(f"{inviter} invites you to {workspace} on hitl", text, to=[invitation.email])
    mail.extra_headers["Auto-Submitted"] = "auto-generated"
    mail.attach_alternative(html_of("tenants/email/invitation.html", said), "text/html")
    return mail


def one_line(text: str, longest: int) -> str:
    """Names as one printable line: no line breaks, no invisible characters, no change of direction."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
