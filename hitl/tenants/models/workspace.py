"""Workspaces, their members and the members' roles; the one entrance to rows that belong to a workspace."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.urls import reverse

from hitl.tenants.models.user import User


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


class TenantQuerySet(models.QuerySet):
    """The one entrance to rows that belong to a workspace."""

    def visible_to(self, user: Any) -> Self:
        """Rows of the workspaces that this person is a member of; nothing for strangers."""
        return self.filter(workspace__memberships__user_id=user.pk or 0)


class WorkspaceQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(memberships__user_id=user.pk or 0)


class Workspace(models.Model):
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=60, unique=True)
    links_allowed = models.BooleanField(
        "takeover links may be used", default=True, help_text="Off: only members can open this workspace's browsers."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    objects = WorkspaceQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("inbox", args=[self.slug])

    def role_of(self, user: Any) -> Role | None:
        """The member's role, None for a stranger."""
        role = self.memberships.filter(user_id=user.pk or 0).values_list("role", flat=True).first()
        return Role(role) if role else None

    def people_who(self, role: str) -> models.QuerySet[User]:
        """Active members whose role includes `role`."""
        roles = [r for r in Role if r.includes(role)]
        return User.objects.filter(memberships__workspace=self, memberships__role__in=roles, is_active=True)


class Membership(models.Model):
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.OPERATOR)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="one_membership_each")]

    def __str__(self) -> str:
        return f"{self.user} in {self.workspace}"
