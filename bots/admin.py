"""The administration of bots; executions and browser sessions can be read there, and changed nowhere but by verbs."""

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from bots.forms import checked_source
from bots.models import Bot, BrowserSession, Execution, StepRun
from hitl.tenants.admin import Kept, Record
from hitl.tenants.people import Person


class BotAdminForm(forms.ModelForm):
    """A bad script is refused here as on the bot's own page."""

    clean_source = checked_source


@admin.register(Bot)
class BotAdmin(Kept):
    form = BotAdminForm
    list_display = ("name", "workspace", "human_intervention_mode", "ask_human_on_failure", "archived_at")
    list_editable = ("human_intervention_mode", "ask_human_on_failure")
    list_filter = ("human_intervention_mode", "workspace", ("archived_at", admin.EmptyFieldListFilter))
    list_select_related = ("workspace",)
    search_fields = ("name", "public_id", "workspace__name")
    autocomplete_fields = ("workspace", "told")
    readonly_fields = ("public_id", "created_at", "archived_at")
    actions = ("archive",)

    def save_model(self, request: HttpRequest, obj: Bot, form: forms.ModelForm, change: bool) -> None:
        """A script that was changed here is a version like any other."""
        person, verb = Person.member(request.user), "bot.changed" if change else "bot.made"
        person.did(obj.workspace, verb, obj.public_id, fields=form.changed_data)
        if change and "source" in form.changed_data:
            obj.write(person, obj.source, obj.version, "Changed in the administration")
        super().save_model(request, obj, form, change)

    @admin.action(description="Archive the chosen bots")
    def archive(self, request: HttpRequest, bots: QuerySet[Bot]) -> None:
        for bot in bots:
            bot.archive(Person.member(request.user))


class StepRunInline(admin.TabularInline):
    model = StepRun
    fields = ("index", "attempt", "type", "label", "status", "error", "started_at", "ended_at")
    readonly_fields = fields
    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Execution | None = None) -> bool:
        return False


@admin.register(Execution)
class ExecutionAdmin(Record):
    """Without people's answers: those of secret fields are in them until the end, sealed."""

    list_display = (
        "public_id",
        "bot",
        "workspace",
        "status",
        "failure_reason",
        "cursor",
        "worker",
        "created_at",
        "ended_at",
    )
    list_filter = ("status", "failure_reason", "workspace")
    list_select_related = ("bot", "workspace")
    search_fields = ("public_id", "bot__name", "worker", "message")
    date_hierarchy = "created_at"
    exclude = ("answers",)
    inlines = (StepRunInline,)


@admin.register(BrowserSession)
class BrowserSessionAdmin(Record):
    """Which browser runs where, and since when. Whoever had its token could drive it, so it is not shown."""

    list_display = ("execution", "machine", "address", "pid", "created_at", "lease_until", "ending_at", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter), "machine")
    list_select_related = ("execution",)
    search_fields = ("execution__public_id", "machine", "address", "end_reason")
    exclude = ("sealed_token",)
