"""The first hour's four steps: read again on each note, hidden, and the example bots that they begin with."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from bots import examples, first_hour
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.models import Role
from hitl.tenants.people import Person


@member()
@require_safe
def steps(request: MemberRequest) -> HttpResponse:
    """The steps alone; empty where there is nothing to show any more."""
    return render(request, "first_hour/_steps.html")


@member(Role.ADMIN)
@require_POST
def hide(request: MemberRequest) -> HttpResponse:
    first_hour.hide(request.workspace, Person.member(request.user))
    return HttpResponse() if request.headers.get("HX-Request") else redirect("inbox", request.workspace.slug)


@member(Role.ADMIN)
@require_POST
def add_examples(request: MemberRequest) -> HttpResponse:
    """The three bots of the practice site, where this installation has one."""
    if not settings.PRACTICE:
        raise Http404("This installation has no practice site.")
    examples.add_examples(request.workspace, Person.member(request.user))
    messages.success(request, "The example bots are here. Open one and press Run.")
    return redirect("bots", request.workspace.slug)
