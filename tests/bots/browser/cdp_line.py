"""A bare CDP client: every byte that it receives is kept, so that a test can look for what must not be there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.waiting import News

Message = dict[str, Any]


class CdpLine:
    """An async context manager; `call` returns the whole reply, errors too."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        self._address, self._headers = address, headers
        self.received: list[str] = []
        self.close_code: int | None = None
        self._last_id = 0
        self._news = News()
        self._line: ClientConnection
        self._reader: asyncio.Task[None]

    async def __aenter__(self) -> CdpLine:
        url = f"ws://{self._address}/cdp"
        self._line = await connect(url, additional_headers=self._headers, max_size=None, proxy=None)
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._line.close()
        await self._reader

    async def _read(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self._line:
                self.received.append(str(text))
                await self._news.tell()
        self.close_code = self._line.close_code
        await self._news.tell()

    async def send(self, method: str, params: Message | None = None, session: str | None = None) -> int:
        self._last_id += 1
        message: Message = {"id": self._last_id, "method": method, "params": params or {}}
        await self._line.send(json.dumps(message | ({"sessionId": session} if session else {})))
        return self._last_id

    async def call(self, method: str, params: Message | None = None, session: str | None = None) -> Message:
        id = await self.send(method, params, session)
        return await self.wait(lambda message: message.get("id") == id)

    async def wait(self, is_it: Callable[[Message], bool]) -> Message:
        """The first message for which this holds, of those that came and those to come."""
        seen = 0

        def found() -> Message | None:
            nonlocal seen
            for text in self.received[seen:]:
                seen += 1
                if is_it(message := json.loads(text)):
                    return message
            if self.close_code is not None:
                raise ConnectionError(f"closed with {self.close_code}")
            return None

        return await self._news.until(found)

    async def closed(self) -> int | None:
        """The code with which the server closes the line."""
        async with asyncio.timeout(20):
            await self._reader
        return self._line.close_code

    async def page(self) -> str:
        """A session on the first page."""
        infos = (await self.call("Target.getTargets"))["result"]["targetInfos"]
        page = next(info["targetId"] for info in infos if info["type"] == "page")
        return str((await self.call("Target.attachToTarget", {"targetId": page}))["result"]["sessionId"])
