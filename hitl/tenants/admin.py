"""The administration of people and workspaces, for those who host hitl (staff); workspaces' own admins have pages."""

from collections.abc import Callable, Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from hitl.states import WrongState
from hitl.tenants.models import ApiKey, AuditEvent, DeletedWorkspace, Membership, NotAllowed, Role, User, Workspace
from hitl.tenants.people import Person
from hitl.tenants.templatetags.page import SENTENCES

admin.site.site_header = "hitl administration"
admin.site.site_title = "hitl"
admin.site.index_title = "What is stored"
if not settings.CHROMIUM_SANDBOX:
    admin.site.site_header += " (Chromium runs without its sandbox)"
admin.site.unregister(Group)  # rights come from the role in a workspace
admin.site.unregister([UserSession, SocialApp, SocialToken])  # everybody's own; providers come from HITL_OIDC
admin.site.unregister(Authenticator)  # allauth's own page of it shows the secret


class Calm(admin.ModelAdmin):
    """Lists that stay fast and whole with many rows."""

    list_per_page = 50
    show_full_result_count = False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """For actions on rows that nobody may edit: it takes what editing them would take."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))

    def act(self, request: HttpRequest, rows: Iterable[Any], verb: Callable[[Any, Person], object], done: str) -> None:
        """Apply the verb to each row, in the operator's name; say how many, and why others were not."""
        person, count = Person.member(request.user), 0
        for row in rows:
            try:
                count += verb(row, person) is not False
            except (WrongState, NotAllowed) as why:
                self.message_user(request, str(why), messages.WARNING)
        self.message_user(request, f"{count} {done}.", messages.SUCCESS if count else messages.INFO)


class Record(Calm):
    """Rows that only the product writes: to be read and searched. A change here would make them untrue."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Kept(Calm):
    """Rows that may be changed and must stay: other rows, and the record of what people did, hang on them.

    What nobody touched is not written, whatever it may be by now: the row was read before.
    """

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
            return
        columns = {field.name for field in obj._meta.concrete_fields}
        obj.save(update_fields=columns.intersection(form.changed_data))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Parts(admin.TabularInline):
    """What belongs to a row, below it: to be read."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def listed(model: str, words: str, **narrowed: object) -> SafeString:
    """A link to a list of the administration, narrowed down."""
    query = "&".join(f"{name}__id__exact={value}" for name, value in narrowed.items())
    return format_html('<a href="{}?{}">{}</a>', reverse(f"admin:{model}_changelist"), query, words)


def free_address(form: Any) -> str:
    """In small letters, as it is looked for at sign-in; nobody else has shown that it is theirs."""
    email: str = form.cleaned_data["email"].lower()
    if EmailAddress.objects.filter(email__iexact=email, verified=True).exclude(user=form.instance.pk).exists():
        raise ValidationError("Somebody else has this address, beside the one of their account.")
    return email


class PersonForm(UserChangeForm):
    clean_email = free_address


class NewUserForm(AdminUserCreationForm):
    clean_email = free_address

    class Meta:
        model = User
        fields = ("email", "name")


class UsersMemberships(Parts):
    model = Membership
    fields = ("workspace", "role", "created_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("workspace", "user")


@admin.register(User)
class PersonAdmin(UserAdmin, Kept):
    """Switch somebody off with `active`; their name stays in the record."""

    form, add_form = PersonForm, NewUserForm
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("May", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("When", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)
    inlines = (UsersMemberships,)

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        with transaction.atomic():
            if change:
                account_changed(request, obj, form.changed_data)
                if "is_active" in form.changed_data and not obj.is_active:
                    Workspace.objects.visible_to(obj).renew_shares()
            super().save_model(request, obj, form, change)
            obj.announce()
            if "email" in form.changed_data:
                goes_by(obj, before=form.initial.get("email", ""))


def goes_by(user: User, before: str) -> None:
    """Their account's address is the way in from now on, and no code is mailed to it: whoever writes it here answers
    for it. The one that it stands for lets nobody in any more: its mailbox may be somebody else's by now."""
    theirs = EmailAddress.objects.filter(user=user)
    theirs.filter(email__iexact=before).delete()
    theirs.update(primary=False)
    EmailAddress.objects.update_or_create({"verified": True, "primary": True}, user=user, email=user.email)


def account_changed(request: HttpRequest, user: User, fields: list[str]) -> None:
    """Who may sign in, and how, concerns each workspace that the person is a member of."""
    for workspace in Workspace.objects.filter(memberships__user=user):
        detail = {"member": str(user), "fields": fields}
        Person.member(request.user).did(workspace, "account.changed", workspace.slug, **detail)


@admin.register(Authenticator)
class SecondFactorAdmin(Record):
    """Without what it is made of. Taken away from somebody who has lost it, after a talk: they sign in without then."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    exclude = ("data",)
    actions = ("take_away",)

    @admin.action(description="Take the chosen second factors away", permissions=["operate"])
    def take_away(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        with transaction.atomic():
            for factor in chosen.select_related("user"):
                account_changed(request, factor.user, [f"second factor taken away: {factor.get_type_display()}"])
            count, _ = chosen.delete()
        self.message_user(request, f"{count} taken away.")


@admin.register(Workspace)
class WorkspaceAdmin(Kept):
    """Limits are set here; what belongs to a workspace is one press away."""

    list_display = (
        "name",
        "slug",
        "sessions_at_once",
        "executions_a_day",
        "retention_days",
        "links_allowed",
        "created_at",
        "belongings",
    )
    list_filter = ("links_allowed",)
    search_fields = ("name", "slug", "memberships__user__email")
    date_hierarchy = "created_at"
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("created_at", "belongings")

    def save_model(self, request: HttpRequest, obj: Workspace, form: forms.ModelForm, change: bool) -> None:
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            changed = {name: str(form.cleaned_data[name]) for name in form.changed_data}
            Person.member(request.user).did(obj, "workspace.changed", obj.slug, **changed)

    @admin.display(description="What belongs to it")
    def belongings(self, workspace: Workspace) -> SafeString | str:
        if not workspace.pk:
            return "-"
        links = [(listed(model, words, workspace=workspace.pk),) for model, words in BELONGINGS.items()]
        return format_html_join(" · ", "{}", links)


BELONGINGS = {
    "tenants_membership": "members",
    "bots_bot": "bots",
    "bots_execution": "executions",
    "bots_schedule": "schedules",
    "bots_secret": "secrets",
    "alerts_alert": "alerts",
    "tenants_apikey": "API keys",
    "tenants_auditevent": "record",
}


class MembershipForm(forms.ModelForm):
    def clean_role(self) -> str:
        role: str = self.cleaned_data["role"]
        member = self.instance
        if member.pk and member.role == Role.OWNER != role:
            others = member.workspace.people_who(Role.OWNER).exclude(pk=member.user_id)
            if not others.exists():
                raise ValidationError("The last owner cannot be lowered: make somebody else an owner first.")
        return role


@admin.register(Membership)
class MembershipAdmin(Kept):
    """Each change of who may do what is written into the workspace's record, and reaches open pages at once."""

    form = MembershipForm
    list_display = ("user", "workspace", "role", "created_at")
    list_filter = ("role",)
    list_select_related = ("user", "workspace")
    search_fields = ("user__email", "user__name", "workspace__name", "workspace__slug")
    autocomplete_fields = ("user", "workspace")
    actions = ("remove",)

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> tuple[str, ...]:
        return ("user", "workspace") if obj else ()

    def save_model(self, request: HttpRequest, obj: Membership, form: forms.ModelForm, change: bool) -> None:
        person = Person.member(request.user)
        if change:
            Membership.objects.get(pk=obj.pk).change_role(person, obj.role, Role.OWNER)
            return
        with transaction.atomic():
            person.did(obj.workspace, "member.added", obj.workspace.slug, member=str(obj.user), role=obj.role)
            super().save_model(request, obj, form, change)

    @admin.action(description="Remove the chosen members", permissions=["operate"])
    def remove(self, request: HttpRequest, members: QuerySet[Membership]) -> None:
        self.act(request, members, lambda member, person: member.remove(person, Role.OWNER), "removed")


@admin.register(ApiKey)
class ApiKeyAdmin(Record):
    """Whose program may do what, and when it last did. What is stored of a key opens nothing, and is not shown."""

    list_display = ("name", "workspace", "scope", "made_by", "created_at", "expires_at", "revoked_at", "last_used_at")
    list_filter = ("scope", ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("workspace", "made_by")
    search_fields = ("name", "public_id", "lookup", "made_by__email", "workspace__slug")
    date_hierarchy = "created_at"
    actions = ("revoke",)

    @admin.action(description="Revoke the chosen API keys", permissions=["operate"])
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        alive = keys.filter(revoked_at=None).select_related("workspace")
        self.act(request, alive, lambda key, person: key.revoke(person), "revoked")


class VerbFilter(admin.SimpleListFilter):
    """By what was done, in the record's own sentences; nobody has to read the table to know which there are."""

    title, parameter_name = "what was done", "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(SENTENCES.items())

    def queryset(self, request: HttpRequest, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        return events.filter(verb=self.value()) if self.value() else events


@admin.register(AuditEvent)
class AuditEventAdmin(Record):
    list_display = ("at", "workspace", "actor", "what", "subject")
    list_filter = (VerbFilter,)
    list_select_related = ("workspace",)
    search_fields = ("actor", "subject", "verb", "workspace__slug")
    date_hierarchy = "at"

    @admin.display(description="what was done", ordering="verb")
    def what(self, event: AuditEvent) -> str:
        return SENTENCES.get(event.verb, event.verb)


@admin.register(DeletedWorkspace)
class DeletedWorkspaceAdmin(Record):
    """All that is left of them."""

    list_display = ("name", "slug", "at", "actor", "held")
    search_fields = ("name", "slug", "actor")
    date_hierarchy = "at"
