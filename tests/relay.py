"""A line that is lost: a TCP relay that stops forwarding and closes nothing, as a lost radio cell; or that falls."""

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
        self._began = self._alive  # what connections go on by that begin now
        self._refuses = False
        self._ends: list[asyncio.StreamWriter] = []
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

    def dies_for_good(self) -> None:
        """Until it lives; what is begun meanwhile never goes on, as where a browser alone would wait for minutes."""
        self.dies()
        self._began = asyncio.Event()

    def lives(self) -> None:
        self._alive.set()
        self._began = self._alive
        self._refuses = False

    def falls(self) -> None:
        """Whoever is connected hears of it, and whoever tries again is turned away until it lives."""
        self._refuses = True
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refuses:
            writer.transport.abort()
            return
        alive = self._began
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        self._ends += [writer, back]
        for way in (self._copy(reader, back, alive), self._copy(there, writer, alive)):
            task = asyncio.create_task(way)
            self._tasks.add(task)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, alive: asyncio.Event) -> None:
        with suppress(OSError):
            while data := await reader.read(64 * 1024):
                await alive.wait()
                writer.write(data)
                await writer.drain()
            await alive.wait()  # an end is as little told as anything else
        writer.close()
