"""The alert with its live browser, for members and for guests: the page, its ticket, Done and Can't do this."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from alerts import guests
from alerts.models import AccessLink, Alert
from alerts.views import alert_of, care_of
from bots import answering
from bots.models import Execution
from bots.script import AnswerError
from bots.script.problems import printable
from hitl import clock, tickets
from hitl.ids import new_id
from hitl.states import WrongState
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.models import Role
from hitl.tenants.people import Person


def stage(request: MemberRequest, execution: Execution, alert: Alert | None) -> dict[str, Any]:
    """What the live view's template needs for a member."""
    where = [request.workspace.slug, execution.public_id]
    return {
        "execution": execution,
        "alert": alert,
        "now": clock.now(),
        "viewer": new_id("vwr"),
        "may": "control" if request.role.includes(Role.OPERATOR) else "watch",
        "socket": f"/ws/live/{execution.public_id}/",
        "ticket": tickets.issue(execution.public_id, Person.member(request.user).key),
        "ticket_url": reverse("live_ticket", args=where),
        "done_url": alert and reverse("alert_done", args=[request.workspace.slug, alert.public_id]),
        "decline_url": alert and reverse("alert_decline", args=[request.workspace.slug, alert.public_id]),
    }


def guest_stage(guest: guests.Guest) -> dict[str, Any]:
    """The same for somebody who came in by a link."""
    alert = guest.alert
    return {
        "execution": alert.execution,
        "alert": alert,
        "guest": guest,
        "now": clock.now(),
        "viewer": new_id("vwr"),
        "may": guest.may,
        "socket": f"/ws/guest/{alert.public_id}/",
        "ticket": tickets.issue(alert.public_id, guest.person.key),
        "ticket_url": reverse("guest_ticket", args=[alert.public_id]),
        "done_url": reverse("guest_done", args=[alert.public_id]),
        "decline_url": reverse("guest_decline", args=[alert.public_id]),
    }


@member()
@require_safe
@never_cache
def alert_page(request: MemberRequest, alert: str) -> HttpResponse:
    row = alert_of(request, alert)
    context = stage(request, row.execution, row) | {"links": row.links.filter(user=None).order_by("pk")}
    context |= care_of(request, row) | {"picture_kinds": AccessLink.PictureKind.choices}
    return render(request, "alerts/alert.html", context)


@member()
@require_POST
def ticket(request: MemberRequest, execution: str) -> JsonResponse:
    """A fresh ticket for the live view's socket, which reconnects by itself."""
    rows = Execution.objects.visible_to(request.user).filter(workspace=request.workspace)
    row = get_object_or_404(rows, public_id=execution)
    return JsonResponse({"ticket": tickets.issue(row.public_id, Person.member(request.user).key)})


@member(Role.OPERATOR)
@require_POST
def done(request: MemberRequest, alert: str) -> JsonResponse:
    return _done(request, alert_of(request, alert), Person.member(request.user))


@member(Role.OPERATOR)
@require_POST
def decline(request: MemberRequest, alert: str) -> JsonResponse:
    return _decline(request, alert_of(request, alert), Person.member(request.user))


def guest_of(request: HttpRequest, alert: str, to_act: bool = False) -> guests.Guest:
    """The guest of this alert, or 404; `to_act` refuses those who may only watch the same way."""
    guest = guests.who_asks(request, alert, ended=True)
    if guest is None or (to_act and guest.may != "control"):
        raise Http404("This link does not open anything.")
    return guest


@require_safe
@never_cache
def guest_page(request: HttpRequest, alert: str) -> HttpResponse:
    return render(request, "alerts/guest.html", guest_stage(guest_of(request, alert)))


@guests.by_pass_or_cookie
@require_POST
def guest_ticket(request: HttpRequest, alert: str) -> JsonResponse:
    guest = guest_of(request, alert)
    return JsonResponse({"ticket": tickets.issue(alert, guest.person.key)})


@guests.by_pass_or_cookie
@require_POST
def guest_done(request: HttpRequest, alert: str) -> JsonResponse:
    guest = guest_of(request, alert, to_act=True)
    return _done(request, guest.alert, guest.person)


@guests.by_pass_or_cookie
@require_POST
def guest_decline(request: HttpRequest, alert: str) -> JsonResponse:
    guest = guest_of(request, alert, to_act=True)
    return _decline(request, guest.alert, guest.person)


def _done(request: HttpRequest, alert: Alert, person: Person) -> JsonResponse:
    """200, or 409 with the real state, or 422 with the fields' errors or with what is still missing on the page."""
    reason = _reason(request, "override_reason")
    try:
        answering.complete(alert, person, _answer(request), reason)
    except AnswerError as error:
        return JsonResponse({"detail": "Please look at the fields.", "fields": error.fields}, status=422)
    except answering.NotThereYet as error:
        return JsonResponse({"detail": "Not there yet.", "missing": error.missing}, status=422)
    except WrongState as error:
        alert.refresh_from_db()
        return _too_late(alert, str(error))
    return JsonResponse({"status": alert.status, "detail": "Done. The bot goes on."})


def _decline(request: HttpRequest, alert: Alert, person: Person) -> JsonResponse:
    reason = _reason(request, "reason")
    if not reason:
        return JsonResponse(
            {"detail": "Say in a few words why it cannot be done.", "fields": {"reason": "Required."}}, status=422
        )
    try:
        alert.decline(person, reason)
    except WrongState as error:
        alert.refresh_from_db()
        return _too_late(alert, str(error))
    return JsonResponse({"status": alert.status, "detail": "Declined. The execution has ended."})


def _reason(request: HttpRequest, name: str) -> str:
    return printable(request.POST.get(name, "")).strip()[:500]


def _answer(request: HttpRequest) -> dict[str, Any]:
    """The answer fields of the form: all that begin with `answer.`."""
    return {name.removeprefix("answer."): value for name, value in request.POST.items() if name.startswith("answer.")}


def _too_late(alert: Alert, detail: str) -> JsonResponse:
    return JsonResponse({"detail": detail, "status": alert.status, "closed_by": alert.closed_by}, status=409)
