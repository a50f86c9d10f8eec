"""A schedule's story: its time comes, the bot waits for a person, and the next time is said to be left out."""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from bots.models import Execution, Schedule
from hitl import clock
from hitl.tenants.people import Person
from tests.conftest import SITTING_DOWN, becomes, facts
from tests.people import People
from tests.stack import Stack
from tests.stories.desk import example, make_bot, status

pytestmark = [pytest.mark.story, pytest.mark.fault, pytest.mark.asyncio(loop_scope="session")]


def comes_now(schedule: Schedule) -> None:
    Schedule.objects.filter(pk=schedule.pk).update(next_at=clock.now() - timedelta(seconds=1))


async def test_a_time_that_comes_while_the_last_run_waits_is_never_silent(
    stack: Stack, people: People, sits_down: SITTING_DOWN
) -> None:
    bot = await facts(make_bot, people.workspace, "Order", example("order", stack.base_url))
    schedule = await facts(Schedule.make, bot, Person.member(people.ann), cron="0 9 * * *", zone="Europe/Berlin")
    vic = await sits_down(people.vic)
    await vic.page.goto(f"/w/{people.workspace.slug}/bots/{bot.public_id}/")
    times = vic.page.locator(f"#{schedule.public_id}")
    await expect(times).to_contain_text("At 09:00 every day")

    await facts(comes_now, schedule)
    await expect(times).to_contain_text("Started")
    execution: Execution = await facts(bot.executions.get)
    await becomes(lambda: status(execution), "waiting_for_human")

    await facts(comes_now, schedule)
    await expect(times).to_contain_text("Left out")
    await expect(times).to_contain_text("the execution before it was still waiting for a person")
    link = times.get_by_role("link", name="Show the execution before")
    await expect(link).to_have_attribute("href", f"/w/{people.workspace.slug}/executions/{execution.public_id}/")
    assert await facts(bot.executions.count) == 1

    await facts(execution.cancel, Person.member(people.ann))
    await facts(comes_now, schedule)
    await becomes(bot.executions.count, 2)
