"""The page that people live in: what waits, by deadline; what is over; and the small readings that keep it true."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from alerts.listing import Narrowing, Section, page_of
from alerts.models import Alert, Delivery, NoticeWish
from alerts.models.alert import AlertQuerySet
from hitl import clock
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.models import Role

RECENT = 20


def _alerts(request: MemberRequest) -> AlertQuerySet:
    return Alert.objects.visible_to(request.user).filter(workspace=request.workspace).meant_for(request.user)


def _shown(request: MemberRequest) -> dict[str, Any]:
    alerts, narrowing = _alerts(request), Narrowing(request.GET, request.workspace)
    page = page_of(alerts, narrowing, request.user)
    begins_here = page.section == Section.OPEN and not narrowing.is_narrow and not narrowing.chosen("after")
    over = alerts.exclude(pk__in=alerts.active().values("pk")).select_related("execution__bot", "workspace")
    operators = request.workspace.people_who(Role.OPERATOR).order_by("email")
    return {
        "narrowing": narrowing,
        "page": page,
        "recent": list(over.order_by("-closed_at", "-pk")[:RECENT]) if begins_here else [],
        "operators": list(operators) if request.role.includes(Role.OPERATOR) else [],
        "me": request.user,
        "troubled": Delivery.objects.troubled(request.workspace).select_related("user", "alert__workspace"),
        "unheard": NoticeWish.objects.unheard(request.workspace),
        "now": clock.now(),
    }


@member()
@require_safe
@never_cache
def inbox(request: MemberRequest) -> HttpResponse:
    """What waits for a person, the most urgent on top. Where it is narrowed in place, only the rows are sent."""
    narrowed_in_place = "HX-Request" in request.headers
    template = "alerts/_rows.html" if narrowed_in_place else "alerts/inbox.html"
    response = render(request, template, _shown(request))
    patch_vary_headers(response, ["HX-Request"])
    return response


@member()
@require_safe
def inbox_rows(request: MemberRequest) -> HttpResponse:
    """The inbox's contents alone, fetched again on each note and every 20 seconds."""
    return render(request, "alerts/_rows.html", _shown(request))


@member()
@require_safe
@never_cache
def open_alerts(request: MemberRequest) -> JsonResponse:
    """How many wait, and the newest of them, for the count on every page and the notices of the person's device."""
    alerts = _alerts(request).active()
    count = alerts.count()  # before them: no page counts an alert of which it has not rung
    newest = alerts.select_related("workspace", "execution__bot").order_by("-pk")[:20]
    named = [
        {
            "id": alert.public_id,
            "title": alert.title,
            "bot": alert.execution.bot.name,
            "url": alert.get_absolute_url(),
            "at": alert.created_at.isoformat(),
        }
        for alert in newest
    ]
    return JsonResponse({"now": clock.now().isoformat(), "count": count, "newest": named})
