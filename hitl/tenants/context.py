"""What every page of the product knows: the workspace, the member's role, what waits."""

from typing import Any

from django.http import HttpRequest


def workspace(request: HttpRequest) -> dict[str, Any]:
    """Filled in by the `member` decorator; empty on pages outside a workspace."""
    return {"workspace": getattr(request, "workspace", None), "role": getattr(request, "role", None)}
