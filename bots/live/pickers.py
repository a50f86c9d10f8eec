"""What pages want drawn outside of themselves: lists and pickers of fields, and their print buttons.

Lists and pickers are in the picture too, and work there with mouse and keyboard. Who wants them as controls of their
own device gets what the field offers, and what they choose is put into it; pickers.js does both, inside the page.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bots.browser.beside import Beside
from bots.live.control import Refused
from bots.live.said import Picker
from bots.live.world import Document, Part, World

_KINDS = ("one", "many", "date", "time", "month", "week", "datetime-local", "color", "suggested")
_WORDS = ("label", "value", "min", "max", "step")
_BETWEEN_PRINTS = 5.0  # seconds: a page may print without end
_CHANGED = "The field has changed meanwhile. Open it again."


class Pickers:
    """`tell(picker)` is called when a field asks to be filled. Nothing changes in pages unless `own` was called."""

    def __init__(self, world: World, tell: Callable[[Picker], None]) -> None:
        self._world, self._tell = world, tell
        self._own = False
        self._printed_at = -_BETWEEN_PRINTS
        self.printed: Callable[[], None] = lambda: None  # a page's own print button was pressed
        self._asked: Document | None = None
        self._asking = Beside()
        world.add(Part(Path(__file__).with_suffix(".js").read_text(), "hitlPicker", self._heard, self._set))

    def drive(self, own: bool) -> None:
        """Whether somebody drives who wants controls of their own."""
        if own != self._own:
            self._own, self._asked = own, None
            for document in self._world.documents:
                self._set(document)

    async def fill(self, value: str | None, chosen: list[list[Any]]) -> None:
        """Put into the field what was chosen. Raises Refused."""
        answer = json.dumps({"value": value or "", "chosen": chosen})
        if self._asked is None or not await self._world.evaluate(self._asked, f"hitlFill({answer})", gesture=True):
            raise Refused(_CHANGED)

    def _heard(self, document: Document, said: str) -> None:
        if said == "print":
            self._print(document)
        elif said == "asked" and self._own:
            self._asking.start(self._describe(document))

    def _print(self, document: Document) -> None:
        """What is printed is the page in front: no other tab may have that done."""
        now = time.monotonic()
        if self._world.is_in_front(document) and now - self._printed_at > _BETWEEN_PRINTS:
            self._printed_at = now
            self.printed()

    async def _describe(self, document: Document) -> None:
        found = await self._world.evaluate(document, "hitlDescribe()")
        if isinstance(found, dict) and found.get("kind") in _KINDS:
            self._asked = document
            words = {name: str(found.get(name) or "")[:1_000] for name in _WORDS}
            options = [option for option in found.get("options") or [] if _is_option(option)]
            self._tell(Picker(found["kind"], **words, options=options, all=int(found.get("all") or 0)))

    def _set(self, document: Document) -> None:
        self._world.tell(document, f"hitlOwn = {json.dumps(self._own)}")


def _is_option(option: Any) -> bool:
    """[text, group, disabled, selected]"""
    return isinstance(option, list) and [type(each) for each in option] == [str, str, bool, bool]
