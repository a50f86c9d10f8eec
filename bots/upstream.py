"""The web process's end of one viewer's line to a browser server."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from bots.browser import client
from bots.models import BrowserSession

log = logging.getLogger(__name__)
WITHIN = 3  # seconds to answer


class Upstream:
    """Messages in both directions, as they are; iterating ends when the line does."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, session: BrowserSession) -> Upstream | None:
        """Connected, or None where the browser server is not there (any more)."""
        headers = {"Authorization": f"Bearer {session.token}"}
        try:
            line = await connect(
                f"ws://{session.address}/live",
                additional_headers=headers,
                compression=None,
                max_size=None,
                open_timeout=WITHIN,
                proxy=None,
            )
        except (OSError, WebSocketException) as error:
            log.info("%s: no live view: %s", session, error)
            return None
        return cls(line)

    async def send(self, message: str | bytes) -> None:
        """Dropped where the line is gone: input is never kept for later."""
        with suppress(ConnectionClosed):
            await self._connection.send(message)

    def __aiter__(self) -> AsyncIterator[str | bytes]:
        return self._connection.__aiter__()

    @property
    def close_code(self) -> int | None:
        return self._connection.close_code

    async def close(self) -> None:
        await self._connection.close()


async def events_of(session: BrowserSession) -> AsyncIterator[dict[str, Any]]:
    """What the browser server tells by itself, until it goes away."""
    with suppress(OSError):
        async with client.ControlLine(session.address, session.token) as control:
            async for event in control.events():
                yield event
