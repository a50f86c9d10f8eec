"""T14: what a member may no longer do ends on sockets that are open already."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.async_api import Page
from websockets.asyncio.client import ClientConnection, connect

from bots import ticketed
from bots.models import Execution
from hitl import tickets
from hitl.tenants.people import Person
from tests.alerts.pauses import paused
from tests.conftest import SITTING_DOWN, facts
from tests.people import PASSWORD, People, session_cookie
from tests.stack import Stack

pytestmark = [pytest.mark.story, pytest.mark.security, pytest.mark.asyncio(loop_scope="session")]
WITHIN = 20  # seconds: a busy machine is not a failure
assert ticketed.HEARTBEAT < 5  # and this is what holds the five seconds, where no note comes


def waiting(stack: Stack, people: People) -> Execution:
    """Paused by hand: the stack's worker rests meanwhile, else it would take the execution too."""
    stack.rest()
    try:
        return paused(people.workspace).execution
    finally:
        stack.wake()


@asynccontextmanager
async def open_socket(
    stack: Stack, people: People, path: str, purpose: str, cookie: Any = None
) -> AsyncIterator[ClientConnection]:
    """Bob's, as his page opens it, of a device of its own where no cookie is given; the first answer has come."""
    cookie = cookie or await facts(session_cookie, people.bob)
    headers = {"Cookie": f"{cookie['name']}={cookie['value']}"}
    url = stack.base_url.replace("http", "ws", 1) + path
    async with connect(url, origin=stack.base_url, additional_headers=headers) as socket:  # type: ignore[arg-type]
        ticket = await facts(tickets.issue, purpose, Person.member(people.bob).key)
        await socket.send(json.dumps({"t": "hello", "ticket": ticket, "codecs": ["jpeg"]}))
        await socket.recv()
        yield socket


async def closed(socket: ClientConnection) -> int | None:
    async with asyncio.timeout(WITHIN):
        await socket.wait_closed()
    return socket.close_code


async def said(socket: ClientConnection, key: str) -> Any:
    return json.loads(await socket.recv()).get(key)


async def members_page(page: Page, people: People) -> None:
    await page.goto(reverse("settings_members", args=[people.workspace.slug]))


async def test_t14_a_removed_members_sockets_close(stack: Stack, people: People, sits_down: SITTING_DOWN) -> None:
    execution = await facts(waiting, stack, people)
    inbox = open_socket(stack, people, "/ws/w/acme/", "inbox:acme")
    live = open_socket(stack, people, f"/ws/live/{execution.public_id}/", execution.public_id)
    ann = await sits_down(people.ann)
    await members_page(ann.page, people)
    async with inbox as first, live as second:
        await ann.page.get_by_role("button", name="Remove Bob").click()
        await ann.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        assert [await closed(first), await closed(second)] == [4403, 4403]


async def test_t14_a_lowered_member_watches_on(stack: Stack, people: People, sits_down: SITTING_DOWN) -> None:
    execution = await facts(waiting, stack, people)
    ann = await sits_down(people.ann)
    await members_page(ann.page, people)
    async with open_socket(stack, people, f"/ws/live/{execution.public_id}/", execution.public_id) as live:
        await live.send(json.dumps({"t": "take"}))
        async with asyncio.timeout(WITHIN):
            while (await said(live, "execution") or {}).get("status") != "human_in_control":
                continue
        await ann.page.get_by_role("combobox", name="Role of Bob").select_option("viewer")
        await ann.page.get_by_role("button", name="Save the role of Bob").click()
        async with asyncio.timeout(WITHIN):
            while (await said(live, "execution") or {}).get("status") != "waiting_for_human":
                continue
        await live.send(json.dumps({"t": "take"}))
        async with asyncio.timeout(WITHIN):
            while "may watch" not in str(await said(live, "why")):
                continue


async def test_t14_a_session_that_ends_takes_its_sockets_along(
    stack: Stack, people: People, sits_down: SITTING_DOWN
) -> None:
    execution = await facts(waiting, stack, people)
    bob = await sits_down()
    await bob.page.goto(reverse("account_login"))
    await bob.page.get_by_label("E-mail").fill(people.bob.email)
    await bob.page.get_by_label("Password").fill(PASSWORD)
    await bob.page.get_by_role("button", name="Sign in", exact=True).click()
    await bob.page.wait_for_url("**/w/acme/")
    (here,) = [cookie for cookie in await bob.context.cookies() if cookie["name"] == settings.SESSION_COOKIE_NAME]
    inbox = open_socket(stack, people, "/ws/w/acme/", "inbox:acme", here)
    live = open_socket(stack, people, f"/ws/live/{execution.public_id}/", execution.public_id, here)
    async with inbox as first, live as second:
        await bob.page.get_by_text("Bob: your menu").click()
        await bob.page.get_by_role("button", name="Sign out").click()
        assert [await closed(first), await closed(second)] == [4401, 4401]
