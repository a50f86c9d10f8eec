"""Chromium's only way out: an HTTP proxy in the server's process.

It resolves the name itself, classifies the address that it is about to connect to, and connects to exactly that one:
a name that answers differently the second time gains nothing. CONNECT for https and WebSockets, else plain requests.
"""

import asyncio
import importlib.util
import logging
import socket
import sys
from collections.abc import Collection
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import NamedTuple
from urllib.parse import urlsplit

from bots.browser import refusals

log = logging.getLogger(__name__)

_CONNECT_WITHIN = 20  # seconds
_HEAD_WITHIN = 60
_LARGEST_HEAD = 256 * 1024  # cookies of some sites are long
_CHUNK = 64 * 1024
_MOST_NOTED = 200  # a page may ask for very many
_HOP = ("proxy-connection", "proxy-authorization", "connection", "keep-alive")


class Refused(Exception):
    """A status line and a sentence for the page that Chromium then shows, about the address that was asked for."""

    def __init__(self, status: str, sentence: str, host: str = "", port: int = 0) -> None:
        super().__init__(sentence)
        self.status, self.host, self.port = status, host, port


class Head(NamedTuple):
    method: str
    target: str
    lines: list[bytes]  # the header lines, without their ends

    @classmethod
    def parse(cls, data: bytes) -> "Head":
        first, *lines = data[:-4].split(b"\r\n")
        try:
            method, target, _ = first.decode("ascii").split(" ")
        except ValueError:
            raise Refused("400 Bad Request", "That was no HTTP request.") from None
        return cls(method, target, lines)


@cache
def _addresses() -> ModuleType:
    """hitl.addresses by its file: its package would start Celery in every browser server."""
    if found := sys.modules.get("hitl.addresses"):
        return found
    path = Path(__file__).parents[2] / "hitl" / "addresses.py"
    spec = importlib.util.spec_from_file_location("_addresses", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"no {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Egress:
    """`port` on loopback once started; the session's token marks what it refuses as said by us."""

    def __init__(self, private_targets: Collection[str], token: str) -> None:
        self._private_targets, self._token = private_targets, token
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self._noted: set[tuple[str, int]] = set()  # what was refused and is in the log
        self.port = 0

    async def start(self, listener: socket.socket | None = None) -> None:
        """Listen on loopback, or on a socket that is bound already."""
        where = {"sock": listener} if listener else {"host": "127.0.0.1", "port": 0}
        self._server = await asyncio.start_server(self._serve, limit=_LARGEST_HEAD, **where)
        for listening in self._server.sockets:  # asyncio spares from Nagle's 40 ms only sockets that it made itself
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server:
            self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  (a connection is always served by a task)
        self._open.add(task)
        try:
            await self._one(reader, writer)
        except Refused as refusal:
            _answer(writer, refusal, self._token)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # either side hung up
        finally:
            self._open.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request and all that follows on its connection; a plain request is the only one on its own."""
        async with asyncio.timeout(_HEAD_WITHIN):
            head = Head.parse(await reader.readuntil(b"\r\n\r\n"))
        if head.method == "CONNECT":
            host, port = _split(f"//{head.target}", 443)
            upstream = await self.connect(host, port)
            writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        else:
            host, port = _split(head.target, 80)
            upstream = await self.connect(host, port)
            upstream[1].write(_forwarded(head, self._is_inner(upstream[1])))
        await _join(reader, writer, *upstream)

    async def connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to an address of this name that may be reached. Raises Refused."""
        refused = False
        for address in await _resolve(host, port):
            if not self._may_reach(address, port, host):
                refused = True
                continue
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(_CONNECT_WITHIN):
                    return await asyncio.open_connection(address, port)
        if refused:
            raise _closed(host, port)
        raise Refused("502 Bad Gateway", f"{host} could not be reached.", host, port)

    def _is_inner(self, line: asyncio.StreamWriter) -> bool:
        """Whether it leads to what the operator has listed, and not to a site of the web."""
        peer = line.get_extra_info("peername")
        if peer is None:
            raise ConnectionResetError("It has hung up before anything was said.")
        return bool(_addresses().reason(*peer[:2]))

    async def why_closed(self, host: str, port: int) -> str:
        """Why nothing of this name may be reached; empty where it may."""
        try:
            found = await _resolve(host, port)
        except Refused as refused:
            return str(refused)
        return "" if any(self._may_reach(address, port, host) for address in found) else str(_closed(host, port))

    def _may_reach(self, address: str, port: int, host: str) -> bool:
        rules = _addresses()
        if rules.is_listed(address, port, self._private_targets, host):
            return True
        why = rules.reason(address, port) or (f"{address} is this machine itself." if _is_own(address) else "")
        self._note(host, port, why)
        return not why

    def _note(self, host: str, port: int, why: str) -> None:
        """Once for each name: the operator reads what pages are not told."""
        if why and len(self._noted) < _MOST_NOTED and (host, port) not in self._noted:
            self._noted.add((host, port))
            log.info("%s, port %s, is closed to pages: %s", host, port, why)


def _closed(host: str, port: int) -> Refused:
    """Alike for a name that is none and for one of an inner network: nobody learns here what there is in it."""
    return Refused(
        "403 Forbidden", f"{host} is not on the public internet, and the operator has not listed it.", host, port
    )


async def _resolve(host: str, port: int) -> list[str]:
    """Every address of the name, as the C library reads it."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        if getattr(error, "errno", None) == socket.EAI_AGAIN:  # those who know names are away
            raise Refused("502 Bad Gateway", f"{host} could not be looked up just now.", host, port) from None
        raise _closed(host, port) from None
    return list(dict.fromkeys(str(info[4][0]) for info in found))


def _is_own(address: str) -> bool:
    """Whether the machine would talk to itself; asks the kernel for the way there and sends nothing."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((address, 9))
        except OSError:
            return False
        return bool(probe.getsockname()[0] == address)


def _split(target: str, default_port: int) -> tuple[str, int]:
    try:
        parts = urlsplit(target)
        host, port = parts.hostname, parts.port or default_port
    except ValueError:
        host, port = None, 0
    if not host or parts.scheme not in ("", "http"):
        raise Refused("400 Bad Request", "This proxy takes http addresses and CONNECT.")
    return host, port


def _forwarded(head: Head, is_inner: bool) -> bytes:
    """The request as the site itself wants it: the path alone, and a connection that ends with the answer.

    What is within learns that a page asks, and nobody there: hitl shows its own metrics to whoever is on its machine.
    """
    parts = urlsplit(head.target)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    upgrade = any(line.lower().startswith(b"upgrade:") for line in head.lines)
    own = () if upgrade else tuple(name.encode() + b":" for name in _HOP)
    kept = [line for line in head.lines if not (own and line.lower().startswith(own))]
    if not upgrade:
        kept.append(b"Connection: close")
    if is_inner:
        kept.append(b"Via: 1.1 hitl")
    return b"\r\n".join([f"{head.method} {path} HTTP/1.1".encode(), *kept, b"", b""])


async def _join(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    other_reader: asyncio.StreamReader,
    other_writer: asyncio.StreamWriter,
) -> None:
    """Both directions until one has ended; each waits for its receiver, so nothing piles up."""
    ways = [
        asyncio.create_task(_copy(reader, other_writer)),
        asyncio.create_task(_copy(other_reader, writer)),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        other_writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()


def _answer(writer: asyncio.StreamWriter, refusal: Refused, token: str) -> None:
    """The runner knows by the mark that the answer is ours, and its body a sentence for people."""
    body = str(refusal).encode()
    head = f"HTTP/1.1 {refusal.status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
    mark = refusals.mark(token, refusal.host, refusal.port, str(refusal))
    writer.write(f"{head}{refusals.HEADER}: {mark}\r\nConnection: close\r\n\r\n".encode() + body)
