"""The live view of one browser: everybody who watches, and the one who drives."""

import asyncio
import base64
import time
from collections.abc import Callable
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from bots.browser.beside import Beside
from bots.browser.codes import DETACHED, FULL, MALFORMED, OVER, REPLACED
from bots.live import said, wire
from bots.live.caret import Caret
from bots.live.company import Company
from bots.live.compositor import Compositor
from bots.live.control import Control, Holder, Refused
from bots.live.copying import LONGEST_COPY
from bots.live.front import Front
from bots.live.outline import Outline
from bots.live.quality import Wish
from bots.live.size import Size
from bots.live.stream import Stream
from bots.live.viewer import Patience, Viewer, whose
from bots.live.wheel import Lent, Wheel

MOST, MOST_OF_ONE = 50, 10  # viewers at once, and of them those of one person, or of all who came by one link
_MOST_SHOWN = 20  # downloads
_FLOOD_SAID_FOR = 5.0  # seconds
_PRINTS_HIDDEN = "The page wants to be printed, but is hidden from the others. Save it as PDF yourself, or show it."
_FLOODED = "The page opened more windows than fit here. The newest were closed again."


class Live:
    """`serve` is one viewer's connection from join to end. Control may also be given and taken from outside.

    To be made inside the running loop, when the compositor, CDP and the tabs are there.
    """

    def __init__(
        self,
        compositor: Compositor,
        cdp: Any,
        tabs: Any,
        lent: Lent,
        patience: Patience | None = None,
    ) -> None:
        self._compositor = compositor
        self._patience = patience or Patience()
        self._viewers: dict[str, Viewer] = {}
        self._cursor: said.Cursor | None = None
        self._flooded_at = -_FLOOD_SAID_FOR
        self._downloads: said.Downloads | None = None
        self._stream = Stream(compositor)
        self._front = Front(compositor, cdp, tabs, self.tell, self._tell_driver)
        self.control = Control()
        self._outline = Outline(cdp, tabs)
        self._asking = Beside()
        self._size = Size(compositor, self._front, self._resized)
        self._wheel = Wheel(compositor, cdp, self.control, self._front, self._outline, lent)
        self._caret = Caret(self._front.world, tabs, self._field_changed)
        self.company = Company(self.control, self._viewers, self.tell, self._show_or_hide)
        self._front.pickers.printed = self._page_prints
        self.control.on_change(self._control_changed)  # the wheel and the company listen already, and come first
        compositor.on_cursor(self._cursor_changed)
        compositor.on_clipboard(self._copied)
        tabs.on_flood(self._flooded)

    # For the server that composes

    def on_input(self, callback: Callable[[int], None]) -> None:
        """callback(epoch) at the first input of each epoch that reaches the browser, in that moment."""
        self._wheel.on_first.append(callback)

    def on_control(self, callback: Callable[[Holder | None], None]) -> None:
        """callback(the holder before) after control was given or taken; self.control says who has it now."""
        self.control.on_change(callback)

    @property
    def viewers(self) -> int:
        return len(self._viewers)

    def tell(self, message: Any) -> None:
        """Say something (of said.py) to everybody who watches."""
        for viewer in self._viewers.values():
            viewer.say(message)

    def show_downloads(self, downloads: list[dict[str, Any]]) -> None:
        """What is being fetched in this browser, for everybody who watches."""
        lines = [said.DownloadLine(*(each[name] for name in said.DOWNLOAD)) for each in downloads[-_MOST_SHOWN:]]
        self._downloads = said.Downloads(lines)
        self.tell(self._downloads)

    def _control_changed(self, before: Holder | None) -> None:
        """All are told who drives, the new driver of the field in focus; what nobody drives becomes the bot's again."""
        self._offer_controls()
        self.tell(self._driver() or said.Driver(self.control.highest))
        self._follow_caret()
        self._prefer_driver()
        if self.control.holder is None:
            self._give_back()

    def _give_back(self) -> None:
        """The page as the bot has it."""
        if self._size.zoom != 1:
            self._zoom(100)
        self._size.give_back()

    def _zoom(self, percent: int) -> None:
        self._size.enlarge(percent)
        self._offer_controls()
        self.tell(said.Zoom(percent))

    def _resized(self) -> None:
        self.tell(said.Size(*self._size.now))
        self._stream.restart()

    async def end(self, reason: str) -> None:
        """The browser is gone: say so, and close every line."""
        self._front.stop()
        self.tell(said.Gone(reason))
        await asyncio.sleep(0)  # the pumps send it
        for viewer in list(self._viewers.values()):
            viewer.close(OVER, reason[:100])

    # One viewer

    async def serve(self, line: ServerConnection) -> None:
        """The connection of one viewer, until it ends. Its first message must be `join`."""
        join = await self._joining(line)
        if join is None:
            await line.close(MALFORMED, "join first")
            return
        self._make_room(join)
        if len(self._viewers) >= MOST and not self._one_gives_way(join):
            await line.close(FULL, "no room")
            return
        viewer = self._enter(line, join)
        viewer.pictures = self._stream.join(join.codecs, Wish(join.quality, join.kind), viewer)
        viewer.pictures.prefer(self._holds(viewer))
        self._show_or_hide()
        own = Beside()
        own.start(viewer.pump())
        own.start(viewer.watch_over(self._patience, lambda: self._holds(viewer)))
        try:
            async for data in line:
                viewer.heard()
                self._receive(viewer, data)
                await asyncio.sleep(0)  # a line on which more waits already would keep the loop to itself
        except ConnectionClosed:
            pass
        finally:
            viewer.pictures.leave()
            own.cancel()
            self._left(viewer)

    async def _joining(self, line: ServerConnection) -> wire.Join | None:
        try:
            async with asyncio.timeout(self._patience.join):
                message = wire.parse(await line.recv())
        except (TimeoutError, ConnectionClosed, wire.Malformed):
            return None
        return message if isinstance(message, wire.Join) else None

    def _make_room(self, join: wire.Join) -> None:
        """The same page's line before this one goes; of somebody who is here often enough, their oldest, unless it
        drives."""
        if before := self._viewers.pop(join.viewer, None):
            before.close(REPLACED, "connected anew")
        own = [viewer for viewer in self._viewers.values() if viewer.who == whose(join.viewer)]
        idle = [viewer for viewer in own if not self._holds(viewer)]
        for oldest in idle[: max(0, len(own) - MOST_OF_ONE + 1)]:
            self._left(oldest)
            oldest.close(REPLACED, "open too often")

    def _one_gives_way(self, join: wire.Join) -> bool:
        """The oldest who may only watch, to whoever may act; else anybody, to the one who drives and was away."""
        here = list(self._viewers.values())
        watchers = [viewer for viewer in here if viewer.may != "control"] if join.may == "control" else []
        lesser = watchers or (here if self.control.is_held_by(join.viewer) else [])
        if oldest := next(iter(lesser), None):
            self._left(oldest)
            oldest.close(FULL, "somebody who may act came")
        return oldest is not None

    def _enter(self, line: ServerConnection, join: wire.Join) -> Viewer:
        viewer = self._viewers[join.viewer] = Viewer(line, join)
        self._offer_controls()
        viewer.say(said.Hello(said.VERSION, *self._size.now, self._front.lines(), self._driver(), self._front.dialog))
        zoom = said.Zoom(round(100 * self._size.zoom))
        standing = [zoom, self._cursor, self._downloads, self._front.chooser, self._front.signin]
        for message in [*standing, *self._front.icons()]:
            if message:
                viewer.say(message)
        self.company.enter(viewer)
        self._tell_people()
        return viewer

    def _prefer_driver(self) -> None:
        for viewer in self._viewers.values():
            if viewer.pictures:
                viewer.pictures.prefer(self._holds(viewer))

    def _show_or_hide(self) -> None:
        """The picture is for everybody, or for the driver alone."""
        self._outline.forget()
        for viewer in self._viewers.values():
            if viewer.pictures:
                viewer.pictures.show(self.company.may_see(viewer))
            if not self.company.may_see(viewer):
                viewer.forget_outline()

    def _left(self, viewer: Viewer) -> None:
        if self._viewers.get(viewer.id) is not viewer:
            return  # replaced by a newer line of the same viewer
        if self._holds(viewer):
            self._wheel.lost()
        del self._viewers[viewer.id]
        self.company.leave(viewer)
        self._tell_people()

    def _receive(self, viewer: Viewer, data: str | bytes) -> None:
        message = None
        try:
            if isinstance(data, bytes):
                self._wheel.carry(viewer, wire.parse_piece(data))
                return
            message = wire.parse(data, self._size.bounds)
            self._obey(viewer, message)
        except wire.Malformed as wrong:
            viewer.refuse(wrong.s, str(wrong))
        except Refused as wrong:
            viewer.refuse(getattr(message, "s", None), str(wrong))

    def _obey(self, viewer: Viewer, message: Any) -> None:
        match message:
            case wire.Ack(n=n) if viewer.pictures:
                viewer.pictures.window.ack(n)
                viewer.wake()
            case wire.Pong(n=n):
                viewer.ponged(n)
            case wire.ChoosePicture(quality=quality, kind=kind) if viewer.pictures:
                viewer.pictures.choose(Wish(quality, kind))
            case wire.AskFigures():
                viewer.say_figures()
            case wire.Resize(e=epoch, w=width, h=height):
                self.control.check(viewer.id, epoch)
                self._size.want(width, height)
            case wire.Zoom(e=epoch, percent=percent):
                self.control.check(viewer.id, epoch)
                self._zoom(percent)
            case wire.Input():
                if isinstance(message, wire.Press) or (isinstance(message, wire.Move) and message.pen):
                    self._note_pen(viewer, message.pen is not None)
                self._wheel.obey(viewer, message)
                if isinstance(message, wire.Move):
                    self.company.point(viewer, message.x, message.y)
            case wire.Point(x=x, y=y):
                self.company.point(viewer, x, y)
            case wire.Write(text=text):
                self.company.write(viewer, text)
            case wire.Ask():
                self.company.ask(viewer)
            case wire.Keep(to=other):
                self.company.keep(viewer, other)
            case wire.AskOutline():
                self._asking.start(self._tell_outline(viewer))
            case wire.Hide(e=epoch, on=on):
                self.company.hide(viewer, epoch, on)
            case wire.Offer(viewer=other):
                self.company.offer(other)
            case wire.Grant(epoch=epoch, viewer=holder, name=name):
                self.control.grant(epoch, holder, name)
            case wire.Revoke(epoch=epoch):
                self.control.revoke(epoch)
            case wire.Own(on=on):
                viewer.own = on
                self._offer_controls()
            case wire.Leave():
                viewer.close(DETACHED)
            case wire.Join():
                raise Refused("This line has joined already.")

    def _holds(self, viewer: Viewer) -> bool:
        return self.control.is_held_by(viewer.id)

    # What is told

    def _driver(self) -> said.Driver | None:
        holder = self.control.holder
        return said.Driver(holder.epoch, holder.viewer, holder.name) if holder else None

    def _tell_driver(self, message: Any) -> None:
        """What the page does is in the picture; what it lets the person do next is for the one who drives alone."""
        if driver := self._driving():
            driver.say(message)

    def _driving(self) -> Viewer | None:
        return self._viewers.get(self.control.holder.viewer) if self.control.holder else None

    def _follow_caret(self) -> None:
        if self.control.holder is None:
            self._front.world.stop()
        else:
            self._front.world.start()
        self._field_changed()

    def _field_changed(self) -> None:
        self.company.secret(self._caret.is_secret)
        self._tell_driver(self._caret.field.in_picture(self._size.zoom))

    def _page_prints(self) -> None:
        """What it prints is kept for everybody, so what only the driver may see is printed by their own wish alone."""
        if self.company.is_private:
            self._tell_driver(said.Refusal(None, _PRINTS_HIDDEN))
        else:
            self._wheel.page_prints()

    def _offer_controls(self) -> None:
        """Of our own for who wishes it; on a zoomed page, where Chromium's open in another place; and for a pen, which
        does not reach Chromium's."""
        driver = self._driving()
        self._front.pickers.drive(driver is not None and (driver.own or driver.has_pen or self._size.zoom != 1))

    def _note_pen(self, viewer: Viewer, has_pen: bool) -> None:
        """A mouse that only moves may be on its way to what the pen has opened, and ends none of it."""
        if viewer.has_pen != has_pen:
            viewer.has_pen = has_pen
            self._offer_controls()

    async def _tell_outline(self, viewer: Viewer) -> None:
        """The page as a list, to whoever may see it, unless it is as they know it."""
        if not self.company.may_see(viewer):
            return
        outline = await self._outline.read()
        if self.company.may_see(viewer):  # still
            viewer.show_outline(outline)

    def _tell_people(self) -> None:
        everybody = [said.Person(viewer.id, viewer.name, viewer.may) for viewer in self._viewers.values()]
        self.tell(said.People(everybody))

    def _cursor_changed(self, cursor: tuple[str, bytes, int, int]) -> None:
        _, png, x, y = cursor
        now = said.Cursor(base64.b64encode(png).decode(), x, y) if png else said.Cursor(css="none")
        if now != self._cursor:
            self._cursor = now
            self.tell(now)

    def _flooded(self) -> None:
        """Once in a while: a page that opens fifty windows does so in one moment."""
        if time.monotonic() - self._flooded_at > _FLOOD_SAID_FOR:
            self._flooded_at = time.monotonic()
            self.tell(said.Refusal(None, _FLOODED))

    def _copied(self, entries: list[tuple[str, bytes]]) -> None:
        """A page copied something: for the person in control, and for nobody else."""
        self._wheel.copied()
        texts = [data for kind, data in entries if kind.startswith("text/plain")]
        pictures = [data for kind, data in entries if kind == "image/png"]
        if any(len(data) > LONGEST_COPY for data in (texts or pictures)[:1]):
            self._tell_driver(said.Refusal(None, "What was copied is too long to be brought to your clipboard."))
        elif texts:
            self._tell_driver(said.Copied(texts[0].decode(errors="replace")))
        elif pictures:
            self._tell_driver(said.Copied(png=base64.b64encode(pictures[0]).decode()))
