"""Pictures of steps and alerts: small JPEGs from the session's compositor, kept below MEDIA_ROOT; those that a script
asks for by name are as large as the page."""

import base64
import os
from pathlib import Path

from django.conf import settings

from bots import sessions
from bots.models import BrowserSession, Execution
from hitl.ids import new_id

WIDTH = 640
MEGABYTE = 1_000_000


async def take(session: BrowserSession, execution: Execution) -> str:
    """Store a picture of the browser as it is now: its name, or empty where none may or can be taken.

    The browser server refuses while a person holds control.
    """
    try:
        jpeg = (await sessions.ask(session, "thumbnail", width=WIDTH))["jpeg"]
    except sessions.UNANSWERED:
        return ""
    return keep(execution, base64.b64decode(jpeg), "jpg")


def keep(execution: Execution, picture: bytes, kind: str) -> str:
    """Store a picture of this execution: the file's name below MEDIA_ROOT.

    Empty where its pictures would then be larger than all its files may be: a page can be as large as a script says,
    and noise all over, in thousands of steps.
    """
    name = f"{execution.workspace_id}/{execution.public_id}/{new_id('pic')}.{kind}"
    path = Path(settings.MEDIA_ROOT, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    if _held(path.parent) + len(picture) > settings.FILES_LIMIT * MEGABYTE:
        return ""
    path.write_bytes(picture)
    return name


def no_room() -> str:
    """Why one was not kept."""
    return f"The picture is not kept: with it, the execution's pictures would have more than {settings.FILES_LIMIT} MB."


def _held(folder: Path) -> int:
    """Bytes of the pictures there; files that the execution has fetched lie beside them."""
    with os.scandir(folder) as entries:
        return sum(entry.stat().st_size for entry in entries if entry.name.startswith("pic_"))
