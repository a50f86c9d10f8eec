"""noVNC over TigerVNC: Debian's novnc, websockify and tigervnc-standalone-server."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.async_api import BrowserContext, Page

from bench.live_view.systems import SIZE, Missing, Processes, listens, remote_chromium
from hitl.up.ports import free_port

WEB = Path("/usr/share/novnc")


class NoVnc:
    name = "noVNC"
    window = {"width": 1280, "height": 760}
    picture = "#screen canvas"

    def __init__(self, chromium: str) -> None:
        if not (WEB.exists() and shutil.which("websockify") and shutil.which("Xtigervnc")):
            raise Missing("apt-get install novnc websockify tigervnc-standalone-server")
        self._chromium = chromium
        self._processes = Processes()
        self.port = free_port()

    async def start(self, address: str) -> None:
        screen, port = free_display(), free_port()
        size = f"{SIZE[0]}x{SIZE[1]}"
        quiet = ["-SecurityTypes", "None", "-localhost", "-ac", "-AlwaysShared", "-nolisten", "tcp"]
        self._processes.start("Xtigervnc", screen, "-geometry", size, "-depth", "24", "-rfbport", str(port), *quiet)
        await listens(port)
        self._processes.start("websockify", "--web", str(WEB), f"127.0.0.1:{self.port}", f"127.0.0.1:{port}")
        await listens(self.port)
        remote_chromium(self._processes, self._chromium, address, "--ozone-platform=x11", DISPLAY=screen)

    async def open(self, context: BrowserContext, port: int) -> Page:
        page = await context.new_page()
        await page.goto(f"http://127.0.0.1:{port}/vnc_lite.html")
        await page.get_by_text("Connected to").wait_for()
        await page.locator(self.picture).click(position={"x": 640, "y": 600})
        return page

    def stop(self) -> None:
        self._processes.stop()


def free_display() -> str:
    """The first X display that nobody has."""
    number = next(n for n in range(60, 99) if not Path(f"/tmp/.X11-unix/X{n}").exists())  # noqa: S108
    return f":{number}"
