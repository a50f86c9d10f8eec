"""A line that dies without a word: a TCP relay that stops forwarding and closes nothing, as a lost radio cell does."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Self


class Relay:
    """Stands before a port of this machine. What is sent while it is dead waits in it, as in a router's buffers."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._alive = asyncio.Event()
        self._alive.set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def dies(self) -> None:
        self._alive.clear()

    def lives(self) -> None:
        self._alive.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        for way in (self._copy(reader, back), self._copy(there, writer)):
            task = asyncio.create_task(way)
            self._tasks.add(task)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(64 * 1024):
                await self._alive.wait()
                writer.write(data)
                await writer.drain()
            await self._alive.wait()  # an end is as little told as anything else
        writer.close()
