"""Where the one who drives sits: what they send becomes what the browser gets, if they may."""

import asyncio
import base64
import logging
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, NamedTuple

from bots.browser.beside import Beside
from bots.browser.cdp import CdpError
from bots.live import said, wire
from bots.live.compositor import Compositor
from bots.live.control import Control, Holder, Refused
from bots.live.copying import as_png
from bots.live.dispatch import Dispatcher
from bots.live.drops import Drops
from bots.live.front import Front
from bots.live.history import Closed, go, reachable, visit
from bots.live.input import Action, Hands
from bots.live.outline import TOO_MUCH, Outline
from bots.live.printing import as_pdf
from bots.live.uploads import Uploads
from bots.live.viewer import Viewer

log = logging.getLogger(__name__)

_CALLED_OFF = "Control ended before this was finished: it may not have been done."
# What is one call, which has gone to Chromium by the time that control can end, and what follows from its answer.
_WHOLE = wire.ChooseTab | wire.ChooseFiles


class Lent(NamedTuple):
    """What the browser's session lends to the live view."""

    uploads: Path  # the only folder from which files may be put into pages
    closed: Closed
    keep: Callable[[str, bytes], object]  # a file by its name, as what was downloaded is kept; raises Refused


class Wheel:
    """`on_first` is called with the epoch at its first input that reaches the browser, in that moment."""

    def __init__(
        self, compositor: Compositor, cdp: Any, control: Control, front: Front, outline: Outline, lent: Lent
    ) -> None:
        self._cdp, self._control, self._front, self._closed = cdp, control, front, lent.closed
        self._outline, self._compositor = outline, compositor
        self._clipboard_of: str | None = None  # the viewer who drove last
        self._pasted = False  # what is in it was brought by a person
        self._uploads, self._keep = Uploads(lent.uploads), lent.keep
        self._announced: dict[int, int] = {}  # file → the input that announced it
        self._drops = Drops(cdp, front, lent.uploads)
        self._hands = Hands()
        self._dispatcher = Dispatcher(compositor, front.post)
        self._beside = Beside()
        self._turn = Beside()  # what goes no further when the turn of the one in control ends
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
        if self._dispatcher.is_behind and not _lets_go(message):
            raise Refused(TOO_MUCH)
        viewer.last_input = message.s
        acted, actions = self._do(viewer, message)
        self._dispatcher.run(actions, lambda: self._dispatched(viewer, message, acted))

    def carry(self, viewer: Viewer, piece: wire.Piece) -> None:
        """More of a file that was announced: what is wrong with it is said under the announcement's number."""
        if not self._control.is_held_by(viewer.id):
            viewer.refuse(None, "Files can be handed over only while you are in control.")
            return
        try:
            viewer.say(said.Taken(piece.number, self._uploads.write(piece.number, piece.data)))
        except Refused as wrong:
            viewer.refuse(self._announced.get(piece.number), str(wrong))

    def page_prints(self) -> None:
        """By its own button."""
        self._beside.start(self._try(self._print()))

    def copied(self) -> None:
        """The page has put something of its own into the clipboard."""
        self._pasted = False

    def let_go(self) -> None:
        """Release every key and button, and what is dragged."""
        self._dispatcher.run(self._hands.release())
        self._drops.leave()

    def lost(self) -> None:
        """The line of the one in control is gone, and with it what was half brought."""
        self.let_go()
        self._uploads.forget()
        self._announced.clear()

    def _do(self, viewer: Viewer, message: wire.Input) -> tuple[bool, list[Action]]:
        """Begin what takes Chromium's answer, do what takes no hands; whether the browser has got or is about to get
        something of it, and what is left for the hands. To let go of nothing, or to bring what no page has, is none.
        """
        if work := self._work(viewer, message):
            self._begin(work, viewer, message)
            return False, []
        if self._do_at_once(message):
            return not isinstance(message, wire.BringFile | wire.DragAway), []
        self._pasted |= isinstance(message, wire.Paste | wire.Image)
        if isinstance(message, wire.Key) and message.down and message.key == "Escape":
            self._front.leave()
        actions = self._hands.actions(message)
        return bool(actions) and not isinstance(message, wire.KeysUp), actions

    def _begin(self, work: Coroutine[Any, Any, None], viewer: Viewer, message: wire.Input) -> None:
        def ended(task: asyncio.Task[None]) -> None:
            work.close()  # it may never have begun
            if task.cancelled():
                viewer.refuse(message.s, _CALLED_OFF)

        beside = self._beside if isinstance(message, _WHOLE) else self._turn
        beside.start(self._try(work, viewer, message)).add_done_callback(ended)

    def _do_at_once(self, message: wire.Input) -> bool:
        """True: it took no hands. Raises Refused."""
        match message:
            case wire.BringFile():
                self._uploads.begin(message.batch, message.number, message.path, message.size)
                self._announced[message.number] = message.s
            case wire.DragFiles(x=x, y=y, kinds=kinds):
                self._drops.over(x, y, kinds)
            case wire.DragAway(batch=batch):
                self._drops.leave()
                if batch is not None:
                    self._uploads.forget(batch)
            case wire.GiveName(n=question, name=name, password=password):
                self._front.signins.answer(self._front.session, question, name, password or "")
            case wire.AnswerDialog(accept=accept, text=text):
                if not self._front.answer(accept, text):
                    raise Refused("The page has no dialog open any more.")
            case _:
                return False
        return True

    def _work(self, viewer: Viewer, message: wire.Input) -> Coroutine[Any, Any, None] | None:
        """What takes Chromium's answer to do; None for everything else."""
        match message:
            case wire.ChooseTab(id=tab):
                return self._front.choose(tab)
            case wire.CloseTab(id=tab):
                return self._front.close(tab)
            case wire.OpenTab(typed=None):
                return self._front.open()
            case wire.OpenTab(typed=str(typed)):
                return self._open(typed)
            case wire.SaveImage():
                return self._save_image()
            case wire.CopyImage():
                return self._copy_image(viewer)
            case wire.Go(to=to):
                return go(self._cdp, self._front.session, to)
            case wire.Print():
                return self._print()
            case wire.Visit(typed=typed):
                return visit(self._cdp, self._front.session, typed, self._closed)
            case wire.ChooseFiles(n=question, batch=batch):
                return self._choose(question, batch)
            case wire.DropFiles():
                return self._drop(message)
            case wire.PressEntry(id=entry):
                return self._outline.press(entry)
            case wire.FillEntry(id=entry, text=text):
                return self._outline.fill(entry, text)
            case wire.Fill(value=value, chosen=chosen):
                return self._front.pickers.fill(value, chosen or [])
        return None

    async def _print(self) -> None:
        title = next((tab.title for tab in self._front.lines() if tab.active), "")
        self._keep(f"{title.removesuffix('.pdf') or 'page'}.pdf", await as_pdf(self._cdp, self._front.session))

    async def _save_image(self) -> None:
        self._keep(*await self._front.menus.image())

    async def _copy_image(self, viewer: Viewer) -> None:
        """For the person, and for pages to paste."""
        _, data = await self._front.menus.image()
        png = await asyncio.to_thread(as_png, data)
        self._compositor.set_clipboard({"image/png": png})
        self._pasted = False
        viewer.say(said.Copied(png=base64.b64encode(png).decode()))

    async def _open(self, typed: str) -> None:
        await self._front.open(await reachable(typed, self._closed))

    async def _choose(self, question: int, batch: int | None) -> None:
        wanted = self._front.chooser
        if wanted and wanted.n != question:  # the page asks for something else by now
            if batch is not None:
                self._uploads.forget(batch)
            return
        if batch is None:
            await self._front.choosers.cancel(self._front.session)
            return
        files = self._uploads.take(batch, as_folder=wanted is not None and wanted.kind == "folder")
        await self._hand_over(files, self._front.choosers.answer(self._front.session, files))

    async def _drop(self, message: wire.DropFiles) -> None:
        files = self._uploads.take_as_it_lay(message.batch)
        await self._hand_over(files, self._drops.drop(message.x, message.y, files))

    async def _hand_over(self, files: list[Path], taking: Awaitable[None]) -> None:
        """What the page does not take leaves its room to others."""
        try:
            await taking
        except (Refused, asyncio.CancelledError):
            self._uploads.give_back(files)
            raise

    async def _try(
        self, work: Coroutine[Any, Any, None], viewer: Viewer | None = None, message: wire.Input | None = None
    ) -> None:
        try:
            await work
        except Refused as wrong:
            if viewer and message:
                viewer.refuse(message.s, str(wrong))
        except CdpError as error:
            log.info("An input had no effect: %s", type(error).__name__)  # its words may hold what was typed
        else:
            if viewer and message:
                self._dispatched(viewer, message, acted=True)

    def _dispatched(self, viewer: Viewer, message: wire.Input, acted: bool) -> None:
        if isinstance(message, wire.Up):
            self._front.keep()
        first = acted and self._control.note_input(message.e)
        viewer.dispatched(message, acted, at_once=first)
        if first:
            for tell in self.on_first:
                tell(message.e)

    def _changed(self, before: Holder | None) -> None:
        if before:
            self._turn.cancel()
            self._dispatcher.call_off()
            self.lost()
        self._clear_clipboard(self._control.holder)
        self._front.drive(self._control.holder is not None)

    def _clear_clipboard(self, holder: Holder | None) -> None:
        """What one person has pasted is not there for the bot, nor for the next one's page to paste."""
        is_anothers = holder is not None and self._clipboard_of not in (None, holder.viewer)
        if is_anothers or (holder is None and self._pasted):
            self._compositor.set_clipboard({"text/plain": b""})
            self._pasted = False
        if holder:
            self._clipboard_of = holder.viewer

    def _dragged(self, params: dict[str, Any], session: str | None) -> None:
        if session == self._front.session:
            self._dispatcher.run(self._hands.drag(params["data"]))


def _lets_go(message: wire.Input) -> bool:
    return isinstance(message, wire.Up | wire.KeysUp) or (isinstance(message, wire.Key) and not message.down)
