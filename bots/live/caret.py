"""Which field of the page in front has the focus, and where its caret stands.

Input methods put their candidates there, and a phone opens its keyboard for nothing else. The documents tell
themselves, by a script in a world of its own (caret.js). What is written in a field is never told.
"""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bots.live import said
from bots.live.fields import flag, list_of, one_of, real
from bots.live.world import Document, Part, World

Params = dict[str, Any]

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
    """`tell(field)` is called with a said.Field whenever another field has the focus, or its caret has moved."""

    def __init__(self, world: World, tabs: Any, tell: Callable[[said.Field], None]) -> None:
        self._world, self._tabs, self._tell = world, tabs, tell
        self._fields: dict[str, tuple[Document, said.Field]] = {}  # by session: the document that has it, the field
        self._told = said.Field()
        self._turn = asyncio.Lock()
        self._asking: set[asyncio.Task[None]] = set()
        script = Path(__file__).with_suffix(".js").read_text()
        world.add(Part(script, "hitlCaret", self._heard, self._began, self._ended))
        tabs.on_change(self._look)

    @property
    def field(self) -> said.Field:
        """The field of the page in front that has the focus; one without a mode where none has."""
        tab = self._tabs.active
        sessions = (*tab.frames, tab.session) if tab else ()
        found = [self._fields[session][1] for session in sessions if session in self._fields]
        return found[0] if found else said.Field()

    def _began(self, document: Document) -> None:
        """New, or found when listening began; that one may have its field in focus for long."""
        self._world.tell(document, "globalThis.hitlLook?.()")

    def _ended(self, document: Document) -> None:
        if self._fields.get(document[0], (None,))[0] == document:
            del self._fields[document[0]]
            self._look()

    def _heard(self, document: Document, words: str) -> None:
        asking = asyncio.create_task(self._take(document, _understood(words)))
        self._asking.add(asking)
        asking.add_done_callback(self._asking.discard)

    async def _take(self, document: Document, report: Params | None) -> None:
        """One at a time, for some must be placed first: what is told last must be what was heard last."""
        async with self._turn:
            field = await self._placed(document[0], report) if report is not None else None
            if document not in self._world.documents:
                return
            if field is not None:
                self._fields[document[0]] = (document, field)
            elif self._fields.get(document[0], (document,))[0] == document:
                self._fields.pop(document[0], None)
            self._look()

    async def _placed(self, session: str, report: Params) -> said.Field:
        offset = report.pop("offset")
        field = said.Field(**report)
        around = (0, 0) if offset["whole"] else await self._world.place_of(session)
        if around is None:
            field.box = field.caret = None
        else:
            x, y = around[0] + offset["x"], around[1] + offset["y"]
            field.box = _moved(report["box"], x, y)
            field.caret = _moved(report["caret"], x, y)
        return field

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
