"""The browser server's Chromium, CDP and tabs, in the test's own process and compositor."""

import asyncio
import itertools
import logging
import os
import shutil
import tempfile
from contextlib import suppress
from fcntl import F_DUPFD_CLOEXEC, fcntl
from pathlib import Path
from typing import Any

from bots.browser import chromium
from bots.browser.cdp import Cdp
from bots.browser.chromium import Place
from bots.browser.mux import Mux
from bots.browser.pipe import Pipe
from bots.browser.policy import Known
from bots.browser.tabs import EMPTY, Tabs
from bots.live.compositor import Compositor

log = logging.getLogger(__name__)

UID = 65534 if os.getuid() == 0 else None
PATIENCE = 20  # seconds
SOON = 3  # seconds, within which one that was used is as good as new: a new one takes less than that
A_CLICK = 0.3  # seconds
NOWHERE = 9  # a proxy's port at which nobody listens: the tests' pages come from no network
FACTS = "[innerWidth, innerHeight, devicePixelRatio, document.hasFocus(), document.hidden, history.length].join()"
AT_FIRST = {"result": {"type": "string", "value": "1280,720,1,true,false,1"}}

PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
CLICKED = "new Promise((heard) => addEventListener('click', ({{ clientX }}) => clientX === {} && heard()))"


class NotClean(Exception):
    """It is not as one that was just started."""


class Chromium:
    """Started as the browser server starts it, except that this process may have its descriptors 3 and 4 in use.

    It serves one test after the other: `begin` for each of them, and `clear` behind it.
    """

    cdp: Cdp
    tabs: Tabs
    _mux: Mux
    _pipe: Pipe
    _window: int  # the one that it has opened itself

    def __init__(self, process: asyncio.subprocess.Process, place: Place) -> None:
        self.process, self._place, self.uploads = process, place, place.uploads
        self.kept: dict[str, bytes] = {}  # files of the live view, by name

    def keep(self, name: str, data: bytes) -> None:
        self.kept[name] = data

    @classmethod
    async def start(cls, executable: str, display: Path) -> "Chromium":
        folder, sockets = (Path(tempfile.mkdtemp(dir=display.parent)) for _ in range(2))
        place = chromium.lay_out(folder, UID, sockets)
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()

        def place_ends() -> None:
            """In the child: the two ends stand where Chromium looks for them (3 and 4), whatever they were."""
            for place, end in enumerate([fcntl(end, F_DUPFD_CLOEXEC, 5) for end in (theirs_in, theirs_out)], 3):
                os.dup2(end, place)

        process = await asyncio.create_subprocess_exec(
            *chromium.command_line(executable, place, (1280, 720), NOWHERE, True),
            env=chromium.environment(place, str(display)),
            close_fds=False,  # what is passed by number must be open here as well; all others close themselves
            preexec_fn=place_ends,
            stderr=asyncio.subprocess.DEVNULL,
            **({"user": UID, "group": UID, "extra_groups": []} if UID is not None else {}),
        )
        os.close(theirs_in)
        os.close(theirs_out)
        started = cls(process, place)
        started._pipe = await Pipe.open(ours_in, ours_out, lambda text: started._mux.from_chromium(text))
        started._listen(0)
        try:
            async with asyncio.timeout(PATIENCE):  # a Chromium that has ended at once says nothing
                await started._follow()
                started._window = await started._window_of(started.tabs.active.id)
        except BaseException:
            await started.stop()  # nobody else would, and its window would stay
            raise
        return started

    def _listen(self, last_id: int) -> None:
        """With ears that have heard nothing yet: what was asked before is answered to nobody."""
        self._mux = Mux(self._pipe.write, Known(self._place.downloads, self._place.uploads))
        self._mux._last_id = last_id
        self.cdp = Cdp(self._mux)

    async def _follow(self) -> None:
        self.tabs = Tabs(self.cdp)
        await self.tabs.follow()
        # Answered behind what was posted to the page: a navigation before that would leave our scripts behind.
        await self.cdp.call("Runtime.evaluate", {"expression": "0"}, self.tabs.active.session)

    # From one test to the next

    async def begin(self) -> None:
        """Follow the fresh tab. Raises NotClean, or TimeoutError, where it is not as the first one was."""
        async with asyncio.timeout(SOON):
            await self._follow()
            asked = {"expression": FACTS, "returnByValue": True}
            while await self.cdp.call("Runtime.evaluate", asked, self.tabs.active.session) != AT_FIRST:
                await asyncio.sleep(0.02)
        if len(self.tabs.all()) != 1:
            raise NotClean("There is another tab.")

    async def clear(self, compositor: Compositor) -> None:
        """A fresh tab in the first window, and nothing else of what the test has left.

        Raises NotClean, CdpError or TimeoutError where that cannot be had soon.
        """
        async with asyncio.timeout(SOON):
            await self._let_go(compositor)
            fresh = await self._leave_one_tab()
            await self._forget()
            await self._click_on(fresh, compositor)
            while len(compositor.windows()) != 1:
                await asyncio.sleep(0.01)

    async def _let_go(self, compositor: Compositor) -> None:
        """Of the pages, without an event to those who followed them; of the pointer and the clipboard."""
        self.cdp.lost("The test is over.")
        self._listen(self._mux._last_id)
        await self.cdp.call("Target.setDiscoverTargets", {"discover": False})
        no_more = {"autoAttach": False, "waitForDebuggerOnStart": False, "flatten": True}
        await self.cdp.call("Target.setAutoAttach", no_more)
        compositor.button(False)
        compositor.set_clipboard({"text/plain": b""})

    async def _leave_one_tab(self) -> str:
        contexts = await self.cdp.call("Target.getBrowserContexts")
        for context in contexts["browserContextIds"]:
            await self.cdp.call("Target.disposeBrowserContext", {"browserContextId": context})
        fresh = (await self.cdp.call("Target.createTarget", {"url": EMPTY}))["targetId"]
        while others := [page for page in await self._pages() if page != fresh]:
            for page in others:
                self.cdp.post("Target.closeTarget", {"targetId": page})
            await asyncio.sleep(0.01)
        if await self._window_of(fresh) != self._window:
            raise NotClean("The first window is gone.")
        return fresh

    async def _click_on(self, page: str, compositor: Compositor) -> None:
        """A test's first click is not to be the second of a double click; and it gets where it should.

        Tried again, it stands at another place: once it is heard, so is whatever was pressed before.
        """
        flat = {"targetId": page, "flatten": True}
        session = (await self.cdp.call("Target.attachToTarget", flat))["sessionId"]
        await self._promised(PAINTED, session)
        for x in itertools.count(step=4):
            heard = asyncio.ensure_future(self._promised(CLICKED.format(x), session))
            await self.cdp.call("Runtime.evaluate", {"expression": "0"}, session)  # it listens
            compositor.move(x, 0)
            compositor.button(True)
            compositor.button(False)
            with suppress(TimeoutError):
                await asyncio.wait_for(heard, A_CLICK)
                break
            log.info("A click was not heard.")
        await self.cdp.call("Target.detachFromTarget", {"sessionId": session})

    async def _promised(self, expression: str, session: str) -> None:
        await self.cdp.call("Runtime.evaluate", {"expression": expression, "awaitPromise": True}, session)

    async def _pages(self) -> list[str]:
        targets: list[dict[str, Any]] = (await self.cdp.call("Target.getTargets"))["targetInfos"]
        return [target["targetId"] for target in targets if target["type"] == "page"]

    async def _window_of(self, page: str) -> int:
        return int((await self.cdp.call("Browser.getWindowForTarget", {"targetId": page}))["windowId"])

    async def _forget(self) -> None:
        """What belongs to no page. Of storage there is none: the tests' pages have no origin."""
        await self.cdp.call("Storage.clearCookies")
        await self.cdp.call("Browser.resetPermissions")
        await self.cdp.call("Browser.setDownloadBehavior", {"behavior": "default"})
        for folder in (self._place.downloads, self._place.uploads):
            for left in folder.iterdir():
                shutil.rmtree(left) if left.is_dir() else left.unlink()
        self.kept = {}

    async def stop(self) -> None:
        self._pipe.close()
        try:
            await asyncio.wait_for(self.process.wait(), 5)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()
