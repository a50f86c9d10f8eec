"""Pages that belong to nobody else: the way in, the workspace's settings, the pages of errors."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import DisallowedHost, PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_POST

from hitl import tickets
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.forms import WorkspaceForm
from hitl.tenants.models import Role, Workspace
from hitl.tenants.people import Person


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """To the overview of the first workspace; somebody without one is told whom to ask."""
    workspace = Workspace.objects.visible_to(request.user).order_by("pk").first()
    if workspace is None:
        return render(request, "no_workspace.html")
    return redirect(workspace)


@member()
@require_http_methods(["GET", "POST"])
def workspace_settings(request: MemberRequest) -> HttpResponse:
    """Name and whether links may go outside; changed by admins, read by all."""
    may_change = request.role.includes(Role.ADMIN)
    if request.method == "POST" and not may_change:
        raise PermissionDenied("This needs the role admin or higher.")
    form = WorkspaceForm(request.POST or None, instance=request.workspace)
    if request.method == "POST" and form.is_valid():
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        request.workspace.settle(Person.member(request.user), **changed)
        messages.success(request, "Saved.")
        return redirect(request.path)
    context = {"form": form, "may_change": may_change}
    return render(request, "settings/workspace.html", context, status=200 if not form.errors else 422)


@member()
@require_POST
def inbox_ticket(request: MemberRequest) -> JsonResponse:
    """A fresh ticket for the workspace's notes; the socket reconnects by itself."""
    purpose, person = f"inbox:{request.workspace.slug}", Person.member(request.user)
    return JsonResponse({"ticket": tickets.issue(purpose, person.key)})


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A host that is not ours is no fault of the browser's: whoever has put hitl there reads what to set."""
    template = "other_address.html" if isinstance(exception, DisallowedHost) else "400.html"
    return HttpResponse(render_to_string(template), status=400)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", {"why": str(exception)}, status=403)
