"""Files that an execution has fetched, handed out one by one to those who may see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from alerts import guests
from bots.models import KeptFile
from bots.views.executions import execution_of
from hitl.tenants.access import MemberRequest, member


class Download(FileResponse):
    """Never shown in place, whatever it says it is; read block by block: Django would hold it in memory."""

    block_size = 1 << 18

    def __init__(self, file: KeptFile) -> None:
        self._file = file.path.open("rb")
        super().__init__(
            self._file,
            as_attachment=True,
            filename=file.name,
            content_type="application/octet-stream",
            headers={"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "private, no-store"},
        )

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._blocks()

    async def _blocks(self) -> AsyncIterator[bytes]:
        while block := await asyncio.to_thread(self._file.read, self.block_size):
            yield block


def download(file: KeptFile) -> Download:
    """The file, for those who may see its row."""
    try:
        return Download(file)
    except FileNotFoundError:
        raise Http404("This file is not there any more.") from None


@member()
@require_safe
def execution_file(request: MemberRequest, execution: str, file: str) -> Download:
    return download(get_object_or_404(execution_of(request, execution).files, public_id=file))


@require_safe
@never_cache
def guest_file(request: HttpRequest, alert: str, file: str) -> Download:
    """What was fetched while somebody was at this alert; for those who may drive, only while their link holds."""
    guest = guests.who_asks(request, alert)
    if guest is None or guest.may != "control":
        raise Http404("This link does not open anything.")
    return download(get_object_or_404(guest.alert.files, public_id=file))
