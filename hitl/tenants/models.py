"""Who may see and do what: users, workspaces, memberships with roles, and the record of what they did."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.urls import reverse


class UserManager(BaseUserManager["User"]):
    """Makes users whose name is their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=80, blank=True, help_text="What colleagues read beside your actions.")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = UserManager()  # type: ignore[misc,assignment]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


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


class AuditQuerySet(TenantQuerySet):
    def update(self, **changes: Any) -> int:
        raise TypeError("the record of what people did is append-only")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("the record of what people did is append-only")


class AuditEvent(models.Model):
    """Who did what to which thing, committed before it takes effect, and never changed afterwards."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="audit")
    at = models.DateTimeField(auto_now_add=True)
    verb = models.CharField(max_length=40, help_text="For example alert.claimed, link.opened")
    actor = models.CharField(max_length=160, help_text="The person as others know them, or the link's label")
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    subject = models.CharField(max_length=40, help_text="The public id of the thing")
    detail = models.JSONField(default=dict, blank=True)
    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["workspace", "subject"])]

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.subject}"

    def save(self, *args: Any, **options: Any) -> None:
        if self.pk:
            raise TypeError("the record of what people did is append-only")
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("the record of what people did is append-only")
