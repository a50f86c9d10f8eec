"""What workers are asked to do about people: thin, by primary key, harmless when asked twice."""

from celery import shared_task

from hitl.tenants.letters import mail_invitation as send
from hitl.tenants.models import Invitation


@shared_task(name="tenants.mail_invitation")
def mail_invitation(invitation: int) -> None:
    """Send one invitation, unless that has happened or is happening already."""
    row = Invitation.objects.select_related("workspace").filter(pk=invitation).first()
    if row is not None and row.claim_mail():
        send(row)
