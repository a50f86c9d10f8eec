"""`make bench`: start the whole product, measure it as its users meet it, write bench/RESULTS.md.

`python -m bench loop steps` runs the named parts only (loop, steps, paused, pages, live_view) and prints them without
writing. Words that name no part choose within live_view: see there.
"""

from __future__ import annotations

import asyncio
import sys
from importlib import import_module

from bench import results
from bench.product import product

PARTS = ("loop", "steps", "paused", "pages", "live_view")
# Seconds for one part; a figure that never comes ends the run instead of holding the machine.
LONGEST = {"live_view": 1500}
USUALLY = 300


def main(words: list[str]) -> int:
    parts, choices = [word for word in words if word in PARTS], [word for word in words if word not in PARTS]
    with product(HITL_MAX_SESSIONS="100") as stack:
        browser = stack.environment["HITL_CHROMIUM"]
        rows = asyncio.run(measure(stack, browser, parts or list(PARTS), choices))
    print(results.table(rows))
    if not parts:
        results.write(rows, browser)
    return 0


async def measure(stack: object, browser: str, parts: list[str], choices: list[str]) -> list[object]:
    rows: list[object] = []
    for part in parts:
        print(f"Measuring: {part} ...", flush=True)
        more = choices if part == "live_view" else []
        async with asyncio.timeout(LONGEST.get(part, USUALLY)):
            rows += await import_module(f"bench.{part}").measure(stack, browser, *more)
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
