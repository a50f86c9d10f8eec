"""The administration of alerts, links and messages: to be read and searched; people act on the alert's own page."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from alerts.models import AccessLink, Alert, AlertChange, Delivery
from hitl.tenants.admin import Parts, Record


class AlertHistory(Parts):
    model = AlertChange
    fields = readonly_fields = ("at", "status", "why")
    verbose_name_plural = "history"


class AlertLinks(Parts):
    model = AccessLink
    fields = readonly_fields = ("role", "label", "seen", "created_at", "expires_at", "revoked_at")


class AlertDeliveries(Parts):
    model = Delivery
    fields = readonly_fields = ("user", "kind", "channel", "status", "tries", "error", "sent_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        return super().get_queryset(request).select_related("user")


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
    list_filter = ("status", "kind")
    list_select_related = ("workspace",)
    search_fields = ("public_id", "title", "execution__public_id", "holder_name", "closed_by", "workspace__slug")
    date_hierarchy = "created_at"
    inlines = (AlertHistory, AlertDeliveries, AlertLinks)


@admin.register(AccessLink)
class AccessLinkAdmin(Record):
    """Without the key: token and address follow from it."""

    list_display = ("public_id", "alert", "role", "label", "seen", "created_at", "expires_at", "revoked_at")
    list_filter = ("role", ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("alert",)
    search_fields = ("public_id", "label", "alert__public_id", "user__email")
    date_hierarchy = "created_at"
    exclude = ("key",)
    actions = ("revoke",)

    @admin.action(description="Revoke the chosen links", permissions=["operate"])
    def revoke(self, request: HttpRequest, links: QuerySet[AccessLink]) -> None:
        alive = links.filter(revoked_at=None).select_related("alert__workspace")
        self.act(request, alive, lambda link, person: link.revoke(person), "revoked")


@admin.register(Delivery)
class DeliveryAdmin(Record):
    list_display = ("user", "kind", "channel", "status", "tries", "alert", "next_try_at", "sent_at", "error")
    list_filter = ("status", "kind", "channel")
    list_select_related = ("user", "alert")
    search_fields = ("user__email", "alert__public_id", "alert__title", "error")
    date_hierarchy = "created_at"
    actions = ("retry",)

    @admin.action(description="Try the chosen messages again", permissions=["operate"])
    def retry(self, request: HttpRequest, deliveries: QuerySet[Delivery]) -> None:
        rows = deliveries.select_related("alert__workspace", "user")
        self.act(request, rows, lambda delivery, person: delivery.retry(person), "tried again")
