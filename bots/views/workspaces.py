"""A workspace's limits with the use so far, and its end."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from bots import farewell
from bots.models import BrowserSession
from hitl import clock
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.forms import DeletionForm
from hitl.tenants.models import Role
from hitl.tenants.people import Person


@member(Role.ADMIN)
@require_safe
def limits(request: MemberRequest) -> HttpResponse:
    """What the operator allows this workspace, and how much of it is in use."""
    workspace = request.workspace
    context = {
        "browsers": BrowserSession.objects.live().filter(execution__workspace=workspace).count(),
        "executions": workspace.executions.filter(created_at__gt=clock.now() - timedelta(days=1)).count(),
        "oldest": workspace.executions.order_by("pk").values_list("created_at", flat=True).first(),
    }
    return render(request, "settings/limits.html", context)


@member(Role.OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def delete_workspace(request: MemberRequest) -> HttpResponse:
    """Owners type the name; then nothing is left."""
    form = DeletionForm(request.POST or None, workspace=request.workspace)
    if request.method == "POST" and form.is_valid():
        name = request.workspace.name
        farewell.delete(request.workspace, Person.member(request.user))
        messages.success(request, f"{name} is deleted, with everything that was in it.")
        return redirect("home")
    context = {"form": form, "held": farewell.held(request.workspace)}
    return render(request, "settings/delete.html", context, status=422 if form.errors else 200)
