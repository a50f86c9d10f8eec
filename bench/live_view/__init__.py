"""The live view against noVNC and Selkies, from the viewer's side: `python -m bench live_view`.

Words after it choose: systems (hitl, novnc, selkies), lines (unshaped, 20, 4), rounds=N. Without any, everything is
measured and written into RESULTS.md.

Each turn opens a system's viewer in a real headless Chromium, through the bench's own line, and reads the pixels that
stand on that page's canvas or video by its own timer. Systems take turns (A B C A B C), so that a noise of the
machine hits all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack

from playwright.async_api import Browser, BrowserContext, async_playwright

from bench.live_view import shaper, site
from bench.live_view.measuring import PAGES, WATCH, Figures, Turn
from bench.live_view.novnc import NoVnc
from bench.live_view.ours import Ours
from bench.live_view.shaper import Line
from bench.live_view.systems import System
from bench.live_view.table import All, tables
from bench.results import Row
from tests.stack import Stack

ROUNDS = 2
SYSTEMS: dict[str, Callable[[Stack, str], System]] = {
    "hitl": lambda stack, chromium: Ours(stack),
    "novnc": lambda stack, chromium: NoVnc(chromium),
}


class Choices:
    """What the words on the command line leave."""

    def __init__(self, words: tuple[str, ...]) -> None:
        kinds = [at for at, kind in enumerate(shaper.KINDS) if kind.name.split()[0] in words]
        self.systems = [name for name in SYSTEMS if name in words] or list(SYSTEMS)
        self.kinds = kinds or list(range(len(shaper.KINDS)))
        self.rounds = next((int(word[7:]) for word in words if word.startswith("rounds=")), ROUNDS)


async def measure(stack: Stack, chromium: str, *choices: str) -> list[Row]:
    chosen = Choices(choices)
    with ExitStack() as end:
        port = end.enter_context(site.serving())
        systems = [make(stack, chromium) for name, make in SYSTEMS.items() if name in chosen.systems]
        lines = end.enter_context(shaper.lines([system.port for system in systems]))
        let_in(stack, port, lines)
        for system in systems:
            end.callback(system.stop)
            await system.start(f"http://127.0.0.1:{port}/")
        figures = await turns(chromium, systems, lines, chosen)
    print(tables(figures, [system.name for system in systems]))
    return []


def let_in(stack: Stack, page: int, lines: list[list[Line]]) -> None:
    """The product's browsers may go to the bench's page, and its viewers may come through the lines."""
    stack.environment["HITL_PRIVATE_TARGETS"] += f",127.0.0.1:{page}"
    stack.environment["HITL_ALLOWED_ORIGINS"] = ",".join(
        f"http://127.0.0.1:{line.port}" for ways in lines for line in ways
    )
    for name in ("web", "worker"):
        stack.stop(name)
        stack.start(name)


async def turns(chromium: str, systems: list[System], lines: list[list[Line]], chosen: Choices) -> All:
    figures: All = defaultdict(Figures)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium)
        contexts = [await viewer(browser, system) for system in systems]
        for number in range(chosen.rounds):
            for kind in chosen.kinds:
                for system, context, ways in zip(systems, contexts, lines, strict=True):
                    line = ways[kind]
                    print(f"  round {number + 1}, {line.kind.name}: {system.name}", flush=True)
                    of_pages = {page: figures[system.name, line.kind.name, page] for page in PAGES}
                    await Turn(system, line, of_pages).run(context)
        await browser.close()
    return figures


async def viewer(browser: Browser, system: System) -> BrowserContext:
    context = await browser.new_context(viewport=system.window)  # type: ignore[arg-type]
    await context.add_init_script(WATCH)
    return context
