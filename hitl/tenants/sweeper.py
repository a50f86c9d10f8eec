"""What is found by looking rather than by being told: invitations whose mail was lost or refused for the moment, and
answers and counts that were kept for long enough."""

import time

from hitl.tenants.models import AskedMail, Invitation, KeptAnswer

BATCH = 20
AGAIN_AFTER = 30  # seconds: where no worker comes, messages would pile up for days
_told_at: dict[int, float] = {}  # by invitation: when this process has handed it to a worker


def sweep() -> int:
    """Hand unsent invitations to a worker again; how many that were."""
    now = time.monotonic()
    for pk in [pk for pk, at in _told_at.items() if now - at > AGAIN_AFTER]:
        del _told_at[pk]
    unsent = list(Invitation.objects.unsent().exclude(pk__in=_told_at)[:BATCH])
    for invitation in unsent:
        _told_at[invitation.pk] = now
        invitation.mail_later()
    return len(unsent)


def forget() -> int:
    """Answers whose day is over go, also those of keys that nobody uses any more, and counted mails; how many went."""
    return KeptAnswer.forget_old() + AskedMail.forget_old()
