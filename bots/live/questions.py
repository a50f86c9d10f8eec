"""What pages wait for an answer to: one question per tab, which goes with the page or the frame that asked."""

import itertools
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar


class Question(Protocol):
    @property
    def session(self) -> str | None:
        """Of the page or the frame that asks."""

    @property
    def frame(self) -> str: ...


Q = TypeVar("Q", bound=Question)


class Questions(Generic[Q]):
    """Those that are open. `gone` is called with one that was closed because its page or frame went elsewhere."""

    def __init__(self, cdp: Any, gone: Callable[[Q], None]) -> None:
        self._gone = gone
        self._open: dict[str, Q] = {}  # by the session of the tab
        self._numbers = itertools.count(1)
        cdp.listen("Page.frameNavigated", self._navigated)

    def number(self) -> int:
        """For the next one: its answer names it, so that it is for no other."""
        return next(self._numbers)

    def of(self, tab_session: str | None) -> Q | None:
        return self._open.get(tab_session or "")

    def open(self, tab_session: str, question: Q) -> None:
        self._open[tab_session] = question

    def close(self, tab_session: str | None) -> Q | None:
        """It was answered, or is not to be any more."""
        return self._open.pop(tab_session or "", None)

    def close_all(self) -> list[Q]:
        closed, self._open = list(self._open.values()), {}
        return closed

    def _navigated(self, params: dict[str, Any], session: str | None) -> None:
        frame = params["frame"]
        for tab_session, question in list(self._open.items()):
            if frame["id"] == question.frame or (session == tab_session and "parentId" not in frame):
                del self._open[tab_session]
                self._gone(question)
