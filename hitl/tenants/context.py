"""What every page of the product knows: its look, the workspace, the member's role, a ticket for its notes."""

from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest

from hitl import clock, tickets
from hitl.tenants.models import Role, Workspace
from hitl.tenants.people import Person

THEMES = ("light", "dark")


def page(request: HttpRequest) -> dict[str, Any]:
    """The chosen theme stands in a cookie, so that the first paint is already right; empty follows the device."""
    chosen = request.COOKIES.get("hitl_theme")
    return {
        "theme": chosen if chosen in THEMES else "",
        "now": clock.now(),
        "signup_open": settings.SIGNUP_OPEN,
        "may_make_workspaces": settings.NEW_WORKSPACES or getattr(getattr(request, "user", None), "is_staff", False),
        "passkeys_possible": _has_name(request),
    }


def _has_name(request: HttpRequest) -> bool:
    """Browsers make passkeys for names alone; 127.0.0.1 is none, localhost is."""
    try:
        ip_address(request.get_host().rpartition(":")[0].strip("[]") or request.get_host())
    except (ValueError, DisallowedHost):
        return True
    return False


def workspace(request: HttpRequest) -> dict[str, Any]:
    """Filled in by the `member` door; nothing on pages outside a workspace."""
    current, role = getattr(request, "workspace", None), getattr(request, "role", None)
    if current is None or role is None:
        return {"workspace": None, "role": None}
    return {
        "workspace": current,
        "workspaces": Workspace.objects.visible_to(request.user).order_by("name"),
        "role": role,
        "may_operate": role.includes(Role.OPERATOR),
        "may_manage": role.includes(Role.ADMIN),
        "open_alerts": current.alerts.active().meant_for(request.user).count(),
        "inbox_ticket": tickets.issue(f"inbox:{current.slug}", Person.member(request.user).key),
    }
