"""The server's own CDP client: the root session of Chromium's pipe, over the multiplexer."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

from bots.browser.beside import without_words
from bots.browser.mux import Mux

log = logging.getLogger(__name__)

Params = dict[str, Any]
Callback = Callable[[Params, str | None], None]


class CdpError(Exception):
    """Chromium said no, or is gone."""


class _Sent(NamedTuple):
    method: str
    session: str | None
    answer: asyncio.Future[Params]
    is_call: bool  # somebody wants to know what the answer is


class Cdp:
    """Calls and events of every session that the server itself has attached to."""

    def __init__(self, mux: Mux) -> None:
        self._mux = mux
        self._last_id = 0
        self._sent: dict[int, _Sent] = {}  # what has not been answered
        self._listeners: dict[str, list[Callback]] = defaultdict(list)
        self._gone: str | None = None
        mux.own = self._receive

    async def call(self, method: str, params: Params | None = None, session: str | None = None) -> Params:
        """The result. Raises CdpError; also at once for what waits when its page, or all of Chromium, goes."""
        if self._gone is not None:
            raise CdpError(self._gone)
        answer: asyncio.Future[Params] = asyncio.get_running_loop().create_future()
        id = self._send(_Sent(method, session, answer, True), params)
        try:
            return await answer
        finally:
            self._sent.pop(id, None)

    async def call_on(
        self, node: int, function: str, session: str | None, *arguments: Any, gesture: bool = False
    ) -> None:
        """Call this function on a node of the page; a gesture is as if a person had pressed there. Raises CdpError."""
        found = await self.call("DOM.resolveNode", {"backendNodeId": node}, session)
        call = {
            "functionDeclaration": function,
            "objectId": found["object"]["objectId"],
            "arguments": [{"value": value} for value in arguments],
            "userGesture": gesture,
        }
        await self.call("Runtime.callFunctionOn", call, session)

    def post(self, method: str, params: Params | None = None, session: str | None = None) -> asyncio.Future[Params]:
        """Send and go on; the order of calls is kept. Done when Chromium has answered, were it an error.

        That is logged by its method alone.
        """
        answer: asyncio.Future[Params] = asyncio.get_running_loop().create_future()
        if self._gone is None:
            self._send(_Sent(method, session, answer, False), params)
        else:
            answer.set_result({})
        return answer

    def _send(self, sent: _Sent, params: Params | None) -> int:
        self._last_id += 1
        self._sent[self._last_id] = sent
        self._mux.request(self._last_id, sent.method, params or {}, sent.session)
        return self._last_id

    def listen(self, method: str, callback: Callback) -> None:
        """callback(params, session) for each such event on the server's own sessions."""
        self._listeners[method].append(callback)

    def lost(self, reason: str) -> None:
        """Chromium is gone: nobody waits in vain."""
        self._gone = reason
        self._give_up(list(self._sent), reason)

    def _give_up(self, ids: list[int], reason: str) -> None:
        for id in ids:
            _settle(self._sent.pop(id), {"message": reason})

    def _receive(self, message: Params) -> None:
        if "id" in message:
            self._answer(message)
            return
        self._notice_end(message)
        for callback in self._listeners.get(message["method"], []):
            try:
                callback(message.get("params", {}), message.get("sessionId"))
            except Exception as error:  # the other listeners and the messages behind this one go on
                log.error("A listener to %s has failed: %s", message["method"], without_words(error))

    def _notice_end(self, event: Params) -> None:
        """Chromium answers nothing any more that was asked of a page which then went or crashed."""
        ended = None
        if event["method"] == "Target.detachedFromTarget":
            ended = event["params"]["sessionId"]
        elif event["method"] == "Inspector.targetCrashed":
            ended = event.get("sessionId")
        if ended:
            self._give_up([id for id, sent in self._sent.items() if sent.session == ended], "The page went away.")

    def _answer(self, message: Params) -> None:
        sent, error = self._sent.pop(message["id"], None), message.get("error")
        if sent is None:
            return
        if error and not sent.is_call:
            log.info("%s: %s", sent.method, error.get("code"))
        _settle(sent, error, message.get("result"))


def _settle(sent: _Sent, error: Params | None, result: Params | None = None) -> None:
    if sent.answer.done():  # nobody waits any more
        return
    if error and sent.is_call:
        sent.answer.set_exception(CdpError(error.get("message", "")))
    else:
        sent.answer.set_result(result or {})
