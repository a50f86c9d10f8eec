"""Those who are at one live view: what they write and point at, who asks for control, what only one may see."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from bots.live import said
from bots.live.control import Control, Holder, Refused
from bots.live.viewer import Viewer

KEPT = 100  # lines of what people wrote; they end with the browser and are written down nowhere
_BETWEEN_LINES = 0.5  # seconds, of one person
_BETWEEN_POINTS = 0.04
_BETWEEN_QUESTIONS = 3.0


class Company:
    """`tell` says something to everybody, `look` is called after it has changed who may see the picture."""

    def __init__(
        self,
        control: Control,
        viewers: Mapping[str, Viewer],
        tell: Callable[[Any], None],
        look: Callable[[], None],
    ) -> None:
        self._control, self._viewers, self._tell, self._look = control, viewers, tell, look
        self._lines: deque[said.Line] = deque(maxlen=KEPT)
        self._count = 0
        self._next: dict[tuple[str, str], float] = {}  # (what, viewer) → when they may again
        self._asking: set[str] = set()  # viewers whose question for control is not answered
        self._wished = self._typing_a_secret = False
        control.on_change(self._changed)

    def enter(self, viewer: Viewer) -> None:
        viewer.say(said.Chat(list(self._lines)))
        viewer.say(self.privacy)

    def leave(self, viewer: Viewer) -> None:
        self._next = {key: at for key, at in self._next.items() if key[1] != viewer.id}
        self._asking.discard(viewer.id)

    # Words and pointers

    def write(self, viewer: Viewer, text: str) -> None:
        """Raises Refused where somebody writes faster than people read."""
        if not text.strip():
            raise Refused("There is nothing in the message.")
        if not self._may("write", viewer, _BETWEEN_LINES):
            raise Refused("That was too fast for the others: send it again in a moment.")
        self._count += 1
        line = said.Line(self._count, viewer.id, viewer.name, text.strip(), time.time())
        self._lines.append(line)
        self._tell(said.Chat([line]))

    def point(self, viewer: Viewer, x: float, y: float) -> None:
        """Where somebody's pointer is, for the others; what the driver hides is not pointed at either."""
        hidden = self.is_private and self._control.is_held_by(viewer.id)
        if not hidden and self._may("point", viewer, _BETWEEN_POINTS):
            for other in self._viewers.values():
                if other is not viewer:
                    other.say(said.Pointer(viewer.id, x, y))

    # Control, from one to another

    def ask(self, viewer: Viewer) -> None:
        """Somebody wants to drive: the one who does is told."""
        holder = self._control.holder
        if viewer.may != "control":
            raise Refused("You may watch, but not take control.")
        if holder is None:
            raise Refused("Nobody is in control: take it.")
        if holder.viewer not in self._viewers:
            raise Refused(f"{holder.name or 'Whoever drives'} has lost the line: control is free in a moment.")
        if not self._may("ask", viewer, _BETWEEN_QUESTIONS):
            raise Refused("You have just asked: do it again in a moment.")
        self._asking.add(viewer.id)
        self._viewers[holder.viewer].say(said.Asked(viewer.id, viewer.name))

    def keep(self, viewer: Viewer, to: str) -> None:
        """The driver's answer to somebody who has asked: not now. Raises Refused for anybody else."""
        if not self._control.is_held_by(viewer.id):
            raise Refused("Only whoever is in control answers that.")
        if to in self._asking:
            self._asking.discard(to)
            self._viewers[to].refuse(None, f"{viewer.name or 'Whoever is in control'} would like to go on for now.")

    def offer(self, viewer_id: str) -> None:
        """Control was given up for this viewer, whose page takes it."""
        if viewer := self._viewers.get(viewer_id):
            viewer.say(said.Offered())

    # What only the driver may see

    @property
    def is_private(self) -> bool:
        return self._control.holder is not None and (self._wished or self._typing_a_secret)

    @property
    def privacy(self) -> said.Private:
        return said.Private(self.is_private, self._wished)

    def may_see(self, viewer: Viewer) -> bool:
        return not self.is_private or self._control.is_held_by(viewer.id)

    def hide(self, viewer: Viewer, epoch: int, on: bool) -> None:
        """The driver hides the picture from everybody else, or shows it again. Raises Refused for anybody else."""
        self._control.check(viewer.id, epoch)
        self._become(on, self._typing_a_secret)

    def secret(self, on: bool) -> None:
        """Whether the field in focus is a password's."""
        self._become(self._wished, on)

    def _become(self, wished: bool, secret: bool) -> None:
        before = self.privacy
        self._wished, self._typing_a_secret = wished, secret
        if self.privacy != before:
            self._look()  # first: nobody is to see what they are told is hidden
            self._tell(self.privacy)

    def _changed(self, before: Holder | None) -> None:
        """What one driver hid is no wish of the next; whoever is back after a lost line still wishes it."""
        was_private = before is not None and (self._wished or self._typing_a_secret)
        holder = self._control.holder
        self._asking.clear()
        if not (before and holder and before.viewer == holder.viewer):
            self._wished = False
        self._look()
        if was_private or self.is_private:
            self._tell(self.privacy)

    def _may(self, what: str, viewer: Viewer, pause: float) -> bool:
        now = time.monotonic()
        if now < self._next.get((what, viewer.id), 0):
            return False
        self._next[what, viewer.id] = now + pause
        return True
