"""What comes out of the broker is not believed: tasks that come again, are not ours, or mean nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection

from alerts.tasks import deliver
from bots.models import BrowserSession
from bots.tasks import end_browser, end_orphan, run
from hitl import celery_app
from hitl.tenants.people import Person as Actor
from tests.conftest import becomes, facts
from tests.people import People
from tests.stack import Stack
from tests.stories.desk import over, paused, started, status
from tests.stories.test_kill_points import steps

pytestmark = [pytest.mark.story, pytest.mark.asyncio(loop_scope="session")]


async def are_dealt_with(stack: Stack, tasks: list[Any]) -> None:
    """The worker has said of each that it is through with it."""
    ends = [f"[{task.id}] {end}" for task in tasks for end in ("succeeded", "raised")]
    await becomes(lambda: sum(end in stack.said("worker") for end in ends), len(tasks))


@pytest.mark.fault
async def test_f4_a_task_that_comes_again_is_done_once(stack: Stack, people: People) -> None:
    """As from a broker that hands out again what it thinks was lost: at the start, in the pause and after it."""
    source = json.dumps({"title": "Marks", "steps": steps(stack.base_url)})
    await facts(stack.rest)
    execution = await started(people, "Marks", source)
    copies = [await facts(run.delay, execution.pk) for _ in range(5)]
    stack.wake()
    await becomes(lambda: status(execution), "waiting_for_human")
    await are_dealt_with(stack, copies)
    await are_dealt_with(stack, [await facts(run.delay, execution.pk)])
    await facts(stack.rest)
    alert = await facts(execution.alerts.get)
    await facts(alert.complete, Actor.member(people.bob), {})
    copies = [await facts(run.delay, execution.pk) for _ in range(5)]
    stack.wake()
    assert await over(execution) == "succeeded", execution.message
    await are_dealt_with(stack, [*copies, await facts(run.delay, execution.pk)])
    assert execution.output["heading"].endswith("-one-two")
    assert execution.output["heading"].count("-") == 2
    assert await facts(BrowserSession.objects.count) == 1
    assert await facts(status, execution) == "succeeded"


class Evil:
    """Whoever unpickles it makes a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.folder),)


def strange_messages(broker: str, folder: Path) -> None:
    """Straight into the worker's queues, past our own tasks."""
    with Connection(broker) as line:
        producer = line.Producer()
        header = {"task": "bots.run", "id": "strange"}
        producer.publish(([Evil(folder)], {}, {}), routing_key="runs", serializer="pickle", headers=header)
        producer.publish("[[", routing_key="runs", content_type="application/json", content_encoding="utf-8")
        producer.publish({"no": "task"}, routing_key="notices", serializer="json")
        producer.publish(
            ([], {}, {}), routing_key="default", serializer="json", headers={"task": "os.system", "id": "x"}
        )


@pytest.mark.security
async def test_t19_what_is_no_task_of_ours_ends_harmlessly(stack: Stack, people: People, tmp_path: Path) -> None:
    pid = stack.pid("worker")
    await facts(strange_messages, stack.environment["REDIS_URL"], tmp_path / "evil")
    ids = [-1, 2**70, "1; DROP TABLE bots_execution", "\x00", None, {"pk": 1}, [1]]
    tasks = [await facts(task.delay, id) for id in ids for task in (run, end_browser, deliver)]
    tasks += [
        await facts(end_orphan.delay, "127.0.0.1:1", "not sealed"),
        await facts(celery_app.send_task, "bots.run", ("a", "b")),
    ]
    await are_dealt_with(stack, tasks)
    await paused(stack, people)  # it still does its work
    assert stack.pid("worker") == pid
    assert not (tmp_path / "evil").exists()
    assert "ContentDisallowed" in stack.said("worker")
