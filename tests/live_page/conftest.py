"""A person's browser before the live view's page, and the browser server's side played by the test."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from tests.person import AXE, WRONGS

from .browser_side import BrowserSide, Line
from .site import Site

WINDOW = {"width": 1280, "height": 900}
HARMLESS = ("Failed to load resource: the server responded with a status of 4", "Blocked autofocusing on a <")
COLOUR = """([x, y]) => {
  const spot = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
  spot.drawImage(document.querySelector('canvas'), x, y, 1, 1, 0, 0, 1, 1);
  const [r, g, b] = spot.getImageData(0, 0, 1, 1).data;
  const close = (...colour) => [r, g, b].every((value, i) => Math.abs(value - colour[i]) < 40);
  const known = {
    red: [220, 30, 30], green: [30, 180, 60], blue: [40, 70, 220],
    white: [250, 250, 250], yellow: [240, 210, 30], black: [20, 20, 20],
  };
  return Object.keys(known).find((name) => close(...known[name])) ?? `${r},${g},${b}`;
}"""


class Seat:
    """One person before the page: Playwright's page, the server's side, and what both need in every test."""

    def __init__(self, page: Page, far: BrowserSide, site: Site) -> None:
        self.page = page
        self.far = far
        self.site = site
        self.complaints: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", self._uncaught)

    def _uncaught(self, error: Any) -> None:
        self.complaints.append(str(error))

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(HARMLESS):
            self.complaints.append(message.text)

    async def leave(self) -> None:
        """The page as it was found."""
        self.page.remove_listener("console", self._console)
        self.page.remove_listener("pageerror", self._uncaught)
        await self.page.unroute_all()
        await self.page.evaluate("localStorage.clear()")
        await self.page.goto("about:blank")
        await self.page.set_viewport_size(WINDOW)

    def part(self, name: str) -> Any:
        return self.page.locator(f'[data-part="{name}"]')

    async def open(self, host: str = "127.0.0.1", **state: Any) -> Line:
        """Load the page and let it watch a live browser."""
        self.site.edits.append(("/ws/live/exe_1", self.far.address))
        await self.page.goto(self.site.url(host))
        line = await self.far.line()
        await line.hello()
        await line.state(**state)
        await self.page.wait_for_selector('[data-phase="watching"]')
        return line

    async def watch(self, **state: Any) -> Line:
        """As `open`, with a picture drawn."""
        line = await self.open(**state)
        await line.drawn(await line.picture("first.jpeg"))
        return line

    async def drive(self, epoch: int = 1) -> Line:
        """Take control, as a person would."""
        line = await self.watch()
        await self.page.get_by_role("button", name="Take control").click()
        await line.next("take")
        await line.grant(epoch)
        await self.page.wait_for_selector('[data-phase="driving"]')
        return line

    async def stop_time(self) -> None:
        """Of the page: it goes on only by `page.clock`, so nothing is held long because the machine is slow."""
        now = await self.page.evaluate("Date.now()")
        await self.page.clock.install(time=now)
        await self.page.clock.pause_at(now + 1_000)

    async def escape(self) -> None:
        await self.page.keyboard.press("Escape")

    async def colour(self, x: int, y: int) -> str:
        return await self.page.evaluate(COLOUR, [x, y])

    async def at(self, x: float, y: float) -> tuple[float, float]:
        """Where the picture's point (x, y) lies in the window."""
        box = await self.part("canvas").bounding_box()
        scale = min(box["width"] / 1280, box["height"] / 720)
        left = box["x"] + (box["width"] - 1280 * scale) / 2
        top = box["y"] + (box["height"] - 720 * scale) / 2
        return left + x * scale, top + y * scale

    async def axe(self) -> list[str]:
        await self.page.evaluate(AXE)
        wrongs: list[str] = await self.page.evaluate(WRONGS, {})
        return wrongs


@pytest_asyncio.fixture(loop_scope="session")
async def far() -> AsyncIterator[BrowserSide]:
    side = BrowserSide()
    await side.start()
    yield side
    await side.stop()


@pytest.fixture(scope="session")
def the_site() -> Iterator[Site]:
    """One address for all tests: what the page is made of is fetched once."""
    site = Site()
    yield site
    site.stop()


@pytest.fixture
def site(the_site: Site) -> Site:
    the_site.begin()
    the_site.answers["/ticket"] = (200, {"ticket": "ticket-1"})
    return the_site


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def the_page(browser: Browser) -> AsyncIterator[Page]:
    """One for all tests that leave nothing in it: a new one for each would cost most of their time."""
    page = await (await browser.new_context(viewport=WINDOW)).new_page()
    yield page
    await page.context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def seat(the_page: Page, far: BrowserSide, site: Site) -> AsyncIterator[Seat]:
    """At the one page. It must end without a word in its console."""
    seat = Seat(the_page, far, site)
    yield seat
    await seat.leave()
    assert seat.complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def seats(browser: Browser, far: BrowserSide, site: Site) -> AsyncIterator[Callable[..., Any]]:
    """Makes seats of their own, with the given kind of window; each must end without a word in its console."""
    made: list[tuple[Seat, BrowserContext]] = []

    async def make(**window: Any) -> Seat:
        context = await browser.new_context(**{"viewport": WINDOW, **window})
        seat = Seat(await context.new_page(), far, site)
        made.append((seat, context))
        return seat

    yield make
    for seat, context in made:
        await context.close()
        assert seat.complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def own(seats: Callable[..., Any]) -> Seat:
    """For tests that change their browser for good: its clock, its scripts, its rights."""
    return await seats()
