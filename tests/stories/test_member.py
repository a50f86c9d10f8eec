"""A member's story: Run, the alert comes by itself, take over, type the code, and the bot finishes."""

import re

import pytest
from playwright.async_api import Browser, expect

from bots.models import BrowserSession, Execution
from practice import code, views
from tests.conftest import SITTING_DOWN, becomes, facts
from tests.people import People
from tests.stack import Stack
from tests.stories.desk import Canvas, Twin, example, files_with, make_bot, started, status

pytestmark = [pytest.mark.story, pytest.mark.asyncio(loop_scope="session")]


async def test_it_pauses_hands_over_and_goes_on(
    stack: Stack, people: People, sits_down: SITTING_DOWN, browser: Browser
) -> None:
    bot = await facts(make_bot, people.workspace, "Balance", example("login", stack.base_url))
    twin = await Twin.at_the_code(browser, stack.base_url)
    bob = await sits_down(people.bob)
    await bob.page.goto(f"/w/{people.workspace.slug}/bots/{bot.public_id}/")
    inbox = await bob.context.new_page()
    await inbox.goto(f"/w/{people.workspace.slug}/alerts/")

    await bob.page.get_by_role("button", name="Run", exact=True).click()
    await bob.page.wait_for_url("**/executions/*/")
    execution = await facts(Execution.objects.get)
    await expect(bob.page.locator("[data-execution-status]").first).to_have_attribute(
        "data-execution-status", "waiting_for_human"
    )

    # The inbox was open before and shows it without being loaded again.
    alert = await facts(execution.alerts.get)
    row = inbox.locator("main").get_by_text(alert.title)
    await expect(row).to_be_visible()
    await expect(inbox).to_have_title(re.compile(r"^\(1\) "))
    await inbox.locator(f"a[href*='{alert.public_id}']").first.click()

    canvas = Canvas(inbox)
    await canvas.shows_a_picture()
    await inbox.get_by_role("button", name="Take control").click()
    await expect(inbox.get_by_role("button", name="Release control")).to_be_visible()
    assert await facts(status, execution) == "human_in_control"

    await canvas.click(*await twin.middle_of("#code"))
    await canvas.type(code.current())
    await inbox.keyboard.press("Enter")

    # resumeWhen is met: no click on Done is needed, and the first page follows along by itself.
    await expect(bob.page.locator("[data-execution-status]").first).to_have_attribute(
        "data-execution-status", "succeeded"
    )
    await facts(execution.refresh_from_db)
    assert execution.output == {"balance": views.BALANCE}
    await expect(bob.page.locator("main")).to_contain_text(views.BALANCE)


async def test_n9_what_was_typed_is_nowhere(
    stack: Stack, people: People, sits_down: SITTING_DOWN, browser: Browser
) -> None:
    canary = "CANARY4kzq81"
    twin = await Twin.at_the_code(browser, stack.base_url)
    execution = await started(people, "Balance", example("login", stack.base_url))
    bob = await sits_down(people.bob)
    await bob.page.goto(f"/w/{people.workspace.slug}/executions/{execution.public_id}/")
    canvas = Canvas(bob.page)
    await bob.page.get_by_role("button", name="Take control").click()
    await canvas.shows_a_picture()
    await canvas.click(*await twin.middle_of("#code"))
    await canvas.type(canary)
    await bob.page.get_by_role("button", name="Can't do this").click()
    await bob.page.get_by_role("dialog").get_by_role("textbox").fill("only typing here")
    await bob.page.get_by_role("dialog").get_by_role("button", name="Tell the bot's people").click()
    await expect(bob.page.locator("[data-execution-status]").first).to_have_attribute("data-execution-status", "failed")
    await becomes(lambda: BrowserSession.objects.get().ended_at is None, False)
    assert files_with(stack.var, lambda content: canary.encode() in content) == []
