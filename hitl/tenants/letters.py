"""The mail that invites somebody to a workspace, in the same look as those about alerts."""

from __future__ import annotations

import logging
import smtplib

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from hitl.mails import html_of, one_line, text_of
from hitl.tenants.models import Invitation

log = logging.getLogger(__name__)


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
    text = text_of("tenants/email/invitation.txt", said)
    mail = EmailMultiAlternatives(f"{inviter} invites you to {workspace} on hitl", text, to=[invitation.email])
    mail.extra_headers["Auto-Submitted"] = "auto-generated"
    mail.attach_alternative(html_of("tenants/email/invitation.html", said), "text/html")
    return mail
