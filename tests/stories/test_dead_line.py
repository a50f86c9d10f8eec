"""F26: the line of the person in control dies without a word. Control is free again soon, and nothing typed into the
dead line arrives later."""

from __future__ import annotations

import json

import pytest
from websockets.asyncio.client import connect

from alerts.models import Alert
from tests.conftest import becomes, facts
from tests.people import People
from tests.relay import Relay
from tests.stack import Stack
from tests.stories.desk import paused, status
from tests.stories.sockets import headers_of, ticket_for, until

pytestmark = [pytest.mark.story, pytest.mark.fault, pytest.mark.asyncio(loop_scope="session")]


async def test_f26_a_line_that_dies_silently_frees_control_and_replays_nothing(stack: Stack, people: People) -> None:
    execution, alert = await paused(stack, people)
    headers = await headers_of(people.bob) | {"Origin": stack.base_url}
    async with Relay(stack.port) as relay:
        url = f"ws://127.0.0.1:{relay.port}/ws/live/{execution.public_id}/"
        async with connect(url, additional_headers=headers, ping_interval=None, close_timeout=1) as line:
            ticket = ticket_for(execution.public_id, people.bob)
            await line.send(json.dumps({"t": "hello", "v": 1, "ticket": ticket, "codecs": ["jpeg"]}))
            await until(line, "hello")
            await line.send(json.dumps({"t": "take"}))
            epoch = (await until(line, "control"))["epoch"]
            relay.dies()
            await line.send(json.dumps({"t": "text", "e": epoch, "s": 1, "text": "typed into a dead line"}))
            await becomes(lambda: Alert.objects.get(pk=alert.pk).status, "open", patience=90)
            relay.lives()
            await line.wait_closed()
    after: Alert = await facts(Alert.objects.get, pk=alert.pk)
    assert (after.first_input_at, after.holder) == (None, "")
    assert after.deadline is not None
    assert await facts(status, execution) == "waiting_for_human"
