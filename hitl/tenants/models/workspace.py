"""Workspaces, their members and the members' roles; the one entrance to rows that belong to a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.text import slugify

from hitl import clock, push
from hitl.ids import new_id
from hitl.tenants.models.user import User

if TYPE_CHECKING:
    from hitl.tenants.people import Person


OWNED = 25  # workspaces of one person


class NotAllowed(Exception):
    """Why this member may not be changed like that, as a sentence for the one who tried."""


class Role(models.TextChoices):
    """What a member may do; each role may do what those after it may."""

    OWNER = "owner", "Owner"  # everything, the workspace's end included
    ADMIN = "admin", "Admin"  # people, settings, bots
    OPERATOR = "operator", "Operator"  # run bots, take control, answer
    VIEWER = "viewer", "Viewer"  # watch

    def includes(self, needed: str) -> bool:
        """Whether someone in this role may do what `needed` may."""
        order = list(Role)
        return order.index(self) <= order.index(Role(needed))

    @property
    def given(self) -> list[Role]:
        """The roles that somebody in this one may invite others to: admins make nobody an owner."""
        return [role for role in Role if self.includes(Role.ADMIN) and self.includes(role)]


class TenantQuerySet(models.QuerySet):
    """The one entrance to rows that belong to a workspace."""

    def visible_to(self, who: Any) -> Self:
        """Rows of the workspaces that this person is a member of, or of this API key's one; nothing for strangers."""
        if hasattr(who, "workspace_id"):
            return self.filter(workspace_id=who.workspace_id)
        return self.filter(workspace__memberships__user_id=who.pk or 0)


class WorkspaceQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(memberships__user_id=user.pk or 0)

    def renew_shares(self) -> None:
        """Somebody who has read the shared links of these workspaces' alerts may not act there any more."""
        self.update(shares_renewed=F("shares_renewed") + 1)


class Workspace(models.Model):
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=60, unique=True)
    links_allowed = models.BooleanField(
        "takeover links may be used", default=True, help_text="Off: only members can open this workspace's browsers."
    )
    zone = models.CharField(
        "time zone", max_length=64, default="UTC", help_text="On whose clocks new schedules are read."
    )
    sessions_at_once = models.PositiveIntegerField(
        "browsers at once", null=True, blank=True, help_text="Empty: the installation's limit. 0: none."
    )
    executions_a_day = models.PositiveIntegerField(
        "executions within 24 hours", null=True, blank=True, help_text="Empty: the installation's limit. 0: none."
    )
    retention_days = models.PositiveIntegerField(
        "days that ended executions are kept",
        null=True,
        blank=True,
        help_text="Empty: the installation's limit. 0: for ever.",
    )
    pictures_days = models.PositiveIntegerField(
        "days that pictures are kept",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="Of ended executions and their alerts. Empty: for as long as the executions themselves.",
    )
    embed_origins = models.JSONField(
        "sites that may show live browsers",
        default=list,
        db_default=[],
        blank=True,
        editable=False,
        help_text="Origins. Empty: none.",
    )
    shares_renewed = models.PositiveIntegerField(
        "times that shared links were renewed", default=0, db_default=0, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    objects = WorkspaceQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("overview", args=[self.slug])

    @classmethod
    def make(cls, person: Person, name: str) -> Workspace:
        """A new workspace, owned by this person. Raises NotAllowed for guests, and for somebody who owns very many."""
        if person.user is None:
            raise NotAllowed("A workspace needs an owner with an account.")
        with transaction.atomic():
            User.objects.select_for_update().get(pk=person.user.pk)  # who makes several at once waits for themselves
            if cls.objects.filter(memberships__user=person.user, memberships__role=Role.OWNER).count() >= OWNED:
                raise NotAllowed(f"You own {OWNED} workspaces, which is as many as one person may.")
            workspace = cls.objects.create(name=name, slug=_free_slug(name))
            person.did(workspace, "workspace.made", workspace.slug)
            workspace.memberships.create(user=person.user, role=Role.OWNER)
        return workspace

    def settle(self, person: Person, **changes: Any) -> None:
        """Change these settings and no others: what somebody else changes meanwhile stays."""
        with transaction.atomic():
            person.did(self, "workspace.changed", self.slug, **changes)
            if changes:
                type(self).objects.filter(pk=self.pk).update(**changes)

    def let_embed(self, person: Person, origins: list[str]) -> None:
        """From now on pages of these origins, and of no others, may show this workspace's browsers in a frame."""
        if origins == self.embed_origins:
            return
        with transaction.atomic():
            detail = {"origins": origins, "before": self.embed_origins}
            person.did(self, "workspace.embedding_changed", self.slug, **detail)
            type(self).objects.filter(pk=self.pk).update(embed_origins=origins)
            self.embed_origins = origins

    # What the operator allows; None: no limit.

    @property
    def session_limit(self) -> int | None:
        return _limit(self.sessions_at_once, settings.WORKSPACE_SESSIONS)

    @property
    def daily_limit(self) -> int | None:
        return _limit(self.executions_a_day, settings.EXECUTIONS_A_DAY)

    @property
    def kept_days(self) -> int | None:
        return _limit(self.retention_days, settings.RETENTION_DAYS)

    def role_of(self, user: Any) -> Role | None:
        """The member's role, None for a stranger."""
        role = self.memberships.filter(user_id=user.pk or 0).values_list("role", flat=True).first()
        return Role(role) if role else None

    def people_who(self, role: str) -> models.QuerySet[User]:
        """Active members whose role includes `role`."""
        roles = [r for r in Role if r.includes(role)]
        return User.objects.filter(memberships__workspace=self, memberships__role__in=roles, is_active=True)


def _limit(own: int | None, installations: int) -> int | None:
    return (installations if own is None else own) or None


def _free_slug(name: str) -> str:
    """The name as it may stand in an address, with a few random letters where that is taken."""
    slug = slugify(name)[:50].strip("-") or "workspace"
    taken = Workspace.objects.filter(slug=slug).exists()
    return f"{slug}-{new_id('w')[2:8]}" if taken else slug


class DeletedWorkspace(models.Model):
    """What stays of a workspace that was deleted: that it was there, and who ended it. Nothing of what was in it."""

    workspace = models.BigIntegerField(unique=True, help_text="The number it had")
    name = models.CharField(max_length=80)
    slug = models.CharField(max_length=60)
    at = models.DateTimeField(auto_now_add=True)
    actor = models.CharField(max_length=160)
    held = models.JSONField(default=dict, help_text="How many members, bots, executions and records it had")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.slug})"


class Membership(models.Model):
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.OPERATOR)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="one_membership_each")]

    def __str__(self) -> str:
        return f"{self.user} in {self.workspace}"

    @classmethod
    def make(cls, workspace: Workspace, person: Person, role: str, **detail: Any) -> Self:
        """Let this person in; who is a member already stays what they are."""
        with transaction.atomic():
            defaults = {"role": role}
            membership, is_new = cls.objects.get_or_create(workspace=workspace, user=person.user, defaults=defaults)
            if is_new:
                person.did(workspace, "member.joined", workspace.slug, role=role, **detail)
                membership.announce()
        return membership

    def change_role(self, person: Person, role: str, by: Role) -> None:
        """Give the member another role; `by` is the role of the one who does. Raises NotAllowed."""
        with transaction.atomic():
            self._look_again()
            self._may_be_touched(by)
            if role == Role.OWNER and by != Role.OWNER:
                raise NotAllowed("Only an owner can make somebody an owner.")
            if role != Role.OWNER:
                self._not_the_last_owner("lowered")
            before = self.role
            detail = {"member": str(self.user), "role": role, "before": before}
            person.did(self.workspace, "member.changed", self.workspace.slug, **detail)
            type(self).objects.filter(pk=self.pk).update(role=role)
            self.role = role
            self._withdraw_what_they_gave()
            self.announce()

    def remove(self, person: Person, by: Role) -> None:
        """End the membership. Everybody may leave; else it takes a role that may. Raises NotAllowed."""
        is_leaving = person.user == self.user
        with transaction.atomic():
            self._look_again()
            if not is_leaving:
                self._may_be_touched(by)
            self._not_the_last_owner("removed")
            verb = "member.left" if is_leaving else "member.removed"
            person.did(self.workspace, verb, self.workspace.slug, member=str(self.user), role=self.role)
            self.role = ""
            self._withdraw_what_they_gave()
            self.announce()
            type(self).objects.filter(pk=self.pk).delete()

    def _look_again(self) -> None:
        """By the row as it is now: an admin who has read it as an operator's must not lower whom an owner has made one
        meanwhile. Two who change members at the same moment wait for each other here: of two owners one stays."""
        Workspace.objects.select_for_update().get(pk=self.workspace_id)
        try:
            self.refresh_from_db()
        except type(self).DoesNotExist:
            raise NotAllowed(f"{self.user} is no longer a member.") from None

    def _may_be_touched(self, by: Role) -> None:
        if not by.includes(Role.ADMIN):
            raise NotAllowed("This needs the role admin or higher.")
        if self.role == Role.OWNER and by != Role.OWNER:
            raise NotAllowed("Only an owner can change or remove an owner.")

    def _not_the_last_owner(self, what: str) -> None:
        others = self.workspace.people_who(Role.OWNER).exclude(pk=self.user_id)
        if self.role == Role.OWNER and not others.exists():
            raise NotAllowed(f"The last owner cannot be {what}: make somebody else an owner first.")

    def _withdraw_what_they_gave(self) -> None:
        """Invitations to roles that they may not give any more; the shared links that they have read."""
        given = Role(self.role).given if self.role else []
        sent = self.workspace.invitations.pending().filter(invited_by=self.user)
        sent.exclude(role__in=given).update(revoked_at=clock.now())
        if not (self.role and Role(self.role).includes(Role.OPERATOR)):
            Workspace.objects.filter(pk=self.workspace_id).renew_shares()

    def announce(self) -> None:
        """The member's open sockets look at their permission at once; the workspace's pages read again."""
        groups = push.user_group(self.user_id), push.workspace_group(self.workspace_id)
        push.changed("member", self.workspace.slug, *groups)
