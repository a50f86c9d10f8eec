"""This product's live view: an execution that waits for a person, on the page where people meet it."""

from __future__ import annotations

import asyncio

from asgiref.sync import sync_to_async
from playwright.async_api import BrowserContext, Page

from bench.load import below
from bench.people import bot, start, workspace
from bots.models import BrowserSession, Execution, Status
from hitl.tenants.people import SYSTEM
from tests.people import session_cookie
from tests.stack import Stack

CANVAS = 'canvas[aria-label="Live browser"]'


class Ours:
    name = "hitl"
    window = {"width": 1680, "height": 1000}
    picture = CANVAS

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.port = stack.port
        self.execution: Execution

    async def start(self, address: str) -> None:
        steps = [
            {"type": "setViewport", "width": 1280, "height": 720},
            {"type": "navigate", "url": address},
            {"type": "requestHuman", "kind": "other", "title": "Measure"},
        ]
        self.execution = await start(bot("Yardstick", steps))
        async with asyncio.timeout(30):
            while (await self._read()).status != Status.WAITING_FOR_HUMAN:
                assert not self.execution.is_over, self.execution.message
                await asyncio.sleep(0.1)

    async def _read(self) -> Execution:
        await sync_to_async(self.execution.refresh_from_db)()
        return self.execution

    async def open(self, context: BrowserContext, port: int) -> Page:
        page = await self.watch(context, port)
        await page.get_by_role("button", name="Take control").click()
        await page.wait_for_selector("[data-live][data-phase=driving]")
        return page

    async def watch(self, context: BrowserContext, port: int) -> Page:
        cookie = await sync_to_async(session_cookie)(workspace()[1])
        base = f"http://127.0.0.1:{port}"
        await context.add_cookies([{**cookie, "url": base}])  # type: ignore[list-item]
        await context.add_init_script("localStorage.setItem('hitl.size', 'bot')")  # the peers' size, too
        page = await context.new_page()
        await page.goto(f"{base}/w/bench/executions/{self.execution.public_id}/")
        return page

    def pids(self) -> list[int]:
        """The browser server's and its descendants', it first."""
        return below(BrowserSession.objects.live().get(execution=self.execution).pid)

    async def cancel(self) -> None:
        await sync_to_async(self.execution.cancel)(SYSTEM)

    def stop(self) -> None:
        """The bench ends every browser that the stack started."""
