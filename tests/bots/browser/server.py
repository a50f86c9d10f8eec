"""A browser server that runs, and what a test wants of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from bots.browser import client, processes

Facts = dict[str, Any]


class Server:
    """Its epochs begin at 1 and no downloads are there, also where it has served other tests before."""

    def __init__(self, started: client.Started, folder: Path, control: client.ControlLine, since: int = 0) -> None:
        self.address, self.token, self.pid = started
        self.folder = folder
        self.control = control
        self.since = since  # epochs up to here were others'
        self.former: set[str] = set()  # others' downloads, which stay in its list
        self.is_spoilt = False  # nobody else should have it

    async def close(self) -> None:
        """The test's line to it; the server stays."""
        await self.control.__aexit__(None, None, None)

    async def call(self, do: str, **params: Any) -> Facts:
        if "epoch" in params:
            params["epoch"] = self.epoch(params["epoch"])
        return self._as_new(await self.control.call(do, **params))

    async def event(self, name: str, **facts: Any) -> Facts:
        """The next event of this name with these facts."""
        async with asyncio.timeout(20):
            async for event in self.control.events():
                if event["event"] == name and facts.items() <= (told := self._as_new(event)).items():
                    return told
        raise AssertionError(f"the server went away without {name}")

    async def until(self, **facts: Any) -> Facts:
        """The status once it holds these facts; each look waits for news of tabs."""
        async with asyncio.timeout(20):
            while not facts.items() <= (status := await self.call("status")).items():
                await self.event("tabs")
        return status

    def epoch(self, number: int) -> int:
        """As the server knows it, of control or of a runner's lease: there they only ever rise."""
        return self.since + number

    def _as_new(self, told: Facts) -> Facts:
        told = told | {name: self._count(told[name]) for name in ("epoch", "input_epoch") if name in told}
        if control := told.get("control"):
            told["control"] = control | {"epoch": self._count(control["epoch"])}
        if downloads := told.get("downloads"):
            own = [each for each in downloads if each["guid"] not in self.former]
            told["downloads"] = [each | {"epoch": self._count(each["epoch"]) or 0} for each in own]
        return told

    def _count(self, epoch: int | None) -> int | None:
        return epoch - self.since if epoch is not None and epoch > self.since else None

    def headers(self, role: str = "runner", epoch: int = 1) -> dict[str, str]:
        return client.headers(self.token, role, self.epoch(epoch))

    def chromium(self) -> int:
        """The pid of Chromium's main process."""
        return next(
            pid for pid in processes.children(self.pid) if b"--kiosk" in Path(f"/proc/{pid}/cmdline").read_bytes()
        )

    def command_line(self) -> list[str]:
        return Path(f"/proc/{self.chromium()}/cmdline").read_text().rstrip("\0").split("\0")

    def uid(self) -> int:
        return Path(f"/proc/{self.chromium()}").stat().st_uid
