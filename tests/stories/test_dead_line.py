"""F26: the line of the person in control dies without a word. Control is free again soon, and nothing typed into the
dead line arrives later."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from alerts.models import Alert
from tests.conftest import becomes, facts
from tests.people import People
from tests.relay import Relay
from tests.stack import Stack
from tests.stories.desk import paused, status
from tests.stories.test_doors import headers_of, ticket_for

pytestmark = [pytest.mark.story, pytest.mark.fault, pytest.mark.asyncio(loop_scope="session")]


async def until(line: ClientConnection, kind: str, **wanted: Any) -> dict[str, Any]:
    """The next message of this kind; pictures are passed over."""
    async with asyncio.timeout(20):
        while True:
            text = await line.recv()
            message = json.loads(text) if isinstance(text, str) else {}
            if message.get("t") == kind and all(message.get(name) == value for name, value in wanted.items()):
                return message


async def test_f26_a_line_that_dies_silently_frees_control_and_replays_nothing(stack: Stack, people: People) -> None:
    execution, alert = await paused(stack, people)
    headers = await headers_of(people.bob) | {"Origin": stack.base_url}
    async with Relay(stack.port) as relay:
        url = f"ws://127.0.0.1:{relay.port}/ws/live/{execution.public_id}/"
        async with connect(url, additional_headers=headers, ping_interval=None, close_timeout=1) as line:
            ticket = ticket_for(stack, execution.public_id, people.bob)
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
