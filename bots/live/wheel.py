"""Where the one who drives sits: what they send becomes what the browser gets, if they may."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from bots.live import wire
from bots.live.compositor import Compositor
from bots.live.control import Control, Holder, Refused
from bots.live.dispatch import Dispatcher
from bots.live.front import Front
from bots.live.history import go
from bots.live.input import Action, Hands
from bots.live.viewer import Viewer

log = logging.getLogger(__name__)


class Wheel:
    """`on_first` is called with the epoch at its first input, in the moment in which that is dispatched."""

    def __init__(self, compositor: Compositor, cdp: Any, control: Control, front: Front) -> None:
        self._cdp, self._control, self._front = cdp, control, front
        self._hands = Hands()
        self._dispatcher = Dispatcher(compositor, front.post)
        self._tasks: set[asyncio.Task[None]] = set()
        self.input_at: float | None = None
        self.on_first: list[Callable[[int], None]] = []
        front.moving = self.let_go
        control.on_change(self._changed)
        cdp.listen("Input.dragIntercepted", self._dragged)

    def obey(self, viewer: Viewer, message: wire.Input) -> None:
        """Raises Refused, with a sentence, for whoever does not drive."""
        if viewer.may != "control":
            raise Refused("You may watch, but not act.")
        self._control.check(viewer.id, message.e)
        if message.s <= viewer.last_input:
            raise Refused("This came twice or out of order and was not done.")
        viewer.last_input = message.s
        self._dispatcher.run(self._actions(message), lambda: self._dispatched(viewer, message))

    def let_go(self) -> None:
        """Release every key and button."""
        self._dispatcher.run(self._hands.release())

    def _actions(self, message: wire.Input) -> list[Action]:
        match message:
            case wire.ChooseTab(id=tab):
                self._start(self._front.choose(tab))
            case wire.CloseTab(id=tab):
                self._start(self._front.close(tab))
            case wire.Go(to=to):
                self._start(go(self._cdp, self._front.session, to))
            case wire.AnswerDialog(accept=accept, text=text):
                if not self._front.answer(accept, text):
                    raise Refused("The page has no dialog open any more.")
            case _:
                return self._hands.actions(message)
        return []

    def _dispatched(self, viewer: Viewer, message: wire.Input) -> None:
        self.input_at = time.monotonic()
        if isinstance(message, wire.Up):
            self._front.keep()
        first = self._control.note_input(message.e)
        viewer.dispatched(message, at_once=first)
        if first:
            for tell in self.on_first:
                tell(message.e)

    def _changed(self, before: Holder | None) -> None:
        if before:
            self.let_go()
        self._front.intercept_drags(self._control.holder is not None)

    def _dragged(self, params: dict[str, Any], session: str | None) -> None:
        if session == self._front.session:
            self._dispatcher.run(self._hands.drag(params["data"]))

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.info("An input had no effect: %s", type(error).__name__)  # its words may hold what was typed
