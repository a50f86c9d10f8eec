"""Lines of a known rate and length: a TCP relay with a bucket, a delay and a small buffer, in both directions.

What is on the wire takes its bytes' time, one after the other; whatever has left the wire arrives half a round trip
later. The buffer before the wire holds a tenth of a second, as a good router's does; when it is full nothing more is
read, so the sender's own TCP feels it. Nothing is lost, and a connection begins without TCP's slow start.
"""

from __future__ import annotations

import asyncio
import json
import math
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

BUFFER = 0.1  # seconds of the wire's time
_SHAPED, _PLAIN = 4096, 65536  # bytes that travel together
_RECEIVE = 64 * 1024  # of a shaped line's sockets: else the kernel is a buffer of megabytes


@dataclass(frozen=True)
class Kind:
    """A line as its user knows it."""

    name: str
    rate: float = math.inf  # bits a second
    rtt: float = 0.0  # seconds

    @property
    def is_shaped(self) -> bool:
        return math.isfinite(self.rate)


KINDS = (
    Kind("unshaped"),
    Kind("20 Mbit/s, 40 ms", 20e6, 0.040),
    Kind("4 Mbit/s, 100 ms", 4e6, 0.100),
    Kind("1 Mbit/s, 150 ms", 1e6, 0.150),
)


class Line:
    """The near end of one: `port` leads to the target."""

    def __init__(self, kind: Kind, port: int, count: Callable[[], int]) -> None:
        self.kind, self.port, self._count = kind, port, count

    @property
    def bytes_down(self) -> int:
        """How many have come from the target so far, on all connections."""
        return self._count()


@contextmanager
def lines(targets: list[int]) -> Iterator[list[list[Line]]]:
    """For each target port a line of every kind, carried by a process of their own."""
    # Not as a module of the bench: that would load all of the product.
    process = subprocess.Popen([sys.executable, "-I", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin
    assert process.stdout
    asked, answered = process.stdin, process.stdout

    def ask(question: object) -> list[int]:
        asked.write(json.dumps(question).encode() + b"\n")
        asked.flush()
        return json.loads(answered.readline())

    try:
        ports = ask(targets)
        flat = [Line(KINDS[at % len(KINDS)], port, lambda at=at: ask("?")[at]) for at, port in enumerate(ports)]  # type: ignore[misc]
        yield [flat[at : at + len(KINDS)] for at in range(0, len(flat), len(KINDS))]
    finally:
        process.kill()
        process.wait()


@asynccontextmanager
async def line_to(target: int, kind: Kind) -> AsyncIterator[Line]:
    """One, carried by this very process."""
    relay = _Relay(kind, target)
    async with await relay.start() as server:
        yield Line(kind, server.sockets[0].getsockname()[1], lambda: relay.down.carried)


async def _carry_all() -> None:
    """The process's own end: the targets come as the first line, each line after it asks for the counts."""
    loop = asyncio.get_running_loop()
    targets = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    relays = [_Relay(kind, target) for target in targets for kind in KINDS]
    servers = [await relay.start() for relay in relays]
    print(json.dumps([server.sockets[0].getsockname()[1] for server in servers]), flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps([relay.down.carried for relay in relays]), flush=True)


class _Wire:
    """One direction: all connections share it."""

    def __init__(self, kind: Kind) -> None:
        self._rate, self._way = kind.rate, kind.rtt / 2
        self._free_at = 0.0
        self.carried = 0  # bytes

    async def room(self) -> None:
        """Until the buffer before the wire can take more."""
        now = asyncio.get_running_loop().time
        while (ahead := self._free_at - now() - BUFFER) > 0:
            await asyncio.sleep(ahead)

    def arrival(self, size: int) -> float:
        """Put so many bytes on the wire: when they will be there."""
        now = asyncio.get_running_loop().time()
        self._free_at = max(now, self._free_at) + size * 8 / self._rate
        self.carried += size
        return self._free_at + self._way


class _Relay:
    def __init__(self, kind: Kind, target: int) -> None:
        self._kind, self._target = kind, target
        self.down, self._up = _Wire(kind), _Wire(kind)
        self._chunk = _SHAPED if kind.is_shaped else _PLAIN

    async def start(self) -> asyncio.Server:
        near = self._socket()
        near.bind(("127.0.0.1", 0))
        return await asyncio.start_server(self._serve, sock=near, limit=self._chunk)

    def _socket(self) -> socket.socket:
        made = socket.socket(proto=socket.IPPROTO_TCP)  # else asyncio leaves Nagle on
        if self._kind.is_shaped:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE)
        made.setblocking(False)
        return made

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far = self._socket()
        try:
            await asyncio.get_running_loop().sock_connect(far, ("127.0.0.1", self._target))
            far_reader, far_writer = await asyncio.open_connection(sock=far, limit=self._chunk)
        except OSError:
            writer.close()
            return
        ways = [self._carry(far_reader, writer, self.down), self._carry(reader, far_writer, self._up)]
        await asyncio.gather(*ways)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wire: _Wire) -> None:
        flying: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivering = asyncio.create_task(self._deliver(flying, writer))
        with suppress(OSError):
            while data := await reader.read(self._chunk):
                await wire.room()
                flying.put_nowait((wire.arrival(len(data)), data))
        flying.put_nowait((wire.arrival(0), b""))
        await delivering

    async def _deliver(self, flying: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        now = asyncio.get_running_loop().time
        with suppress(OSError):
            while (item := await flying.get())[1]:
                if (wait := item[0] - now()) > 0:
                    await asyncio.sleep(wait)
                writer.write(item[1])
                await writer.drain()
        writer.close()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_carry_all())
