"""What one worker process holds for all its executions: one Playwright driver, however many find it dead."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.async_api import Error

from bots import engine

pytestmark = pytest.mark.asyncio


class Driver:
    """Of Playwright; a dead one says so to each who asks, one after the other."""

    def __init__(self, dead: bool) -> None:
        self.dead, self.asked = dead, 0
        self.chromium = SimpleNamespace(connect_over_cdp=self.connect)
        self.request = SimpleNamespace(new_context=self.answer)

    async def answer(self) -> Any:
        if self.dead:
            raise Error("Target page, context or browser has been closed")
        return SimpleNamespace(dispose=self.answer)

    async def connect(self, url: str, **options: Any) -> str:
        self.asked += 1
        for _ in range(5 * self.asked):
            await asyncio.sleep(0)
        if self.dead:
            raise Error("BrowserType.connect_over_cdp: Target page, context or browser has been closed")
        return url


@pytest.mark.fault
async def test_f18_a_driver_that_has_died_is_started_once_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Driver] = []

    async def start() -> Driver:
        await asyncio.sleep(0)
        started.append(Driver(dead=not started))
        return started[-1]

    monkeypatch.setattr(engine, "async_playwright", lambda: SimpleNamespace(start=start))
    worker = engine.Engine()
    await worker.warm_up()
    found = await asyncio.gather(*(worker._connect(f"ws://{number}/cdp", {}, 1) for number in range(6)))
    assert [browser for _, browser in found] == [f"ws://{number}/cdp" for number in range(6)]
    assert len(started) == 2
