"""A person at the live view, as the web process connects one: joined, may take control, acts by the wire's messages."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.bots.browser.server import Server
from tests.waiting import News

Message = dict[str, Any]


class Viewer:
    """An async context manager; joined when it is entered."""

    def __init__(self, server: Server, id: str = "vwr_1") -> None:
        self.id = id
        self._server = server
        self._numbers = itertools.count(1)
        self._news = News()
        self._line: ClientConnection
        self._reader: asyncio.Task[None]
        self.heard: list[Message] = []
        self.last = 0  # number of the newest input

    async def __aenter__(self) -> Viewer:
        headers = {"Authorization": f"Bearer {self._server.token}"}
        self._line = await connect(f"ws://{self._server.address}/live", additional_headers=headers, proxy=None)
        self._reader = asyncio.create_task(self._read())
        await self._send("join", viewer=self.id, name="Ann", may="control", codecs=["jpeg"])
        await self.hear("hello")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._line.close()
        await self._reader

    async def _read(self) -> None:
        with suppress(ConnectionClosed):
            async for data in self._line:
                await self._take(data)

    async def _take(self, data: str | bytes) -> None:
        if isinstance(data, bytes):
            await self._send("ack", n=int.from_bytes(data[8:12]))
            return
        message = json.loads(data)
        if message["t"] == "ping":
            await self._send("pong", n=message["n"])
        self.heard.append(message)
        await self._news.tell()

    async def hear(self, t: str, **facts: Any) -> Message:
        """The newest message of this type with these facts, or the first to come."""

        def newest() -> Message | None:
            fitting = [each for each in self.heard if each["t"] == t and facts.items() <= each.items()]
            return fitting[-1] if fitting else None

        return await self._news.until(newest)

    def all(self, t: str) -> list[Message]:
        return [message for message in self.heard if message["t"] == t]

    async def until(self, fact: Callable[[], Any]) -> Any:
        """Wait until it is true, of what is heard or seen."""
        return await self._news.until(fact)

    async def _send(self, t: str, **fields: Any) -> None:
        await self._line.send(json.dumps({"t": t, **fields}))

    async def act(self, epoch: int, t: str, **fields: Any) -> None:
        self.last = next(self._numbers)
        await self._send(t, e=self._server.epoch(epoch), s=self.last, **fields)

    async def tab(self, **facts: Any) -> Message:
        """The tab of which these facts are true, now or soon."""

        def found() -> Message | None:
            tabs: list[Message] = [each for each in self.heard if "tabs" in each][-1]["tabs"]
            return next((tab for tab in tabs if facts.items() <= tab.items()), None)

        return await self._news.until(found)

    async def hear_of(self, name: str) -> Message:
        """The download of this name, now or soon."""

        def found() -> Message | None:
            lists = [each["downloads"] for each in self.heard if each["t"] == "downloads"]
            return next((each for each in (lists or [[]])[-1] if each["name"] == name), None)

        return await self._news.until(found)

    async def bring(self, epoch: int, batch: int, files: dict[str, bytes]) -> None:
        for number, (path, data) in enumerate(files.items(), batch * 100):
            await self.act(epoch, "file", batch=batch, number=number, path=path, size=len(data))
            if data:
                await self._line.send(number.to_bytes(4) + data)
                await self.hear("taken", number=number, bytes=len(data))

    async def press(self, epoch: int, x: int, y: int) -> None:
        await self.act(epoch, "move", x=x, y=y)
        for t in ("down", "up"):
            await self.act(epoch, t, x=x, y=y, button=0, clicks=1, mods=0)

    async def own(self) -> None:
        """Lists and pickers come as controls of this person's own."""
        await self._send("own", on=True)

    async def type(self, epoch: int, text: str) -> None:
        await self.act(epoch, "text", text=text)

    async def close_front_tab(self, epoch: int, of: int | None = None) -> None:
        """The one in front, once this person sees so many."""

        def tabs() -> list[Message]:
            newest: list[Message] = [each["tabs"] for each in self.heard if each["t"] == "tabs"][-1:]
            return [tab for all_of_them in newest if of in (None, len(all_of_them)) for tab in all_of_them]

        seen = await self._news.until(tabs)
        await self.act(epoch, "closetab", id=next(tab["id"] for tab in seen if tab["active"]))
