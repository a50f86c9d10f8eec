"""Which field of the page in front has the focus, and where its caret stands.

Input methods put their candidates there, and a phone opens its keyboard for nothing else. The documents tell
themselves, by a script in a world of its own (caret.js). What is written in a field is never told.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bots.live import said
from bots.live.fields import flag, list_of, one_of, real

log = logging.getLogger(__name__)

Params = dict[str, Any]

_WORLD, _BINDING = "hitl", "hitlCaret"
_SCRIPT = (Path(__file__).parent / "caret.js").read_text()
_MODES = ("none", "text", "search", "email", "tel", "url", "numeric", "decimal")
_FAR = real(-1e6, 1e6)
_CHECKS = {
    "mode": one_of(*_MODES),
    "secret": flag,
    "code": flag,
    "lines": flag,
    "correct": flag,
    "box": list_of(_FAR, 4),
    "caret": list_of(_FAR, 3),
}
_LONGEST = 1_000  # characters of a report


class Caret:
    """`tell(field)` is called with a said.Field whenever another field has the focus, or its caret has moved.

    Between `start` and `stop`, which is while somebody drives: with Runtime enabled, all that pages write to their
    consoles comes along.
    """

    def __init__(self, cdp: Any, tabs: Any, tell: Callable[[said.Field], None]) -> None:
        self._cdp, self._tabs, self._tell = cdp, tabs, tell
        self._fields: dict[str, tuple[int, said.Field]] = {}  # by session: the document that has it, the field
        self._told = said.Field()
        self._on = False
        self._turn = asyncio.Lock()
        self._asking: set[asyncio.Task[None]] = set()
        cdp.listen("Target.attachedToTarget", lambda params, _: self._attached(params["sessionId"]))
        cdp.listen("Target.detachedFromTarget", lambda params, _: self._forget(params["sessionId"]))
        cdp.listen("Runtime.executionContextCreated", self._began)
        cdp.listen("Runtime.executionContextDestroyed", self._ended)
        cdp.listen("Runtime.executionContextsCleared", lambda _, session: self._forget(session))
        cdp.listen("Runtime.bindingCalled", self._heard)
        tabs.on_change(self._look)
        for session in self._sessions():
            self._attached(session)

    def start(self) -> None:
        self._on = True
        for session in self._sessions():
            self._listen_to(session)

    def stop(self) -> None:
        self._on = False
        for session in self._sessions():
            self._cdp.post("Runtime.disable", {}, session)
        self._fields.clear()

    @property
    def field(self) -> said.Field:
        """The field of the page in front that has the focus; one without a mode where none has."""
        tab = self._tabs.active
        sessions = (*tab.frames, tab.session) if tab else ()
        found = [self._fields[session][1] for session in sessions if session in self._fields]
        return found[0] if found else said.Field()

    def _sessions(self) -> list[str]:
        return [session for tab in self._tabs.all() for session in (tab.session, *tab.frames)]

    def _attached(self, session: str) -> None:
        script = {"source": _SCRIPT, "worldName": _WORLD, "runImmediately": True}
        self._cdp.post("Page.addScriptToEvaluateOnNewDocument", script, session)
        if self._on:
            self._listen_to(session)

    def _listen_to(self, session: str) -> None:
        self._cdp.post("Runtime.enable", {}, session)
        self._cdp.post("Runtime.addBinding", {"name": _BINDING, "executionContextName": _WORLD}, session)

    def _began(self, params: Params, session: str | None) -> None:
        """A document, new or found when listening began; that one may have its field in focus for long."""
        context = params["context"]
        if context["name"] == _WORLD:
            again = {"expression": "globalThis.hitlLook?.()", "contextId": context["id"]}
            self._cdp.post("Runtime.evaluate", again, session)

    def _ended(self, params: Params, session: str | None) -> None:
        if session and self._fields.get(session, (None,))[0] == params["executionContextId"]:
            self._forget(session)

    def _heard(self, params: Params, session: str | None) -> None:
        if params["name"] != _BINDING or session is None or not self._on:
            return
        report = _understood(params["payload"])
        asking = asyncio.create_task(self._take(session, params["executionContextId"], report))
        self._asking.add(asking)
        asking.add_done_callback(self._asking.discard)

    async def _take(self, session: str, document: int, report: Params | None) -> None:
        """One at a time, for some must be placed first: what is told last must be what was heard last."""
        async with self._turn:
            if report is not None:
                self._fields[session] = (document, await self._placed(session, report))
            elif self._fields.get(session, (document,))[0] == document:
                self._fields.pop(session, None)
            self._look()

    async def _placed(self, session: str, report: Params) -> said.Field:
        offset = report.pop("offset")
        field = said.Field(**report)
        around = (0, 0) if offset["whole"] else await self._frame_at(session)
        if around is None:
            field.box = field.caret = None
        else:
            x, y = around[0] + offset["x"], around[1] + offset["y"]
            field.box = _moved(report["box"], x, y)
            field.caret = _moved(report["caret"], x, y)
        return field

    async def _frame_at(self, session: str) -> tuple[float, float] | None:
        """Where the frame that has a session of its own stands in the page; None where nobody says so."""
        tab = next((tab for tab in self._tabs.all() if session in tab.frames), None)
        if tab is None:
            return None
        try:
            target = (await self._cdp.call("Target.getTargetInfo", {}, session))["targetInfo"]["targetId"]
            owner = await self._cdp.call("DOM.getFrameOwner", {"frameId": target}, tab.session)
            box = await self._cdp.call("DOM.getBoxModel", {"backendNodeId": owner["backendNodeId"]}, tab.session)
        except Exception as error:  # the frame is gone, or stands in another frame of its own process
            log.info("A frame without a place: %s", type(error).__name__)
            return None
        return box["model"]["content"][0], box["model"]["content"][1]

    def _forget(self, session: str | None) -> None:
        if session and self._fields.pop(session, None):
            self._look()

    def _look(self) -> None:
        if self.field != self._told:
            self._told = self.field
            self._tell(self._told)


def _understood(payload: str) -> Params | None:
    """The report of a document, or None: it has no field in focus, or its process has been taken over."""
    try:
        report = json.loads(payload) if len(payload) <= _LONGEST else None
        return {name: report[name] for name in (*_CHECKS, "offset")} if report and _is_whole(report) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _is_whole(report: Params) -> bool:
    offset = report["offset"]
    wrongs = [check(report[name]) for name, check in _CHECKS.items()]
    wrongs += [_FAR(offset["x"]), _FAR(offset["y"]), flag(offset["whole"])]
    return not any(wrongs) and (len(report["box"]), len(report["caret"])) == (4, 3)


def _moved(place: list[float], x: float, y: float) -> list[float]:
    return [round(place[0] + x, 1), round(place[1] + y, 1), *(round(side, 1) for side in place[2:])]
