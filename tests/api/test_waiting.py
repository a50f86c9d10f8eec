"""`?wait=`: the answer comes with the ending, and nothing is held meanwhile but a coroutine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from channels.db import database_sync_to_async as db
from channels.layers import get_channel_layer
from django.core.asgi import get_asgi_application

from alerts.models import Alert
from hitl import push
from hitl.tenants.people import SYSTEM, Person
from tests.alerts.pauses import paused, running
from tests.api.conftest import Program, key
from tests.people import People, everybody
from tests.waiting import soon

pytestmark = pytest.mark.django_db(transaction=True)
Answer = tuple[int, bytes]


async def get(program: Program, path: str) -> Answer:
    """One request at the real ASGI application, as Daphne makes it."""
    path, _, query = path.partition("?")
    headers = [(b"host", b"127.0.0.1"), (b"authorization", f"Bearer {program.token}".encode())]
    scope = {
        "type": "http", "method": "GET", "path": f"/api/v1{path}", "query_string": query.encode(), "headers": headers,
    }  # fmt: skip
    sent: list[dict[str, Any]] = []
    asked = iter([{"type": "http.request"}])

    async def receive() -> dict[str, Any]:
        for message in asked:
            return message
        await asyncio.Event().wait()  # it does not hang up
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await get_asgi_application()(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


@pytest.fixture
def acme() -> People:
    return everybody()


@pytest.fixture
def waiter(acme: People) -> Program:
    return key(acme.workspace, acme.ann, "read")[1]


async def hears(listener: Awaitable[Answer], change: Callable[[], Any]) -> Answer:
    """The answer to somebody who was already waiting when the change was made."""
    task = asyncio.ensure_future(listener)
    done, _ = await asyncio.wait([task], timeout=1)
    assert not done
    await db(change)()
    async with asyncio.timeout(10):
        return await task


async def test_it_answers_when_the_execution_ends(acme: People, waiter: Program) -> None:
    execution, _ = await db(running)(acme.workspace)
    path = f"/executions/{execution.public_id}"
    status, body = await hears(get(waiter, f"{path}?wait=60"), lambda: execution.cancel(SYSTEM))
    assert (status, b'"status": "cancelled"' in body) == (200, True)
    assert (await get(waiter, f"{path}?wait=60"))[0] == 200  # it is over: at once
    assert (await get(waiter, f"{path}?wait=61"))[0] == 422


async def test_it_answers_when_a_person_is_needed_where_that_is_asked_for(acme: People, waiter: Program) -> None:
    alert: Alert = await db(paused)(acme.workspace)
    path = f"/executions/{alert.execution.public_id}?wait=60"
    assert b"waiting_for_human" in (await get(waiter, f"{path}&until=alert"))[1]
    done = lambda: alert.complete(Person.member(acme.ann), {})  # noqa: E731
    await hears(get(waiter, path), lambda: (done(), alert.execution.cancel(SYSTEM)))


async def test_when_the_time_is_over_it_says_how_things_are(acme: People, waiter: Program) -> None:
    execution, _ = await db(running)(acme.workspace)
    status, body = await get(waiter, f"/executions/{execution.public_id}?wait=1")
    assert (status, b'"status": "running"' in body) == (200, True)


async def test_a_key_that_is_revoked_waits_no_longer(acme: People) -> None:
    row, program = await db(key)(acme.workspace, acme.ann)
    execution, _ = await db(running)(acme.workspace)
    waiting = get(program, f"/executions/{execution.public_id}?wait=60")
    status, _ = await hears(waiting, lambda: row.revoke(Person.member(acme.ann)))
    assert status == 401


async def test_many_who_wait_hold_no_thread_each(acme: People, waiter: Program) -> None:
    execution, _ = await db(running)(acme.workspace)
    before = threading.active_count()
    many = [asyncio.ensure_future(get(waiter, f"/executions/{execution.public_id}?wait=60")) for _ in range(40)]
    waiting = get_channel_layer().groups
    await soon(lambda: len(waiting.get(push.execution_group(execution.pk), ())) == 40)
    await soon(lambda: threading.active_count() - before < 20)  # one that was given back may be a moment in ending
    await db(execution.cancel)(SYSTEM)
    async with asyncio.timeout(15):
        assert {status for status, _ in await asyncio.gather(*many)} == {200}
