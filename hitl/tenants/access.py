"""The doors to a workspace's pages: loading is the permission check."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from hitl.tenants.models import Role, User, Workspace

View = Callable[..., HttpResponseBase]


class MemberRequest(HttpRequest):
    """What a view behind the `member` door gets: somebody signed in, their workspace, and their role in it."""

    user: User
    workspace: Workspace
    role: Role


def member(needed: str = Role.VIEWER) -> Callable[[View], View]:
    """A page under /w/<workspace>/: strangers get 404, members of too low a role 403; sets request.workspace, .role."""

    def door(view: View) -> View:
        @login_required
        @wraps(view)
        def enter(request: MemberRequest, workspace: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            found = Workspace.objects.visible_to(request.user).filter(slug=workspace).first()
            role = found.role_of(request.user) if found else None
            if found is None or role is None:
                raise Http404("There is no such workspace, or you are not a member of it.")
            request.workspace, request.role = found, role
            if not role.includes(needed):
                raise PermissionDenied(f"This needs the role {Role(needed).label.lower()} or higher.")
            return view(request, *args, **kwargs)

        return enter

    return door
