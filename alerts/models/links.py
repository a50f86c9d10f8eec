"""Access links: how somebody without an account comes to one alert's browser."""

from __future__ import annotations

import functools
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction

from alerts.links import is_genuine, token_for
from hitl import clock, push
from hitl.ids import new_id
from hitl.states import WrongState
from hitl.tenants.models import ApiKey, Role, User
from hitl.tenants.people import Person

if TYPE_CHECKING:
    from alerts.models.alert import Alert


class AccessLink(models.Model):
    """Lets someone without an account into one alert's browser. Its token is derived, never stored."""

    class Role(models.TextChoices):
        CONTROL = "control", "May take control"
        WATCH = "watch", "May only watch"

    class PictureKind(models.TextChoices):
        """As bots/live/picture.py has them; tests compare."""

        FULL_COLOUR = "h264-444", "H.264, full colour"
        H264 = "h264", "H.264"
        VP8 = "vp8", "VP8"
        VP9 = "vp9", "VP9"
        AV1 = "av1", "AV1"
        JPEG = "jpeg", "JPEG"

    public_id = models.CharField(max_length=40, unique=True, editable=False, default=functools.partial(new_id, "lnk"))
    alert = models.ForeignKey("alerts.Alert", models.CASCADE, related_name="links")
    key = models.CharField(max_length=40, editable=False, default=functools.partial(new_id, "key"))
    role = models.CharField(max_length=8, choices=Role)
    label = models.CharField(max_length=120, blank=True)
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="+", help_text="Mailed to")
    made_by = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="+", help_text="Or whose API key did"
    )
    made_with = models.ForeignKey(
        ApiKey,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Where a program made it",
    )
    is_share = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    seen = models.PositiveIntegerField(default=0, help_text="How often the page with the button was shown")
    picture_quality = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)], help_text="Empty: automatic"
    )
    picture_kind = models.CharField(
        max_length=10, blank=True, default="", db_default="", choices=PictureKind, help_text="Empty: automatic"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"link {self.public_id}"

    @classmethod
    def make(
        cls, alert: Alert, person: Person, role: str, label: str, lifetime: timedelta | None = None, **more: Any
    ) -> Self:
        """A link for one named outsider. `more`: its picture_quality and picture_kind, where they are not automatic;
        made_by and made_with, where a program makes it for somebody.

        Raises WrongState where the alert is over: it would open nothing.
        """
        if not alert.is_active:
            raise WrongState(f"This request is already {alert.get_status_display().lower()}.")
        with transaction.atomic():
            expires_at = clock.now() + lifetime if lifetime else None
            more = {"made_by": person.user, **more}
            link = cls.objects.create(alert=alert, role=role, label=label, expires_at=expires_at, **more)
            person.did(alert.workspace, "link.made", link.public_id, alert=alert.public_id, role=role)
        return link

    @property
    def token(self) -> str:
        return token_for(self.public_id, self._row_key)

    def has(self, token: str) -> bool:
        """Whether the token is genuinely this link's."""
        return is_genuine(token, self.public_id, self._row_key)

    @property
    def edition(self) -> int:
        """Everybody in the team has read an alert's shared link: it is another one once somebody has left, or an API
        key was revoked that could read it."""
        return self.alert.workspace.shares_renewed if self.is_share else 0

    @property
    def _row_key(self) -> str:
        return f"{self.key}:{self.edition}" if self.edition else self.key

    @property
    def url(self) -> str:
        return f"{settings.BASE_URL}/t/{self.token}"

    @property
    def embed_url(self) -> str | None:
        """Where it opens in a frame on one of the workspace's sites; None where no site may show its browsers."""
        return f"{settings.BASE_URL}/embed/{self.token}" if self.alert.workspace.embed_origins else None

    @property
    def picture(self) -> dict[str, Any]:
        """How its holders begin to see, where it says so; on the page they may choose otherwise."""
        return {
            name: value for name, value in (("quality", self.picture_quality), ("kind", self.picture_kind)) if value
        }

    @property
    def is_alive(self) -> bool:
        """Whether it still opens the browser: not revoked, not expired, its alert active, links allowed."""
        return self.is_open_to_read and self.alert.is_active

    @property
    def is_open_to_read(self) -> bool:
        """Whether somebody who was let in may still read how it ended."""
        in_time = self.expires_at is None or self.expires_at > clock.now()
        allowed = self.alert.workspace.links_allowed and self._holder_may_act and not self._key_is_revoked
        return self.revoked_at is None and in_time and allowed

    @property
    def _holder_may_act(self) -> bool:
        """A link dies with the role of the member whom it was mailed to, and of the one who made it for an outsider."""
        answerable = {pk for pk in (self.user_id, self.made_by_id) if pk}
        operators = self.alert.workspace.people_who(Role.OPERATOR)
        return not answerable or operators.filter(pk__in=answerable).count() == len(answerable)

    @property
    def _key_is_revoked(self) -> bool:
        """Whoever had the key knows the links that it has made: what shuts them out must not leave these open."""
        return self.made_with is not None and self.made_with.revoked_at is not None

    def revoke(self, person: Person) -> None:
        with transaction.atomic():
            person.did(self.alert.workspace, "link.revoked", self.public_id)
            type(self).objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=clock.now())
            self.alert.announce()
            push.changed("member", self.public_id, push.execution_group(self.alert.execution_id))
