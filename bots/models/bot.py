"""Bots: a script with its versions, its settings, and the start of an execution."""

from __future__ import annotations

import copy
import functools
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, OuterRef, Subquery
from django.urls import reverse

from bots.models.execution import Execution, Status
from bots.models.secret import Secret
from bots.models.version import Overtaken, Version
from bots.script import Script, as_kept, missing_from, secrets_of, with_defaults
from hitl import clock
from hitl.ids import new_id
from hitl.tenants.models import Role, TenantQuerySet, User, Workspace
from hitl.tenants.people import Person

A_DAY = timedelta(days=1)


class CannotStart(Exception):
    """The bot cannot run as things are; the sentence says why, and what would help."""


class BotQuerySet(TenantQuerySet):
    def current(self) -> Self:
        return self.filter(archived_at=None)

    def with_latest(self) -> list[Bot]:
        """These bots, each with its newest execution and how many are `under_way`: two short questions about both."""
        own = Execution.objects.real().order_by()
        newest = own.filter(bot=OuterRef("pk")).order_by("-pk").values("pk")[:1]
        bots: list[Any] = list(self.annotate(newest=Subquery(newest)))
        latest = own.defer("script").in_bulk([bot.newest for bot in bots if bot.newest])
        alive = own.alive().filter(bot__in=bots).values_list("bot").annotate(count=Count("pk"))
        under_way = dict(alive)
        for bot in bots:
            bot.latest, bot.under_way = latest.get(bot.newest), under_way.get(bot.pk, 0)
        return bots

    def by_secret(self) -> dict[str, list[Bot]]:
        """The names of secrets that their scripts use, each with its bots."""
        users: dict[str, list[Bot]] = {}
        bots: Any = self.filter(source__contains="secrets.")
        for bot in bots:
            for name in secrets_of(bot.script):
                users.setdefault(name, []).append(bot)
        return users


class Bot(models.Model):
    public_id = models.CharField(max_length=40, unique=True, editable=False, default=functools.partial(new_id, "bot"))
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="bots")
    name = models.CharField(max_length=120)
    source = models.TextField("script", help_text="Steps as JSON or YAML, as Chrome's Recorder exports them.")
    version = models.PositiveIntegerField(default=1, editable=False, help_text="The number of the script's version")
    human_intervention_mode = models.BooleanField(
        "Human Intervention Mode",
        default=True,
        help_text="On: the bot waits for a person where its script asks for one. Off: such steps are skipped at once.",
    )
    ask_human_on_failure = models.BooleanField(
        "ask a person when a step fails",
        default=True,
        help_text="A person then chooses: try the step again, skip it, or let the execution fail.",
    )
    response_window_seconds = models.PositiveIntegerField(
        "response window in seconds",
        null=True,
        blank=True,
        help_text="How long a request waits for somebody. Empty: the installation's setting, usually 30 minutes.",
    )
    told = models.ManyToManyField(
        User, blank=True, related_name="+", verbose_name="who is told", help_text="Nobody chosen: every operator."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    objects = BotQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("bot", args=[self.workspace.slug, self.public_id])

    @property
    def script(self) -> Script:
        return as_kept(self.source)

    def people_to_tell(self) -> list[User]:
        """Those chosen for this bot, as far as they may still act; else every operator of the workspace."""
        operators = self.workspace.people_who(Role.OPERATOR)
        chosen = operators.filter(pk__in=self.told.values("pk"))
        return list(chosen or operators)

    def start(self, person: Person, variables: dict[str, str], window: int | None = None, **more: Any) -> Execution:
        """Queue one execution of the script as it stands now, or raise CannotStart. `more`: see its callers."""
        script = self.script
        if lacking := self.lacks(variables):
            raise CannotStart(" ".join(lacking))
        with transaction.atomic():
            self._not_archived()
            self._mind_the_day()
            version = more.pop("version") if "version" in more else self.kept()
            execution = self.executions.create(
                workspace=self.workspace,
                version=version,
                script=script.dump(),
                variables=with_defaults(script, variables),
                window_seconds=window or self.response_window_seconds or settings.RESPONSE_WINDOW,
                **more,
            )
            execution.history.create(status=Status.QUEUED, why=f"started by {person.name}")
            person.did(self.workspace, "execution.started", execution.public_id)
            execution.announce()
            execution.run_later()
        return execution

    def _not_archived(self) -> None:
        """By the row as it is now: whoever starts it may have read it before somebody archived it."""
        if type(self).objects.filter(pk=self.pk).exclude(archived_at=None).exists():
            raise CannotStart(f"“{self.name}” is archived. Bring it back on its page, and it can be started again.")

    def _mind_the_day(self) -> None:
        """No more executions within 24 hours than the operator allows; two that start at once wait for each other."""
        limit = self.workspace.daily_limit
        if limit is None:
            return
        Workspace.objects.select_for_update().get(pk=self.workspace_id)
        recent = self.workspace.executions.filter(created_at__gt=clock.now() - A_DAY).order_by("-pk")
        if oldest := recent[limit - 1 : limit].values_list("created_at", flat=True).first():
            raise CannotStart(
                f"This workspace has started {limit} executions within 24 hours, which is its limit. The next may "
                f"start at {oldest + A_DAY:%H:%M} UTC; whoever runs this hitl can raise the limit."
            )

    def draft(self, source: str) -> Self:
        """The bot with another script, which is not saved."""
        draft = copy.copy(self)
        draft.source = source
        return draft

    def try_out(self, person: Person, source: str, variables: dict[str, str]) -> Execution:
        """A trial of the script as it is written, saved or not; its browser stays open at the end and after errors."""
        version = self.kept() if source == self.source else None
        trial: dict[str, Any] = {"trial": True, "tried_by": person.user, "written": source, "version": version}
        return self.draft(source).start(person, variables, **trial)

    def lacks(self, variables: dict[str, str] | None = None) -> list[str]:
        """What would have to be given before this bot can run, in sentences: secrets, and where known, variables."""
        script = self.script
        if script.refusal:
            return [script.refusal]
        wanted = [] if variables is None else missing_from(script, variables)
        sentences = [f"The script needs a value for its variable “{name}”." for name in wanted]
        return sentences + Secret.objects.filter(workspace=self.workspace_id).lacking(script)

    @classmethod
    def make(cls, workspace: Workspace, person: Person, name: str, source: str, **settings: Any) -> Self:
        """A new bot; what it starts with is version 1."""
        with transaction.atomic():
            bot = cls(workspace=workspace, name=name, source=source, **settings)
            bot.save(force_insert=True)
            person.did(workspace, "bot.made", bot.public_id)
            bot.kept(person)
        return bot

    def kept(self, person: Person | None = None) -> Version:
        """The row of the script as it stands. A bot that was made elsewhere gets its first one when it is needed."""
        by = {"author": person.name[:160], "user": person.user} if person else {"created_at": self.created_at}
        version, _ = self.versions.get_or_create(number=self.version, defaults={"source": self.source} | by)
        return version

    def write(self, person: Person, source: str, base: int, note: str = "") -> Version:
        """Save the script as the next version, or raise Overtaken where `base` is no longer the newest one."""
        with transaction.atomic():
            current = type(self).objects.get(pk=self.pk).kept()
            if current.source != source:
                current = self._next(current, person, source, base, note)
        self.source, self.version = source, current.number
        return current

    def _next(self, current: Version, person: Person, source: str, base: int, note: str) -> Version:
        unchanged = type(self).objects.filter(pk=self.pk, version=base)
        if not unchanged.update(source=source, version=base + 1):
            raise Overtaken(current)
        person.did(self.workspace, "bot.script_saved", self.public_id, version=base + 1, note=note)
        by = {"author": person.name[:160], "user": person.user, "note": note[:200]}
        return self.versions.create(number=base + 1, source=source, **by)

    def settle(self, person: Person, told: list[User] | None = None, **changes: Any) -> None:
        """Change these settings and no others: two people may change different ones at once."""
        fields = sorted([*changes, *(["told"] if told is not None else [])])
        with transaction.atomic():
            person.did(self.workspace, "bot.changed", self.public_id, fields=fields)
            if changes:
                type(self).objects.filter(pk=self.pk).update(**changes)
            if told is not None:
                self.told.set(told)

    def duplicate(self, person: Person, name: str, source: str) -> Self:
        """Another bot with these settings."""
        same = ("human_intervention_mode", "ask_human_on_failure", "response_window_seconds")
        with transaction.atomic():
            twin = self.make(self.workspace, person, name, source, **{field: getattr(self, field) for field in same})
            twin.told.set(self.told.all())
        return twin

    def archive(self, person: Person) -> None:
        """Take the bot off the lists; its executions stay."""
        with transaction.atomic():
            person.did(self.workspace, "bot.archived", self.public_id)
            type(self).objects.filter(pk=self.pk).update(archived_at=clock.now())

    def bring_back(self, person: Person) -> None:
        """Put an archived bot on the lists again."""
        with transaction.atomic():
            person.did(self.workspace, "bot.brought_back", self.public_id)
            type(self).objects.filter(pk=self.pk).update(archived_at=None)
