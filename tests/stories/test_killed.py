"""What dies in the middle: worker, web, browser server, Chromium, Redis. Nothing is lost, or it is said to be lost."""

import os
import shutil
import signal

import pytest
from playwright.async_api import Browser, expect
from redis import Redis

from alerts.models import Alert
from bots.models import BrowserSession
from hitl.tenants.people import Person as Actor
from tests.alerts.pauses import moved
from tests.conftest import SITTING_DOWN, facts
from tests.people import People
from tests.stack import Stack
from tests.stories.desk import Canvas, Twin, over, paused, status

pytestmark = [pytest.mark.story, pytest.mark.fault, pytest.mark.asyncio(loop_scope="session")]


async def test_f1_a_worker_killed_during_the_pause_costs_nothing(
    stack: Stack, people: People, sits_down: SITTING_DOWN
) -> None:
    execution, alert = await paused(stack, people)
    stack.kill("worker")
    bob = await sits_down(people.bob)
    await bob.page.goto(f"/w/{people.workspace.slug}/alerts/{alert.public_id}/")
    await Canvas(bob.page).shows_a_picture()
    await bob.page.get_by_role("button", name="Done", exact=True).click()
    stack.start("worker")
    assert await over(execution) == "succeeded"


async def test_f5_redis_emptied_during_the_pause_costs_nothing(stack: Stack, people: People) -> None:
    """What was queued is gone with it, and so is all that worker and publishers had told it about their queues."""
    execution, alert = await paused(stack, people)
    await facts(stack.rest)
    await facts(alert.complete, Actor.member(people.bob), {})
    Redis.from_url(stack.environment["REDIS_URL"]).flushall()
    stack.wake()
    assert await over(execution) == "succeeded"


@pytest.mark.parametrize("keeps", [False, True], ids=["empty", "with_what_it_had_written"])
async def test_f6_redis_restarted_while_work_is_queued_costs_nothing(stack: Stack, people: People, keeps: bool) -> None:
    execution, alert = await paused(stack, people)
    await facts(stack.rest)
    await facts(alert.complete, Actor.member(people.bob), {})
    stack.kill("broker")
    if not keeps:
        shutil.rmtree(stack.var / "broker" / "appendonlydir")
    stack.wake()
    await facts(alert.refresh_from_db)  # people go on meanwhile
    stack.start("broker")
    assert await over(execution) == "succeeded"
    placed = execution.step_runs.filter(type="click", status="done")
    assert await facts(placed.count) == 1


async def test_f7_redis_that_hangs_makes_no_deadline_late(
    stack: Stack, people: People, sits_down: SITTING_DOWN
) -> None:
    both = [await paused(stack, people) for _ in range(2)]
    bob = await sits_down(people.bob)
    os.kill(stack.pid("broker"), signal.SIGSTOP)
    try:
        for execution, alert in both:  # what follows from the first is told to workers before the second is looked at
            await facts(moved, alert, deadline=-1)
            assert await over(execution) == "timed_out"
        await bob.page.goto(f"/w/{people.workspace.slug}/executions/{execution.public_id}/")
        await expect(bob.page.locator("main")).to_contain_text("Nobody came")
    finally:
        os.kill(stack.pid("broker"), signal.SIGCONT)


async def test_f12_a_web_process_killed_under_a_driver(
    stack: Stack, people: People, sits_down: SITTING_DOWN, browser: Browser
) -> None:
    execution, alert = await paused(stack, people, "login")
    twin = await Twin.at_the_code(browser, stack.base_url)
    bob = await sits_down(people.bob)
    canvas = await Canvas.at_the_wheel(bob.page, alert)
    await canvas.click(*await twin.middle_of("#code"))
    await facts(moved, alert, control_until=120)  # a lease is shorter than a start may take
    stack.kill("web")
    await facts(moved, alert, control_until=120)
    stack.start("web")
    await canvas.shows_a_picture()
    await expect(bob.page.get_by_role("button", name="Release control")).to_be_visible()
    await canvas.type("12")
    assert await facts(status, execution) == "human_in_control"


@pytest.mark.parametrize("victim", ["browser server", "Chromium"])
async def test_n7_a_dead_browser_is_said_to_be_dead(
    stack: Stack, people: People, sits_down: SITTING_DOWN, victim: str
) -> None:
    execution, alert = await paused(stack, people)
    bob = await sits_down(people.bob)
    await bob.page.goto(f"/w/{people.workspace.slug}/alerts/{alert.public_id}/")
    await Canvas(bob.page).shows_a_picture()
    session: BrowserSession = await facts(BrowserSession.objects.get)
    os.kill(session.pid if victim == "browser server" else chromium_of(session.pid), signal.SIGKILL)
    assert await over(execution) == "failed"
    assert execution.failure_reason == "browser_lost"
    await expect(bob.page.locator("main")).to_contain_text("browser was lost")
    assert (await facts(Alert.objects.get)).status == "cancelled"


def chromium_of(server: int) -> int:
    """The browser process that a browser server has started."""
    with open(f"/proc/{server}/task/{server}/children") as children:
        return int(children.read().split()[0])
