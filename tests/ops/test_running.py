"""The real processes: sweeper and worker show that they work, and a request can be followed into the worker's log."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from http.client import HTTPConnection

import pytest

from hitl.doctor.finding import Level
from hitl.tenants.people import Person
from hitl.up.home import CODE
from tests.conftest import becomes, facts
from tests.people import People
from tests.stack import Stack
from tests.stories.desk import example, make_bot

pytestmark = [pytest.mark.story, pytest.mark.asyncio(loop_scope="session")]


def asked(stack: Stack, path: str) -> tuple[int, str]:
    """As a probe asks: by an address that no list of hosts knows."""
    line = HTTPConnection("127.0.0.1", stack.port)
    line.request("GET", path, headers={"Host": "10.1.2.3"})
    answer = line.getresponse()
    return answer.status, answer.read().decode()


def missing(stack: Stack) -> list[str]:
    checks = json.loads(asked(stack, "/readyz")[1])["checks"]
    return [name for name, check in checks.items() if not check["ready"]]


def troubles(stack: Stack) -> list[dict[str, str]]:
    """What the doctor does not find well, but for what is so on a machine of one's own."""
    command = [sys.executable, "manage.py", "doctor", "--json"]
    said = subprocess.run(command, cwd=CODE, env=stack.environment, capture_output=True, text=True, check=True)
    found = json.loads(said.stdout)["findings"]
    assert {"Chromium", "Broker", "Worker", "Sweeper", "E-mail", "Sockets"} <= {each["part"] for each in found}
    return [each for each in found if each["level"] == Level.WRONG]


async def test_it_becomes_ready_and_can_be_followed_and_is_well(stack: Stack, people: People) -> None:
    await becomes(lambda: missing(stack), [])
    assert asked(stack, "/readyz")[0] == asked(stack, "/healthz")[0] == 200
    status, said = asked(stack, "/metrics")
    assert status == 200
    assert "hitl_executions" in said
    bot = await facts(make_bot, people.workspace, "Order", example("order", stack.base_url))
    execution = await facts(bot.start, Person.member(people.ann), {})
    line = f"execution {execution.public_id} is running [task="
    await becomes(lambda: line in stack.said("worker"), True)
    assert await asyncio.to_thread(troubles, stack) == []
