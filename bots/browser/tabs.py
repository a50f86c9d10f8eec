"""The tabs of one Chromium, followed by events.

Every new page and out-of-process frame is stopped before its first script, made safe, and let go. A pop-up comes to
the front; when it closes, the tab that opened it does. There is always a tab.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from bots.browser.beside import Beside
from bots.browser.cdp import Cdp, CdpError
from bots.browser.loops import end_loop
from bots.browser.policy import is_page_url

log = logging.getLogger(__name__)

Params = dict[str, Any]

EMPTY = "about:blank"
MOST = 25  # tabs; a bot closes those beyond 20 itself, and says so

_PAGES = [{"type": "page"}]
_FRAMES = [{"type": "iframe"}]
# Before any script of a page: no print dialog, and no endless wait for a passkey, which is on the person's own device.
# In the page's own world, as these functions are its.
_BEFORE_PAGES = (Path(__file__).parent / "before_pages.js").read_text()


class Tab:
    """`session` is the server's own flat session on the page; `frames` are those on its out-of-process frames."""

    def __init__(self, info: Params, session: str) -> None:
        self.id: str = info["targetId"]
        self.opener: str | None = info.get("openerId")
        self.title: str = info["title"]
        self.url: str = info["url"]
        self.loading = self.crashed = False
        self.back = self.forward = False  # whether its history has more on that side
        self.session = session
        self.frames: list[str] = []


class Tabs:
    """`active` is the tab in front; None only in the moments before the first one is there."""

    def __init__(self, cdp: Cdp) -> None:
        self._cdp = cdp
        self._tabs: dict[str, Tab] = {}
        self._order: list[str] = []  # ids, the one in front last
        self._closing: set[str] = set()
        self._listeners: list[Callable[[], None]] = []
        self._on_event: list[Callable[[], None]] = []
        self._on_flood: list[Callable[[], None]] = []
        cdp.listen("Target.attachedToTarget", self._attached)
        cdp.listen("Target.detachedFromTarget", self._detached)
        cdp.listen("Target.targetInfoChanged", self._changed)
        for method in ("Page.loadEventFired", "Page.frameStoppedLoading", "Page.navigatedWithinDocument"):
            cdp.listen(method, self._happened)
        cdp.listen("Page.frameStartedLoading", self._began)
        cdp.listen("Target.targetCrashed", self._crashed)
        cdp.listen("Page.javascriptDialogOpening", self._asks)
        self._asking = Beside()

    async def follow(self) -> None:
        """Begin: afterwards `active` is there."""
        await self._cdp.call("Target.setDiscoverTargets", {"discover": True, "filter": _PAGES})
        attach = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True, "filter": _PAGES}
        await self._cdp.call("Target.setAutoAttach", attach)
        if not self._tabs:
            await self._open_empty()

    @property
    def active(self) -> Tab | None:
        return self._tabs[self._order[-1]] if self._order else None

    def all(self) -> list[Tab]:
        """In the order in which they were opened."""
        return list(self._tabs.values())

    def get(self, tab_id: str) -> Tab | None:
        return self._tabs.get(tab_id)

    def of(self, session: str | None) -> Tab | None:
        """The tab whose page, or one of whose frames, this session is on."""
        return next((tab for tab in self.all() if session == tab.session or session in tab.frames), None)

    async def choose(self, tab_id: str) -> None:
        """Bring this tab to the front. Raises CdpError where there is no such tab (any more)."""
        await self._cdp.call("Target.activateTarget", {"targetId": tab_id})
        self.has_come_up(tab_id)

    def has_come_up(self, tab_id: str) -> None:
        """Chromium was asked to bring this tab to the front, by us or by a client."""
        if tab_id in self._tabs and self._order[-1] != tab_id:
            self._order.remove(tab_id)
            self._order.append(tab_id)
            self._tell()

    async def open(self, url: str = EMPTY) -> None:
        """In front."""
        await self._cdp.call("Target.createTarget", {"url": url})

    async def close(self, tab_id: str) -> None:
        """Close this tab; in place of the last one an empty one is opened."""
        self.keep_one(tab_id)
        await self._cdp.call("Target.closeTarget", {"targetId": tab_id})

    def say_no(self) -> None:
        """To every dialog that stands open, as Playwright does: it cannot attach to a page that stands still."""
        for tab in self.all():
            self._cdp.post("Page.handleJavaScriptDialog", {"accept": False}, tab.session)

    def stop_loading(self) -> None:
        """As the browser's own cross does: a tab that waits for a site's answer stays with the page that it had."""
        for tab in self.all():
            self._cdp.post("Page.stopLoading", {}, tab.session)

    async def end_loops(self) -> None:
        """A tab whose script does not end answers nobody, Playwright least of all."""
        sessions = [session for tab in self.all() for session in (tab.session, *tab.frames)]
        await asyncio.gather(*(end_loop(self._cdp, session) for session in sessions))

    def keep_one(self, closing: str) -> asyncio.Future[Params] | None:
        """This tab is about to be closed: should it be the last, another is opened first, or Chromium might end.

        Done with that one's id; None where none was needed.
        """
        if closing not in self._tabs:
            return None
        self._closing.add(closing)
        if self._closing >= self._tabs.keys():
            return self._cdp.post("Target.createTarget", {"url": EMPTY})
        return None

    def stays(self, tab_id: str, spare: asyncio.Future[Params] | None) -> None:
        """It is not closed after all: what was opened in its place goes."""
        self._closing.discard(tab_id)
        if spare:  # which may not be there yet
            spare.add_done_callback(self._close_unused)

    def _close_unused(self, spare: asyncio.Future[Params]) -> None:
        if unused := spare.result().get("targetId"):
            self._cdp.post("Target.closeTarget", {"targetId": unused})

    def on_change(self, callback: Callable[[], None]) -> None:
        """callback() when tabs come, go, change their title or address, or another one is in front."""
        self._listeners.append(callback)

    def on_page_event(self, callback: Callable[[], None]) -> None:
        """callback() when something was loaded in some tab."""
        self._on_event.append(callback)

    def on_flood(self, callback: Callable[[], None]) -> None:
        """callback() when the pages have opened so many tabs that the newest is closed again."""
        self._on_flood.append(callback)

    # Chromium's events

    def _attached(self, params: Params, session: str | None) -> None:
        info, own = params["targetInfo"], params["sessionId"]
        if info["type"] == "page":
            self._opened(info, own)
        elif info["type"] == "iframe":
            self._prepare_frame(own)
            for tab in self._tabs.values():
                if session == tab.session or session in tab.frames:
                    tab.frames.append(own)
        if params.get("waitingForDebugger"):
            self._cdp.post("Runtime.runIfWaitingForDebugger", {}, own)

    def _opened(self, info: Params, session: str) -> None:
        tab = self._tabs[info["targetId"]] = Tab(info, session)
        self._order.append(tab.id)
        self._prepare_frame(session)
        self._guard(tab)
        if len(self._tabs) > MOST:
            self._refuse(tab)
        self._tell()

    def _refuse(self, tab: Tab) -> None:
        """It never comes to the front: whoever looks at the page goes on looking at it."""
        self._order.remove(tab.id)
        self._order.insert(0, tab.id)
        self._cdp.post("Target.closeTarget", {"targetId": tab.id})
        for callback in self._on_flood:
            callback()

    def _prepare_frame(self, session: str) -> None:
        self._cdp.post("Page.enable", {}, session)  # without it no script of ours comes before the page's
        self._cdp.post("Page.addScriptToEvaluateOnNewDocument", {"source": _BEFORE_PAGES}, session)
        self._cdp.post("Page.setInterceptFileChooserDialog", {"enabled": True}, session)
        attach = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True, "filter": _FRAMES}
        self._cdp.post("Target.setAutoAttach", attach, session)

    def _detached(self, params: Params, session: str | None) -> None:
        gone = params["sessionId"]
        for tab in list(self._tabs.values()):
            if gone in tab.frames:
                tab.frames.remove(gone)
            if gone == tab.session:
                self._closed(tab)

    def _closed(self, tab: Tab) -> None:
        del self._tabs[tab.id]
        self._closing.discard(tab.id)
        was_active = self._order[-1] == tab.id
        self._order.remove(tab.id)
        if was_active and tab.opener in self._tabs:
            self._order.remove(tab.opener)
            self._order.append(tab.opener)
        if was_active and self.active:
            self._cdp.post("Target.activateTarget", {"targetId": self.active.id})
        if not self._tabs:
            self._cdp.post("Target.createTarget", {"url": EMPTY})
        self._tell()

    def _changed(self, params: Params, session: str | None) -> None:
        info = params["targetInfo"]
        tab = self._tabs.get(info["targetId"])
        if tab is None or (tab.url, tab.title) == (info["url"], info["title"]):
            return
        tab.url, tab.title = info["url"], info["title"]
        self._guard(tab)
        self._tell()
        self._happened({}, None)

    def _began(self, params: Params, session: str | None) -> None:
        if (tab := self._tabs.get(params["frameId"])) and tab.session == session:
            self._note(tab, loading=True, crashed=False)

    def _crashed(self, params: Params, session: str | None) -> None:
        if tab := self._tabs.get(params["targetId"]):
            self._note(tab, loading=False, crashed=True)

    def _asks(self, params: Params, session: str | None) -> None:
        """With the question whether to leave it, Chromium has brought the page to the front."""
        if params["type"] == "beforeunload" and (tab := self.of(session)):
            self.has_come_up(tab.id)

    def _note(self, tab: Tab, **facts: bool) -> None:
        """Tell whoever follows, if this is news."""
        if any(getattr(tab, name) != value for name, value in facts.items()):
            vars(tab).update(facts)
            self._tell()

    def _guard(self, tab: Tab) -> None:
        """The last line: no rule above should let a tab show the machine's files or the browser's own pages."""
        if not is_page_url(tab.url):
            log.warning("A tab was led away from a page of the browser's own.")
            self._cdp.post("Page.navigate", {"url": EMPTY}, tab.session)

    def _happened(self, params: Params, session: str | None) -> None:
        for tab in self._tabs.values():
            if tab.session == session:
                if params.get("frameId", tab.id) == tab.id:
                    self._note(tab, loading=False, crashed=False)
                self._asking.start(self._ask(tab))
        for callback in self._on_event:
            callback()

    async def _ask(self, tab: Tab) -> None:
        """Chromium does not tell of titles that come after the address, and of its history nothing."""
        with suppress(CdpError):
            self._changed(await self._cdp.call("Target.getTargetInfo", {"targetId": tab.id}), None)
            history = await self._cdp.call("Page.getNavigationHistory", {}, tab.session)
            at, last = history["currentIndex"], len(history["entries"]) - 1
            self._note(tab, back=at > 0, forward=at < last)

    def _tell(self) -> None:
        for callback in self._listeners:
            callback()

    async def _open_empty(self) -> None:
        try:
            await self._cdp.call("Target.createTarget", {"url": EMPTY})
        except CdpError:
            log.warning("No first tab could be opened.")
