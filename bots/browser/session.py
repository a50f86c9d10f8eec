"""One browser session while it lasts: Chromium, its clients, the live view, and how it ends."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from bots.browser import chromium, policy, processes
from bots.browser.beside import Beside
from bots.browser.cdp import Cdp, CdpError
from bots.browser.chromium import NotStarted
from bots.browser.codes import OVER, REPLACED
from bots.browser.conditions import Conditions
from bots.browser.downloads import Downloads, Limits
from bots.browser.egress import Egress
from bots.browser.launch import Config, Launched
from bots.browser.mux import Client, Mux
from bots.browser.pipe import Pipe
from bots.browser.tabs import Tabs
from bots.live.control import Holder
from bots.live.door import Live
from bots.live.said import Condition
from bots.live.wheel import Lent

_UP_WITHIN = 20  # seconds
_SANDBOX_LOOKS, _SANDBOX_PAUSE = 100, 0.03  # while renderers come up
_MISSES = 3  # looks without an answer after which Chromium counts as hung
_END_WITHIN = 2  # seconds that Chromium gets to end by itself
_TELL_FOR = 30  # seconds for which a session that was lost still says why
_CRASH = "Target.targetCrashed"

Event = dict[str, Any]


class Session:
    """`start`, then `over` is awaited; from then on `end` may be called at any time, by anybody."""

    def __init__(self, config: Config, launched: Launched) -> None:
        self.config, self._launched = config, launched
        self.listeners: set[Callable[[Event], None]] = set()
        self.reason: str | None = None  # why Chromium is gone
        self.runner_epoch = 0  # the highest seen; older runners are refused
        self.over = asyncio.Event()
        self.cdp: Cdp
        self.tabs: Tabs
        self.live: Live
        self.conditions: Conditions
        self.downloads: Downloads
        self.mux: Mux
        self._pipe: Pipe
        self._egress = Egress(config.private_targets, config.token)
        self._exited = asyncio.Event()  # Chromium's main process
        self.beside = Beside()
        self._has_begun = self._ending = False
        self._closing: asyncio.Task[None] | None = None

    # Starting

    async def start(self) -> None:
        """Afterwards there is a tab, in a Chromium whose sandbox was seen. Raises NotStarted."""
        self._reap_children()
        await self._egress.start(self._launched.way_out)
        place = self._launched.place
        self.mux = Mux(lambda text: self._pipe.write(text), policy.Known(place.downloads, place.uploads))
        self.cdp = Cdp(self.mux)
        self.tabs = Tabs(self.cdp)
        self._pipe = await Pipe.open(self._launched.to_read, self._launched.to_write, self.mux.from_chromium)
        self._pipe.gone.add_done_callback(lambda _: self._lost("Chromium ended."))
        try:
            async with asyncio.timeout(_UP_WITHIN):
                await self._come_up()
        except (CdpError, TimeoutError):
            words = chromium.last_words(place)
            raise NotStarted(f"Chromium did not come up. {words}".strip()) from None
        self._begin()

    async def _come_up(self) -> None:
        await self.tabs.follow()
        self.send_downloads_home()
        await self.cdp.call("Browser.getVersion")
        if self.config.sandbox:
            await self._see_sandbox()
        processes.first_to_go(processes.below(os.getpid()))

    async def _see_sandbox(self) -> None:
        """A renderer puts its filter on before it reads any page; one that has just been forked is given time."""
        for _ in range(_SANDBOX_LOOKS):
            pids = processes.below(os.getpid())
            if chromium.renderers(pids) and not chromium.unsandboxed(pids):
                return
            await asyncio.sleep(_SANDBOX_PAUSE)
        raise NotStarted(
            "Chromium runs without its sandbox. Allow unprivileged user namespaces on this machine, "
            "or set HITL_CHROMIUM_NO_SANDBOX=1 if every page that it will open can be trusted."
        )

    def _begin(self) -> None:
        self._follow_downloads()
        lent = Lent(self._launched.place.uploads, self._egress.why_closed, self.downloads.add)
        self.live = Live(self._launched.compositor, self.cdp, self.tabs, lent)
        self.conditions = Conditions(self.cdp, self.tabs)
        self.live.on_input(lambda epoch: self._push("input", epoch=epoch))
        self.live.control.fence = self._fence
        self.live.on_control(self._control_changed)
        self.tabs.on_change(lambda: self._push("tabs", tabs=len(self.tabs.all())))
        self.cdp.listen(_CRASH, lambda params, _: self._push("crashed", id=params["targetId"]))
        self.mux.on_context = self.send_downloads_home
        self.mux.on_closing = self.tabs.keep_one
        self.mux.on_front = self.tabs.has_come_up
        self._has_begun = True
        self.beside.start(self._watch_over())
        loop = asyncio.get_running_loop()
        loop.call_later(self.config.max_age, self._too_old)

    def _follow_downloads(self) -> None:
        limits = Limits(self.config.file_limit, self.config.files_limit)
        folder = self._launched.place.downloads
        self.downloads = Downloads(self.cdp, folder, limits, lambda: self.live.control.holder)
        self.downloads.on_change = lambda: self.live.show_downloads(self.downloads.facts())
        self.downloads.on_done = lambda download: self._push("download", guid=download.guid)

    def _too_old(self) -> None:
        self.beside.start(self.end("The session's limit was reached."))

    def _reap_children(self) -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGCHLD, self._reap)
        self._reap()

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (pid := os.waitpid(-1, os.WNOHANG)[0]) != 0:
                if pid == self._launched.pid:
                    self._exited.set()

    def send_downloads_home(self, context: str | None = None) -> None:
        """Downloads of this browser context go to the session's folder; a client that leaves undoes it."""
        where = {"behavior": "allowAndName", "downloadPath": str(self._launched.place.downloads), "eventsEnabled": True}
        self.cdp.post("Browser.setDownloadBehavior", where | ({"browserContextId": context} if context else {}))

    # While it lasts

    async def attach(self, client: Client) -> None:
        """Give a client its root session. Raises CdpError."""
        root = (await self.cdp.call("Target.attachToBrowserTarget"))["sessionId"]
        self.mux.adopt(client, root)
        self._close_old_runners()  # it may have become one meanwhile

    def detach(self, client: Client) -> None:
        self.mux.drop(client)
        self.send_downloads_home()

    def raise_runner_epoch(self, epoch: int) -> bool:
        """Whether a runner of this epoch may act; older ones that are still connected may not any more (N4)."""
        if epoch < self.runner_epoch:
            return False
        if epoch > self.runner_epoch:
            self.runner_epoch = epoch
            self._close_old_runners()
        return True

    def _close_old_runners(self) -> None:
        for client in list(self.mux.clients):
            if client.role == "runner" and client.epoch < self.runner_epoch:
                client.close(REPLACED, "Another worker runs this execution now.")

    def _fence(self, closed: bool) -> None:
        """It closes before the first input can come, and opens after keys and buttons were released."""
        if closed and not self.mux.is_fenced:
            self.mux.close_fence()
        if not closed and self.mux.is_fenced:
            self.mux.open_fence()

    def _control_changed(self, before: Holder | None) -> None:
        holder = self.live.control.holder
        self._push("control", control=holder and asdict(holder))

    def watch(self, id: str, condition: dict[str, Any]) -> None:
        self.conditions.watch(id, condition, self._met)

    def _met(self, id: str) -> None:
        self._push("condition", id=id, met=True)
        self.live.tell(Condition(id, True))

    def _push(self, event: str, **facts: Any) -> None:
        for listener in list(self.listeners):
            listener({"event": event, **facts})

    @property
    def is_cut_off(self) -> bool:
        """Whether the kernel keeps Chromium from every network but our way out."""
        return not self._launched.not_cut_off

    def windows(self) -> int:
        """How many the compositor holds: each should be a page's (T31)."""
        return len(self._launched.compositor.windows())

    def thumbnail(self, width: int) -> bytes:
        """A JPEG of the screen; to be called in a thread."""
        picture: bytes = self._launched.compositor.thumbnail(width)
        return picture

    async def _watch_over(self) -> None:
        """A Chromium that hangs does not close its pipe (F17)."""
        misses = 0
        while misses < _MISSES:
            await asyncio.sleep(self.config.watchdog)
            try:
                async with asyncio.timeout(self.config.watchdog):
                    await self.cdp.call("Browser.getVersion")
                misses = 0
            except TimeoutError:
                misses += 1
                self._push("hung", misses=misses)
            except CdpError:
                return
        self._lost("Chromium did not answer any more.")

    # The end

    def _lost(self, reason: str) -> None:
        """Chromium is gone, unasked: everybody is told at once, and for a while whoever asks."""
        self.cdp.lost(reason)
        if self._ending or self.reason or not self._has_begun:
            return
        self.reason = reason
        self._push("gone", reason=reason)
        self.beside.start(self._after_loss(reason))

    async def _after_loss(self, reason: str) -> None:
        await self._close_everything(reason)
        await asyncio.sleep(_TELL_FOR)
        self.over.set()

    async def end(self, reason: str) -> None:
        """End Chromium and the session; afterwards nothing of it is left but this process, which ends too."""
        if not self._ending:
            self._ending = True
            self._push("gone", reason=reason)
        await self._close_everything(reason)
        self.over.set()

    async def _close_everything(self, reason: str) -> None:
        """Once; who comes later waits for the same."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(reason))
        await asyncio.shield(self._closing)

    async def _close(self, reason: str) -> None:
        self.cdp.lost(reason)
        self.conditions.unwatch()
        for client in list(self.mux.clients):
            client.close(OVER, reason)
        await self.live.end(reason)
        await self.bury()

    async def bury(self) -> None:
        """Chromium ends by itself or is killed; then its folder goes."""
        self._pipe.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_END_WITHIN):
                await self._exited.wait()
        await asyncio.to_thread(self._kill_rest)
        await self._egress.stop()
        self._launched.clean()

    def _kill_rest(self) -> None:
        """Nothing of it may outlive us, also not as a zombie that nobody reaps."""
        processes.kill(lambda: processes.below(os.getpid()))
        if self._launched.lock:
            uid = self._launched.lock.uid
            processes.kill(lambda: processes.of_uid(uid))
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)
