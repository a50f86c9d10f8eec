"""Small "something changed, read again" notes to whoever watches, sent when the change is committed.

A note carries no state and may be lost (Redis away): every page reads again every 20 seconds anyway.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
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
    """Tell the groups that a thing of kind `what` is to be read again: when this transaction is committed, and once."""
    note = Note(what, public_id, groups)
    if all(waiting != note for _, waiting, _ in transaction.get_connection().run_on_commit):
        transaction.on_commit(note)


@dataclass(frozen=True)
class Note:
    """Called when what it is about is committed."""

    what: str
    id: str
    groups: tuple[str, ...]

    def __call__(self) -> None:
        global _rests_until
        if time.monotonic() < _rests_until:
            return
        try:
            async_to_sync(self._tell)()
        except Exception as error:  # a lost note costs a page 20 seconds, never a state
            _rests_until = time.monotonic() + REST
            log.warning("note about %s not sent: %s", self.id, error)

    async def _tell(self) -> None:
        """All groups in one go: the loop that this waits for may be busy driving a browser."""
        layer = get_channel_layer()
        for group in self.groups:
            await layer.group_send(group, {"type": "changed", "what": self.what, "id": self.id})


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
