"""What pages want drawn outside of themselves: lists and pickers of fields, and their print buttons.

Lists and pickers are in the picture too, and work there with mouse and keyboard. Who wants them as controls of their
own device gets what the field offers, and what they choose is put into it; pickers.js does both, inside the page.
"""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bots.browser.cdp import CdpError
from bots.live.control import Refused
from bots.live.said import Picker
from bots.live.world import Document, World

_KINDS = ("one", "many", "date", "time", "month", "week", "datetime-local", "color", "suggested")
_WORDS = ("label", "value", "min", "max", "step")
_BETWEEN_PRINTS = 5.0  # seconds: a page may print without end
_CHANGED = "The field has changed meanwhile. Open it again."


class Pickers:
    """`tell(picker)` is called when a field asks to be filled. Nothing changes in pages unless `own` was called."""

    def __init__(self, cdp: Any, tabs: Any, tell: Callable[[Picker], None]) -> None:
        self._cdp, self._tell = cdp, tell
        self._own = False
        self._printed_at = -_BETWEEN_PRINTS
        self.printed: Callable[[], None] = lambda: None  # a page's own print button was pressed
        self._asked: Document | None = None
        self._asking: set[asyncio.Task[None]] = set()
        self._world = World(cdp, tabs, "hitlPicker", Path(__file__).with_suffix(".js"), self._set, self._heard)

    def drive(self, own: bool | None) -> None:
        """Whether the one who drives wants controls of their own; None: nobody drives."""
        if bool(own) != self._own:
            self._own, self._asked = bool(own), None
            for document in self._world.documents:
                self._set(document)
        if own is None:
            self._world.stop()
        else:
            self._world.start()

    async def fill(self, value: str | None, chosen: list[list[Any]]) -> None:
        """Put into the field what was chosen. Raises Refused."""
        answer = json.dumps({"value": value or "", "chosen": chosen})
        if self._asked is None or not await self._evaluate(self._asked, f"hitlFill({answer})"):
            raise Refused(_CHANGED)

    def _heard(self, document: Document, said: str) -> None:
        if said == "print" and time.monotonic() - self._printed_at > _BETWEEN_PRINTS:
            self._printed_at = time.monotonic()
            self.printed()
        elif said == "asked" and self._own:
            asking = asyncio.create_task(self._describe(document))
            self._asking.add(asking)
            asking.add_done_callback(self._asking.discard)

    async def _describe(self, document: Document) -> None:
        found = await self._evaluate(document, "hitlDescribe()")
        if isinstance(found, dict) and found.get("kind") in _KINDS:
            self._asked = document
            words = {name: str(found.get(name) or "")[:1_000] for name in _WORDS}
            options = [option for option in found.get("options") or [] if _is_option(option)]
            self._tell(Picker(found["kind"], **words, options=options, all=int(found.get("all") or 0)))

    def _set(self, document: Document) -> None:
        session, context = document
        expression = f"hitlOwn = {json.dumps(self._own)}"
        self._cdp.post("Runtime.evaluate", {"expression": expression, "contextId": context}, session)

    async def _evaluate(self, document: Document, expression: str) -> Any:
        """None where the document is gone."""
        session, context = document
        wanted = {"contextId": context, "returnByValue": True, "userGesture": True}
        try:
            answer = await self._cdp.call("Runtime.evaluate", {"expression": expression} | wanted, session)
        except CdpError:
            return None
        return answer["result"].get("value")


def _is_option(option: Any) -> bool:
    """[text, group, disabled, selected]"""
    return isinstance(option, list) and [type(each) for each in option] == [str, str, bool, bool]
