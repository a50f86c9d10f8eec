"""The button that starts a fire drill; what came of it stands on the page about notices."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from bots.drills import start_drill
from bots.models import CannotStart
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.models import Role
from hitl.tenants.people import Person


@member(Role.OPERATOR)
@require_POST
def drill(request: MemberRequest) -> HttpResponse:
    try:
        start_drill(request.workspace, Person.member(request.user))
        messages.success(request, "The fire drill has started: the alert comes in a few seconds.")
    except CannotStart as why:
        messages.error(request, str(why))
    return redirect("settings_notices", request.workspace.slug)
