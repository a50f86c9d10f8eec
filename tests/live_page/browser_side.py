"""The far side of the live view, for tests: a real WebSocket server that speaks the contract's messages."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.waiting import News

SAMPLES = Path(__file__).parent / "samples"
KINDS = {"key": 1, "delta": 2, "jpeg": 3}
PATIENCE = 10
ME = "v-me"


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


class Line:
    """One connection of a viewer: what it said, and what we say to it."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket
        self.heard: list[dict[str, Any]] = []
        self.pieces: list[tuple[int, bytes]] = []  # of files
        self._news = News()
        self.closed: int | None = None
        self._number = 0

    async def listen(self) -> None:
        """Collect messages until the viewer or we close."""
        try:
            async for data in self.socket:
                if isinstance(data, bytes):
                    self.pieces.append((int.from_bytes(data[:4]), data[4:]))
                else:
                    self.heard.append(json.loads(data))
                await self._news.tell()
        except ConnectionClosed:
            pass
        self.closed = self.socket.close_code
        await self._news.tell()

    async def until(self, fact: Callable[[], Any]) -> Any:
        """Wait until `fact()` is true, and return it."""
        return await self._news.until(fact, PATIENCE)

    def all(self, *types: str) -> list[dict[str, Any]]:
        return [message for message in self.heard if message["t"] in types]

    async def next(self, t: str, after: int = 0) -> dict[str, Any]:
        """The message of type `t` that comes after `after` others of its type."""
        return (await self.until(lambda: self.all(t)[after:]))[0]

    async def piece(self, number: int, at: int) -> bytes:
        """What comes of that file behind so many bytes."""

        def found() -> bytes:
            return b"".join(data for owner, data in self.pieces if owner == number)[at:]

        return bytes(await self.until(found))

    async def say(self, t: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"t": t, **fields}))

    async def hello(self, w: int = 1280, h: int = 720, control: Any = None, dialog: Any = None) -> None:
        tabs = [{"id": "t1", "title": "Bank", "url": "https://bank.example/login", "active": True}]
        await self.say("hello", v=1, w=w, h=h, tabs=tabs, control=control, dialog=dialog)

    async def state(self, **changes: Any) -> None:
        alert = {"id": "alt_1", "status": "open", "deadline": None, "title": "Enter the code"}
        alert.update(changes.pop("alert", {}))
        you = {"viewer": ME, "may": "control", "epoch": None}
        status = changes.pop("execution", "waiting_for_human")
        execution = {
            "id": "exe_1",
            "status": status,
            "failure_reason": changes.pop("failure_reason", None),
            "message": "",
        }
        facts = {"execution": execution, "alert": alert, "you": you, "now": "2026-11-21T10:00:00+00:00"}
        await self.say("state", **{**facts, **changes})

    async def grant(self, epoch: int = 1, viewer: str = ME, name: str = "Alice") -> None:
        await self.say("control", epoch=epoch, viewer=viewer, name=name)

    async def field(self, **facts: Any) -> None:
        """The field of the remote page that has the focus; none, where nothing is said of it."""
        none: dict[str, Any] = dict.fromkeys(["mode", "box", "caret"])
        none |= dict.fromkeys(["secret", "code", "lines", "correct"], False)
        await self.say("field", **none | facts)

    async def picture(self, name: str, width: int = 1280, height: int = 720, y: int = 0) -> int:
        """Send a sample as a frame; returns its number."""
        self._number += 1
        kind = "jpeg" if name.endswith("jpeg") else "key" if "key" in name else "delta"
        await self.frame(kind, sample(name), width, height, y, self._number)
        return self._number

    async def frame(self, kind: str, data: bytes, width: int, height: int, y: int, number: int) -> None:
        await self.socket.send(struct.pack(">BBHHHII", KINDS[kind], 0, width, height, y, number, 0) + data)

    async def drawn(self, number: int) -> None:
        await self.until(lambda: any(ack["n"] == number for ack in self.all("ack")))


class BrowserSide:
    """The server and the lines it has had. Close codes are chosen by the test."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._arrivals = News()
        self.server: Server | None = None
        self.refuse: int | None = None

    async def start(self) -> None:
        self.server = await serve(self._serve, "127.0.0.1", 0)

    async def stop(self) -> None:
        assert self.server
        self.server.close()
        await self.server.wait_closed()

    @property
    def address(self) -> str:
        assert self.server
        return f"ws://127.0.0.1:{self.server.sockets[0].getsockname()[1]}/ws/live/exe_1"

    async def _serve(self, socket: ServerConnection) -> None:
        if self.refuse:
            await socket.close(self.refuse)
            return
        line = Line(socket)
        self.lines.append(line)
        await self._arrivals.tell()
        await line.listen()

    async def line(self, number: int = 0) -> Line:
        """The viewer's connection with that number, once it has said hello."""
        await self._arrivals.until(lambda: len(self.lines) > number, PATIENCE)
        await self.lines[number].next("hello")
        return self.lines[number]
