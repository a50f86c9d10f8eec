"""What a pause costs: memory and processor of paused, unwatched sessions, and whether a new bot still starts."""

from __future__ import annotations

import asyncio
import statistics

from bench import load
from bench.load import below
from bench.loop import ended
from bench.people import bot, start
from bench.results import Row
from bots.models import BrowserSession, Execution, Status
from tests.stack import Stack

FEW, MANY = 8, 60
WATCHED_FOR = 20  # seconds


async def measure(stack: Stack, chromium: str) -> list[Row]:
    page = f"{stack.base_url}/practice/order/"
    pausing = bot("Waits", [{"type": "navigate", "url": page}, {"type": "requestHuman", "title": "Wait"}])
    await paused(pausing, FEW)
    few = memory()
    await paused(pausing, MANY - FEW)
    many, load = memory(), await processor()
    quick = bot("Quick", [{"type": "navigate", "url": page}])
    starts = [await start_to_first_step(quick) for _ in range(5)]
    return [
        Row(
            "a paused, unwatched session on a small page, in all",
            f"{statistics.mean(few):.0f} MB PSS each in a group of {FEW}, "
            f"{statistics.mean(many):.0f} MB in one of {MANY}; {load:.2f} % of a core each; no worker slot",
            "≤ 220 MB, ≤ 0.5 % of a core, no worker slot",
        ),
        Row(
            f"{MANY} paused, and a new bot starts",
            f"first step after p50 {statistics.median(starts):.0f} ms, at most {max(starts):.0f} ms",
            "within 3 s",
        ),
    ]


async def paused(made: object, count: int) -> None:
    """Start them a few at a time, until all wait."""
    before = Execution.objects.filter(status=Status.WAITING_FOR_HUMAN).count()
    for _ in range(count):
        await start(made)  # type: ignore[arg-type]
    while Execution.objects.filter(status=Status.WAITING_FOR_HUMAN).count() < before + count:
        await asyncio.sleep(0.5)


async def start_to_first_step(made: object) -> float:
    execution = await start(made)  # type: ignore[arg-type]
    await ended(execution)
    return (execution.step_runs.get(index=0).started_at - execution.created_at).total_seconds() * 1000


def processes() -> dict[int, list[int]]:
    """The browser server's and its descendants' pids, for each live session."""
    return {session.pid: below(session.pid) for session in BrowserSession.objects.live()}


def memory() -> list[float]:
    """PSS in MB, one figure for each session."""
    return [load.memory(pids) for pids in processes().values()]


async def processor() -> float:
    """Percent of a core per session, averaged over a while."""
    pids = [pid for pids in processes().values() for pid in pids]
    before = load.used(pids)
    await asyncio.sleep(WATCHED_FOR)
    return 100 * (load.used(pids) - before) / WATCHED_FOR / max(1, len(processes()))
