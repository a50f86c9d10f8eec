"""What every page of the product knows: the workspace, the member's role, a ticket for its notes."""

from typing import Any

from django.http import HttpRequest

from hitl import tickets
from hitl.tenants.people import Person


def workspace(request: HttpRequest) -> dict[str, Any]:
    """Filled in by the `member` door; nothing on pages outside a workspace."""
    current = getattr(request, "workspace", None)
    if current is None:
        return {"workspace": None, "role": None}
    ticket = tickets.issue(f"inbox:{current.slug}", Person.member(request.user).key)
    return {"workspace": current, "role": request.role, "inbox_ticket": ticket}
