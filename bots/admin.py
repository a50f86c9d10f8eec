"""The administration of bots; executions and browser sessions can be read there, and changed nowhere but by verbs."""

from datetime import timedelta
from typing import Any

from asgiref.sync import async_to_sync
from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from bots import sessions
from bots.forms import checked_source
from bots.models import (
    Bot,
    BrowserSession,
    Execution,
    ExecutionChange,
    Firing,
    Overtaken,
    Pulse,
    Schedule,
    Secret,
    StepRun,
)
from hitl import clock
from hitl.tenants.admin import Kept, Parts, Record
from hitl.tenants.people import Person

LATELY = timedelta(days=7)
LOOK_FIRST = "Open this page anew and change what is there now; what you have written here would undo it."


class BotAdminForm(forms.ModelForm):
    """A bad script is refused here as on the bot's own page, and one that somebody else has changed meanwhile."""

    base = forms.IntegerField(widget=forms.HiddenInput, required=False)  # the version that the page was made with
    clean_source = checked_source

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["base"].initial = self.instance.version
        if source := self.fields.get("source"):  # for those who may only look it is no field
            source.strip = False  # type: ignore[attr-defined]  # its last line would end otherwise, and be a change

    def clean(self) -> dict[str, Any] | None:
        given = super().clean() or self.cleaned_data
        if self.instance.pk and "source" in given:
            now = Bot.objects.select_for_update().get(pk=self.instance.pk)  # nobody saves until this is written
            if now.source != given["source"] and now.version != given.get("base"):
                self.add_error("source", f"{Overtaken(now.kept())} {LOOK_FIRST}")
        return given


@admin.register(Bot)
class BotAdmin(Kept):
    form = BotAdminForm
    list_display = ("name", "workspace", "human_intervention_mode", "ask_human_on_failure", "archived_at")
    list_editable = ("human_intervention_mode", "ask_human_on_failure")
    list_filter = ("human_intervention_mode", ("archived_at", admin.EmptyFieldListFilter))
    list_select_related = ("workspace",)
    search_fields = ("name", "public_id", "workspace__name", "workspace__slug")
    date_hierarchy = "created_at"
    autocomplete_fields = ("workspace", "told")
    readonly_fields = ("public_id", "created_at", "archived_at")
    actions = ("archive",)

    def save_model(self, request: HttpRequest, obj: Bot, form: forms.ModelForm, change: bool) -> None:
        """A script that was changed here is a version like any other."""
        person, verb = Person.member(request.user), "bot.changed" if change else "bot.made"
        person.did(obj.workspace, verb, obj.public_id, fields=[name for name in form.changed_data if name != "base"])
        if change and "source" in form.changed_data:
            obj.write(person, obj.source, form.cleaned_data["base"], "Changed in the administration")
        super().save_model(request, obj, form, change)

    @admin.action(description="Archive the chosen bots")
    def archive(self, request: HttpRequest, bots: QuerySet[Bot]) -> None:
        current = bots.current().select_related("workspace")  # type: ignore[attr-defined]
        self.act(request, current, lambda bot, person: bot.archive(person), "archived")


class ExecutionSteps(Parts):
    model = StepRun
    fields = readonly_fields = ("index", "attempt", "type", "label", "status", "error", "started_at", "ended_at")
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[StepRun]:
        return super().get_queryset(request).select_related("execution")


class ExecutionHistory(Parts):
    model = ExecutionChange
    fields = readonly_fields = ("at", "status", "why")
    verbose_name_plural = "history"


@admin.register(Execution)
class ExecutionAdmin(Record):
    """Without people's answers: those of secret fields are in them until the end, sealed."""

    list_display = (
        "public_id",
        "status",
        "failure_reason",
        "bot",
        "workspace",
        "cursor",
        "worker",
        "created_at",
        "ended_at",
    )
    list_filter = ("status", "failure_reason")
    list_select_related = ("bot", "workspace")
    search_fields = ("public_id", "bot__name", "worker", "message", "workspace__slug")
    date_hierarchy = "created_at"
    exclude = ("answers",)
    inlines = (ExecutionSteps, ExecutionHistory)
    actions = ("cancel",)

    @admin.action(description="Cancel the chosen executions", permissions=["operate"])
    def cancel(self, request: HttpRequest, executions: QuerySet[Execution]) -> None:
        rows = executions.select_related("workspace", "bot")
        self.act(request, rows, lambda execution, person: execution.cancel(person), "cancelled")


@admin.register(BrowserSession)
class BrowserSessionAdmin(Record):
    """Which browser runs where, and since when. Whoever had its token could drive it, so it is not shown."""

    list_display = ("execution", "machine", "address", "pid", "created_at", "lease_until", "ending_at", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)
    list_select_related = ("execution",)
    search_fields = ("execution__public_id", "machine", "address", "end_reason")
    exclude = ("sealed_token",)
    date_hierarchy = "created_at"
    actions = ("close",)

    @admin.action(description="Close the chosen browsers", permissions=["operate"])
    def close(self, request: HttpRequest, rows: QuerySet[BrowserSession]) -> None:
        """Ends the server and its Chromium now; an execution that still needs it is cancelled."""
        live = rows.live().select_related("execution__workspace", "execution__bot")  # type: ignore[attr-defined]
        self.act(request, live, async_to_sync(sessions.close), "closed")


class ScheduleFirings(Parts):
    """What became of its newest times; older ones stand on the bot's page."""

    model = Firing
    fields = readonly_fields = ("due_at", "outcome", "why", "execution")
    show_change_link = False
    max_num = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Firing]:
        newest = Firing.objects.filter(created_at__gt=clock.now() - LATELY)
        return newest.select_related("schedule", "execution")


@admin.register(Schedule)
class ScheduleAdmin(Record):
    """Times and variables are their author's to change; whoever hosts hitl can hold a schedule that does harm."""

    list_display = ("bot", "cron", "zone", "workspace", "overlap", "next_at", "paused_at", "author")
    list_filter = ("overlap", ("paused_at", admin.EmptyFieldListFilter))
    list_select_related = ("bot", "workspace")
    search_fields = ("public_id", "bot__name", "author", "workspace__slug")
    date_hierarchy = "created_at"
    inlines = (ScheduleFirings,)
    actions = ("pause", "resume")

    @admin.action(description="Pause the chosen schedules", permissions=["operate"])
    def pause(self, request: HttpRequest, schedules: QuerySet[Schedule]) -> None:
        rows = schedules.filter(paused_at=None).select_related("workspace", "bot")
        self.act(request, rows, lambda schedule, person: schedule.pause(person), "paused")

    @admin.action(description="Resume the chosen schedules", permissions=["operate"])
    def resume(self, request: HttpRequest, schedules: QuerySet[Schedule]) -> None:
        rows = schedules.exclude(paused_at=None).select_related("workspace", "bot")
        self.act(request, rows, lambda schedule, person: schedule.resume(person), "resumed")


@admin.register(Secret)
class SecretAdmin(Record):
    """That it is there, since when, and where it may be typed. Its value is shown nowhere, sealed or not."""

    list_display = ("name", "workspace", "sites", "author", "set_at", "last_used_at")
    list_select_related = ("workspace",)
    search_fields = ("name", "public_id", "author", "workspace__slug")
    date_hierarchy = "created_at"


@admin.register(Pulse)
class PulseAdmin(Record):
    list_display = ("kind", "machine", "at")
