"""What is compared: the same page in the same Chromium, opened in the viewer's browser as users open it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from playwright.async_api import BrowserContext, Page

from bots.browser import chromium
from bots.browser.server import STEPPED_BACK

SIZE = (1280, 720)
WITHIN = 30  # seconds to come up


class System(Protocol):
    name: str
    port: int  # where viewers come in
    window: dict[str, int]  # the viewer's
    picture: str  # selector of what shows the page

    async def start(self, address: str) -> None:
        """Come up with this page, to be stopped also where it did not."""

    async def open(self, context: BrowserContext, port: int) -> Page:
        """A viewer's page that drives, reached through this port."""

    def stop(self) -> None: ...


class Missing(Exception):
    """This machine has not got the system; the sentence says what it wants."""


class Processes:
    """Children in sessions of their own, ended by `stop` in the opposite order; what they say is in the folder."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hitl-peer-"))
        self.folder.chmod(0o711)
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, *line: str, **more: Any) -> subprocess.Popen[bytes]:
        with (self.folder / f"{len(self._running)}-{Path(line[0]).name}.log").open("wb") as log:
            process = subprocess.Popen(
                line, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **more
            )
        step_back(process.pid)
        self._running.append(process)
        return process

    def stop(self) -> None:
        for process in reversed(self._running):
            _end(process)
        subprocess.run(["rm", "-rf", str(self.folder)], check=False)


def step_back(pid: int) -> None:
    """As our own browsers do, so that none of what shares this machine comes before the others."""
    with suppress(OSError):  # it has gone
        for thread in os.listdir(f"/proc/{pid}/task"):  # each has a priority of its own
            os.setpriority(os.PRIO_PROCESS, int(thread), STEPPED_BACK)
        Path(f"/proc/{pid}/autogroup").write_text(str(STEPPED_BACK))


def _end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(3)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def remote_chromium(processes: Processes, executable: str, address: str, *flags: str, **environment: str) -> None:
    """The Chromium that is looked at: with the product's own flags, kiosk and sandbox, as a user of its own."""
    profile = processes.folder / "profile"
    profile.mkdir(mode=0o700)
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        os.chown(profile, 65534, 65534)
        user = {"user": 65534, "group": 65534, "extra_groups": []}
    left_out = ("--ozone-platform", "--remote-debugging-pipe", "--proxy", "--keep-alive-for-test")
    ours = [flag for flag in chromium._FLAGS if not flag.startswith(left_out)]
    line = [
        chromium.find(executable),
        *ours,
        *flags,
        f"--disable-features={','.join(chromium._DISABLED)}",
        f"--user-data-dir={profile}",
        f"--window-size={SIZE[0]},{SIZE[1]}",
        "--window-position=0,0",  # there is no window manager
        address,
    ]
    processes.start(*line, env={"HOME": str(profile), "PATH": os.defpath, **environment}, cwd=profile, **user)


async def listens(port: int) -> None:
    async with asyncio.timeout(WITHIN):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return
