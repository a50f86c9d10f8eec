"""The saved versions of a bot's script: written once, never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from hitl import clock


class Overtaken(Exception):
    """Somebody else has saved a version since this one was begun; `current` is theirs."""

    def __init__(self, current: Version) -> None:
        super().__init__(f"{current.author or 'Somebody'} has saved version {current.number} in the meantime.")
        self.current = current


class Version(models.Model):
    """One saved state of a script; the bot's own `version` says which of them it runs."""

    bot = models.ForeignKey("bots.Bot", models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    source = models.TextField()
    author = models.CharField(max_length=160, blank=True, help_text="The person as others know them")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=200, blank=True, help_text="What was changed, in its author's words")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["bot", "number"], name="one_row_per_version")]

    def __str__(self) -> str:
        return f"version {self.number} of {self.bot}"

    def get_absolute_url(self) -> str:
        return reverse("bot_version", args=[self.bot.workspace.slug, self.bot.public_id, self.number])

    @property
    def is_current(self) -> bool:
        return self.number == self.bot.version
