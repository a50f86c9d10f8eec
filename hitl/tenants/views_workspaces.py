"""Making a workspace; its end is in bots.views.workspaces, because bots and their browsers end with it."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from hitl.tenants.forms import NewWorkspaceForm
from hitl.tenants.models import NotAllowed, Workspace
from hitl.tenants.people import Person


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_workspace(request: HttpRequest) -> HttpResponse:
    """Whoever makes it owns it."""
    if not (settings.NEW_WORKSPACES or request.user.is_staff):
        raise PermissionDenied("On this hitl, workspaces are made by those who run it.")
    form = NewWorkspaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(Workspace.make(Person.member(request.user), form.cleaned_data["name"]))
        except NotAllowed as why:
            form.add_error(None, str(why))
    return render(request, "new_workspace.html", {"form": form}, status=422 if form.errors else 200)
