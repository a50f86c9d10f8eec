"""The door of every socket: a ticket, no floods, and a look every few seconds at whether whoever came in may stay."""

from __future__ import annotations

import asyncio
import json
import logging
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from autobahn.exception import Disconnected
from channels.consumer import get_handler_name
from channels.db import database_sync_to_async as db
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import Error as DatabaseError

from bots.admission import Admission
from bots.browser.beside import Beside
from bots.browser.codes import AWAY, FLOODED, FORBIDDEN, MALFORMED, SIGNED_OUT
from bots.flow import Flow
from bots.live import wire

log = logging.getLogger(__name__)

HELLO_WITHIN = 10  # seconds to present a ticket
# Seconds between two looks at permission, lease and state; three of them fit into a control lease, and whoever may not
# be here any more is gone within 5, though every note about it was lost.
HEARTBEAT = min(4.0, settings.CONTROL_KEPT / 3)
# Characters of one message of whoever does not drive. Reading one takes the loop of all tenants for a while, 50 ms
# where it is long and nested.
LONGEST_HELLO = 8_000
LONGEST_WORD = 64 * 1024


@contextmanager
def unless_away() -> Iterator[None]:
    """What may as well be done a moment later, should the database be away now."""
    try:
        yield
    except DatabaseError as error:
        log.warning("the database is away: %s", error)


class TicketConsumer(AsyncWebsocketConsumer, ABC):
    """A socket that says nothing until a ticket has been shown, and is looked at again every few seconds."""

    groups_joined: tuple[str, ...] = ()

    async def connect(self) -> None:
        self.admission: Admission | None = None
        self.shown = asyncio.Event()  # a good ticket
        self.flow, self.flooded = Flow(), False
        self.tasks = Beside(self._failed)
        self.beside(self._beat())
        await self.accept()

    def beside(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run it beside the messages. Should it fail, the line is closed: its work would be done no more."""
        return self.tasks.start(work)

    def _failed(self, error: BaseException) -> None:
        self.closing = asyncio.create_task(self._give_up(error))

    async def _give_up(self, error: BaseException) -> None:
        if not isinstance(error, Disconnected):  # the viewer is leaving: nobody misses what was on its way to them
            log.warning("a socket is closed: %s", error, exc_info=None if isinstance(error, DatabaseError) else error)
        await self.close(AWAY)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """A line whose message could not be dealt with is closed: left alone, its tasks would live on without it.

        Channels would look at the database's connections first, in the one thread that all sockets share: each key and
        each move would wait for whatever somebody else asks of the database. Who asks looks at them anyway (`db`).
        """
        try:
            await getattr(self, get_handler_name(message))(message)
        except StopConsumer:
            raise
        except Exception as error:
            await self._give_up(error)
            if message["type"] == "websocket.disconnect":
                raise StopConsumer from error

    async def disconnect(self, code: int) -> None:
        self.tasks.cancel()
        await self.left()
        try:
            for group in self.groups_joined:
                await self.channel_layer.group_discard(group, self.channel_name)
        except Exception as error:  # Redis is away: it forgets the socket by itself
            log.warning("a socket's notes were not called off: %s", error)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        text, data = text_data or "", bytes_data or b""
        if not self.flow.allows(len(text) + (0 if self.drives else len(data))):  # a driver's files are not read here
            await self._stop_flood()
        elif data and self.admission and len(data) <= wire.LONGEST_PIECE:
            await self.piece(data)
        elif self.admission and not self.drives and LONGEST_WORD < len(text) <= wire.LONGEST_MESSAGE:
            await self.too_long()
        else:
            await self._read(text)

    async def _read(self, text: str) -> None:
        message = parsed(text, wire.LONGEST_MESSAGE if self.admission else LONGEST_HELLO)
        if message is None:
            await self.close(MALFORMED)
        elif self.admission is None:
            await self._hello(message)
        else:
            await self.message(message, text)

    async def _stop_flood(self) -> None:
        """Once: what is still on its way comes in, and is not looked at."""
        if not self.flooded:
            self.flooded = True
            await self.close(FLOODED)

    async def _hello(self, message: dict[str, Any]) -> None:
        self.admission = await db(self.admit)(message)
        if self.admission is None:
            await self.close(SIGNED_OUT if message.get("t") == "hello" else MALFORMED)
            return
        self.groups_joined = self.admission.groups
        try:
            for group in self.groups_joined:
                await self.channel_layer.group_add(group, self.channel_name)
        except Exception as error:  # Redis is away: the heartbeat reads the database anyway
            log.warning("no notes for a socket: %s", error)
        await self.admitted(self.admission, message)
        self.shown.set()

    async def _beat(self) -> None:
        try:
            async with asyncio.timeout(HELLO_WITHIN):
                await self.shown.wait()
        except TimeoutError:
            await self.close(AWAY)  # a page that slept, or whose ticket was slow to come, is no stranger's yet
            return
        while await self._may_stay():
            with unless_away():
                await self.beat()
            await asyncio.sleep(HEARTBEAT)
        await self._show_out()

    async def _show_out(self) -> None:
        signed_in = self.admission is None or await db(self.admission.is_signed_in)()
        await self.close(FORBIDDEN if signed_in else SIGNED_OUT)

    async def _may_stay(self) -> bool:
        """With the database away nobody knows: pictures go on, and the next beat looks again."""
        try:
            return self.admission is not None and await db(self.admission.still_holds)()
        except DatabaseError as error:
            log.warning("the database is away: %s", error)
            return True

    @abstractmethod
    def admit(self, hello: dict[str, Any]) -> Admission | None:
        """Who that is by their ticket and what they may; None: they may not come in."""

    async def admitted(self, admission: Admission, hello: dict[str, Any]) -> None: ...

    async def beat(self) -> None: ...

    async def left(self) -> None:
        """The line has gone."""

    async def changed(self, note: dict[str, str]) -> None:
        """A note of the groups. After one about who may be here, whoever may not goes now, not at the next beat."""
        if note["what"] == "member" and self.admission and not await db(self.admission.still_holds)():
            await self._show_out()
        else:
            await self.heard(note)

    async def heard(self, note: dict[str, str]) -> None: ...

    async def message(self, message: dict[str, Any], text: str) -> None: ...

    async def piece(self, data: bytes) -> None:
        """Of a file, which only a live view takes."""
        await self.close(MALFORMED)

    @property
    def drives(self) -> bool:
        return False

    async def too_long(self) -> None:
        """A message that only those who drive may send."""
        await self.close(MALFORMED)


def parsed(text: str, longest: int) -> dict[str, Any] | None:
    """The message, or None where it is none of ours."""
    if len(text) > longest:
        return None
    with suppress(ValueError, RecursionError):
        message = json.loads(text)
        if isinstance(message, dict) and isinstance(message.get("t"), str):
            return message
    return None
