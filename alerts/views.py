"""The inbox, an alert's links and picture, and the door through which an outsider comes in."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alerts import guests
from alerts.links import is_genuine, public_id_of
from alerts.models import AccessLink, Alert
from hitl import clock, limits
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.models import Role
from hitl.tenants.people import Person


def alert_of(request: MemberRequest, public_id: str) -> Alert:
    """The alert within the member's workspace, or 404."""
    alerts = Alert.objects.visible_to(request.user).filter(workspace=request.workspace)
    return get_object_or_404(alerts.select_related("workspace", "execution__bot"), public_id=public_id)


def _rows(request: MemberRequest) -> dict[str, Any]:
    alerts = Alert.objects.visible_to(request.user).filter(workspace=request.workspace)
    alerts = alerts.select_related("execution__bot", "workspace").prefetch_related("deliveries__user")
    return {
        "active": alerts.active().by_urgency()[:200],
        "recent": alerts.exclude(pk__in=alerts.active().values("pk")).order_by("-closed_at")[:20],
        "count": alerts.active().count(),
        "now": clock.now(),
    }


@member()
@require_safe
def inbox(request: MemberRequest) -> HttpResponse:
    """What waits for a person, the most urgent on top; kept up to date by the rows below."""
    return render(request, "alerts/inbox.html", _rows(request))


@member()
@require_safe
def inbox_rows(request: MemberRequest) -> HttpResponse:
    """The inbox's contents alone, fetched again on each note and every 20 seconds."""
    return render(request, "alerts/_rows.html", _rows(request))


@member()
@require_safe
@never_cache
def open_alerts(request: MemberRequest) -> JsonResponse:
    """How many wait, and the newest of them, for the count on every page and the notices of the person's device."""
    alerts = Alert.objects.visible_to(request.user).filter(workspace=request.workspace).active()
    newest = alerts.select_related("workspace", "execution__bot").order_by("-pk")[:20]
    named = [
        {"id": a.public_id, "title": a.title, "bot": a.execution.bot.name, "url": a.get_absolute_url()} for a in newest
    ]
    return JsonResponse({"now": clock.now().isoformat(), "count": alerts.count(), "newest": named})


@member()
@require_safe
def picture(request: MemberRequest, alert: str) -> FileResponse:
    """The page as it stood when the bot asked."""
    return picture_response(alert_of(request, alert).picture)


def picture_response(name: str) -> FileResponse:
    """A stored picture, for those who may see the row that names it."""
    path = Path(settings.MEDIA_ROOT, name)
    if not name or not path.is_file():
        raise Http404("There is no picture.")
    return FileResponse(path.open("rb"), headers={"Cache-Control": "private, max-age=300"})


class LinkForm(forms.Form):
    role = forms.ChoiceField(choices=AccessLink.Role)
    label = forms.CharField(max_length=120, label="Who is it for?")
    hours = forms.IntegerField(min_value=1, max_value=24 * 7, required=False, label="Valid for at most (hours)")


@member(Role.OPERATOR)
@require_POST
def make_link(request: MemberRequest, alert: str) -> HttpResponse:
    """A link for one named outsider."""
    row = alert_of(request, alert)
    form = LinkForm(request.POST)
    if not request.workspace.links_allowed:
        raise PermissionDenied("This workspace does not let links go outside.")
    if not form.is_valid():
        messages.error(request, "Say who the link is for.")
        return redirect(row)
    hours = form.cleaned_data["hours"]
    link = AccessLink(alert=row, role=form.cleaned_data["role"], label=form.cleaned_data["label"])
    link.expires_at = clock.now() + timedelta(hours=hours) if hours else None
    Person.member(request.user).did(request.workspace, "link.made", link.public_id, alert=row.public_id, role=link.role)
    link.save()
    return redirect(row)


@member(Role.OPERATOR)
@require_POST
def revoke_link(request: MemberRequest, alert: str, link: str) -> HttpResponse:
    """The link and everyone who came in by it are out."""
    row = alert_of(request, alert)
    get_object_or_404(row.links, public_id=link).revoke(Person.member(request.user))
    return redirect(row)


def _link_of(token: str) -> AccessLink | None:
    """The living link of a genuine token; None alike for every other."""
    if not token.isprintable():
        return None  # nor would PostgreSQL look for it
    links = AccessLink.objects.select_related("alert__workspace", "alert__execution__bot")
    link = links.filter(public_id=public_id_of(token)).first()
    genuine = link is not None and is_genuine(token, link.public_id, link.key) and link.is_alive
    return link if genuine else None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what is asked and a button, and changes nothing but a counter; only the button's POST lets in.

    Mail scanners open links, run their scripts and even submit their forms: the button's script adds a field that
    only a person's own press fills, and being let in starts no clock and stops none.
    """
    link = _link_of(token)
    if link is None and limits.wrong_too_often(request, "link"):
        return limits.too_many(request)
    if link is None:
        raise Http404("This link does not open anything.")
    if request.method != "POST":
        AccessLink.objects.filter(pk=link.pk).update(seen=F("seen") + 1)
        return _private(render(request, "alerts/door.html", {"link": link, "alert": link.alert}))
    same_site = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    if not same_site or request.POST.get("pressed") != "yes":
        said = {"link": link, "alert": link.alert, "again": True}
        return _private(render(request, "alerts/door.html", said, status=400))
    response = HttpResponseRedirect(reverse("guest", args=[link.alert.public_id]), status=303)
    guest = guests.admit(response, link, request.COOKIES)
    guest.person.did(link.alert.workspace, "link.opened", link.public_id, alert=link.alert.public_id)
    return _private(response)


def _private(response: HttpResponse) -> HttpResponse:
    """No search engine learns the address; no other site does either (Referrer-Policy: same-origin on every page).

    Not `no-referrer`: browsers then send `Origin: null` with the form, which the CSRF check rightly refuses.
    """
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
