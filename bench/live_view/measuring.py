"""One turn of one system on one line with one page: what the viewer's browser sees."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import BrowserContext, Page

from bench.live_view.shaper import Line
from bench.live_view.systems import System

PAGES = ("plain", "photos")
PRESSES = 12
SCROLLS = 2.4  # seconds that are counted, of three
WATCH = (Path(__file__).parent / "viewer.js").read_text()


@dataclass
class Figures:
    """Of one system, line and page; filled turn by turn."""

    clicks: list[float] = field(default_factory=list)  # ms
    keys: list[float] = field(default_factory=list)  # ms
    shown: list[float] = field(default_factory=list)  # ms, of these after the first bytes had come
    lost: int = 0
    key_bytes: list[float] = field(default_factory=list)  # per key
    frames: list[float] = field(default_factory=list)  # per second
    ages: list[float] = field(default_factory=list)  # ms
    scroll_bytes: list[float] = field(default_factory=list)  # per second
    first: list[float] = field(default_factory=list)  # ms, from the socket's opening to the first picture
    look: list[float] = field(default_factory=list)  # ms that a look at the picture takes


class Turn:
    """A viewer's page, opened and driving, until it is closed."""

    def __init__(self, system: System, line: Line, figures: dict[str, Figures]) -> None:
        self._system, self._line, self._figures = system, line, figures
        self._chance = random.Random(1)  # noqa: S311
        self._page: Page

    async def run(self, context: BrowserContext) -> None:
        try:
            self._page = await self._system.open(context, self._line.port)
            for name in PAGES:
                await self._measure(name, self._figures[name])
        finally:
            for page in context.pages:
                await page.close()

    async def _measure(self, name: str, figures: Figures) -> None:
        page = self._page
        await self._show(name)
        opened, pictured = await page.evaluate("[bench.opened, bench.pictured]")
        figures.first += [pictured - opened] if opened else []  # a worker's socket is not seen
        await self._presses(figures)
        await self._keys(figures)
        await self._scroll(figures)
        looks, looking = await page.evaluate("[bench.looks, bench.looking]")
        figures.look.append(looking / looks)

    async def _show(self, name: str) -> None:
        """Let it be drawn, and drawn well, before anything counts."""
        await self._page.keyboard.press(str(1 + PAGES.index(name)))
        await self._quiet()

    async def _quiet(self) -> None:
        """Until hardly anything has come for a second, or for ten: pictures that stand still are sent once more."""
        quiet = 0
        for _ in range(20):
            before = self._line.bytes_down
            await asyncio.sleep(0.5)
            quiet = quiet + 1 if self._line.bytes_down - before < 2_000 else 0
            if quiet == 2:
                return

    async def _presses(self, figures: Figures) -> None:
        mouse = self._page.mouse
        box = await self._page.locator(self._system.picture).bounding_box()
        assert box is not None
        await mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        for number in range(PRESSES + 1):
            await self._page.evaluate("bench.delay('mousedown')")
            await mouse.down()
            seen = await self._page.evaluate("bench.answer")
            await mouse.up()
            _note(figures, figures.clicks, seen, number)
            await self._rest()

    async def _keys(self, figures: Figures) -> None:
        await self._quiet()
        before = 0
        for number in range(PRESSES + 1):
            if number == 1:
                before = self._line.bytes_down
            await self._page.evaluate("bench.delay('keydown')")
            await self._page.keyboard.press("abcdefghijklmnop"[number])
            _note(figures, figures.keys, await self._page.evaluate("bench.answer"), number)
            await self._rest()
        figures.key_bytes.append((self._line.bytes_down - before) / PRESSES)

    async def _scroll(self, figures: Figures) -> None:
        await self._quiet()
        counting = asyncio.create_task(self._page.evaluate(f"bench.frames({SCROLLS * 1000:.0f})"))
        await self._page.keyboard.press("3")
        await asyncio.sleep(self._line.kind.rtt + 0.1)
        before = self._line.bytes_down
        seen = await counting
        figures.scroll_bytes.append((self._line.bytes_down - before) / (SCROLLS - self._line.kind.rtt - 0.1))
        times, ages = seen["times"], seen["ages"]
        figures.frames.append((len(times) - 1) * 1000 / (times[-1] - times[0]) if len(times) > 1 else 0)
        figures.ages += ages

    async def _rest(self) -> None:
        """As a person's own pauses are: not in step with anything."""
        await asyncio.sleep(self._chance.uniform(0.08, 0.22))


def _note(figures: Figures, delays: list[float], seen: list[float] | None, number: int) -> None:
    """The first warms up."""
    if seen is None:
        figures.lost += 1
    elif number:
        delays.append(seen[0])
        figures.shown += [seen[1]] if seen[1] else []
