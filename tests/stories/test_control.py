"""Who drives: a bot is stopped unasked, Done is checked, a worker dies inside a step."""

import json
from functools import partial

import pytest
from playwright.async_api import expect

from alerts.models import Alert
from bots.models import Bot, BrowserSession, Execution
from hitl.tenants.people import Person as Actor
from tests.alerts.pauses import moved
from tests.conftest import SITTING_DOWN, becomes, facts
from tests.people import People
from tests.stack import Stack
from tests.stories.desk import Canvas, make_bot, over, paused, started, status

pytestmark = [pytest.mark.story, pytest.mark.asyncio(loop_scope="session")]


async def at_the_shop(stack: Stack, people: People, steps: list[dict[str, object]]) -> Execution:
    """It goes to the practice shop and does these steps there."""
    start = {"type": "navigate", "url": f"{stack.base_url}/practice/order/"}
    return await started(people, "Long", json.dumps({"title": "Long", "steps": [start, *steps]}))


async def is_in_its_first_step_there(execution: Execution) -> None:
    await becomes(lambda: execution.step_runs.filter(index=1).exists(), True)


async def test_a_running_bot_is_taken_over_at_its_next_step(
    stack: Stack, people: People, sits_down: SITTING_DOWN
) -> None:
    waits = {"type": "waitForExpression", "expression": "performance.now() > 8000", "timeout": 30_000}
    look = {"type": "extract", "name": "total", "selectors": ["#order-total"]}
    await facts(stack.rest)
    execution = await at_the_shop(stack, people, [waits, look])
    bob = await sits_down(people.bob)
    await bob.page.goto(f"/w/{people.workspace.slug}/executions/{execution.public_id}/")
    stack.wake()
    await is_in_its_first_step_there(execution)
    await bob.page.get_by_role("button", name="Take over").click()
    await becomes(lambda: execution.alerts.count(), 1)
    alert: Alert = await facts(execution.alerts.get)
    assert (alert.kind, alert.holder_name) == ("takeover", "Bob")
    await expect(bob.page.get_by_role("button", name="Release control")).to_be_visible()
    await Canvas(bob.page).shows_a_picture()
    assert await facts(status, execution) == "human_in_control"
    await bob.page.get_by_role("button", name="Done", exact=True).click()
    assert await over(execution) == "succeeded"


async def caught_starting(stack: Stack, bot: Bot, person: Actor) -> Execution:
    """It runs and has no browser yet, and the worker rests. Tried again where the worker was faster than we."""
    for _ in range(10):
        execution: Execution = await facts(bot.start, person, {})
        await becomes(partial(status, execution), "running")
        await facts(stack.rest)
        if not await facts(BrowserSession.objects.filter(execution=execution).exists):
            return execution
        stack.wake()
        await facts(execution.cancel, person)
    raise AssertionError("the worker was faster ten times")


async def test_a_bot_whose_browser_is_still_starting_is_taken_over(stack: Stack, people: People) -> None:
    """Before its first step; and should nobody come to the wheel, it waits as for anybody else."""
    start = {"type": "navigate", "url": f"{stack.base_url}/practice/order/"}
    bot = await facts(make_bot, people.workspace, "Early", json.dumps({"title": "Early", "steps": [start]}))
    execution = await caught_starting(stack, bot, Actor.member(people.bob))
    await facts(execution.take_over, Actor.member(people.bob))
    stack.wake()
    await becomes(lambda: execution.alerts.count(), 1)
    alert: Alert = await facts(execution.alerts.get)
    assert (alert.kind, alert.step_index) == ("takeover", 0)
    assert not await facts(execution.step_runs.exists)
    await facts(moved, alert, control_until=-1)
    await becomes(lambda: status(execution), "waiting_for_human")
    await facts(alert.complete, Actor.member(people.bob), {})
    assert await over(execution) == "succeeded"


async def test_done_is_checked_against_the_steps_condition(
    stack: Stack, people: People, sits_down: SITTING_DOWN
) -> None:
    execution, alert = await paused(stack, people, "login")
    bob = await sits_down(people.bob)
    await Canvas.at_the_wheel(bob.page, alert)
    await bob.page.get_by_role("button", name="Done", exact=True).click()
    missing = bob.page.get_by_role("dialog")
    await expect(missing).to_contain_text("#balance")
    assert await facts(status, execution) == "human_in_control"
    await missing.get_by_role("textbox").fill("The bank is closed today")
    await missing.get_by_role("button", name="Go on").click()
    await becomes(lambda: Alert.objects.get(pk=alert.pk).status, "completed")
    await facts(alert.refresh_from_db)
    assert (alert.status, alert.reason) == ("completed", "The bank is closed today")


async def test_the_bots_viewport_is_given_back_after_a_pause(stack: Stack, people: People) -> None:
    steps = [
        {"type": "setViewport", "width": 700, "height": 500, "deviceScaleFactor": 1, "isMobile": False,
         "hasTouch": False, "isLandscape": False},
        {"type": "requestHuman", "title": "Look"},
        {"type": "waitForExpression", "expression": "innerWidth === 700 && innerHeight === 500"},
    ]  # fmt: skip
    execution = await at_the_shop(stack, people, steps)
    await becomes(lambda: status(execution), "waiting_for_human")
    alert: Alert = await facts(execution.alerts.get)
    await facts(alert.complete, Actor.member(people.bob), {})
    assert await over(execution) == "succeeded", execution.message


@pytest.mark.fault
async def test_f1_a_worker_killed_inside_a_step_becomes_a_question(stack: Stack, people: People) -> None:
    endless = {"type": "waitForElement", "selectors": ["#never"], "timeout": 60_000}
    execution = await at_the_shop(stack, people, [endless])
    await is_in_its_first_step_there(execution)
    stack.kill("worker")
    await facts(moved, execution, lease_until=-1)
    stack.start("worker")
    await becomes(lambda: status(execution), "waiting_for_human")
    alert: Alert = await facts(execution.alerts.get)
    assert alert.kind == "step_interrupted"
    await facts(alert.complete, Actor.member(people.bob), {"choice": "skip"})
    assert await over(execution) == "succeeded"
    kinds = await facts(lambda: list(execution.step_runs.filter(index=1).values_list("status", flat=True)))
    assert kinds == ["skipped"]
