"""Somebody's first hour: from an empty workspace to a first handled request, led by the page itself."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.conftest import SITTING_DOWN
from tests.people import People
from tests.stack import Stack
from tests.stories.desk import Canvas

pytestmark = [pytest.mark.story, pytest.mark.asyncio(loop_scope="session")]


async def goes_on(page: Page, button: str) -> None:
    await page.goto("/w/other/alerts/")
    await page.locator("#first-hour").get_by_role("link", name=button).click()


async def test_four_steps_lead_to_a_first_handled_alert(stack: Stack, people: People, sits_down: SITTING_DOWN) -> None:
    sam = await sits_down(people.sam)
    page = sam.page
    await page.goto("/w/other/alerts/")
    await page.get_by_role("button", name="Add the example bots").click()
    await goes_on(page, "Choose one")
    await page.get_by_role("link", name=re.compile("Order, after")).first.click()
    await page.get_by_role("button", name="Run", exact=True).click()

    # The open inbox ticks two steps by itself as soon as the bot asks.
    inbox = await sam.context.new_page()
    await inbox.goto("/w/other/alerts/")
    await expect(inbox.locator("#first-hour li.done")).to_have_count(2)
    await inbox.locator("#first-hour").get_by_role("link", name="Open the request").click()
    await Canvas(inbox).shows_a_picture()
    await inbox.get_by_role("button", name="Take control").click()
    await inbox.get_by_role("button", name="Done", exact=True).click()
    await expect(inbox.locator("main")).to_contain_text("Done")

    await page.goto("/w/other/alerts/")
    await expect(page.locator("#first-hour li.done")).to_have_count(3)
    await page.get_by_role("button", name="Hide this").click()
    await expect(page.locator("#first-hour-card")).to_have_count(0)
    await page.reload()
    await expect(page.locator("#first-hour-card")).to_have_count(0)
