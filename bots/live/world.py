"""A script of ours in every document of the browser, in a world where no page can see it or speak in its name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

Document = tuple[str, int]  # its session and context

_WORLD = "hitl"


class World:
    """`began(document)` for each document there is while it listens, `heard(document, words)` when the script speaks.

    It listens only between `start` and `stop`: with Runtime enabled, a page's own scripts could notice.
    """

    def __init__(
        self,
        cdp: Any,
        tabs: Any,
        binding: str,
        script: Path,
        began: Callable[[Document], None],
        heard: Callable[[Document, str], None],
    ) -> None:
        self._cdp, self._tabs, self._binding, self._began, self._heard = cdp, tabs, binding, began, heard
        self._source = script.read_text()
        self._on = False
        self.documents: set[Document] = set()
        cdp.listen("Target.attachedToTarget", lambda params, _: self._attached(params["sessionId"]))
        cdp.listen("Target.detachedFromTarget", lambda params, _: self._forget(params["sessionId"]))
        cdp.listen("Runtime.executionContextCreated", self._created)
        cdp.listen("Runtime.executionContextDestroyed", self._destroyed)
        cdp.listen("Runtime.executionContextsCleared", lambda _, session: self._forget(session))
        cdp.listen("Runtime.bindingCalled", self._called)
        for session in self._sessions():
            self._attached(session)

    def start(self) -> None:
        if self._on:
            return
        self._on = True
        for session in self._sessions():
            self._listen_to(session)

    def stop(self) -> None:
        self.documents.clear()
        if self._on:
            self._on = False
            for session in self._sessions():
                self._cdp.post("Runtime.disable", {}, session)

    def _sessions(self) -> list[str]:
        return [session for tab in self._tabs.all() for session in (tab.session, *tab.frames)]

    def _attached(self, session: str) -> None:
        script = {"source": self._source, "worldName": _WORLD, "runImmediately": True}
        self._cdp.post("Page.addScriptToEvaluateOnNewDocument", script, session)
        if self._on:
            self._listen_to(session)

    def _listen_to(self, session: str) -> None:
        self._cdp.post("Runtime.enable", {}, session)
        self._cdp.post("Runtime.addBinding", {"name": self._binding, "executionContextName": _WORLD}, session)

    def _created(self, params: dict[str, Any], session: str | None) -> None:
        context = params["context"]
        if session and context["name"] == _WORLD:
            self.documents.add((session, context["id"]))
            self._began((session, context["id"]))

    def _destroyed(self, params: dict[str, Any], session: str | None) -> None:
        self.documents.discard((session or "", params["executionContextId"]))

    def _forget(self, session: str | None) -> None:
        self.documents = {document for document in self.documents if document[0] != session}

    def _called(self, params: dict[str, Any], session: str | None) -> None:
        if self._on and session and params["name"] == self._binding:
            self._heard((session, params["executionContextId"]), params["payload"])
