"""What one worker process holds for all its executions: an event loop in a thread of its own and one Playwright driver.

Starting the driver costs half a second and 100 MB, so it is started once; it is started again should it die.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Playwright, async_playwright
from playwright.async_api import TimeoutError as PlaywrightTimeout

from bots.browser import client

ATTACHED_WITHIN, ATTACHED_AT_LAST = 8, 30  # seconds; usually it takes a twentieth of one
ANSWERS_WITHIN = 5  # seconds; a driver that is slower is busy, not dead


class DriverDied(Exception):
    """The driver's process has ended, and with it this worker's hold of the browser, which has not."""


class Engine:
    """`run` may be called from any thread; everything else lives on the loop's thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._starting = threading.Lock()
        self._driver: Playwright | None = None
        self._driver_lock: asyncio.Lock | None = None
        self._attached: dict[int, Playwright] = {}  # by browser: the driver that holds it
        self.stopping = False

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run to the end on the engine's loop; the calling thread waits."""
        asyncio.run_coroutine_threadsafe(work, self._running_loop()).result()

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="engine", daemon=True).start()
        return self._loop

    @asynccontextmanager
    async def attached(self, address: str, token: str, epoch: int) -> AsyncIterator[Browser]:
        """The session's browser as its runner of this epoch; leaving detaches and changes nothing in the page.

        Raises DriverDied instead of Playwright's error where that is what is behind it.
        """
        headers = client.headers(token, role="runner", epoch=epoch)
        try:
            driver, browser = await self._connect(client.cdp_url(address), headers, ATTACHED_WITHIN)
        except PlaywrightTimeout:  # Playwright waits for tabs that wait for the first answer of some site
            async with client.ControlLine(address, token) as control:
                await control.call("stop_loading")
            driver, browser = await self._connect(client.cdp_url(address), headers, ATTACHED_AT_LAST)
        self._attached[id(browser)] = driver
        try:
            yield browser
        except Exception as error:  # some of Playwright's are of no class of its own
            if await _lives(driver):
                raise
            raise DriverDied(str(error).partition("\n")[0]) from error
        finally:
            self._attached.pop(id(browser), None)
            await browser.close()

    async def has_lost(self, browser: Browser) -> bool:
        """Whether the driver that held it has died."""
        driver = self._attached.get(id(browser))
        return driver is not None and not await _lives(driver)

    async def _connect(self, url: str, headers: dict[str, str], within: float) -> tuple[Playwright, Browser]:
        # Nothing is written there; without it each attachment has a folder, which a killed worker leaves behind.
        options: dict[str, Any] = {"timeout": within * 1000, "artifacts_dir": tempfile.gettempdir()}
        driver = await self.driver()
        try:
            return driver, await driver.chromium.connect_over_cdp(url, headers=headers, **options)
        except PlaywrightTimeout:
            raise
        except Exception:  # of a dead driver Playwright says what it says of a closed browser
            if await _lives(driver):
                raise
            if self._driver is driver:  # its process has died, the browser has not; nobody has seen to it yet
                self._driver = None
            driver = await self.driver()
            return driver, await driver.chromium.connect_over_cdp(url, headers=headers, **options)

    async def driver(self) -> Playwright:
        """The one Playwright driver, started on first use; `warm up` is calling this early."""
        self._driver_lock = self._driver_lock or asyncio.Lock()
        async with self._driver_lock:
            if self._driver is None:
                self._driver = await async_playwright().start()
        return self._driver

    async def warm_up(self) -> None:
        await self.driver()


async def _lives(driver: Playwright) -> bool:
    """Whether its process is still there: it is asked for something small."""
    try:
        async with asyncio.timeout(ANSWERS_WITHIN):
            await (await driver.request.new_context()).dispose()
    except TimeoutError:
        return True
    except Exception:
        return False
    return True


engine = Engine()
