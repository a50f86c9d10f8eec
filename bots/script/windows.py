"""Which window: the one that is shown, and the one with an address."""

from __future__ import annotations

import asyncio
import contextlib
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Page
from playwright.async_api import Error as PlaywrightError

LOOK = 1.0  # seconds that a page has to answer; one that is stuck says nothing


async def shown_page(context: BrowserContext, front: str = "") -> Page:
    """The page that a person would see now; a new one where none is left.

    Several windows may call themselves visible: `front` is the target of the one that lies above the others, if known.
    """
    pages = [page for page in context.pages if not page.is_closed()]
    if len(pages) < 2:
        return pages[0] if pages else await context.new_page()
    targets = await asyncio.gather(*map(_target_of, pages)) if front else []
    if front in targets:
        return pages[targets.index(front)]
    shown = await asyncio.gather(*map(_is_shown, pages))
    return next((page for page, is_shown in reversed([*zip(pages, shown, strict=True)]) if is_shown), pages[-1])


async def _target_of(page: Page) -> str:
    """Chromium itself answers this one, however busy the page is."""
    with contextlib.suppress(PlaywrightError, TimeoutError):
        async with asyncio.timeout(LOOK):
            session = await page.context.new_cdp_session(page)
            target = (await session.send("Target.getTargetInfo"))["targetInfo"]["targetId"]
            await session.detach()
            return str(target)
    return ""


async def _is_shown(page: Page) -> bool:
    with contextlib.suppress(PlaywrightError, TimeoutError):
        return bool(await asyncio.wait_for(page.evaluate("document.visibilityState === 'visible'"), LOOK))
    return False


def is_same(url: str, address: str) -> bool:
    return url == address


def fits(url: str, pattern: str) -> bool:
    """The whole address, where * stands for anything."""
    return "*" in pattern and fnmatchcase(url, pattern.replace("[", "[[]").replace("?", "[?]"))


def is_same_place(url: str, address: str) -> bool:
    """Sessions and tickets often stand in the query; the page is the same."""
    one, other = urlsplit(url), urlsplit(address)
    return bool(other.netloc) and (one.scheme, one.netloc, one.path) == (other.scheme, other.netloc, other.path)


LIKENESS = (is_same, fits, is_same_place)  # the nearest first
