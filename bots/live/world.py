"""Scripts of ours in every document of the browser, in a world where no page can see them or speak in their name."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from bots.browser.cdp import CdpError
from bots.browser.policy import OUR_WORLD

log = logging.getLogger(__name__)

Document = tuple[str, int]  # its session and context

_PLACED_WITHIN = 1.0  # seconds
_MOST_ASKED = 100  # documents of one page


class Part(NamedTuple):
    """A script, and who follows it: when a document with it comes or goes, and when it speaks through its binding.

    `rests`: nobody drives any more, and the document is still there.
    """

    script: str
    binding: str = ""
    heard: Callable[[Document, str], None] = lambda document, words: None
    began: Callable[[Document], None] = lambda document: None
    ended: Callable[[Document], None] = lambda document: None
    rests: Callable[[Document], None] = lambda document: None


class World:
    """`add` what belongs into it; `documents` are those there are while it listens.

    It listens only between `start` and `stop`, which is while somebody drives: with Runtime enabled, all that pages
    write to their consoles comes along, and a page's own scripts could notice.
    """

    def __init__(self, cdp: Any, tabs: Any) -> None:
        self._cdp, self._tabs = cdp, tabs
        self._parts = [Part(Path(__file__).with_suffix(".js").read_text())]  # theirs and, first, ours
        self._on = False
        self.documents: dict[Document, str | None] = {}  # and the frame that each stands in
        cdp.listen("Target.attachedToTarget", lambda params, _: self._attached(params["sessionId"]))
        cdp.listen("Target.detachedFromTarget", lambda params, _: self._forget(params["sessionId"]))
        cdp.listen("Runtime.executionContextCreated", self._created)
        cdp.listen("Runtime.executionContextDestroyed", self._destroyed)
        cdp.listen("Runtime.executionContextsCleared", lambda _, session: self._forget(session))
        cdp.listen("Runtime.bindingCalled", self._called)
        for session in self._sessions():
            self._bring(self._parts[0], session)

    def add(self, part: Part) -> None:
        """From now on its script is in every document."""
        self._parts.append(part)
        for session in self._sessions():
            self._bring(part, session)

    def start(self) -> None:
        if self._on:
            return
        self._on = True
        for session in self._sessions():
            self._listen_to(session)

    def stop(self) -> None:
        if not self._on:
            return
        self._on = False
        for document in self.documents:
            for part in self._parts:
                part.rests(document)
        for session in self._sessions():
            self._cdp.post("Runtime.disable", {}, session)
        for document in list(self.documents):
            self._end(document)

    def documents_in_front(self) -> list[Document]:
        return [document for document in self.documents if self.is_in_front(document)][:_MOST_ASKED]

    def is_in_front(self, document: Document) -> bool:
        tab = self._tabs.active
        return tab is not None and document[0] in (tab.session, *tab.frames)

    def frame_of(self, document: Document) -> str | None:
        """None where the document is gone."""
        return self.documents.get(document)

    async def evaluate(self, document: Document, expression: str, gesture: bool = False) -> Any:
        """The expression's value there; None where the document is gone. `gesture`: as if the person had just pressed
        there, which allows the page what it may do only then."""
        session, context = document
        wanted = {"contextId": context, "returnByValue": True, "userGesture": gesture}
        try:
            answer = await self._cdp.call("Runtime.evaluate", {"expression": expression} | wanted, session)
        except CdpError:
            return None
        return answer["result"].get("value")

    def tell(self, document: Document, expression: str) -> None:
        """Evaluate it there, without waiting."""
        session, context = document
        self._cdp.post("Runtime.evaluate", {"expression": expression, "contextId": context}, session)

    async def place_of(self, session: str) -> tuple[float, float] | None:
        """Where the frame that has a session of its own stands in the page; None where nobody says so soon."""
        tab = self._tabs.of(session)
        try:
            async with asyncio.timeout(_PLACED_WITHIN):  # a page whose script never ends does not answer
                return await self._place_in(tab, session) if tab else None
        except (CdpError, TimeoutError) as error:  # the frame is gone
            log.info("A frame without a place: %s", type(error).__name__)
            return None

    async def _place_in(self, tab: Any, session: str) -> tuple[float, float]:
        """The page, or another of its frames, holds the element; what that stands in, in turn, may be a frame."""
        if session == tab.session:
            return 0, 0
        target = (await self._cdp.call("Target.getTargetInfo", {}, session))["targetInfo"]["targetId"]
        holder, node = await self._holder(tab, target)
        box = await self._cdp.call("DOM.getBoxModel", {"backendNodeId": node}, holder)
        x, y = await self._place_in(tab, holder)
        return x + box["model"]["content"][0], y + box["model"]["content"][1]

    async def _holder(self, tab: Any, frame: str) -> tuple[str, int]:
        """The session that knows the frame's element, and the element. One that hangs keeps no other from saying so."""
        asked = [asyncio.create_task(self._owner(session, frame)) for session in (tab.session, *tab.frames)]
        try:
            for answer in asyncio.as_completed(asked):
                if found := await answer:
                    return found
        finally:
            for each in asked:
                each.cancel()
        raise CdpError("No page holds this frame.")

    async def _owner(self, session: str, frame: str) -> tuple[str, int] | None:
        """None where this one does not hold it."""
        with suppress(CdpError):
            owner = await self._cdp.call("DOM.getFrameOwner", {"frameId": frame}, session)
            return session, owner["backendNodeId"]
        return None

    def _sessions(self) -> list[str]:
        return [session for tab in self._tabs.all() for session in (tab.session, *tab.frames)]

    def _attached(self, session: str) -> None:
        for part in self._parts:
            self._bring(part, session)
        if self._on:
            self._listen_to(session)

    def _bring(self, part: Part, session: str) -> None:
        source = _once(self._parts.index(part), part.script)
        script = {"source": source, "worldName": OUR_WORLD, "runImmediately": True}
        self._cdp.post("Page.addScriptToEvaluateOnNewDocument", script, session)

    def _listen_to(self, session: str) -> None:
        self._cdp.post("Runtime.enable", {}, session)
        for part in self._parts:
            if part.binding:
                binding = {"name": part.binding, "executionContextName": OUR_WORLD}
                self._cdp.post("Runtime.addBinding", binding, session)

    def _created(self, params: dict[str, Any], session: str | None) -> None:
        context = params["context"]
        if self._on and session and context["name"] == OUR_WORLD:
            document = (session, context["id"])
            self.documents[document] = context.get("auxData", {}).get("frameId")
            for part in self._parts:
                part.began(document)

    def _destroyed(self, params: dict[str, Any], session: str | None) -> None:
        self._end((session or "", params["executionContextId"]))

    def _forget(self, session: str | None) -> None:
        for document in [each for each in self.documents if each[0] == session]:
            self._end(document)

    def _end(self, document: Document) -> None:
        if document in self.documents:
            del self.documents[document]
            for part in self._parts:
                part.ended(document)

    def _called(self, params: dict[str, Any], session: str | None) -> None:
        document = (session or "", params["executionContextId"])
        for part in self._parts:
            if document in self.documents and part.binding == params["name"]:
                part.heard(document, params["payload"])


def _once(number: int, script: str) -> str:
    """Chromium asks again for what a renderer has not answered: a tab that comes while its page does has it twice."""
    return f"if (!(globalThis.hitlHas ??= [])[{number}]) {{\nhitlHas[{number}] = true;\n{script}\n}}"
