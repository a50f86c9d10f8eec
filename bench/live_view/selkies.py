"""Selkies as it comes, in an environment of its own under var/: WebSocket mode, with its own Wayland compositor."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from playwright.async_api import BrowserContext, Page

from bench.live_view.systems import SIZE, WITHIN, Missing, Processes, listens, remote_chromium
from hitl.up.ports import free_port

VERSION = "2.1.0"
HOME = Path(__file__).parents[2] / "var" / f"selkies-{VERSION}"
# A desk without a sound card, game pads or a door of its own; the picture has the bench's size, whoever looks.
OPTIONS = {
    "addr": "127.0.0.1",
    "mode": "websockets",
    "wayland": "true",
    "audio-enabled": "false",
    "microphone-enabled": "false",
    "gamepad-enabled": "false",
    "webcam-enabled": "false",
    "enable-basic-auth": "false",
    "enable-https": "false",
    "manual-resolution": "true",
    "manual-width": str(SIZE[0]),
    "manual-height": str(SIZE[1]),
}


class Selkies:
    name = "Selkies"
    window = {"width": 1280, "height": 720}
    picture = "body"  # a video, with what takes the input laid over it

    def __init__(self, chromium: str) -> None:
        self._program = installed()
        self._chromium = chromium
        self._processes = Processes()
        self.port = free_port()

    async def start(self, address: str) -> None:
        home = self._processes.folder / "home"
        runtime = home / "run"
        runtime.mkdir(parents=True, mode=0o711)
        home.chmod(0o711)
        options = [part for name, value in OPTIONS.items() for part in (f"--{name}", value)]
        known = {"HOME": str(home), "XDG_RUNTIME_DIR": str(runtime), "PATH": os.defpath, "LANG": "C.UTF-8"}
        self._processes.start(str(self._program), *options, "--port", str(self.port), env=known, cwd=home)
        await listens(self.port)
        display = await self._display(runtime)
        if os.geteuid() == 0:
            os.chown(runtime / display, 65534, -1)
        where = {"XDG_RUNTIME_DIR": str(runtime), "WAYLAND_DISPLAY": display}
        remote_chromium(self._processes, self._chromium, address, "--ozone-platform=wayland", **where)

    async def _display(self, runtime: Path) -> str:
        async with asyncio.timeout(WITHIN):
            while True:
                if found := sockets(runtime):
                    return found[0]
                await asyncio.sleep(0.05)

    async def open(self, context: BrowserContext, port: int) -> Page:
        page = await context.new_page()
        await page.goto(f"http://127.0.0.1:{port}/")
        await page.wait_for_function("() => bench.pictured > 0")
        await page.mouse.click(640, 600)
        return page

    def stop(self) -> None:
        self._processes.stop()


def sockets(runtime: Path) -> list[str]:
    return [path.name for path in runtime.glob("wayland-*") if path.is_socket()]


def installed() -> Path:
    """The program; fetched from PyPI where it is not there yet."""
    program = HOME / "bin" / "selkies"
    if not program.exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True)
            subprocess.run([str(HOME / "bin" / "pip"), "install", "-q", f"selkies=={VERSION}"], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Missing(f"selkies {VERSION} could not be installed from PyPI: {error}") from error
    return program
