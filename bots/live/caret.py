"""Which field of the page in front has the focus, and where its caret stands.

Input methods put their candidates there, and a phone opens its keyboard for nothing else. The documents tell
themselves, by a script in a world of its own (caret.js). What is written in a field is never told.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bots.browser.beside import Beside
from bots.live import said
from bots.live.fields import FAR, PLACE, flag, list_of, one_of, shaped, understood
from bots.live.world import Document, Part, World

Params = dict[str, Any]

_MODES = ("none", "text", "search", "email", "tel", "url", "numeric", "decimal")
_CHECKS = {
    "mode": one_of(*_MODES),
    "secret": flag,
    "code": flag,
    "lines": flag,
    "correct": flag,
    "box": list_of(FAR, 4, 4),
    "caret": list_of(FAR, 3, 3),
}
_REPORT = _CHECKS | {"offset": shaped(PLACE)}
_LONGEST = 1_000  # characters of a report


class Caret:
    """`tell()` is called whenever another field has the focus, its caret has moved, or it is secret or not any more."""

    def __init__(self, world: World, tabs: Any, tell: Callable[[], None]) -> None:
        self._world, self._tabs, self._tell = world, tabs, tell
        self._reports: dict[str, tuple[Document, Params]] = {}  # by session: the document that has the focus
        self._fields: dict[str, said.Field] = {}  # the same, placed: that takes a moment, or the page never says where
        self._beside = Beside()
        self._placing: dict[str, asyncio.Task[None]] = {}
        self._told = (said.Field(), False)
        script = Path(__file__).with_suffix(".js").read_text()
        world.add(Part(script, "hitlCaret", self._heard, self._began, self._forget))
        tabs.on_change(self._look)

    @property
    def field(self) -> said.Field:
        """The field of the page in front that has the focus; one without a mode where none has."""
        return next((self._fields[each] for each in self._sessions() if each in self._fields), said.Field())

    @property
    def is_secret(self) -> bool:
        """Whether any part of the page in front says of its field that nobody else may see it."""
        return any(self._reports[each][1]["secret"] for each in self._sessions() if each in self._reports)

    def _sessions(self) -> tuple[str, ...]:
        tab = self._tabs.active
        return (*tab.frames, tab.session) if tab else ()

    def _began(self, document: Document) -> None:
        """New, or found when listening began; that one may have its field in focus for long."""
        self._world.tell(document, "globalThis.hitlLook?.()")

    def _forget(self, document: Document) -> None:
        session = document[0]
        if self._reports.get(session, (None,))[0] == document:
            del self._reports[session]
            self._fields.pop(session, None)
            self._look()

    def _heard(self, document: Document, words: str) -> None:
        session, report = document[0], understood(words, _LONGEST, _REPORT)
        if report is None:  # it has no field in focus
            self._forget(document)
            return
        self._reports[session] = (document, report)
        self._look()  # what is secret is hidden before anybody knows where it stands
        if session not in self._placing:
            self._placing[session] = self._beside.start(self._place(session))

    async def _place(self, session: str) -> None:
        """What is told last must be what was heard last. Each session for itself: one that hangs keeps none waiting."""
        placed = None
        try:
            while (newest := self._reports.get(session)) and newest is not placed:
                field, placed = await self._placed(session, newest[1]), newest
                if session in self._reports:
                    self._fields[session] = field
                    self._look()
        finally:
            del self._placing[session]

    async def _placed(self, session: str, report: Params) -> said.Field:
        offset = report["offset"]
        field = said.Field(**{name: report[name] for name in _CHECKS})
        around = (0, 0) if offset["whole"] else await self._world.place_of(session)
        if around is None:
            field.box = field.caret = None
        else:
            x, y = around[0] + offset["x"], around[1] + offset["y"]
            field.box = _moved(report["box"], x, y)
            field.caret = _moved(report["caret"], x, y)
        return field

    def _look(self) -> None:
        if (now := (self.field, self.is_secret)) != self._told:
            self._told = now
            self._tell()


def _moved(place: list[float], x: float, y: float) -> list[float]:
    return [round(place[0] + x, 1), round(place[1] + y, 1), *(round(side, 1) for side in place[2:])]
