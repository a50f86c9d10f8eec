"""Figures of our view that need no peer: a still page, viewers that stall, crowds, and a flood of input."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import sync_to_async
from playwright.async_api import BrowserContext
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bench.live_view.ours import Ours
from bench.live_view.shaper import Line
from bench.live_view.site import Site
from bench.load import memory, used
from bench.people import colleague
from bench.results import Row
from bots.live.door import MOST_OF_ONE
from hitl import tickets
from hitl.tenants.people import Person
from tests.people import session_cookie
from tests.stack import Stack

STILL_FOR = 8  # seconds
STALLED = 20
CONTROLLERS, WATCHERS = 10, 40
EVENTS, RATE = 1000, 250  # of input, in all and a second
LATE = 100  # ms


@dataclass
class Viewer:
    """A viewer without a screen: it says that each picture is drawn as soon as it has come, or reads nothing at all."""

    line: ClientConnection
    pictures: int = 0
    epoch: int | None = None
    earlier: int = 0  # the epoch of whoever drove when this one came: perhaps the same person, on another line
    number: int = 0
    driving: asyncio.Event = field(default_factory=asyncio.Event)

    async def look(self) -> None:
        try:
            async for data in self.line:
                if isinstance(data, bytes):
                    self.pictures += 1
                    await self.line.send(json.dumps({"t": "ack", "n": int.from_bytes(data[8:12], "big")}))
                else:
                    await self._hear(json.loads(data))
        except ConnectionClosed:
            pass

    async def _hear(self, message: dict[str, Any]) -> None:
        if message["t"] == "ping":
            await self.line.send(json.dumps({"t": "pong", "n": message["n"]}))
        elif message["t"] == "hello":
            self.earlier = (message["control"] or {}).get("epoch", 0)
        elif message["t"] == "control" and message.get("viewer") and message["epoch"] > self.earlier:
            self.epoch = message["epoch"]
            self.driving.set()

    async def drive(self) -> None:
        await self.line.send('{"t": "take"}')
        await self.driving.wait()

    async def key(self, code: str, key: str, down: bool) -> None:
        self.number += 1
        stroke = {"code": code, "key": key, "down": down, "mods": 0, "repeat": False, "location": 0}
        await self.line.send(json.dumps({"t": "key", "e": self.epoch, "s": self.number, **stroke}))

    async def press(self, digit: int) -> None:
        for down in (True, False):
            await self.key(f"Digit{digit}", str(digit), down)


async def joined(end: AsyncExitStack, stack: Stack, ours: Ours, number: int, reads: bool = True) -> Viewer:
    """A member's socket, as their page opens it."""
    user = colleague(number // MOST_OF_ONE)
    cookie = await sync_to_async(session_cookie)(user)
    line = await end.enter_async_context(
        connect(
            f"ws://127.0.0.1:{stack.port}/ws/live/{ours.execution.public_id}/",
            origin=stack.base_url,  # type: ignore[arg-type]
            additional_headers={"Cookie": f"{cookie['name']}={cookie['value']}"},
            max_size=None,
            max_queue=None if reads else 1,
            compression=None,
            ping_interval=None,
            close_timeout=0.2,
        )
    )
    ticket = await sync_to_async(tickets.issue)(ours.execution.public_id, Person.member(user).key)
    hello = {"t": "hello", "v": 1, "ticket": ticket, "viewer": f"bench-{number}", "codecs": ["h264", "jpeg"]}
    await line.send(json.dumps(hello))
    viewer = Viewer(line)
    if reads:
        task = asyncio.create_task(viewer.look())
        end.callback(task.cancel)
    return viewer


async def still(stack: Stack, ours: Ours, context: BrowserContext, line: Line) -> Row:
    async with AsyncExitStack() as end:
        driver = await joined(end, stack, ours, 0)
        await driver.drive()
        await driver.press(5)
    page = await ours.watch(context, line.port)
    await page.wait_for_function("() => bench.pictured > 0")
    await asyncio.sleep(3)
    pids = await sync_to_async(ours.pids)()
    before, bytes_before = used(pids), line.bytes_down
    await asyncio.sleep(STILL_FOR)
    share, came = (used(pids) - before) / STILL_FOR * 100, line.bytes_down - bytes_before
    await page.close()
    figure = f"{came} bytes in {STILL_FOR} s; {share:.1f} % of a core (browser server and Chromium)"
    return Row("a still page that somebody watches", figure, "0 bytes of pictures, ≤ 2 % of a core")


async def stalled(stack: Stack, ours: Ours) -> Row:
    """One viewer's frames while the page scrolls, alone and among viewers who read nothing."""
    pids = [stack.pid("web"), *(await sync_to_async(ours.pids)())[:1]]
    async with AsyncExitStack() as end:
        viewer = await joined(end, stack, ours, 0)
        await viewer.drive()
        await viewer.press(2)
        await asyncio.sleep(2)
        alone = await _scrolling(viewer)
        before = memory(pids)
        for number in range(STALLED):
            await joined(end, stack, ours, 1 + number, reads=False)
        among = [await _scrolling(viewer) for _ in range(3)]
        after = memory(pids)
    figure = (
        f"{after - before:.0f} MB in web process and browser server; "
        f"another's frames {alone:.0f} → {statistics.median(among):.0f} a second"
    )
    return Row(f"{STALLED} stalled viewers", figure, "≤ 40 MB, and nobody else a frame")


async def _scrolling(viewer: Viewer, lasts: float = 2.5) -> float:
    await viewer.press(3)
    before = viewer.pictures
    await asyncio.sleep(lasts)
    seen = viewer.pictures - before
    await asyncio.sleep(1)
    return seen / lasts


async def crowd(stack: Stack, address: str) -> Row:
    """Ten people drive a browser each while all pages scroll; four watch each of them."""
    views = [Ours(stack) for _ in range(CONTROLLERS)]
    for view in views:
        await view.start(address)
    async with AsyncExitStack() as end:
        drivers = [await joined(end, stack, view, 0) for view in views]
        for driver in drivers:
            await driver.drive()
        each = WATCHERS // CONTROLLERS
        watchers = [await joined(end, stack, view, 1 + n) for view in views for n in range(each)]
        for driver in drivers:
            await driver.press(1)
        await asyncio.sleep(2)
        driven, watched = zip(*[await _all_scroll(drivers, watchers) for _ in range(3)], strict=True)
    for view in views:
        await view.cancel()
    figure = (
        f"{statistics.median(driven):.1f} frames a second for the slowest of {CONTROLLERS} controllers, "
        f"{statistics.median(watched):.1f} for the slowest of {WATCHERS} watchers; all pages scroll at once"
    )
    return Row(f"{CONTROLLERS} controllers and {WATCHERS} watchers through one web process", figure, "≥ 10 and ≥ 4")


async def _all_scroll(drivers: list[Viewer], watchers: list[Viewer], lasts: float = 2.5) -> tuple[float, float]:
    for driver in drivers:
        await driver.press(3)
    before = {id(viewer): viewer.pictures for viewer in [*drivers, *watchers]}
    await asyncio.sleep(lasts)
    rates = {id(viewer): (viewer.pictures - before[id(viewer)]) / lasts for viewer in [*drivers, *watchers]}
    await asyncio.sleep(2)
    return min(rates[id(one)] for one in drivers), min(rates[id(one)] for one in watchers)


async def flood(stack: Stack, ours: Ours, site: Site) -> Row:
    """Keys go down and up as fast as the aim says; the page tells what it got, when."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    async with AsyncExitStack() as end:
        viewer = await joined(end, stack, ours, 0)
        await viewer.drive()
        await viewer.press(4)  # forget what was before
        sent = await _send_keys(viewer, letters)
        await viewer.press(4)
        await asyncio.to_thread(site.told.get, timeout=10)  # what was before
        got = await asyncio.to_thread(site.told.get, timeout=10)
    wanted = [letters[at // 2 % len(letters)] for at in range(EVENTS)]
    came = [key for key, _ in got]
    late = sorted(at - then for (_, at), then in zip(got, sent, strict=False))
    order = "in order" if came == wanted else f"{sum(a != b for a, b in zip(came, wanted, strict=False))} out of place"
    figure = (
        f"{len(came)} of {EVENTS} arrived, {order}; from the viewer's socket to the page p50 "
        f"{statistics.median(late):.0f} ms, p95 {late[int(len(late) * 0.95)]:.0f} ms, at most {late[-1]:.0f} ms"
    )
    return Row(f"{RATE} input events a second", figure, f"none lost, reordered or late (> {LATE} ms)")


async def _send_keys(viewer: Viewer, letters: str) -> list[float]:
    """When each was sent, in milliseconds since 1970."""
    sent = []
    began = time.monotonic()
    for number in range(EVENTS):
        if (wait := began + number / RATE - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        letter = letters[number // 2 % len(letters)]
        sent.append(time.time() * 1000)
        await viewer.key(f"Key{letter.upper()}", letter, down=number % 2 == 0)
    return sent
