"""The dialogs that pages have open: alert, confirm, prompt, and the question whether to leave."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from bots.live.said import Dialog

_LONGEST = 5_000
_MANY = 4  # dialogs of one page, from which on the person may also want to be rid of it


class Dialogs:
    """One per page session at most: the page stands still until it is answered."""

    def __init__(self, cdp: Any, changed: Callable[[], None]) -> None:
        self._cdp, self._changed = cdp, changed
        self._open: dict[str | None, Dialog] = {}
        self._counts: Counter[str | None] = Counter()  # of dialogs since the page came
        cdp.listen("Page.javascriptDialogOpening", self._opening)
        cdp.listen("Page.javascriptDialogClosed", self._closed)
        cdp.listen("Page.frameNavigated", self._navigated)

    def of(self, session: str | None) -> Dialog | None:
        return self._open.get(session)

    def answer(self, session: str | None, accept: bool, text: str | None) -> bool:
        """False where no dialog is open (any more)."""
        if session not in self._open:
            return False
        words = {"promptText": text} if text is not None else {}
        self._cdp.post("Page.handleJavaScriptDialog", {"accept": accept, **words}, session)
        return True

    def forget(self, sessions: set[str]) -> None:
        """Keep only the dialogs of pages that are still there."""
        self._counts = Counter({session: self._counts[session] for session in sessions})
        self._open = {session: dialog for session, dialog in self._open.items() if session in sessions}

    def _opening(self, params: dict[str, Any], session: str | None) -> None:
        text = (params.get("message") or "")[:_LONGEST]
        default = (params.get("defaultPrompt") or "")[:_LONGEST]
        self._counts[session] += 1
        self._open[session] = Dialog(params["type"], text, default, self._counts[session] >= _MANY)
        self._changed()

    def _closed(self, params: dict[str, Any], session: str | None) -> None:
        if self._open.pop(session, None):
            self._changed()

    def _navigated(self, params: dict[str, Any], session: str | None) -> None:
        if "parentId" not in params["frame"]:
            self._counts.pop(session, None)
