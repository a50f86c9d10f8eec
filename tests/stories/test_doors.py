"""The sockets' door, at a real Daphne: the exact origin, a ticket that is good once, and the right workspace."""

from __future__ import annotations

import json

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from hitl.tenants.models import User
from tests.people import People
from tests.stack import Stack
from tests.stories.desk import started
from tests.stories.sockets import headers_of, ticket_for, until

pytestmark = [pytest.mark.story, pytest.mark.security, pytest.mark.asyncio(loop_scope="session")]

STEPS = json.dumps({"title": "Waits", "steps": [{"type": "waitForElement", "selectors": ["#never"]}]})


def inbox_of(stack: Stack, people: People) -> str:
    return f"ws://127.0.0.1:{stack.port}/ws/w/{people.workspace.slug}/"


@pytest.mark.parametrize(
    "origin",
    [None, "null", "http://127.0.0.1", "http://127.0.0.1:1", "https://127.0.0.1:{port}", "http://127.0.0.1:{port}.evil",
     "https://evil/?127.0.0.1:{port}", "http://localhost:{port}", "http://sub.127.0.0.1:{port}"],
)  # fmt: skip
async def test_t9_another_origin_gets_no_socket(stack: Stack, people: People, origin: str | None) -> None:
    headers = await headers_of(people.bob)
    if origin:
        headers["Origin"] = origin.format(port=stack.port)
    with pytest.raises(InvalidStatus) as refused:
        await connect(inbox_of(stack, people), additional_headers=headers)
    assert refused.value.response.status_code in (400, 403)


async def knock(stack: Stack, path: str, user: User, ticket: str) -> str | int:
    """What the socket says first, or the code with which it closes."""
    headers = await headers_of(user) | {"Origin": stack.base_url}
    async with connect(f"ws://127.0.0.1:{stack.port}{path}", additional_headers=headers) as socket:
        await socket.send(json.dumps({"t": "hello", "v": 1, "ticket": ticket, "codecs": ["jpeg"]}))
        try:
            return str(json.loads(await socket.recv())["t"])
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


async def test_t9_a_ticket_is_good_once_and_for_its_holder(stack: Stack, people: People) -> None:
    path, purpose = f"/ws/w/{people.workspace.slug}/", f"inbox:{people.workspace.slug}"
    ticket = ticket_for(purpose, people.bob)
    assert await knock(stack, path, people.bob, ticket) == "hello"
    assert await knock(stack, path, people.bob, ticket) == 4401
    assert await knock(stack, path, people.vic, ticket_for(purpose, people.bob)) == 4401
    assert await knock(stack, path, people.bob, "nonsense") == 4401
    assert await knock(stack, path, people.bob, ticket_for("inbox:other", people.bob)) == 4401


async def test_t8_a_stranger_gets_no_live_view_even_with_a_ticket(stack: Stack, people: People) -> None:
    execution = await started(people, "Waits", STEPS)
    path = f"/ws/live/{execution.public_id}/"
    stranger = ticket_for(execution.public_id, people.sam)
    assert await knock(stack, path, people.sam, stranger) == 4401
    assert await knock(stack, path, people.vic, ticket_for(execution.public_id, people.vic)) == "state"


async def test_a_viewer_may_watch_but_not_take_control(stack: Stack, people: People) -> None:
    execution = await started(people, "Waits", STEPS)
    headers = await headers_of(people.vic) | {"Origin": stack.base_url}
    url = f"ws://127.0.0.1:{stack.port}/ws/live/{execution.public_id}/"
    async with connect(url, additional_headers=headers) as socket:
        ticket = ticket_for(execution.public_id, people.vic)
        await socket.send(json.dumps({"t": "hello", "v": 1, "ticket": ticket, "codecs": ["jpeg"]}))
        await socket.send(json.dumps({"t": "take"}))
        assert "may watch" in (await until(socket, "refused"))["why"]
