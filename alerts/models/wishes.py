"""How each member wants to be told by e-mail: about everything, only what is theirs, or not at all; and when not."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models

from hitl import clock
from hitl.tenants.models import Role, TenantQuerySet, User, Workspace


class NoticeWishQuerySet(TenantQuerySet):
    def of(self, workspace_id: int, users: Iterable[User]) -> dict[int, NoticeWish]:
        """Everybody's wish by their key; who never said anything is told about every alert."""
        wishes = {user.pk: NoticeWish(workspace_id=workspace_id, user=user) for user in users}
        said: Iterable[Any] = self.filter(workspace_id=workspace_id, user__in=wishes)
        return wishes | {wish.user_id: wish for wish in said}

    def unheard(
        self, workspace: Workspace, users: Iterable[User] | None = None, chosen: Container[int] = ()
    ) -> dict[User, datetime | None] | None:
        """Why nobody would hear of a new alert by e-mail now: those who could act, each with the end of their quiet
        hours, or None where they want no such mail. None altogether where at least one person would hear.

        `users`: those whom a bot tells, else every operator; `chosen`: the keys of those whom it names.
        """
        asked = list(workspace.people_who(Role.OPERATOR) if users is None else users)
        wishes = self.of(workspace.pk, asked)
        heard = {user: wishes[user.pk].awake_at() for user in asked if wishes[user.pk].wants(user.pk in chosen)}
        if any(awake_at is None for awake_at in heard.values()):
            return None
        return {user: heard.get(user) for user in asked}


class NoticeWish(models.Model):
    """One member's wish about e-mail of one workspace. Without such a row: all of it, at any hour."""

    class Email(models.TextChoices):
        ALL = "all", "About every alert that asks for me"
        MINE = "mine", "Only about alerts that are assigned to me, and those of bots that name me"
        NONE = "none", "Never"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="notice_wishes")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    email = models.CharField(max_length=4, choices=Email, default=Email.ALL)
    half_time = models.BooleanField(
        "once more at half time",
        default=True,
        db_default=True,
        help_text="When half of the response window is over and nobody is at it.",
    )
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    zone = models.CharField(max_length=60, default="UTC", help_text="In which the quiet hours are meant")
    objects = NoticeWishQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="one_notice_wish_each")]

    def __str__(self) -> str:
        return f"how {self.user} is told"

    def wants(self, chosen: bool) -> bool:
        """Whether a message is wanted at all; `chosen`: the bot names this person, or the alert is assigned to them."""
        return self.email == self.Email.ALL or (self.email == self.Email.MINE and chosen)

    def awake_at(self, now: datetime | None = None) -> datetime | None:
        """When the quiet hours end that it is now; None outside of them. They may go over midnight."""
        if self.quiet_from is None or self.quiet_until is None:
            return None
        here = (now or clock.now()).astimezone(ZoneInfo(self.zone))
        for day in (here.date() - timedelta(days=1), here.date()):
            begin = datetime.combine(day, self.quiet_from, here.tzinfo)
            end = datetime.combine(day, self.quiet_until, here.tzinfo)
            if end <= begin:
                end = datetime.combine(day + timedelta(days=1), self.quiet_until, here.tzinfo)
            if begin <= here < end:
                return end
        return None
