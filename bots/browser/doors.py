"""The three doors of a browser server: /cdp for runner and script, /live for viewers, /control for web and worker."""

import asyncio
import base64
import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from bots.browser.beside import Beside, without_words
from bots.browser.cdp import CdpError
from bots.browser.codes import BEHIND, OVER
from bots.browser.fence import REASON
from bots.browser.mux import Client
from bots.browser.session import Session
from bots.live.control import Refused

log = logging.getLogger(__name__)

_LARGEST_CDP = 256 << 20  # what a client may send in one message: injected scripts, uploads, fulfilled requests
_BACKLOG = 8 << 20  # bytes that may wait for a client that has stopped reading
_PATIENCE = 2.0  # seconds in which it has taken nothing
_ROLES = ("runner", "script")
_NO_QUESTION = "That was no question that can be answered: something is missing or wrong."


class Doors:
    """Handshakes are checked by `check`, connections served by `serve`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._token = session.config.token.encode()
        self._answers = Beside()

    def check(self, line: ServerConnection, request: Request) -> Response | None:
        """The token before anything else, and the same answer for everything that is wrong."""
        headers = request.headers
        given = "".join(headers.get_all("Authorization")).encode("utf-8", "replace")
        is_known = hmac.compare_digest(given, b"Bearer " + self._token)
        if not is_known or "Origin" in headers or request.path not in ("/cdp", "/live", "/control"):
            return line.respond(HTTPStatus.UNAUTHORIZED, "No.\n")
        if self._session.reason and request.path != "/control":
            return line.respond(HTTPStatus.GONE, f"{self._session.reason}\n")
        if request.path == "/cdp" and (refusal := self._refusal(request)):
            return line.respond(HTTPStatus.CONFLICT, f"{refusal}\n")
        return None

    def _refusal(self, request: Request) -> str:
        role, epoch = request.headers.get("X-Hitl-Role"), request.headers.get("X-Hitl-Epoch", "")
        if role not in _ROLES:
            return "The header X-Hitl-Role must be runner or script."
        if role == "runner" and not (epoch.isdecimal() and self._session.raise_runner_epoch(int(epoch))):
            return "Another worker runs this execution now."
        return ""

    async def serve(self, line: ServerConnection) -> None:
        assert line.request is not None  # noqa: S101  (there was a handshake)
        match line.request.path:
            case "/cdp":
                role, epoch = line.request.headers["X-Hitl-Role"], line.request.headers.get("X-Hitl-Epoch", "")
                await CdpDoor(self._session, line, role, int(epoch) if role == "runner" else 0).serve()
            case "/live":
                await self._session.live.serve(line)
            case "/control":
                await ControlDoor(self._session, line, self._answers).serve()

    async def settle(self) -> None:
        """Until every question that was put has its answer: `end` is one of them."""
        await self._answers.settle()


class CdpDoor:
    """One runner's or script's connection. Texts wait here until it has read those before."""

    def __init__(self, session: Session, line: ServerConnection, role: str, epoch: int) -> None:
        self._session, self._line = session, line
        self._client = Client(role, self._put, self._close, epoch)
        self._waiting: asyncio.Queue[str] = asyncio.Queue()
        self._backlog = 0
        self._taken_at = 0.0
        self._closing: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        self._line.protocol.max_message_size = _LARGEST_CDP
        pump = asyncio.create_task(self._pump())
        try:
            await self._session.attach(self._client)
            async for text in self._line:
                self._session.mux.from_client(self._client, text)
        except ConnectionClosed:
            pass
        except CdpError as error:
            await self._line.close(OVER, str(error)[:120])
        finally:
            self._session.detach(self._client)
            pump.cancel()
            await self._line.close()

    def _put(self, text: str) -> None:
        now = asyncio.get_running_loop().time()
        if self._waiting.empty():
            self._taken_at = now
        self._waiting.put_nowait(text)
        self._backlog += len(text)
        if self._backlog > _BACKLOG and now - self._taken_at > _PATIENCE:
            self._close(BEHIND, "You stopped reading.")

    async def _pump(self) -> None:
        try:
            while True:
                text = await self._waiting.get()
                await self._line.send(text)
                self._waiting.task_done()
                self._backlog -= len(text)
                self._taken_at = asyncio.get_running_loop().time()
        except ConnectionClosed:
            pass

    def _close(self, code: int, reason: str) -> None:
        """What it was sent before still arrives, unless it does not read."""
        self._session.mux.drop(self._client)
        self._client.send = lambda text: None
        self._closing = self._closing or asyncio.create_task(self._say_goodbye(code, reason))

    async def _say_goodbye(self, code: int, reason: str) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(0 if code == BEHIND else _PATIENCE):
                await self._waiting.join()
        await self._line.close(code, reason[:120])


class ControlDoor:
    """Questions and orders of web and worker, and events for them."""

    def __init__(self, session: Session, line: ServerConnection, answers: Beside) -> None:
        self._session, self._line, self._answers = session, line, answers
        self._orders: dict[str, Callable[..., Awaitable[dict[str, Any]]]] = {
            "status": self._status,
            "grant": self._grant,
            "revoke": self._revoke,
            "watch": self._watch,
            "check": self._check,
            "thumbnail": self._thumbnail,
            "runner": self._runner,
            "stop_loading": self._stop_loading,
            "file": self._file,
            "kept": self._kept,
            "discard": self._discard,
            "end": self._end,
        }

    async def serve(self) -> None:
        self._session.listeners.add(self._tell)
        try:
            async for text in self._line:
                self._answers.start(self._reply(text))
        except ConnectionClosed:
            pass
        finally:
            self._session.listeners.discard(self._tell)

    async def _reply(self, text: str | bytes) -> None:
        await self._send(await self._answer(text))

    def _tell(self, event: dict[str, Any]) -> None:
        self._session.beside.start(self._send(event))

    async def _send(self, message: dict[str, Any]) -> None:
        with suppress(ConnectionClosed):
            await self._line.send(json.dumps(message))

    async def _answer(self, text: str | bytes) -> dict[str, Any]:
        id = None
        try:
            params = json.loads(text)
            id, order = params.pop("id"), params.pop("do")
            work = self._work(order, params)
        except Refused as refusal:
            return {"id": id, "error": str(refusal)}
        except (ValueError, KeyError, TypeError, AttributeError):
            return {"id": id, "error": _NO_QUESTION}
        return {"id": id} | await _outcome(order, work)

    def _work(self, order: str, params: dict[str, Any]) -> Awaitable[dict[str, Any]]:
        """What this order is, not begun yet. Raises Refused, or TypeError where it does not take these parameters."""
        if order not in self._orders:
            raise Refused(f"There is no “{order}” here.")
        if self._session.reason and order not in ("status", "end"):
            raise Refused(self._session.reason)
        return self._orders[order](**params)  # a coroutine: nothing of it runs before it is awaited

    async def _status(self) -> dict[str, Any]:
        session = self._session
        control, tab = session.live.control, session.tabs.active
        return {
            "alive": session.reason is None,
            "reason": session.reason,
            "tabs": len(session.tabs.all()),
            "windows": session.windows(),
            "cut_off": session.is_cut_off,
            "viewers": session.live.viewers,
            "control": control.holder and asdict(control.holder),
            "input_epoch": control.input_epoch,
            "condition": session.conditions.watched,
            "downloads": session.downloads.facts(),
            "tab": tab.id if tab else "",
            "url": tab.url if tab else "",
            "title": tab.title if tab else "",
        }

    async def _grant(self, epoch: int, viewer: str, name: str) -> dict[str, Any]:
        self._session.live.control.grant(epoch, viewer, name)
        return {}

    async def _revoke(self, epoch: int) -> dict[str, Any]:
        self._session.live.control.revoke(epoch)
        return {}

    async def _watch(self, name: str, condition: dict[str, Any]) -> dict[str, Any]:
        self._session.watch(name, condition)
        return {}

    async def _check(self, condition: dict[str, Any]) -> dict[str, Any]:
        return {"missing": await self._session.conditions.missing(condition)}

    async def _thumbnail(self, width: int) -> dict[str, Any]:
        control = self._session.live.control
        before = control.highest
        if control.holder:
            raise Refused(REASON)
        jpeg = await asyncio.to_thread(self._session.thumbnail, int(width))
        if control.highest != before:  # somebody took control meanwhile: what they do may be in it
            raise Refused(REASON)
        return {"jpeg": base64.b64encode(jpeg).decode()}

    async def _runner(self, epoch: int) -> dict[str, Any]:
        if not self._session.raise_runner_epoch(epoch):
            raise Refused("A newer runner has been here.")
        self._session.conditions.unwatch()  # the bot goes on: nobody waits for it any more
        self._session.tabs.say_no()
        return {}

    async def _stop_loading(self) -> dict[str, Any]:
        self._session.tabs.stop_loading()
        await self._session.tabs.end_loops()
        return {}

    async def _file(self, download: str, offset: int) -> dict[str, Any]:
        return {"data": base64.b64encode(await self._session.downloads.read(download, int(offset))).decode()}

    async def _kept(self, download: str) -> dict[str, Any]:
        self._session.downloads.kept(download)
        return {}

    async def _discard(self, download: str, why: str) -> dict[str, Any]:
        self._session.downloads.discard(download, why)
        return {}

    async def _end(self, reason: str = "The session was ended.") -> dict[str, Any]:
        await self._session.end(reason)
        return {}


async def _outcome(order: str, work: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    """What to answer. An error of our own is told as such, and never in its own words: they may be a page's."""
    try:
        return {"ok": await work}
    except (Refused, CdpError) as refusal:
        return {"error": str(refusal)}
    except OSError as error:
        return {"error": f"The file could not be read: {error.strerror}."}
    except Exception as error:
        log.error("“%s” has failed: %s", order, without_words(error))
        return {"error": "This failed here."}
