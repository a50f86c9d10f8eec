"""Invitations: how somebody comes into a workspace, by e-mail, once, and only with the address that was invited."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse

from hitl import clock, tokens
from hitl.ids import new_id
from hitl.tenants.models.mails import AskedMail
from hitl.tenants.models.user import User
from hitl.tenants.models.workspace import Membership, Role, TenantQuerySet, Workspace

if TYPE_CHECKING:
    from hitl.tenants.people import Person

PURPOSE, PREFIX = "invitations", "inv"
VALID_FOR = timedelta(days=7)
MAILS_A_DAY, MAILS_TO_ONE = 100, 5  # of a workspace or a person to anybody; of all to one address
FORGOTTEN_AFTER = timedelta(seconds=30)
GIVEN_UP_AFTER = timedelta(minutes=5)  # longer than any mail server takes: whoever was sending it has died
TRIES = 5


class NotInvited(Exception):
    """Why this invitation cannot be made or accepted, as a sentence for the one who tried."""


class InvitationQuerySet(TenantQuerySet):
    def pending(self) -> Self:
        """Neither accepted nor withdrawn; its time may be over, until it is sent again."""
        return self.filter(accepted_at=None, revoked_at=None)

    def open(self) -> Self:
        return self.pending().filter(expires_at__gt=clock.Now())

    def unsent(self) -> Self:
        """Its message was lost on the way to a worker, or the mail server could not be used; try again."""
        return self.may_be_sent().filter(asked_at__lt=clock.now() - FORGOTTEN_AFTER)

    def may_be_sent(self) -> Self:
        """By nobody just now: a slow mail server would take a second one from somebody else, and a third."""
        now = clock.now()
        refused = ~Q(trouble="") & Q(asked_at__lt=now - FORGOTTEN_AFTER)
        free = Q(tries=0) | refused | Q(asked_at__lt=now - GIVEN_UP_AFTER)
        return self.open().filter(free, sent_at=None, tries__lt=TRIES)


class Invitation(models.Model):
    """One address, one role, seven days. The token is derived, never stored."""

    public_id = models.CharField(max_length=40, unique=True, editable=False, default=functools.partial(new_id, PREFIX))
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="invitations")
    key = models.CharField(max_length=40, editable=False, default=functools.partial(new_id, "key"))
    email = models.EmailField("e-mail address")
    role = models.CharField(max_length=10, choices=Role, default=Role.OPERATOR)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    inviter = models.CharField(max_length=160, help_text="The person as others know them")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    mails = models.PositiveIntegerField(default=1, help_text="How often it was sent")
    asked_at = models.DateTimeField(help_text="When its mail was last asked for")
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When the mail server took it")
    tries = models.PositiveSmallIntegerField(default=0, help_text="Of the mail that was last asked for")
    trouble = models.CharField(max_length=300, blank=True, help_text="Why the last mail could not be sent")
    revoked_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "email"], condition=Q(accepted_at=None, revoked_at=None), name="one_pending_each"
            )
        ]

    def __str__(self) -> str:
        return f"invitation {self.public_id}"

    @classmethod
    def make(cls, workspace: Workspace, person: Person, email: str, role: str) -> Self:
        """Invite an address; an older invitation of the same address gives way. Raises NotInvited."""
        email = email.lower()
        now = clock.now()
        if workspace.memberships.filter(user__in=User.objects.known_as(email)).exists():
            raise NotInvited(f"{email} is a member already.")
        with transaction.atomic():
            Workspace.objects.select_for_update().get(pk=workspace.pk)  # two who invite the same address wait here
            workspace.invitations.pending().filter(email=email).update(revoked_at=now)
            cls._count_mail(workspace, person, email)
            invitation = cls.objects.create(
                workspace=workspace, email=email, role=role, invited_by=person.user, inviter=person.name[:160],
                expires_at=now + VALID_FOR, asked_at=now,
            )  # fmt: skip
            person.did(workspace, "member.invited", invitation.public_id, email=email, role=role)
            invitation.mail_later()
        return invitation

    @classmethod
    def _count_mail(cls, workspace: Workspace, person: Person, email: str) -> None:
        """Count one more mail, or raise NotInvited."""
        user = person.user
        mails = AskedMail.objects.of_a_day()
        if mails.filter(workspace=workspace.pk).count() >= MAILS_A_DAY:
            raise NotInvited(f"{MAILS_A_DAY} invitations have gone out within a day; go on tomorrow.")
        if user and mails.filter(user=user.pk).count() >= MAILS_A_DAY:  # a key has none: its workspace is counted
            raise NotInvited(f"You have sent {MAILS_A_DAY} invitations within a day; go on tomorrow.")
        if mails.to(email).count() >= MAILS_TO_ONE:
            raise NotInvited(f"{email} was sent {MAILS_TO_ONE} invitations within a day; try again tomorrow.")
        AskedMail.note(email, workspace.pk, user.pk if user else None)

    @property
    def token(self) -> str:
        return tokens.token_for(PURPOSE, self.public_id, self.key)

    @property
    def url(self) -> str:
        return settings.BASE_URL + reverse("invitation", args=[self.token])

    @classmethod
    def of(cls, token: str) -> Self | None:
        """The invitation that a genuine token is for, whatever has become of it since."""
        public_id = tokens.public_id_of(PREFIX, token)
        found = cls.objects.select_related("workspace", "accepted_by").filter(public_id=public_id).first()
        genuine = found is not None and tokens.is_genuine(token, PURPOSE, found.public_id, found.key)
        return found if genuine else None

    @property
    def is_over(self) -> bool:
        return self.expires_at <= clock.now()

    @property
    def why_not(self) -> str:
        """Why it cannot be accepted any more; empty while it can."""
        if self.accepted_at:
            return "This invitation has been used."
        if self.revoked_at:
            return "This invitation was withdrawn."
        if self.is_over:
            return "This invitation was good for seven days, and they are over."
        return "" if self._may_be_given_by(self.invited_by) else "Whoever sent this invitation may not invite any more."

    def _may_be_given_by(self, user: User | None) -> bool:
        """Whether this person may make somebody what the invitation says, now."""
        role = self.workspace.role_of(user) if user and user.is_active else None
        return role is not None and self.role in role.given

    def accept(self, person: Person) -> Membership:
        """Make the invited person a member, once. Raises NotInvited for anybody else, and where it is too late."""
        user = person.user
        if user is None or not user.is_known_as(self.email):
            raise NotInvited(f"This invitation is for {self.email}, which is not an address of your account.")
        with transaction.atomic():
            Workspace.objects.select_for_update().get(pk=self.workspace_id)  # whoever lowers the inviter waits here
            self.refresh_from_db()
            this = type(self).objects.open().filter(pk=self.pk)
            if self.why_not or not this.update(accepted_at=clock.now(), accepted_by=user):
                raise NotInvited(self.why_not or "This invitation cannot be used any more.")
            return Membership.make(self.workspace, person, self.role, invited_by=self.inviter)

    def revoke(self, person: Person) -> None:
        with transaction.atomic():
            person.did(self.workspace, "member.invitation_revoked", self.public_id, email=self.email)
            type(self).objects.pending().filter(pk=self.pk).update(revoked_at=clock.now())

    def send_again(self, person: Person) -> None:
        """The same link once more, good for another seven days; whoever sends it answers for it. Raises NotInvited."""
        if not self._may_be_given_by(person.user):
            raise NotInvited(f"Only an owner can invite {self.email} as {self.get_role_display().lower()}.")
        now = clock.now()
        with transaction.atomic():
            Workspace.objects.select_for_update().get(pk=self.workspace_id)
            self._count_mail(self.workspace, person, self.email)
            renewed = {"expires_at": now + VALID_FOR, "asked_at": now, "sent_at": None, "tries": 0, "trouble": ""}
            sender = {"invited_by": person.user, "inviter": person.name[:160]}
            if not type(self).objects.pending().filter(pk=self.pk).update(**renewed, **sender, mails=F("mails") + 1):
                self.refresh_from_db()
                raise NotInvited(self.why_not)
            person.did(self.workspace, "member.invited_again", self.public_id, email=self.email)
            self.mail_later()

    def mail_later(self) -> None:
        """Hand it to some worker once this transaction is committed; a lost message is found by the sweeper."""
        from hitl.tenants.tasks import mail_invitation

        transaction.on_commit(functools.partial(mail_invitation.delay, self.pk), robust=True)

    def claim_mail(self) -> bool:
        """Become the one who sends this mail now; False where that has happened or is happening."""
        mine = type(self).objects.may_be_sent().filter(pk=self.pk, tries=self.tries)
        if not mine.update(tries=self.tries + 1, asked_at=clock.now(), trouble=""):
            return False
        self.tries += 1
        return True

    def mailed(self, trouble: str = "") -> None:
        """The mail server has taken it, or this is why not; a sender that was given up on says nothing any more."""
        sent = None if trouble else clock.now()
        mine = type(self).objects.filter(pk=self.pk, tries=self.tries, sent_at=None)
        mine.update(sent_at=sent, trouble=trouble[:300])


def addresses_in(text: str) -> Iterable[str]:
    """E-mail addresses as people paste them: by commas, semicolons, spaces or lines, each once."""
    for sign in ",;\n\r\t":
        text = text.replace(sign, " ")
    return dict.fromkeys(word.strip("<>").lower() for word in text.split())
