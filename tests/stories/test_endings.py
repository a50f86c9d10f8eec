"""How it can end otherwise: declined, nobody came, skipped, cancelled, a step that fails and is answered."""

import json
from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from alerts.models import Alert
from bots.models import BrowserSession
from hitl import clock
from hitl.tenants.people import Person as Actor
from tests.conftest import SITTING_DOWN, becomes, facts
from tests.people import People
from tests.stack import Stack
from tests.stories.desk import Canvas, Twin, example, make_bot, over, paused, started, status

pytestmark = [pytest.mark.story, pytest.mark.asyncio(loop_scope="session")]


async def test_it_can_be_declined_with_a_reason(stack: Stack, people: People, sits_down: SITTING_DOWN) -> None:
    execution, alert = await paused(stack, people)
    bob = await sits_down(people.bob)
    await bob.page.goto(f"/w/{people.workspace.slug}/alerts/{alert.public_id}/")
    await Canvas(bob.page).shows_a_picture()
    await bob.page.get_by_role("button", name="Can't do this").click()
    dialog = bob.page.get_by_role("dialog")
    await dialog.get_by_role("textbox").fill("The price is not what we agreed on.")
    await dialog.get_by_role("button", name="Tell the bot's people").click()
    assert await over(execution) == "failed"
    assert execution.failure_reason == "declined"
    assert "The price is not what we agreed on." in execution.message
    await expect(bob.page.locator("main")).to_contain_text("The price is not what we agreed on.")


async def test_n3_it_times_out_when_nobody_came_and_not_before(stack: Stack, people: People) -> None:
    execution, alert = await paused(stack, people)
    await facts(Alert.objects.filter(pk=alert.pk).update, deadline=clock.Now() + timedelta(seconds=1))
    assert await over(execution) == "timed_out"
    await facts(alert.refresh_from_db)
    assert alert.status == "expired"
    assert timedelta(0) <= alert.closed_at - alert.deadline <= timedelta(seconds=10)


async def test_it_skips_the_request_where_the_mode_is_off(stack: Stack, people: People) -> None:
    bot = await facts(
        make_bot, people.workspace, "Order", example("order", stack.base_url), human_intervention_mode=False
    )
    execution = await facts(bot.start, Actor.member(people.bob), {})
    await over(execution)
    assert await facts(Alert.objects.count) == 0
    skipped = await facts(lambda: list(execution.step_runs.filter(status="skipped").values_list("type", flat=True)))
    assert "requestHuman" in skipped


async def test_it_cancels_at_any_moment(stack: Stack, people: People, sits_down: SITTING_DOWN) -> None:
    execution, alert = await paused(stack, people)
    await facts(execution.cancel, Actor.member(people.bob))
    await facts(alert.refresh_from_db)
    assert alert.status == "cancelled"
    endless = json.dumps(
        {"title": "Endless", "steps": [{"type": "waitForElement", "selectors": ["#never"], "timeout": 60000}]}
    )
    running = await started(people, "Endless", endless)
    await becomes(lambda: running.step_runs.exists(), True)
    await facts(running.cancel, Actor.member(people.bob))
    await becomes(lambda: BrowserSession.objects.live().exists(), False)
    assert await facts(status, running) == "cancelled"


async def test_a_failed_step_is_put_before_a_person_who_does_it(
    stack: Stack, people: People, sits_down: SITTING_DOWN, browser: Browser
) -> None:
    execution, alert = await paused(stack, people, "moved")
    assert alert.kind == "step_failed"
    bob = await sits_down(people.bob)
    canvas = await Canvas.at_the_wheel(bob.page, alert)
    twin = await Twin.at(browser, f"{stack.base_url}/practice/moved/")
    await canvas.click(*await twin.middle_of("summary"))
    await twin.page.locator("summary").click()
    await canvas.click(*await twin.middle_of("#export"))
    await bob.page.get_by_role("radio", name="Skip the step").check()
    await bob.page.get_by_role("button", name="Done", exact=True).click()
    assert await over(execution) == "succeeded"
    statuses = await facts(lambda: list(execution.step_runs.values_list("status", flat=True)))
    assert statuses == ["done", "done", "skipped", "done"]
