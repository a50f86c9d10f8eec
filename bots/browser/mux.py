"""Many CDP clients on Chromium's one pipe. Sans-I/O: texts in, texts out.

The pipe's own root session is the server's (cdp.Cdp). Each client gets a root session of its own
(Target.attachToBrowserTarget) and whatever sessions are attached below it. Message ids are rewritten, events are
routed by sessionId; a session of somebody else does not exist for a client. What a client asks goes through the
policy, and while a person holds control, nothing goes to or comes from clients (fence.py).
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from bots.browser import policy
from bots.browser.codes import DETACHED, MALFORMED, REPLACED
from bots.browser.fence import REASON, Fence

Message = dict[str, Any]

_HANDLES = ("stream",)  # keys of results under which a stream handle is given out
_UNHELD = {  # a request that a client paused and cannot answer behind the fence goes on as it would without it
    "Fetch.requestPaused": ("Fetch.continueRequest", {}),
    "Fetch.authRequired": ("Fetch.continueWithAuth", {"authChallengeResponse": {"response": "Default"}}),
}
_INERT = {"Browser.setWindowBounds", "Browser.setContentsSize"}
# What pages say to nobody, and what they send. No step asks for it, and the one Playwright driver of all executions of
# a worker keeps the last 200 and 100 of each page, however long they are: one page would end the driver, and with it
# what others' bots are doing.
_UNHEARD = {"Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"}
_BODIES = ("postData", "postDataEntries")
LARGEST = 64 << 20  # bytes of one message to a client, who shares its process with others; a large page's picture fits
TOO_LARGE = f"The answer has more than {LARGEST >> 20} MB."


class Client:
    """One runner or script. `send` takes texts for it; `close` ends its connection with a code and a reason."""

    def __init__(
        self, role: str, send: Callable[[str], None], close: Callable[[int, str], None], epoch: int = 0
    ) -> None:
        self.epoch = epoch  # of a runner's lease
        self.role = role
        self.send = send
        self.close = close
        self.root = ""
        self.fence = Fence()
        self.sessions: set[str] = set()
        self.streams: set[str] = set()
        self.contexts: set[str] = set()
        self.paused: dict[tuple[str, str], str] = {}  # (session, request) → the event that said so
        self.waiting: set[str] = set()  # sessions of new targets that wait for this client

    def deliver(self, message: Message) -> None:
        self.send(json.dumps(message, separators=(",", ":")))

    def refuse(self, id: object, session: str | None, sentence: str) -> None:
        message: Message = {"id": id, "error": {"code": -32000, "message": sentence}}
        self.deliver(message | ({"sessionId": session} if session else {}))


class _Call(NamedTuple):
    client: Client | None
    id: Any
    session: str | None  # as the client names it: absent for its root
    method: str


class Mux:
    """`own` gets all that is for the server itself: its replies and events, with its own ids."""

    def __init__(self, write: Callable[[str], None], known: policy.Known) -> None:
        self._write = write
        self._known = known
        self._last_id = 0
        self._calls: dict[int, _Call] = {}
        self._owners: dict[str, Client | None] = {}  # session → whose it is; None: the server's own
        self.own: Callable[[Message], None] = lambda message: None
        self.clients: list[Client] = []
        self._targets: dict[str, str] = {}  # session → the target that it is on
        self.on_closing: Callable[[str], object] = lambda target: None  # a client is about to close this tab
        self.on_front: Callable[[str], None] = lambda target: None  # a client has brought this tab to the front
        self.on_context: Callable[[str], None] = lambda context: None  # a client has made this browser context
        self.is_fenced = False

    # To Chromium

    def request(self, id: object, method: str, params: Message, session: str | None = None) -> None:
        """A request of the server's own."""
        self._send(_Call(None, id, session, method), method, params, session)

    def _send(self, call: _Call, method: str, params: Message, session: str | None) -> None:
        self._last_id += 1
        self._calls[self._last_id] = call
        message: Message = {"id": self._last_id, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        self._write(json.dumps(message, separators=(",", ":")))

    def adopt(self, client: Client, root: str) -> None:
        """From now on this root session is the client's, and all that is attached below it."""
        client.root = root
        self._own(root, client)
        self.clients.append(client)
        if self.is_fenced:
            client.fence.close()

    def _own(self, session: str, client: Client | None) -> None:
        self._owners[session] = client
        if client:
            client.sessions.add(session)

    def _disown(self, session: str, client: Client | None) -> None:
        self._owners.pop(session, None)
        self._targets.pop(session, None)
        self._calls = {id: call for id, call in self._calls.items() if call.session != session}  # not answered any more
        if client:
            client.sessions.discard(session)
            client.waiting.discard(session)

    def drop(self, client: Client) -> None:
        """The client is gone: Chromium lets go of what it attached to."""
        if client not in self.clients:
            return
        self.clients.remove(client)
        for session in list(client.sessions):
            self._disown(session, client)
        self._calls = {id: call for id, call in self._calls.items() if call.client is not client}
        for context in client.contexts:
            self.request(None, "Target.disposeBrowserContext", {"browserContextId": context})
        self.request(None, "Target.detachFromTarget", {"sessionId": client.root})

    def from_client(self, client: Client, text: str | bytes) -> None:
        """One message of a client: passed on, changed, answered here, or refused."""
        try:
            message = json.loads(text)
            id, method, params = message["id"], message["method"], message.get("params") or {}
            session = message.get("sessionId")
            if not (isinstance(method, str) and isinstance(params, dict) and isinstance(session, str | None)):
                raise TypeError("method, params or sessionId")
        except (ValueError, KeyError, TypeError):
            client.close(MALFORMED, "That was no CDP message.")
            return
        self._ask(client, _Call(client, id, session, method), params)

    def _ask(self, client: Client, call: _Call, params: Message) -> None:
        try:
            params = self._checked(client, call, params)
        except policy.Refused as refusal:
            client.refuse(call.id, call.session, str(refusal))
        else:
            self._pass(client, call, params, call.session or client.root)

    def _checked(self, client: Client, call: _Call, params: Message) -> Message:
        """The parameters as they may be sent on. Raises policy.Refused."""
        if (call.session or client.root) not in client.sessions:
            raise policy.Refused("Session with given id not found.")
        if client.fence.stops(call.method):
            raise policy.Refused(REASON)
        known = self._known._replace(streams=client.streams, contexts=client.contexts)
        try:
            return policy.check(call.method, params, known)
        except (TypeError, ValueError, AttributeError):
            raise policy.Refused(f"The parameters of {call.method} have a wrong form.") from None

    def _pass(self, client: Client, call: _Call, params: Message, target: str) -> None:
        if call.method == "Browser.close":
            client.deliver({"id": call.id, "result": {}})
            client.close(DETACHED, "The browser stays; you are detached from it.")
        elif call.method in _INERT:
            client.deliver({"id": call.id, "result": {}} | ({"sessionId": call.session} if call.session else {}))
        elif call.method == "Target.attachToBrowserTarget":
            self._send(call, call.method, {}, None)
        else:
            self._note_request(client, call.method, params, target)
            self._send(call, call.method, params, target)

    def _note_request(self, client: Client, method: str, params: Message, session: str) -> None:
        """The client answers for something that waits for it, or ends a tab, or brings one to the front."""
        if method == "Runtime.runIfWaitingForDebugger":
            client.waiting.discard(session)
        elif method.startswith("Fetch."):
            client.paused.pop((session, params.get("requestId", "")), None)
        elif method in ("Page.close", "Target.closeTarget"):
            self.on_closing(self._tab(params, session))
        elif method in ("Page.bringToFront", "Target.activateTarget"):
            self.on_front(self._tab(params, session))

    def _tab(self, params: Message, session: str) -> str:
        return str(params.get("targetId") or self._targets.get(session, ""))

    # From Chromium

    def from_chromium(self, text: str | bytes) -> None:
        message, is_large = json.loads(text), len(text) > LARGEST
        if "id" in message:
            self._reply(message, is_large)
        else:
            self._event(message, is_large)

    def _reply(self, message: Message, is_large: bool) -> None:
        call = self._calls.pop(message["id"], None)
        if call is None:
            return
        if call.client is None:
            self.own(message | {"id": call.id})
            return
        if is_large:
            call.client.refuse(call.id, call.session, TOO_LARGE)
            return
        self._note_result(call.client, call.method, message.get("result", {}))
        reply = {"id": call.id} | {key: message[key] for key in ("result", "error") if key in message}
        call.client.deliver(reply | ({"sessionId": call.session} if call.session else {}))

    def _note_result(self, client: Client, method: str, result: Message) -> None:
        if method in ("Target.attachToBrowserTarget", "Target.attachToTarget") and "sessionId" in result:
            self._own(result["sessionId"], client)
        if method == "Target.createBrowserContext" and "browserContextId" in result:
            client.contexts.add(result["browserContextId"])
            self.on_context(result["browserContextId"])
        client.streams.update(result[key] for key in _HANDLES if key in result)

    def _event(self, event: Message, is_large: bool) -> None:
        session = event.get("sessionId")
        if session and session not in self._owners:
            return  # of a client that has just left
        client = self._owners[session] if session else None
        self._follow(client, event)
        if client is None:
            self.own(event)
            return
        if _is_our_world(event) or _is_unheard(client, event) or (is_large and event["method"] not in _UNHELD):
            return
        if client.role == "runner" and event["method"] == "Network.requestWillBeSent":
            _take_body_out(event["params"]["request"])
        if session == client.root:
            event.pop("sessionId")
        if client.fence.closed:
            self._behind_fence(client, event, str(session))
        else:
            client.deliver(event)

    def _follow(self, client: Client | None, event: Message) -> None:
        """Sessions come and go below the session that the event is for."""
        method, params = event["method"], event.get("params", {})
        if method == "Target.attachedToTarget":
            self._own(params["sessionId"], client)
            self._targets[params["sessionId"]] = params["targetInfo"]["targetId"]
            if client and params.get("waitingForDebugger"):
                client.waiting.add(params["sessionId"])
        elif method == "Target.detachedFromTarget":
            self._disown(params["sessionId"], client)
        elif client and method in _UNHELD:
            client.paused[event["sessionId"], params["requestId"]] = method

    # The fence

    def close_fence(self) -> None:
        """A person takes control. What clients wait for is answered now: its real answer may show what is typed."""
        self.is_fenced = True
        for client in self.clients:
            client.fence.close()
            self._void_calls(client)
            self._let_go(client)

    def _void_calls(self, client: Client) -> None:
        for id, call in list(self._calls.items()):
            if call.client is client:
                client.refuse(call.id, call.session, REASON)
                self._calls[id] = _Call(None, None, call.session, call.method)

    def _behind_fence(self, client: Client, event: Message, session: str) -> None:
        client.fence.hold(event)
        if event["method"] == "Target.attachedToTarget" or event["method"] in _UNHELD:
            self._let_go(client)

    def _let_go(self, client: Client) -> None:
        """The page must not stand still for a client that may not answer."""
        for session in client.waiting:
            self.request(None, "Runtime.runIfWaitingForDebugger", {}, session)
        for (session, request), event in client.paused.items():
            method, params = _UNHELD[event]
            self.request(None, method, {"requestId": request} | params, session)
        client.waiting.clear()
        client.paused.clear()

    def open_fence(self) -> None:
        self.is_fenced = False
        for client in list(self.clients):
            held = client.fence.open()
            if held is None:
                client.close(REPLACED, "Too much happened while a person had control: attach again.")
            for event in held or []:
                client.deliver(event)


def _is_unheard(client: Client, event: Message) -> bool:
    return client.role == "runner" and event["method"] in _UNHEARD


def _take_body_out(request: Message) -> None:
    for name in _BODIES:
        request.pop(name, None)


def _is_our_world(event: Message) -> bool:
    return (
        event["method"] == "Runtime.executionContextCreated" and event["params"]["context"]["name"] == policy.OUR_WORLD
    )
