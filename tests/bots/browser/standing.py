"""One browser server that stands for many tests: each finds it as if it had just been started.

A start costs a second of processor time, nearly all of it Chromium's. What a test has left in the browser is cleared
away; where that does not succeed, the server is ended and the next test gets another.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from websockets.exceptions import WebSocketException

from bots.browser import client, launch
from bots.browser.tabs import EMPTY
from tests.bots.browser.cdp_line import CdpLine
from tests.bots.browser.server import Server

log = logging.getLogger(__name__)

EPOCHS = 1000  # that one test may use
PATIENCE = 20  # seconds; clearing away takes a tenth of one
NEW = {"alive": True, "tabs": 1, "windows": 1, "viewers": 0, "control": None, "condition": None, "url": EMPTY}

_FAILED = (OSError, WebSocketException, client.ServerError)  # asking it


class Spoilt(Exception):
    """Something stays, and what it is."""


class Standing:
    """`take` before a test, `give_back` after it, `end` after all. Its pages may reach one target."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._started: client.Started | None = None
        self._folder = Path()
        self._since = 0
        self._former: set[str] = set()

    async def take(self) -> Server:
        """One that is as new, with a line of the test's own, on which nothing of before is told."""
        if not await self._is_as_new():
            await self.end()
            await self._start()
        return self._server(await self._control().__aenter__())

    def _control(self) -> client.ControlLine:
        """Raises OSError where there is none."""
        if self._started is None:
            raise ConnectionRefusedError("no server was started")
        return client.ControlLine(self._started.address, self._started.token)

    def _server(self, control: client.ControlLine) -> Server:
        assert self._started
        server = Server(self._started, self._folder / "exe_1", control, self._since)
        server.former = self._former
        return server

    async def _is_as_new(self) -> bool:
        """Also where it was: it may have ended by itself since."""
        with suppress(*_FAILED):
            async with asyncio.timeout(PATIENCE), self._control() as control:
                return await is_as_new(self._server(control))
        return False

    async def _start(self) -> None:
        self._folder, self._since, self._former = Path(tempfile.mkdtemp(prefix="hitl-test-")), 0, set()
        self._folder.chmod(0o711)  # Chromium's user must get through
        try:
            config = client.Config(
                token="standing-token-0123456789",
                folder=self._folder / "exe_1",
                private_targets=[self._target],
                max_age=3600,
            )
            self._started = await client.start(config)
        except client.StartFailed:
            shutil.rmtree(self._folder)
            raise

    async def give_back(self, server: Server) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await clear_away(server, self._target)
        except (*_FAILED, Spoilt) as why:
            log.warning("A server is thrown away: %r", why)
            await self.end()
        else:
            self._since, self._former = server.since + EPOCHS, server.former
        finally:
            await server.close()

    async def end(self) -> None:
        """Also of one that does not answer any more."""
        if self._started is None:
            return
        with suppress(*_FAILED):
            async with asyncio.timeout(PATIENCE), self._control() as control:
                await control.call("end", reason="the tests are over")
        await _kill(self._started.pid, self._folder / "exe_1")
        client.sweep_leftovers(self._folder)
        shutil.rmtree(self._folder)
        self._started = None


async def _kill(pid: int, folder: Path) -> None:
    """Where it still serves this folder."""
    async with asyncio.timeout(PATIENCE):
        while launch.is_served(folder):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(0.01)


async def is_as_new(server: Server) -> bool:
    status = await server.call("status")
    left = [*files(server)]
    return NEW.items() <= status.items() and not status["downloads"] and not left


def files(server: Server) -> list[Path]:
    return [path for name in ("downloads", "uploads") for path in (server.folder / name).iterdir()]


async def clear_away(server: Server, target: str) -> None:
    """All that a test can have left. Raises where something stays."""
    if server.is_spoilt:
        raise Spoilt("the test has said so")
    await server.call("revoke", epoch=EPOCHS - 1)
    await server.call("runner", epoch=EPOCHS)  # conditions are forgotten, dialogs answered, runners closed
    for download in (await server.call("status"))["downloads"]:
        await server.call("discard", download=download["guid"], why="The test is over.")
        server.former.add(download["guid"])
    async with CdpLine(server.address, client.headers(server.token, "script")) as line:
        await _leave_one_empty_tab(line)
        await _forget_sites(line, target)
    for file in files(server):
        file.unlink()
    while not await is_as_new(server):  # windows and viewers go without a word
        await asyncio.sleep(0.01)


async def _ask(line: CdpLine, method: str, params: dict[str, Any] | None = None, session: str | None = None) -> Any:
    answer = await line.call(method, params, session)
    if "error" in answer:
        raise Spoilt(f"{method}: {answer['error']['message']}")
    return answer["result"]


async def _leave_one_empty_tab(line: CdpLine) -> None:
    """A new one, as the test's may hold what it has put there."""
    tab = (await _ask(line, "Target.createTarget", {"url": EMPTY}))["targetId"]
    while others := [page for page in await _pages(line) if page != tab]:
        for other in others:
            await line.call("Target.closeTarget", {"targetId": other})  # it may close by itself meanwhile


async def _pages(line: CdpLine) -> list[str]:
    infos = (await _ask(line, "Target.getTargets"))["targetInfos"]
    return [info["targetId"] for info in infos if info["type"] == "page"]


async def _forget_sites(line: CdpLine, target: str) -> None:
    await _ask(line, "Storage.clearCookies")
    await _ask(line, "Browser.resetPermissions")
    session = await line.page()
    await _ask(line, "Network.clearBrowserCache", session=session)
    for host in (target, target.replace("127.0.0.1", "localhost")):
        await _ask(line, "Storage.clearDataForOrigin", {"origin": f"http://{host}", "storageTypes": "all"}, session)
