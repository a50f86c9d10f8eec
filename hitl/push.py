"""Small "something changed, read again" notes to whoever watches, sent when the change is committed.

A note carries no state and may be lost (Redis away): every page reads again every 20 seconds anyway.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

log = logging.getLogger(__name__)
REST = 5  # seconds after a note that could not be sent, each of which may take as long: deadlines come first
_rests_until = 0.0


def workspace_group(workspace_id: int) -> str:
    """Everyone who has a page of this workspace open."""
    return f"workspace.{workspace_id}"


def execution_group(execution_id: int) -> str:
    """Everyone who follows this execution, guests included."""
    return f"execution.{execution_id}"


def user_group(user_id: int) -> str:
    """Every socket of this person."""
    return f"user.{user_id}"


def changed(what: str, public_id: str, *groups: str) -> None:
    """Tell the groups, once this transaction is committed, that a thing of kind `what` is to be read again."""
    transaction.on_commit(lambda: _send(groups, {"type": "changed", "what": what, "id": public_id}))


def _send(groups: tuple[str, ...], note: dict[str, str]) -> None:
    global _rests_until
    if time.monotonic() < _rests_until:
        return
    send = async_to_sync(get_channel_layer().group_send)
    try:
        for group in groups:
            send(group, note)
    except Exception as error:  # a lost note costs a page 20 seconds, never a state
        _rests_until = time.monotonic() + REST
        log.warning("note about %s not sent: %s", note["id"], error)


@asynccontextmanager
async def listening(group: str) -> AsyncIterator[asyncio.Event]:
    """An event that is set at each note of the group. With Redis away it never is: look again by yourself."""
    layer = get_channel_layer()
    heard = asyncio.Event()
    ears = asyncio.create_task(_listen(layer, group, heard))
    try:
        yield heard
    finally:
        ears.cancel()
        with suppress(asyncio.CancelledError):
            await ears


async def _listen(layer: Any, group: str, heard: asyncio.Event) -> None:
    name = await layer.new_channel()
    try:
        await layer.group_add(group, name)
        heard.set()  # whatever was said before it listened
        while True:
            await layer.receive(name)
            heard.set()
    except Exception as error:
        log.warning("not listening to %s: %s", group, error)
    finally:
        with suppress(Exception):
            await layer.group_discard(group, name)
