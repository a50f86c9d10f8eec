"""GET /me: what a key is."""

from __future__ import annotations

from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel, Field

from hitl.api.door import key_of, needs
from hitl.api.shapes import KeyId, Moment, answers
from hitl.tenants.models import Scope

router = Router(tags=["This key"])
ScopeName = Literal["read", "run", "admin"]


class KeyShown(BaseModel):
    """A key, without what makes it one."""

    id: KeyId
    name: str
    scope: ScopeName
    created_at: Moment
    expires_at: Moment | None
    last_used_at: Moment | None = Field(description="To the minute.")


class WorkspaceShown(BaseModel):
    """The workspace that the key belongs to: it reaches nothing else."""

    name: str
    slug: str
    url: str


class Me(BaseModel):
    """A key, its workspace, and what it may do there."""

    key: KeyShown
    workspace: WorkspaceShown
    scopes: list[ScopeName] = Field(description="The key's scope, and those that it includes.")


@router.get("/me", auth=needs(Scope.READ), response=answers(200, Me), operation_id="get_me", summary="What this key is")
def me(request: HttpRequest) -> Any:
    """The key that was sent, the workspace it belongs to, and its scopes."""
    key = key_of(request)
    workspace = key.workspace
    shown = KeyShown(
        id=key.public_id,
        name=key.name,
        scope=key.scope,  # type: ignore[arg-type]
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
    )
    place = WorkspaceShown(
        name=workspace.name, slug=workspace.slug, url=settings.BASE_URL + workspace.get_absolute_url()
    )
    return Me(key=shown, workspace=place, scopes=Scope(key.scope).included)  # type: ignore[arg-type]
