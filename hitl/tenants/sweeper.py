"""What is found by looking rather than by being told: invitations whose mail was lost or refused for the moment, and
answers and counts that were kept for long enough."""

from hitl.tenants.models import AskedMail, Invitation, KeptAnswer

BATCH = 20


def sweep() -> int:
    """Hand unsent invitations to a worker again; how many that were."""
    unsent = list(Invitation.objects.unsent()[:BATCH])
    for invitation in unsent:
        invitation.mail_later()
    return len(unsent)


def forget() -> int:
    """Answers whose day is over go, also those of keys that nobody uses any more, and counted mails; how many went."""
    return KeptAnswer.forget_old() + AskedMail.forget_old()
