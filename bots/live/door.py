"""The live view of one browser: everybody who watches, and the one who drives."""

import asyncio
import base64
import logging
import time
from collections.abc import Callable
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from bots.live import said, wire
from bots.live.compositor import Compositor
from bots.live.control import Control, Holder, Refused
from bots.live.dialogs import Dialogs
from bots.live.dispatch import Dispatcher
from bots.live.history import go
from bots.live.input import Hands
from bots.live.stage import Stage
from bots.live.stream import Stream
from bots.live.viewer import Patience, Viewer

log = logging.getLogger(__name__)

MALFORMED, REPLACED, OVER = 4400, 4409, 4410
_LONGEST_COPY = 1_000_000


class Live:
    """`serve` is one viewer's connection from join to end. Control may also be given and taken from outside."""

    def __init__(self, compositor: Compositor, cdp: Any, tabs: Any, patience: Patience | None = None) -> None:
        self.control = Control()
        self._compositor, self._cdp, self._tabs = compositor, cdp, tabs
        self._patience = patience or Patience()
        self._viewers: dict[str, Viewer] = {}
        self._stream = Stream(compositor)
        self._stage = Stage(compositor, cdp)
        self._dialogs = Dialogs(cdp, self._dialog_changed)
        self._hands = Hands()
        self._dispatcher = Dispatcher(compositor, self._post)
        self._session: str | None = None  # of the page in front, on which the hands act
        self._prepared: set[str] = set()  # sessions that tell us of dialogs
        self._cursor: said.Cursor | None = None
        self._input_at: float | None = None
        self._on_input: list[Callable[[int], None]] = []
        self._tasks: set[asyncio.Task] = set()
        self._connect()

    def _connect(self) -> None:
        self.control.on_change(self._control_changed)
        self._tabs.on_change(self._tabs_changed)
        self._compositor.on_cursor(self._cursor_changed)
        self._compositor.on_clipboard(self._copied)
        self._cdp.listen("Target.targetCrashed", lambda params, _: self.tell(said.Crashed(params["targetId"])))
        self._cdp.listen("Input.dragIntercepted", self._dragged)
        self._tabs_changed()

    # For the server that composes

    def on_input(self, callback: Callable[[int], None]) -> None:
        """callback(epoch) at the first input of each epoch, in the moment in which it is dispatched."""
        self._on_input.append(callback)

    def on_control(self, callback: Callable[[Holder | None], None]) -> None:
        """callback(the holder before) after control was given or taken; self.control says who has it now."""
        self.control.on_change(callback)

    @property
    def viewers(self) -> int:
        return len(self._viewers)

    @property
    def is_capturing(self) -> bool:
        return self._stream.is_running

    def idle_seconds(self) -> float | None:
        """Since the last input was dispatched; None: there was none yet."""
        return None if self._input_at is None else time.monotonic() - self._input_at

    def tell(self, message: Any) -> None:
        """Say something (of said.py) to everybody who watches."""
        for viewer in self._viewers.values():
            viewer.say(message)

    def resize(self, width: int, height: int) -> None:
        self._compositor.resize(width, height)
        self.tell(said.Size(self._compositor.width, self._compositor.height))
        self._stream.restart()

    async def end(self, reason: str) -> None:
        """The browser is gone: say so, and close every line."""
        self._stage.stop()
        self.tell(said.Gone(reason))
        await asyncio.sleep(0)
        for viewer in list(self._viewers.values()):
            viewer.close(OVER, reason[:100])

    # One viewer

    async def serve(self, line: ServerConnection) -> None:
        """The connection of one viewer, until it ends. Its first message must be `join`."""
        join = await self._joining(line)
        if join is None:
            await line.close(MALFORMED, "join first")
            return
        viewer = self._enter(line, join)
        lane, viewer.window = self._stream.join(join.codecs, viewer.wake)
        own = [
            asyncio.create_task(viewer.pump()),
            asyncio.create_task(viewer.watch_over(self._patience, lambda: self._holds(viewer))),
        ]
        try:
            async for data in line:
                viewer.heard()
                self._receive(viewer, data)
        except ConnectionClosed:
            pass
        finally:
            lane.leave(viewer.window)
            for task in own:
                task.cancel()
            self._left(viewer)

    async def _joining(self, line: ServerConnection) -> wire.Join | None:
        try:
            async with asyncio.timeout(self._patience.join):
                message = wire.parse(await line.recv())
        except (TimeoutError, ConnectionClosed, wire.Malformed):
            return None
        return message if isinstance(message, wire.Join) else None

    def _enter(self, line: ServerConnection, join: wire.Join) -> Viewer:
        if before := self._viewers.pop(join.viewer, None):
            before.close(REPLACED, "connected anew")
        viewer = self._viewers[join.viewer] = Viewer(line, join)
        size = (self._compositor.width, self._compositor.height)
        dialog = self._dialogs.of(self._session)
        viewer.say(said.Hello(said.VERSION, *size, self._tab_lines(), self._driver(), dialog))
        if self._cursor:
            viewer.say(self._cursor)
        self._tell_people()
        return viewer

    def _left(self, viewer: Viewer) -> None:
        if self._holds(viewer):
            self._let_go()
        if self._viewers.get(viewer.id) is viewer:
            del self._viewers[viewer.id]
            self._tell_people()

    def _receive(self, viewer: Viewer, data: str | bytes) -> None:
        try:
            message = wire.parse(data, (self._compositor.width, self._compositor.height))
            self._obey(viewer, message)
        except wire.Malformed as wrong:
            viewer.refuse(wrong.s, str(wrong))
        except Refused as wrong:
            viewer.refuse(getattr(message, "s", None), str(wrong))

    def _obey(self, viewer: Viewer, message: Any) -> None:
        match message:
            case wire.Ack(n):
                viewer.window.ack(n)
                viewer.wake()
            case wire.Input():
                self._input(viewer, message)
            case wire.Grant(epoch, holder, name):
                self.control.grant(epoch, holder, name)
            case wire.Revoke(epoch):
                self.control.revoke(epoch)
            case wire.Leave():
                viewer.close(1000)
            case wire.Join():
                raise Refused("This line has joined already.")

    # Input

    def _input(self, viewer: Viewer, message: wire.Input) -> None:
        if viewer.may != "control":
            raise Refused("You may watch, but not act.")
        self.control.check(viewer.id, message.e)
        if message.s <= viewer.last_input:
            raise Refused("This came twice or out of order and was not done.")
        viewer.last_input = message.s
        self._dispatcher.run(self._actions(message), lambda: self._dispatched(viewer, message))

    def _actions(self, message: wire.Input) -> list[Any]:
        match message:
            case wire.ChooseTab(id=tab):
                self._start(self._choose(tab))
            case wire.CloseTab(id=tab):
                self._start(self._tabs.close(tab))
            case wire.Go(to=to):
                self._start(go(self._cdp, self._session, to))
            case wire.AnswerDialog(accept=accept, text=text):
                if not self._dialogs.answer(self._session, accept, text):
                    raise Refused("The page has no dialog open any more.")
            case _:
                return self._hands.actions(message)
        return []

    async def _choose(self, tab: str) -> None:
        await self._tabs.choose(tab)
        self._show(tab)

    def _dispatched(self, viewer: Viewer, message: wire.Input) -> None:
        self._input_at = time.monotonic()
        if isinstance(message, wire.Up):
            self._stage.keep()
        first = self.control.note_input(message.e)
        viewer.dispatched(message, at_once=first)
        if first:
            for tell in self._on_input:
                tell(message.e)

    def _post(self, method: str, params: dict[str, Any]) -> None:
        if self._session:
            self._cdp.post(method, params, self._session)

    def _let_go(self) -> None:
        self._dispatcher.run(self._hands.release())

    def _dragged(self, params: dict[str, Any], session: str | None) -> None:
        if session == self._session:
            self._dispatcher.run(self._hands.drag(params["data"]))

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.info("An input had no effect: %s", type(error).__name__)

    # What changes

    def _holds(self, viewer: Viewer) -> bool:
        return self.control.holder is not None and self.control.holder.viewer == viewer.id

    def _control_changed(self, before: Holder | None) -> None:
        if before:
            self._let_go()
        for session in self._prepared:
            self._intercept_drags(session)
        self.tell(self._driver() or said.Driver(self.control.highest))

    def _driver(self) -> said.Driver | None:
        holder = self.control.holder
        return holder and said.Driver(holder.epoch, holder.viewer, holder.name)

    def _intercept_drags(self, session: str) -> None:
        """The compositor cannot drag; while a person drives, the page's drags come to us instead."""
        enabled = self.control.holder is not None
        self._cdp.post("Input.setInterceptDrags", {"enabled": enabled}, session)

    def _tabs_changed(self, *_: Any) -> None:
        sessions = {tab.session for tab in self._tabs.all()}
        for session in sessions - self._prepared:
            self._cdp.post("Page.enable", {}, session)
            if self.control.holder:
                self._intercept_drags(session)
        self._prepared = sessions
        self._dialogs.forget(sessions)
        self._follow(self._tabs.active)
        self.tell(said.Tabs(self._tab_lines()))

    def _follow(self, tab: Any) -> None:
        if tab is None or tab.session == self._session:
            return
        if self._session in self._prepared:
            self._let_go()
        self._session = tab.session
        self._show(tab.id)
        self._dialog_changed()

    def _show(self, tab_id: str) -> None:
        self._stage.show(tab_id, [tab.id for tab in self._tabs.all()])

    def _dialog_changed(self) -> None:
        self.tell(self._dialogs.of(self._session) or said.Dialog())

    def _tab_lines(self) -> list[said.TabLine]:
        active = self._tabs.active
        return [
            said.TabLine(tab.id, tab.title[:300], tab.url[:2_000], active is not None and tab.id == active.id)
            for tab in self._tabs.all()
        ]

    def _tell_people(self) -> None:
        everybody = [said.Person(viewer.id, viewer.name, viewer.may) for viewer in self._viewers.values()]
        self.tell(said.People(everybody))

    def _cursor_changed(self, cursor: tuple[str, bytes, int, int]) -> None:
        _, png, x, y = cursor
        now = said.Cursor(base64.b64encode(png).decode(), x, y) if png else said.Cursor(css="none")
        if now != self._cursor:
            self._cursor = now
            self.tell(now)

    def _copied(self, entries: list[tuple[str, bytes]]) -> None:
        """A page copied something: for the person in control, and for nobody else."""
        holder = self.control.holder and self._viewers.get(self.control.holder.viewer)
        texts = [data for kind, data in entries if kind.startswith("text/plain")]
        if holder and texts and len(texts[0]) <= _LONGEST_COPY:
            holder.say(said.Copied(texts[0].decode(errors="replace")))
