"""Files that an execution has fetched: which, and each of them."""

from __future__ import annotations

from typing import Annotated, Any, Self

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Router
from pydantic import BaseModel, Field, WithJsonSchema

from bots.models import Execution, KeptFile
from bots.views.files import Download, download
from hitl.api.door import key_of, needs
from hitl.api.paging import PAGE, Cursor, Limit, Listed, page, takes_only
from hitl.api.shapes import ExecutionId, FileId, Moment, answers
from hitl.tenants.models import ApiKey, Scope

router = Router(tags=["Executions"])
Bytes = Annotated[int, WithJsonSchema({"type": "integer", "minimum": 0, "examples": [48213]})]


class FileShown(BaseModel):
    """A file that was downloaded in the execution's browser."""

    id: FileId
    name: str = Field(description="Unique within its execution; `upload` steps name it so.")
    size: Bytes = Field(description="Bytes.")
    media_type: str | None = Field(description="Guessed from the name.")
    fetched_by: str | None = Field(description="The person who had the browser; null: the bot.")
    url: str = Field(description="The file itself, for this same key.")
    created_at: Moment

    @classmethod
    def of(cls, file: KeptFile) -> Self:
        address = reverse("api:execution_file", args=[file.execution.public_id, file.public_id])
        return cls(
            id=file.public_id,
            name=file.name,
            size=file.size,
            media_type=file.kind or None,
            fetched_by=file.by or None,
            url=settings.BASE_URL + address,
            created_at=file.created_at,
        )


def files_of(key: ApiKey, execution_id: str) -> Any:
    """The files of an execution within the key's workspace, or 404."""
    execution = get_object_or_404(Execution.objects.real().visible_to(key), public_id=execution_id)
    return execution.files.select_related("execution")


@router.get(
    "/executions/{id:execution_id}/files",
    auth=needs(Scope.READ),
    response=answers(200, Listed[FileShown], 404, 422),
    operation_id="list_execution_files",
    summary="List the files of an execution",
)
def list_execution_files(
    request: HttpRequest, execution_id: ExecutionId, cursor: Cursor = None, limit: Limit = PAGE
) -> Any:
    """What the bot or a person downloaded in its browser, the newest first.

    A file stands here as soon as it is complete; all of them do when the execution has ended and its browser with it.
    """
    takes_only(request, "cursor", "limit")
    found, next_cursor = page(files_of(key_of(request), execution_id), cursor, limit)
    return {"data": [FileShown.of(file) for file in found], "next_cursor": next_cursor}


@router.get(
    "/executions/{id:execution_id}/files/{id:file_id}",
    auth=needs(Scope.READ),
    response=answers(200, None, 404),
    operation_id="get_execution_file",
    summary="Get a file",
    url_name="execution_file",
)
def get_execution_file(request: HttpRequest, execution_id: ExecutionId, file_id: FileId) -> Download:
    """The file as it was downloaded, under its name, to be saved and not to be shown."""
    return download(get_object_or_404(files_of(key_of(request), execution_id), public_id=file_id))
