"""The steps of a flow, against the same flow in bare Playwright, in turn on the same pages."""

from __future__ import annotations

import statistics
import time

from playwright.async_api import Page, async_playwright

from bench.loop import ended
from bench.people import bot, start
from bench.results import Row
from practice import views as practice
from tests.stack import Stack

ROUNDS = 5
LAPS = 3  # sign-ins per flow


def flow(base: str) -> list[dict[str, object]]:
    lap: list[dict[str, object]] = [
        {"type": "navigate", "url": f"{base}/practice/login/"},
        {"type": "change", "selectors": ["#customer"], "value": practice.CUSTOMER},
        {"type": "change", "selectors": ["#password"], "value": practice.PASSWORD},
        {"type": "click", "selectors": ["button[type=submit]"], "assertedEvents": [{"type": "navigation"}]},
        {"type": "waitForElement", "selectors": ["#code"]},
        {"type": "navigate", "url": f"{base}/practice/order/"},
        {"type": "hover", "selectors": ["#place-order"]},
        {"type": "click", "selectors": ["#place-order"], "assertedEvents": [{"type": "navigation"}]},
        {"type": "extract", "name": "number", "selectors": ["#order-number"]},
    ]
    return lap * LAPS


async def bare(page: Page, base: str) -> None:
    for _ in range(LAPS):
        await page.goto(f"{base}/practice/login/")
        await page.locator("#customer").fill(practice.CUSTOMER)
        await page.locator("#password").fill(practice.PASSWORD)
        await page.locator("button[type=submit]").click()
        await page.locator("#code").wait_for()
        await page.goto(f"{base}/practice/order/")
        await page.locator("#place-order").hover()
        await page.locator("#place-order").click()
        await page.locator("#order-number").text_content()


async def measure(stack: Stack, chromium: str) -> list[Row]:
    ours, theirs = [], []
    made = bot("Flow", flow(stack.base_url))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium)
        for number in range(ROUNDS + 1):
            context = await browser.new_context(viewport={"width": 1280, "height": 720})
            page = await context.new_page()
            began = time.perf_counter()
            await bare(page, stack.base_url)
            took = time.perf_counter() - began
            await context.close()
            execution = await start(made)
            await ended(execution)
            runs = list(execution.step_runs.order_by("index"))
            assert runs[-1].ended_at, execution.message
            if number:
                theirs.append(took)
                ours.append((runs[-1].ended_at - runs[0].started_at).total_seconds())
        await browser.close()
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    figure = (
        f"{statistics.median(ratios):.2f} × (from {min(ratios):.2f} to {max(ratios):.2f}, {ROUNDS} pairs; "
        f"{statistics.median(ours):.2f} s against {statistics.median(theirs):.2f} s for {9 * LAPS} steps)"
    )
    return [Row("the steps of a flow, against the same flow in bare Playwright", figure, "≤ 1.15 ×")]
