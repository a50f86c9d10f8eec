"""The administration of alerts, links and messages: to be read and searched; people act on the alert's own page."""

from django.contrib import admin

from alerts.models import AccessLink, Alert, Delivery
from hitl.tenants.admin import Record


@admin.register(Alert)
class AlertAdmin(Record):
    list_display = (
        "public_id",
        "title",
        "kind",
        "status",
        "workspace",
        "holder_name",
        "deadline",
        "created_at",
        "closed_at",
    )
    list_filter = ("status", "kind", "workspace")
    list_select_related = ("workspace",)
    search_fields = ("public_id", "title", "execution__public_id", "holder_name", "closed_by")
    date_hierarchy = "created_at"


@admin.register(AccessLink)
class AccessLinkAdmin(Record):
    """Without the key: token and address follow from it."""

    list_display = ("public_id", "alert", "role", "label", "seen", "created_at", "expires_at", "revoked_at")
    list_filter = ("role", ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("alert",)
    search_fields = ("public_id", "label", "alert__public_id", "user__email")
    exclude = ("key",)


@admin.register(Delivery)
class DeliveryAdmin(Record):
    list_display = ("user", "kind", "channel", "status", "tries", "alert", "next_try_at", "sent_at", "error")
    list_filter = ("status", "kind", "channel")
    list_select_related = ("user", "alert")
    search_fields = ("user__email", "alert__public_id", "alert__title", "error")
