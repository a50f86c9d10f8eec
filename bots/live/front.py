"""The tab in front: its session, its window, its dialog; and that every page tells us what we need to know."""

import asyncio
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import Any

from bots.browser.cdp import CdpError
from bots.browser.tabs import EMPTY, MOST
from bots.live import said
from bots.live.choosers import Choosers
from bots.live.compositor import Compositor
from bots.live.control import Refused
from bots.live.dialogs import Dialogs
from bots.live.icons import Icons
from bots.live.leaving import Leaving
from bots.live.menu import Menus
from bots.live.middle import MIDDLE
from bots.live.pickers import Pickers
from bots.live.signin import SignIns
from bots.live.suggestions import Suggestions
from bots.live.window_order import WindowOrder
from bots.live.world import World

_LEAVE = "document.exitPointerLock(); if (document.fullscreenElement) document.exitFullscreen(); 0"
_NO_WINDOW = {"enableUI": False}  # of the browser's own, that asks for a passkey; any client that leaves undoes it
_MOMENT = 0.1  # seconds between two words about tabs: a page may change its title without end


class Front:
    """Follows bots.browser.tabs.Tabs; `say` tells viewers, `moving` is called before another page comes up."""

    def __init__(
        self,
        compositor: Compositor,
        cdp: Any,
        tabs: Any,
        say: Callable[[Any], None],
        say_to_driver: Callable[[Any], None],
    ) -> None:
        self._cdp, self._tabs, self._say = cdp, tabs, say
        self._windows = WindowOrder(compositor, cdp)
        self._dialogs = Dialogs(cdp, self._tell_dialog)
        self._leaving = Leaving(cdp, tabs)
        self.choosers = Choosers(cdp, tabs, self._tell_chooser)
        self.signins = SignIns(cdp, tabs, self._tell_signin)
        self.world = World(cdp, tabs)
        self.pickers = Pickers(self.world, say_to_driver)
        Suggestions(self.world)
        self.world.add(MIDDLE)
        self.menus = Menus(cdp, self.world, lambda menu: say_to_driver(self._in_picture(menu)))
        self._icons = Icons(cdp, lambda tab, png: say(said.Icon(tab, png)))
        self._sessions: set[str] = set()
        self._waits: asyncio.TimerHandle | None = None  # to tell of tabs again
        self._intercepts = False
        self._emulated: tuple[int, int, float] | None = None  # width, height, zoom
        self.session: str | None = None
        self.moving: Callable[[], None] = lambda: None
        tabs.on_change(self._changed)
        cdp.listen("Page.loadEventFired", self._loaded)
        self._changed()

    def post(self, method: str, params: dict[str, Any]) -> asyncio.Future[Any] | None:
        """A call on the page in front; done when that has answered. None where there is no page."""
        return self._cdp.post(method, params, self.session) if self.session else None

    def lines(self) -> list[said.TabLine]:
        active = self._tabs.active
        return [_line(tab, active is not None and tab.id == active.id) for tab in self._tabs.all()]

    def icons(self) -> list[said.Icon]:
        return [said.Icon(tab.id, png) for tab in self._tabs.all() if (png := self._icons.of(tab.id))]

    @property
    def dialog(self) -> said.Dialog | None:
        return self._dialogs.of(self.session)

    @property
    def chooser(self) -> said.Chooser | None:
        return self.choosers.of(self.session)

    @property
    def signin(self) -> said.SignIn | None:
        return self.signins.of(self.session)

    def answer(self, accept: bool, text: str | None) -> bool:
        """False where the page has no dialog open (any more)."""
        return self._dialogs.answer(self.session, accept, text)

    async def choose(self, tab_id: str) -> None:
        await self._tabs.choose(tab_id)
        self._show(tab_id)

    async def close(self, tab_id: str) -> None:
        """With a dialog that stands open in it; else its page may ask first, and the person stay."""
        tab = self._tabs.get(tab_id)
        if tab and not await self._leaving.may_close(tab, self._dialogs.of(tab.session) is not None):
            return
        with suppress(CdpError) if tab else nullcontext():  # it goes already, on its page's own word
            await self._tabs.close(tab_id)

    async def open(self, url: str = EMPTY) -> None:
        """A tab, in front; an empty one, or with this address. Raises Refused."""
        if len(self._tabs.all()) >= MOST:
            raise Refused(f"There are {MOST} tabs already: close one first.")
        await self._tabs.open(url)

    def keep(self) -> None:
        """After a press."""
        self._windows.keep()

    def drive(self, enabled: bool) -> None:
        """While a person drives, what pages ask for and drag comes to us (the compositor cannot drag)."""
        self.choosers.drive(enabled)
        self.signins.drive(enabled)
        self._intercepts = enabled
        self._stay()
        for session in self._sessions:
            self._intercept(session)

    def _intercept(self, session: str) -> None:
        self._cdp.post("Input.setInterceptDrags", {"enabled": self._intercepts}, session)
        if self._intercepts:
            self._cdp.post("WebAuthn.enable", _NO_WINDOW, session)

    def leave(self) -> None:
        """What Escape ends in a browser: full screen, and that the page has the pointer. By CDP it does not (T31)."""
        for document in self.world.documents_in_front():
            self.world.tell(document, _LEAVE)

    def emulate(self, sides: tuple[int, int] | None, zoom: float = 1.0) -> None:
        """Pages narrower than Chromium's window can be, in its left upper corner, or zoomed; None: as the window is."""
        before, self._emulated = self._emulated, sides and (*sides, zoom)
        for session in self._sessions if sides or before else ():
            self._emulate(session)

    def _emulate(self, session: str) -> None:
        if self._emulated is None:
            self._cdp.post("Emulation.clearDeviceMetricsOverride", {}, session)
        else:
            width, height, zoom = self._emulated
            sides = {"width": round(width / zoom), "height": round(height / zoom)}
            whole = {"dontSetVisibleSize": True}  # else of an enlarged page only as much is seen as it is laid out for
            metrics = {**sides, **whole, "deviceScaleFactor": 1, "scale": zoom, "mobile": False}
            self._cdp.post("Emulation.setDeviceMetricsOverride", metrics, session)

    def _in_picture(self, menu: said.Menu) -> said.Menu:
        zoom = self._emulated[2] if self._emulated else 1
        return replace(menu, x=menu.x * zoom, y=menu.y * zoom)

    def stop(self) -> None:
        self._windows.stop()
        self._icons.stop()

    def _changed(self) -> None:
        sessions = {tab.session for tab in self._tabs.all()}
        for session in sessions - self._sessions:
            self._cdp.post("Page.enable", {}, session)
            if self._intercepts:
                self._intercept(session)
            if self._emulated:
                self._emulate(session)
        self._sessions = sessions
        self._dialogs.forget(sessions)
        self._follow()
        if self._waits is None:
            self._say(said.Tabs(self.lines()))
            self._waits = asyncio.get_running_loop().call_later(_MOMENT, self._tell_rest, self.lines())

    def _tell_rest(self, told: list[said.TabLine]) -> None:
        self._waits = None
        if self.lines() != told:
            self._changed()

    def _loaded(self, params: dict[str, Any], session: str | None) -> None:
        for tab in self._tabs.all():
            if tab.session == session:
                self._icons.look(tab)

    def _follow(self) -> None:
        tab = self._tabs.active
        if tab is None or tab.session == self.session:
            return
        if self.session in self._sessions:
            self.moving()
        self.session = tab.session
        # A tab that was opened behind (a middle click on a link) is in front only when Chromium is told.
        self._cdp.post("Target.activateTarget", {"targetId": tab.id})
        self._show(tab.id)
        self._stay()
        self._tell_dialog()
        self._tell_chooser()
        self._tell_signin()

    def _stay(self) -> None:
        """As long as a page asks whether to leave it, Chromium keeps the mouse from all tabs of its window."""
        for session in self._sessions - {self.session} if self._intercepts else ():
            if (dialog := self._dialogs.of(session)) and dialog.kind == "beforeunload":
                self._dialogs.answer(session, False, None)

    def _show(self, tab_id: str) -> None:
        self._windows.show(tab_id, [tab.id for tab in self._tabs.all()])

    def _tell_dialog(self) -> None:
        self._say(self.dialog or said.Dialog())

    def _tell_chooser(self) -> None:
        self._say(self.chooser or said.Chooser())

    def _tell_signin(self) -> None:
        self._say(self.signin or said.SignIn())


def _line(tab: Any, active: bool) -> said.TabLine:
    history = (tab.back, tab.forward)
    return said.TabLine(tab.id, tab.title[:300], tab.url[:2_000], active, tab.loading, tab.crashed, *history)
