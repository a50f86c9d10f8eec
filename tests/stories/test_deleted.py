"""A workspace is deleted while a bot is paused: its browser ends at once, and whoever watched is let go."""

from __future__ import annotations

import asyncio

import pytest
from django.urls import reverse
from playwright.async_api import expect

from bots import sessions
from bots.models import BrowserSession, Execution
from hitl.tenants.models import Workspace
from tests.conftest import SITTING_DOWN, facts
from tests.people import People
from tests.stack import Stack
from tests.stories.desk import Canvas, paused
from tests.waiting import soon

pytestmark = [pytest.mark.story, pytest.mark.fault, pytest.mark.asyncio(loop_scope="session")]


async def has_ended(session: BrowserSession) -> bool:
    try:
        await sessions.ask(session, "status")
    except sessions.Gone:
        return True
    return False


async def test_a_paused_bots_browser_ends_with_its_workspace(
    stack: Stack, people: People, sits_down: SITTING_DOWN
) -> None:
    execution, _ = await paused(stack, people)
    session = await facts(BrowserSession.objects.get, execution=execution)
    bob = await sits_down(people.bob)
    closed: asyncio.Queue[str] = asyncio.Queue()
    bob.page.on("websocket", lambda line: line.on("close", lambda _: closed.put_nowait(line.url)))
    await bob.page.goto(reverse("execution", args=["acme", execution.public_id]))
    await Canvas(bob.page).shows_a_picture()

    ann = await sits_down(people.ann)
    await ann.page.goto(reverse("settings_delete", args=["acme"]))
    await ann.page.get_by_label("Type the workspace's name").fill("Acme")
    await ann.page.get_by_role("button", name="Delete the workspace").click()
    await expect(ann.page.locator("main")).to_contain_text("You are not in a workspace yet")

    await soon(lambda: has_ended(session))
    async with asyncio.timeout(5):
        for _ in range(2):  # the live view's and the workspace's notes
            await closed.get()
    assert not await facts(Execution.objects.exists)
    assert await facts(Workspace.objects.count) == 1
