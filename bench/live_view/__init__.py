"""The live view against noVNC and Selkies, from the viewer's side: `python -m bench live_view`.

Words after it choose: systems (hitl, novnc, selkies), lines (unshaped, 20, 4, 1), crowd (what needs no peer). Without
any, everything is measured and written into RESULTS.md, in twelve minutes; rounds=2 takes twice as long.

Each turn opens a system's viewer in a real headless Chromium, through the bench's own line, and reads the pixels that
stand on that page's canvas or video by its own timer. Systems take turns (A B C A B C), so that a noise of the
machine hits all of them.
"""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from playwright.async_api import Browser, BrowserContext, async_playwright
from playwright.async_api import Error as PlaywrightError

from bench import results
from bench.live_view import crowd, shaper, site
from bench.live_view.measuring import PAGES, WATCH, Figures, Turn
from bench.live_view.novnc import NoVnc
from bench.live_view.ours import Ours
from bench.live_view.selkies import Selkies
from bench.live_view.shaper import Line
from bench.live_view.systems import Missing, System, step_back
from bench.live_view.table import All, tables, write
from bench.load import below
from bench.results import Row
from tests.stack import Stack

ROUNDS = 1
LONGEST = 120  # seconds of one turn
SYSTEMS: dict[str, Callable[[Stack, str], System]] = {
    "hitl": lambda stack, chromium: Ours(stack),
    "novnc": lambda stack, chromium: NoVnc(chromium),
    "selkies": lambda stack, chromium: Selkies(chromium),
}


class Choices:
    """What the words on the command line leave."""

    def __init__(self, words: tuple[str, ...]) -> None:
        kinds = [at for at, kind in enumerate(shaper.KINDS) if kind.name.split()[0] in words]
        self.systems = [name for name in SYSTEMS if name in words] or list(SYSTEMS)
        self.kinds = kinds or list(range(len(shaper.KINDS)))
        self.are_all = all(word.startswith("rounds=") for word in words)
        self.crowd = self.are_all or "crowd" in words
        self.rounds = next((int(word[7:]) for word in words if word.startswith("rounds=")), ROUNDS)


async def measure(stack: Stack, chromium: str, *words: str) -> list[Row]:
    chosen = Choices(words)
    with ExitStack() as end:
        page = end.enter_context(site.serving())
        systems = list(made(stack, chromium, chosen))
        for system in systems:
            end.callback(system.stop)
        lines = end.enter_context(shaper.lines([system.port for system in systems]))
        let_in(stack, page.port, lines)
        for system in systems:
            await system.start(page.address)
        async with async_playwright() as playwright:
            before = below(os.getpid())
            browser = await playwright.chromium.launch(executable_path=chromium)
            for pid in set(below(os.getpid())) - set(before):
                step_back(pid)
            contexts = [await viewer(browser, system) for system in systems]
            figures = await turns(systems, contexts, lines, chosen)
            rows: list[Row] = []
            if isinstance(systems[0], Ours) and chosen.crowd:
                rows = await alone(stack, systems[0], contexts[0], lines[0][0], page)
            await browser.close()
    text = tables(figures, [system.name for system in systems])
    print(text, results.table(rows), sep="\n\n")
    if chosen.are_all:
        write(text, rows, chromium)
    return []


def made(stack: Stack, chromium: str, chosen: Choices) -> Iterator[System]:
    """The systems that this machine has; ours comes first."""
    for name, make in SYSTEMS.items():
        try:
            if name in chosen.systems:
                yield make(stack, chromium)
        except Missing as why:
            print(f"  without {name}: {why}")


async def alone(stack: Stack, ours: Ours, context: BrowserContext, line: Line, page: site.Site) -> list[Row]:
    """Ours without peers."""
    return [
        await crowd.still(stack, ours, context, line),
        await crowd.flood(stack, ours, page),
        await crowd.stalled(stack, ours),
        await crowd.crowd(stack, page.address),
    ]


def let_in(stack: Stack, page: int, lines: list[list[Line]]) -> None:
    """The product's browsers may go to the bench's page, and its viewers may come through the lines."""
    stack.environment["HITL_PRIVATE_TARGETS"] += f",127.0.0.1:{page}"
    stack.environment["HITL_ALLOWED_ORIGINS"] = ",".join(
        f"http://127.0.0.1:{line.port}" for ways in lines for line in ways
    )
    for name in ("web", "worker"):
        stack.stop(name)
        stack.start(name)


async def turns(systems: list[System], contexts: list[BrowserContext], lines: list[list[Line]], chosen: Choices) -> All:
    figures: All = defaultdict(Figures)
    for number in range(chosen.rounds):
        for kind in chosen.kinds:
            for system, context, ways in zip(systems, contexts, lines, strict=True):
                line = ways[kind]
                print(f"  round {number + 1}, {line.kind.name}: {system.name}", flush=True)
                of_pages = {page: figures[system.name, line.kind.name, page] for page in PAGES}
                await take(Turn(system, line, of_pages), context)
    return figures


async def take(turn: Turn, context: BrowserContext) -> None:
    """What a turn has measured counts, also where it comes to no end."""
    try:
        async with asyncio.timeout(LONGEST):
            await turn.run(context)
    except (PlaywrightError, TimeoutError) as error:
        print(f"    cut short: {str(error).splitlines()[0] if str(error) else type(error).__name__}", flush=True)


async def viewer(browser: Browser, system: System) -> BrowserContext:
    context = await browser.new_context(viewport=system.window)  # type: ignore[arg-type]
    await context.add_init_script(WATCH)
    return context
