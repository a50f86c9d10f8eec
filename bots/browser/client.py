"""What web and worker use of a browser server: start one, ask it, and the way to its CDP."""

import asyncio
import itertools
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from bots.browser.launch import Config
from bots.browser.leftovers import end_former, end_unknown, sweep_leftovers

__all__ = [
    "Config",
    "ControlLine",
    "ServerError",
    "StartFailed",
    "Started",
    "cdp_url",
    "end_former",
    "end_unknown",
    "headers",
    "start",
    "sweep_leftovers",
]

_ROOT = Path(__file__).parents[2]
_START_WITHIN = 30  # seconds


class StartFailed(Exception):
    """A sentence that says what to do."""


class ServerError(Exception):
    """The server's own sentence: why it did not do what it was asked."""


class Started(NamedTuple):
    address: str  # host:port
    token: str
    pid: int


async def start(config: Config) -> Started:
    """A browser server of its own, ready to be attached to; it outlives the caller. Raises StartFailed."""
    try:
        async with asyncio.timeout(_START_WITHIN):
            answer = await _ask_new_server(config.written())
    except TimeoutError:
        raise StartFailed(f"The browser server did not start within {_START_WITHIN} seconds.") from None
    if "error" in answer:
        raise StartFailed(answer["error"])
    return Started(answer["address"], config.token, answer["pid"])


async def _ask_new_server(config: str) -> dict[str, Any]:
    """Its one line of answer. A server that answers later than we wait finds nobody, and ends itself."""
    to_read, to_write = os.pipe()
    answer = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    line, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(answer), os.fdopen(to_read, "rb", 0))
    try:
        process = await _spawn(to_write)
        words = (await process.communicate(config.encode() + b"\n"))[1]  # it ends at once; the server is its child
        told = await answer.readline()
    finally:
        line.close()
    if not told:
        last = words.decode(errors="replace").strip().splitlines()[-1:]
        raise StartFailed(f"The browser server ended before it was ready. {' '.join(last)}".strip())
    answered: dict[str, Any] = json.loads(told)
    return answered


async def _spawn(answer: int) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bots.browser.server",
            cwd=_ROOT,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"},  # no secret of ours
            stdin=asyncio.subprocess.PIPE,
            stdout=answer,
            stderr=asyncio.subprocess.PIPE,
        )
    finally:
        os.close(answer)


def cdp_url(address: str) -> str:
    """Where Playwright's connect_over_cdp attaches, with `headers`."""
    return f"ws://{address}/cdp"


def headers(token: str, role: str, epoch: int = 0) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "X-Hitl-Role": role, "X-Hitl-Epoch": str(epoch)}


class ControlLine:
    """The server's control door, as an async context manager. Raises OSError where the server is not there."""

    def __init__(self, address: str, token: str) -> None:
        self._address, self._token = address, token
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._events: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._line: ClientConnection
        self._reader: asyncio.Task[None]

    async def __aenter__(self) -> "ControlLine":
        bearer = {"Authorization": f"Bearer {self._token}"}
        url = f"ws://{self._address}/control"
        try:
            self._line = await connect(
                url,
                additional_headers=bearer,
                compression=None,
                max_size=None,
                proxy=None,
                ping_interval=None,
            )
        except WebSocketException as error:
            raise ConnectionRefusedError(f"{self._address} is no browser server of ours: {error}") from None
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._line.close()
        await self._reader

    async def call(self, do: str, **params: Any) -> dict[str, Any]:
        """The answer. Raises ServerError with the server's sentence, ConnectionError where it went away."""
        id = next(self._ids)
        answer = self._waiting[id] = asyncio.get_running_loop().create_future()
        try:
            await self._line.send(json.dumps({"id": id, "do": do, **params}))
            return await answer
        except ConnectionClosed:
            raise ConnectionResetError("the browser server went away") from None
        finally:
            self._waiting.pop(id, None)

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """What the server tells by itself, from the moment of connecting until it goes away."""
        while (event := await self._events.get()) is not None:
            yield event

    async def _read(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self._line:
                message = json.loads(text)
                if "event" in message:
                    self._events.put_nowait(message)
                elif (waiting := self._waiting.get(message["id"])) and not waiting.done():
                    _settle(waiting, message)
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(ConnectionResetError("the browser server went away"))
        self._events.put_nowait(None)


def _settle(waiting: asyncio.Future[dict[str, Any]], message: dict[str, Any]) -> None:
    if "error" in message:
        waiting.set_exception(ServerError(message["error"]))
    else:
        waiting.set_result(message["ok"])
