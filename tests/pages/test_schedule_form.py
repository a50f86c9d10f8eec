"""The schedule's form says what an expression means while it is typed, and a preset writes one."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.pages.conftest import SITTING_DOWN
from tests.pages.rows import Rows

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_is_typed_stands_beside_it_in_words(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await reader(rows.people.ann)
    page = ann.page
    await page.goto(rows.path("bots", rows.bot.public_id, "schedules", "new"))
    times = page.locator("#times")
    await page.get_by_label("Times", exact=True).fill("30 17 * * 5")
    await expect(times).to_contain_text("At 17:30 on Friday")
    await expect(times.get_by_role("listitem")).to_have_count(5)
    await page.get_by_label("Time zone").select_option("Asia/Tokyo")
    await expect(times).to_contain_text("Asia/Tokyo")
    await page.get_by_label("Times", exact=True).fill("30 99 * * 5")
    await expect(times).to_contain_text("cannot be read")
    await page.get_by_role("button", name="Every 15 minutes").click()
    await expect(times).to_contain_text("15")
    await expect(times.get_by_role("listitem")).to_have_count(5)
