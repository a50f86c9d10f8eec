"""A person at a browser of their own, who is not the bot's: a desktop or a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from channels.db import database_sync_to_async
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from hitl.tenants.models import User
from tests.people import session_cookie

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
# All that axe found out about a page is megabytes; and it would fetch each style sheet anew for a single rule.
WRONGS = """async options => (await axe.run(document, {
    resultTypes: ["violations"], preload: false, ...options})).violations
  .flatMap(({id, nodes}) => nodes.map(({html}) => `${id}: ${html.slice(0, 160)}`))"""

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
expect.set_options(timeout=40_000)  # a busy machine is not a failure

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}


async def has_axe(page: Page) -> None:
    """This page, and each that it loads from now on: what is added so is sent and compiled once."""
    if not await page.evaluate("'axe' in window"):
        await page.add_init_script(AXE)
        await page.evaluate(AXE)


class Person:
    """One browser context with one page; what the page complained about is kept for the report."""

    def __init__(self, context: BrowserContext, page: Page, base_url: str) -> None:
        self.context, self.page, self.base_url = context, page, base_url
        self.complaints: list[str] = []
        self.errors: list[str] = []  # uncaught in a script: a test must not end with any

    @classmethod
    async def at(cls, browser: Browser, base_url: str, device: dict[str, Any]) -> Self:
        context = await browser.new_context(base_url=base_url, **device)
        context.set_default_timeout(40_000)
        # Tests know where things are in the bot's own window; there is one for the other sizes.
        await context.add_init_script("try { localStorage.setItem('hitl.size', 'bot') } catch {}")
        person = cls(context, await context.new_page(), base_url)
        context.on("console", person._hear)
        context.on("weberror", lambda error: person.errors.append(str(error.error)))
        return person

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    async def is_signed_in_as(self, user: User) -> None:
        """Without the form; there is one story for that."""

        cookie = await database_sync_to_async(session_cookie)(user)
        await self.context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": self.base_url}])

    def report(self) -> str:
        return "\n".join([f"page: {self.page.url}", *self.complaints, *(f"uncaught: {text}" for text in self.errors)])
