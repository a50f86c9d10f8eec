"""F1: a worker is killed at each point of the loop. What was done stays done, what was not is done once, nothing waits
for ever; where nobody can know, a person is asked."""

from __future__ import annotations

import asyncio
import json
import sys

import pytest

from alerts.models import Alert
from bots.models import OVER, Execution
from hitl.tenants.people import Person
from hitl.up.home import CODE
from tests.alerts.pauses import moved
from tests.conftest import becomes, facts
from tests.people import People
from tests.stack import Stack
from tests.stories.desk import make_bot, status
from tests.stories.mortal import POINTS

pytestmark = [pytest.mark.story, pytest.mark.fault, pytest.mark.asyncio(loop_scope="session")]

INTERRUPTED = {  # where the worker dies inside a step: what a person who has looked at the page would say
    "step begun": "retry",
    "step done, not recorded": "skip",
    "step failed, nobody told": "skip",
    "step recorded": "retry",  # the next one, which asks, has begun
    "pause not committed": "retry",
    "resumed, step done": "skip",
}
LOST = {"browser started, not recorded"}  # its browser is nobody's: a new one is started from the first step on


def marks(mark: str) -> dict[str, object]:
    """A step that may be done only once: it leaves its mark in the page each time."""
    return {"type": "waitForExpression", "expression": f'document.querySelector("h1").textContent += "{mark}"'}


def steps(base_url: str, point: str = "") -> list[dict[str, object]]:
    fails = [{"type": "click", "selectors": ["#nowhere"], "timeout": 200}] if point.startswith("step failed") else []
    return [
        {"type": "navigate", "url": f"{base_url}/practice/order/"},
        *fails,
        marks("-one"),
        {"type": "requestHuman", "title": "Look"},
        marks("-two"),
        {"type": "extract", "name": "heading", "selectors": ["h1"]},
    ]


def lease_runs_out(execution: Execution) -> None:
    execution.refresh_from_db()
    if execution.lease_until:
        moved(execution, lease_until=-1)


async def die(stack: Stack, executions: dict[str, Execution]) -> None:
    """Workers take the executions, and each dies at its point."""
    pairs = [word for point, execution in executions.items() for word in (point, str(execution.pk))]
    workers = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.stories.mortal", *pairs, cwd=CODE, env=stack.environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    said, _ = await workers.communicate()
    assert workers.returncode == 0, said.decode()[-3000:]
    for execution in executions.values():
        await facts(lease_runs_out, execution)


async def is_answered_until_it_ends(point: str, execution: Execution, bob: Person) -> list[str]:
    """Somebody looks after it; the kinds of what was asked, in order."""
    asked: list[str] = []
    async with asyncio.timeout(100):
        while await facts(status, execution) not in OVER:
            if alert := await facts(execution.alerts.filter(status="open").first):
                asked.append(alert.kind)
                about_a_step = alert.kind == "step_interrupted"
                await facts(alert.complete, bob, {"choice": INTERRUPTED[point]} if about_a_step else {})
            await asyncio.sleep(0.1)
    return asked


@pytest.mark.parametrize("half", ["before the pause", "after the pause"])
async def test_f1_a_worker_killed_at_any_point_costs_nothing(stack: Stack, people: People, half: str) -> None:
    points = [p for p in POINTS if (p.startswith(("resumed", "all done"))) == (half == "after the pause")]
    bob = Person.member(people.bob)
    executions = {}
    if half == "before the pause":
        stack.kill("worker")
    for point in points:
        source = json.dumps({"title": "M", "steps": steps(stack.base_url, point)})
        bot = await facts(make_bot, people.workspace, point, source)
        executions[point] = await facts(bot.start, bob, {})
    if half == "after the pause":
        for execution in executions.values():
            await becomes(lambda execution=execution: status(execution), "waiting_for_human")
        stack.kill("worker")
        for execution in executions.values():
            await facts((await facts(execution.alerts.get)).complete, bob, {})
    for some in (points[:4], points[4:8], points[8:]):
        await die(stack, {point: executions[point] for point in some})
    stack.start("worker")
    asked = dict(
        zip(
            points,
            await asyncio.gather(*(is_answered_until_it_ends(point, executions[point], bob) for point in points)),
            strict=True,
        )
    )
    for point, execution in executions.items():
        await facts(holds, point, execution, asked[point], half)


def holds(point: str, execution: Execution, asked: list[str], half: str) -> None:
    """N1, N2 and N4 of one execution that is over."""
    execution.refresh_from_db()
    assert execution.status == "succeeded", (point, execution.message)
    endings = execution.history.filter(status__in=OVER).count()
    assert endings == 1, point
    assert (execution.ended_at is not None, execution.lease_until) == (True, None), point
    pauses = execution.history.filter(status="waiting_for_human").count()
    assert Alert.objects.filter(execution=execution).count() == pauses, point
    assert asked.count("step_interrupted") == (point in INTERRUPTED), (point, asked)
    assert execution.output["heading"].endswith("-one-two"), (point, execution.output)
    assert execution.output["heading"].count("-") == 2, (point, execution.output)
