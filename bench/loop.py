"""The loop as people feel it: how soon the alert is on the screen, the picture there, the bot under way again."""

from __future__ import annotations

import asyncio

from playwright.async_api import Page, async_playwright

from bench.people import bot, signed_in, start
from bench.results import Row, spread
from bots.models import Execution
from tests.stack import Stack

RUNS = 12
NOTICE = """title => new Promise(seen => {
    const main = document.querySelector("main");
    const look = () => main.innerText.includes(title) && (watch.disconnect(), seen(Date.now()));
    const watch = new MutationObserver(look);
    watch.observe(document.body, {subtree: true, childList: true, characterData: true});
    look();
})"""
PICTURE = """() => {
    const canvas = document.querySelector('canvas[aria-label="Live browser"]');
    if (!canvas?.width) return false;
    const small = document.createElement("canvas");
    small.width = small.height = 8;
    const context = small.getContext("2d");
    context.drawImage(canvas, 0, 0, 8, 8);
    return context.getImageData(0, 0, 8, 8).data.some(value => value > 0) && Date.now();
}"""


async def measure(stack: Stack, chromium: str) -> list[Row]:
    noticed, pictured, resumed, started = [], [], [], []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium)
        context = await signed_in(browser, stack.base_url)
        inbox = await context.new_page()
        await inbox.goto("/w/bench/alerts/")
        for number in range(RUNS + 1):
            figures = await once(stack, inbox, f"Please look, number {number}")
            if number:  # the first warms everything up
                for values, figure in zip((noticed, pictured, resumed, started), figures, strict=True):
                    values.append(figure)
        await browser.close()
    return [
        Row("requestHuman reached → shown in an open inbox", spread(noticed), "p50 ≤ 200 ms, p95 ≤ 1 s"),
        Row("alert clicked → first picture", spread(pictured), "p50 ≤ 700 ms, p95 ≤ 1.5 s"),
        Row("Done → the bot's next step starts", spread(resumed), "p50 ≤ 250 ms, p95 ≤ 1 s"),
        Row("execution queued → Chromium ready, first step starts", spread(started), "p50 ≤ 1 s cold"),
    ]


async def once(stack: Stack, inbox: Page, title: str) -> tuple[float, float, float, float]:
    """One round trip, in milliseconds."""
    page = f"{stack.base_url}/practice/order/"
    steps = [
        {"type": "navigate", "url": page},
        {"type": "requestHuman", "kind": "approval", "title": title},
        {"type": "navigate", "url": page},
    ]
    await inbox.goto("/w/bench/alerts/")
    seeing = asyncio.ensure_future(inbox.evaluate(NOTICE, title))
    execution = await start(bot(title, steps))
    seen = await seeing
    asked = execution.step_runs.get(index=1)
    first = execution.step_runs.get(index=0)
    alert = execution.alerts.get()
    link = inbox.locator(f"a[href*='{alert.public_id}']").first
    clicked = await inbox.evaluate("Date.now()")
    await link.click()
    picture = await (await inbox.wait_for_function(PICTURE, polling="raf")).json_value()
    done_at = await inbox.evaluate("Date.now()")
    await inbox.get_by_role("button", name="Done", exact=True).click()
    await ended(execution)
    again = execution.step_runs.get(index=2)
    queued = (first.started_at - execution.created_at).total_seconds() * 1000
    return seen - since(asked), picture - clicked, since(again) - done_at, queued


def since(run: object) -> float:
    return run.started_at.timestamp() * 1000  # type: ignore[attr-defined]


async def ended(execution: Execution) -> None:
    while not Execution.objects.get(pk=execution.pk).is_over:
        await asyncio.sleep(0.02)
