"""Pictures of steps and alerts: small JPEGs from the session's compositor, kept below MEDIA_ROOT."""

import base64
from pathlib import Path

from django.conf import settings

from bots import sessions
from bots.models import BrowserSession, Execution
from hitl.ids import new_id

WIDTH = 640


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
    """Store a picture of this execution: the file's name below MEDIA_ROOT."""
    name = f"{execution.workspace_id}/{execution.public_id}/{new_id('pic')}.{kind}"
    path = Path(settings.MEDIA_ROOT, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)
    return name
