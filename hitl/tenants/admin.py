"""The administration of people and workspaces, for those who host hitl (staff); workspaces' own admins have pages."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from hitl.tenants.models import AuditEvent, Membership, User, Workspace
from hitl.tenants.people import Person

admin.site.site_header = "hitl administration"
admin.site.site_title = "hitl"
admin.site.index_title = "What is stored"
admin.site.unregister(Group)  # rights come from the role in a workspace


class Record(admin.ModelAdmin):
    """Rows that only the product writes: to be read and searched. A change here would make them untrue."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Kept(admin.ModelAdmin):
    """Rows that may be changed and must stay: other rows, and the record of what people did, hang on them."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NewUserForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")


@admin.register(User)
class PersonAdmin(UserAdmin, Kept):
    """Switch somebody off with `active`; their name stays in the record."""

    add_form = NewUserForm
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


@admin.register(Workspace)
class WorkspaceAdmin(Kept):
    list_display = ("name", "slug", "links_allowed", "created_at")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    """Each change of who may do what is written into the workspace's record."""

    list_display = ("user", "workspace", "role", "created_at")
    list_filter = ("role", "workspace")
    list_select_related = ("user", "workspace")
    search_fields = ("user__email", "user__name", "workspace__name")
    autocomplete_fields = ("user", "workspace")

    def save_model(self, request: HttpRequest, obj: Membership, form: forms.ModelForm, change: bool) -> None:
        verb = "member.changed" if change else "member.added"
        Person.member(request.user).did(obj.workspace, verb, obj.workspace.slug, member=str(obj.user), role=obj.role)
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        Person.member(request.user).did(obj.workspace, "member.removed", obj.workspace.slug, member=str(obj.user))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        for membership in queryset:
            self.delete_model(request, membership)


@admin.register(AuditEvent)
class AuditEventAdmin(Record):
    list_display = ("at", "workspace", "actor", "verb", "subject")
    list_filter = ("verb", "workspace")
    list_select_related = ("workspace",)
    search_fields = ("actor", "subject", "verb")
    date_hierarchy = "at"
