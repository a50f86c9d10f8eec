"""A person at a browser of their own, who is not the bot's: a desktop or a phone."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from channels.db import database_sync_to_async
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, Page, WebError, expect

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


SOON = 30  # seconds


async def has_axe(page: Page) -> None:
    """This page, and each that it loads from now on: what is added so is sent and compiled once."""
    if not await page.evaluate("'axe' in window"):
        await page.add_init_script(AXE)
        await page.evaluate(AXE)


async def new_context(browser: Browser, base_url: str, device: dict[str, Any]) -> BrowserContext:
    context = await browser.new_context(base_url=base_url, **device)
    context.set_default_timeout(40_000)
    # Tests know where things are in the bot's own window; there is one for the other sizes.
    await context.add_init_script("try { localStorage.setItem('hitl.size', 'bot') } catch {}")
    return context


class Desks:
    """Contexts of a browser. Who leaves one leaves nothing in it but what pages are made of: it is fetched once for all
    tests.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: defaultdict[str, list[BrowserContext]] = defaultdict(list)
        self._kinds: dict[BrowserContext, str] = {}

    async def take(self, base_url: str, device: dict[str, Any]) -> BrowserContext:
        kind = f"{base_url} {device}"
        free = self._free[kind]
        context = free.pop() if free else await new_context(self._browser, base_url, device)
        self._kinds[context] = kind
        return context

    async def give_back(self, context: BrowserContext) -> None:
        kind = self._kinds.pop(context)
        try:
            async with asyncio.timeout(SOON):
                await _clear(context)
        except (Error, TimeoutError):  # a test may have closed it; or a busy browser never answers
            with suppress(TimeoutError):
                async with asyncio.timeout(SOON):
                    await context.close()
        else:
            self._free[kind].append(context)


async def _clear(context: BrowserContext) -> None:
    """The first page stays, empty: its process is the next one's."""
    first, *others = context.pages or [await context.new_page()]
    for page in others:
        await page.close()
    if first.url != "about:blank":
        await first.goto("about:blank")
    devtools = await context.new_cdp_session(first)
    # Of all sites; what was fetched is not among it.
    await devtools.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})
    await devtools.detach()
    await context.clear_permissions()


class Person:
    """One browser context with one page; what the page complained about is kept for the report."""

    def __init__(self, context: BrowserContext, page: Page, base_url: str) -> None:
        self.context, self.page, self.base_url = context, page, base_url
        self.complaints: list[str] = []
        self.errors: list[str] = []  # uncaught in a script: a test must not end with any

    @classmethod
    async def at(cls, browser: Browser, base_url: str, device: dict[str, Any]) -> Self:
        return await cls.with_a(await new_context(browser, base_url, device), base_url)

    @classmethod
    async def with_a(cls, context: BrowserContext, base_url: str) -> Self:
        person = cls(context, await context.new_page(), base_url)
        context.on("console", person._hear)
        context.on("weberror", person._uncaught)
        return person

    def leaves(self) -> None:
        self.context.remove_listener("console", self._hear)
        self.context.remove_listener("weberror", self._uncaught)

    def _uncaught(self, error: WebError) -> None:
        self.errors.append(str(error.error))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    async def is_signed_in_as(self, user: User) -> None:
        """Without the form; there is one story for that."""

        cookie = await database_sync_to_async(session_cookie)(user)
        await self.context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": self.base_url}])

    def report(self) -> str:
        return "\n".join([f"page: {self.page.url}", *self.complaints, *(f"uncaught: {text}" for text in self.errors)])
