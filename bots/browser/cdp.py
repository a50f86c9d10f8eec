"""The server's own CDP client: the root session of Chromium's pipe, over the multiplexer."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from bots.browser.mux import Mux

log = logging.getLogger(__name__)

Params = dict[str, Any]
Callback = Callable[[Params, str | None], None]


class CdpError(Exception):
    """Chromium said no, or is gone."""


class Cdp:
    """Calls and events of every session that the server itself has attached to."""

    def __init__(self, mux: Mux) -> None:
        self._mux = mux
        self._last_id = 0
        self._waiting: dict[int, asyncio.Future[Params]] = {}
        self._posted: dict[int, str] = {}
        self._listeners: dict[str, list[Callback]] = defaultdict(list)
        self._gone: str | None = None
        mux.own = self._receive

    async def call(self, method: str, params: Params | None = None, session: str | None = None) -> Params:
        """The result. Raises CdpError; also at once for everything that waits when Chromium goes."""
        if self._gone is not None:
            raise CdpError(self._gone)
        self._last_id += 1
        answer = self._waiting[self._last_id] = asyncio.get_running_loop().create_future()
        self._mux.request(self._last_id, method, params or {}, session)
        try:
            return await answer
        finally:
            self._waiting.pop(self._last_id, None) if answer.cancelled() else None

    def post(self, method: str, params: Params | None = None, session: str | None = None) -> None:
        """Send and go on; the order of calls is kept. An error is logged by its method alone."""
        if self._gone is None:
            self._last_id += 1
            self._posted[self._last_id] = method
            self._mux.request(self._last_id, method, params or {}, session)

    def listen(self, method: str, callback: Callback) -> None:
        """callback(params, session) for each such event on the server's own sessions."""
        self._listeners[method].append(callback)

    def lost(self, reason: str) -> None:
        """Chromium is gone: nobody waits in vain."""
        self._gone = reason
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(CdpError(reason))
        self._waiting.clear()

    def _receive(self, message: Params) -> None:
        if "id" in message:
            self._answer(message)
            return
        for callback in self._listeners.get(message["method"], []):
            callback(message.get("params", {}), message.get("sessionId"))

    def _answer(self, message: Params) -> None:
        answer, posted = self._waiting.pop(message["id"], None), self._posted.pop(message["id"], None)
        error = message.get("error")
        if posted and error:
            log.info("%s: %s", posted, error.get("code"))
        if answer is None or answer.done():
            return
        if error:
            answer.set_exception(CdpError(error.get("message", "")))
        else:
            answer.set_result(message["result"])
