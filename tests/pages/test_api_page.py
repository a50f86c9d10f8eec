"""The page that explains the API: a reader puts a key in and makes real calls, under the strict policy of all pages."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.pages.conftest import SITTING_DOWN
from tests.pages.rows import Rows

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_key_is_made_and_tried(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await reader(rows.people.ann)
    page = await ann.reads(rows.path("settings", "keys"))
    await page.get_by_label("What is it for?").fill("Nightly import")
    await page.get_by_role("button", name="Make the key").click()
    token = await page.get_by_label("The new API key").input_value()
    assert await ann.wrongs() == []
    await ann.reads("/api/v1/docs#list_alerts")
    call = page.locator("#list_alerts")
    await call.get_by_role("button", name="Send").click()
    await expect(call).to_contain_text("Put an API key into the field above first.")
    await page.get_by_label("API key", exact=True).fill(token)
    await call.get_by_label("limit").fill("1")
    await call.get_by_role("button", name="Send").click()
    await expect(call.locator("[data-answer]")).to_contain_text("200 OK")
    await expect(call.locator("[data-answer] pre")).to_contain_text(rows.alerts["expired"].public_id)
    await expect(page.get_by_text("a key of Acme that may: read, run.")).to_be_visible()
    assert await ann.wrongs() == []
