"""Chromium's debugging pipe: JSON texts that end with a NUL byte, one descriptor for each direction."""

import asyncio
import fcntl
import os
from collections.abc import Callable
from contextlib import suppress

_BUFFER = 1 << 20  # in the kernel; screenshots and bodies are large


class Pipe(asyncio.Protocol):
    """`receive` gets every text; `gone` is done when Chromium has closed its end, which it does by dying."""

    def __init__(self, receive: Callable[[bytes], None]) -> None:
        self._receive = receive
        self._parts: list[bytes] = []
        self._reader: asyncio.ReadTransport | None = None
        self._writer: asyncio.WriteTransport | None = None
        self.gone = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(cls, to_read: int, to_write: int, receive: Callable[[bytes], None]) -> "Pipe":
        loop, pipe = asyncio.get_running_loop(), cls(receive)
        for descriptor in (to_read, to_write):
            with suppress(OSError):
                fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _BUFFER)
        reader, _ = await loop.connect_read_pipe(lambda: pipe, os.fdopen(to_read, "rb", 0))
        writer, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(to_write, "wb", 0))
        pipe._reader = reader
        pipe._writer = writer
        return pipe

    def write(self, text: str) -> None:
        if self._writer and not self._writer.is_closing():
            self._writer.write(text.encode("utf-8", "surrogatepass") + b"\0")

    def data_received(self, data: bytes) -> None:
        *ends, rest = data.split(b"\0")
        for end in ends:
            self._parts.append(end)
            text, self._parts = b"".join(self._parts), []
            self._receive(text)
        if rest:
            self._parts.append(rest)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.gone.done():
            self.gone.set_result(None)

    def close(self) -> None:
        """Closing our end tells Chromium to end."""
        for transport in (self._writer, self._reader):
            if transport:
                transport.close()
