"""The doors to a workspace's pages: loading is the permission check."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from hitl.tenants.models import Role, Workspace

View = Callable[..., HttpResponse]


def member(needed: str = Role.VIEWER) -> Callable[[View], View]:
    """A page under /w/<workspace>/: strangers get 404, members of too low a role 403; sets request.workspace, .role."""

    def door(view: View) -> View:
        @login_required
        @wraps(view)
        def enter(request: HttpRequest, workspace: str, *args: Any, **kwargs: Any) -> HttpResponse:
            request.workspace = Workspace.objects.visible_to(request.user).filter(slug=workspace).first()
            if request.workspace is None:
                raise Http404("There is no such workspace, or you are not a member of it.")
            request.role = request.workspace.role_of(request.user)
            if request.role is None or not request.role.includes(needed):
                raise PermissionDenied(f"This needs the role {Role(needed).label.lower()} or higher.")
            return view(request, *args, **kwargs)

        return enter

    return door
