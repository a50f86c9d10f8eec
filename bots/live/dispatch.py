"""Hands actions to Chromium, in order, without waiting for its answers.

They travel on two lines: the seat's (Wayland) and the page's (CDP). Each keeps its order, but nothing orders one
against the other, and a key that follows a click by a moment could arrive before it. So a change of line waits: from
the page's to the seat's until the page has answered, which one that is stuck does not; from the seat's, which never
answers, for a pause. People hardly ever notice, for their own pauses are longer.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Any

from bots.live.compositor import Compositor
from bots.live.input import Action, Page, Seat

log = logging.getLogger(__name__)

PAUSE = 0.03
ANSWERED_WITHIN = 0.25  # seconds; a page that takes longer is stuck, or shows a dialog
_MOST_TURNS = 50  # changes of line that may wait, each for a pause: two seconds, where the page answers
_HURRIED = ("move", "scroll")  # of the seat: nothing depends on where they stand among keys
_RELEASES = ("mouseReleased", "keyUp", "dragCancel")

Answer = asyncio.Future[Any]
Post = Callable[[str, dict[str, Any]], Answer | None]


class Dispatcher:
    """`post(method, params)` sends a CDP call to the page in front; what it returns is done with the answer."""

    def __init__(self, compositor: Compositor, post: Post) -> None:
        self._compositor, self._post = compositor, post
        self._waiting: deque[tuple[Action | None, Callable[[], None] | None]] = deque()
        self._line: type | None = None
        self._last: type | None = None  # the line of what waits last
        self._turns = 0
        self._used_at = 0.0
        self._answer: Answer | None = None  # to the last action on the page's line
        self._late: Answer | None = None  # one that was waited for in vain
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_behind(self) -> bool:
        """More waits than a person can have done: nothing should be added but releases."""
        return self._turns > _MOST_TURNS

    def run(self, actions: list[Action], done: Callable[[], None] | None = None) -> None:
        """Do these after all that came before. done() is called when the last was handed over."""
        for action in actions:
            self._waiting.append((action, None))
            self._count(action)
        self._waiting.append((None, done))
        if self._timer is None:
            self._drain()

    def call_off(self) -> None:
        """Whoever asked for what waits may not act any more: of it only keys and buttons are let go."""
        releases = [left for action, _ in self._waiting if action and (left := _letting_go(action))]
        self._waiting.clear()
        self._turns, self._last = 0, self._line
        self.run(releases)

    def _count(self, action: Action) -> None:
        if not _is_hurried(action):
            self._turns += self._last not in (None, type(action))
            self._last = type(action)

    def _drain(self) -> None:
        self._timer = None
        while self._waiting:
            action, done = self._waiting[0]
            if action and (pause := self._pause_before(action)) > 0:
                self._wait(pause)
                return
            self._waiting.popleft()
            if action:
                self._do(action)
            if done:
                done()

    def _wait(self, pause: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(pause, self._in_vain)
        if self._line is Page and self._answer:
            self._answer.add_done_callback(self._answered)

    def _in_vain(self) -> None:
        if self._line is Page:
            self._late = self._answer
        self._drain()

    def _answered(self, answer: Answer) -> None:
        if self._timer and answer is self._answer:
            self._timer.cancel()
            self._drain()

    def _pause_before(self, action: Action) -> float:
        if self._line in (None, type(action)) or _is_hurried(action):
            return 0
        return self._used_at + self._patience() - asyncio.get_running_loop().time()

    def _patience(self) -> float:
        if self._line is Seat or self._answer is None:
            return PAUSE
        if self._answer.done():
            return 0
        return ANSWERED_WITHIN if self._late is None or self._late.done() else PAUSE

    def _do(self, action: Action) -> None:
        if not _is_hurried(action):
            self._turns -= self._line not in (None, type(action))
            self._line, self._used_at = type(action), asyncio.get_running_loop().time()
        if isinstance(action, Page):
            self._answer = self._post(action.method, action.params)
        else:
            self._seat(action)

    def _seat(self, action: Seat) -> None:
        match action.what:
            case "move":
                self._compositor.move(*action.values)
            case "button":
                self._compositor.button(*action.values)
            case "scroll":
                self._compositor.scroll(*action.values)
            case "clipboard":
                self._compositor.set_clipboard(*action.values)


def _is_hurried(action: Action) -> bool:
    return isinstance(action, Seat) and action.what in _HURRIED


def _letting_go(action: Action) -> Action | None:
    """What is left of an action where nothing may be done any more but to let go; of a drop, that it is called off."""
    if isinstance(action, Seat):
        return action if (action.what, action.values) == ("button", (False,)) else None
    kind = action.params.get("type")
    if kind == "drop":
        return Page(action.method, action.params | {"type": "dragCancel"})
    ends_composing = action.method == "Input.imeSetComposition" and not action.params["text"]
    return action if ends_composing or kind in _RELEASES else None
