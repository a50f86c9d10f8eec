"""Control asked for again and again on one line: each take is written down, and read by all who look on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from channels.testing import WebsocketCommunicator

from alerts.models import Alert
from bots import consumers
from bots.flow import Flow
from hitl.tenants.models import AuditEvent
from tests.bots.test_consumers import BrowserServer, at_the_browser, browser, take_all, told
from tests.conftest import facts
from tests.people import People

__all__ = ["browser"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.security]


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time by which a line's takes are counted."""
    seconds = [0.0]
    monkeypatch.setattr(consumers, "Flow", lambda **how: Flow(lambda: seconds[0], **how))
    return seconds


@pytest.fixture
async def bob(people: People, browser: BrowserServer, now: list[float]) -> AsyncIterator[WebsocketCommunicator]:
    line, browser_line = await at_the_browser(people, browser)
    reading = asyncio.create_task(take_all(browser_line))
    yield line
    reading.cancel()
    await line.disconnect()


async def say(line: WebsocketCommunicator, *words: str) -> None:
    for word in words:
        await line.send_to(text_data=json.dumps({"t": word}))


async def taken() -> int:
    return int(await facts(AuditEvent.objects.filter(verb="control.taken").count))


async def test_whoever_drives_on_this_line_takes_nothing_anew(bob: WebsocketCommunicator) -> None:
    await say(bob, "take", "take", "take", "nonsense")  # which ends it: all before was done
    epochs = []
    while (said := await bob.receive_output(10))["type"] == "websocket.send":
        epochs.append(json.loads(said["text"])["you"]["epoch"])
    assert epochs[-3:] == [1, 1, 1]
    assert (await facts(Alert.objects.get)).control_epoch == 1
    assert await taken() == 1


async def test_t11_nobody_takes_and_releases_without_end(bob: WebsocketCommunicator, now: list[float]) -> None:
    await say(bob, *["take", "release"] * (consumers.TAKES_AT_ONCE + 5))
    assert await told(bob, "refused") == {"t": "refused", "s": 0, "why": consumers.TOO_OFTEN}
    assert await taken() == consumers.TAKES_AT_ONCE
    for _ in range(4):
        await told(bob, "refused")
    now[0] = 1.0  # a second later it can be taken again
    await say(bob, "take", "nonsense")
    while (await bob.receive_output(10))["type"] == "websocket.send":
        continue
    assert await taken() == consumers.TAKES_AT_ONCE + 1
    assert (await facts(Alert.objects.get)).status == "claimed"
