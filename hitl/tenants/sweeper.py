"""What is found by looking rather than by being told: invitations whose mail was lost or refused for the moment."""

from hitl.tenants.models import Invitation

BATCH = 20


def sweep() -> int:
    """Hand unsent invitations to a worker again; how many that were."""
    unsent = list(Invitation.objects.unsent()[:BATCH])
    for invitation in unsent:
        invitation.mail_later()
    return len(unsent)
