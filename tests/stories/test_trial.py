"""A trial's story: a step fails, the script is changed on the page, and goes on in the same browser."""

import json

import pytest
from playwright.async_api import expect

from bots.models import Bot, BrowserSession, Execution
from tests.conftest import SITTING_DOWN, becomes, facts
from tests.pages.test_editor import write
from tests.people import People
from tests.stack import Stack
from tests.stories.desk import make_bot, status

pytestmark = [pytest.mark.story, pytest.mark.asyncio(loop_scope="session")]


def script(url: str, selector: str) -> str:
    steps = [
        {"type": "navigate", "url": f"{url}/practice/login/"},
        {"type": "change", "selectors": ["aria/Customer number"], "value": "4711"},
        {"type": "extract", "name": "typed", "selectors": [selector], "timeout": 1000},
    ]
    return json.dumps({"title": "Draft", "steps": steps}, indent=1)


async def test_a_script_is_mended_while_its_browser_stays_open(
    stack: Stack, people: People, sits_down: SITTING_DOWN
) -> None:
    bot: Bot = await facts(make_bot, people.workspace, "Draft", script(stack.base_url, "#wrong"))
    ann = await sits_down(people.ann)
    page = ann.page
    await page.goto(f"/w/{people.workspace.slug}/bots/{bot.public_id}/try/")
    await page.get_by_role("button", name="Try it").click()
    await page.wait_for_url("**/executions/*/")
    trial: Execution = await facts(Execution.objects.get)

    await expect(page.get_by_label("From step")).to_have_value("3")
    await expect(page.locator("#steps")).to_contain_text("wrong")
    session = await facts(BrowserSession.objects.get)
    mended = script(stack.base_url, "aria/Customer number")
    await write(page, mended)
    await page.get_by_role("button", name="Run from there").click()
    await becomes(lambda: Execution.objects.values_list("cursor", "status").get(), (3, "waiting_for_human"))

    await expect(page.locator("#output")).to_contain_text("4711")  # typed before the change: the page was never left
    assert await facts(BrowserSession.objects.get) == session
    await page.get_by_role("button", name="Save to the bot").click()
    await expect(page.get_by_text("saved as the bot's newest version")).to_be_visible()
    await facts(bot.refresh_from_db)
    assert bot.source == mended

    await page.get_by_role("button", name="Close the trial").click()
    await page.get_by_role("button", name="Cancel the execution").click()
    await becomes(lambda: status(trial), "cancelled")
    await becomes(lambda: BrowserSession.objects.get().ended_at is not None, True)
