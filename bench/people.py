"""The bench's own workspace, its person, and that person's browser."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from playwright.async_api import Browser, BrowserContext

from bots.models import Bot, Execution
from hitl.tenants.models import Membership, Role, User, Workspace
from hitl.tenants.people import Person
from tests.people import session_cookie

WINDOW = {"width": 1280, "height": 800}


def workspace() -> tuple[Workspace, User]:
    user, _ = User.objects.get_or_create(email="bench@example.com", defaults={"name": "Bench"})
    made, _ = Workspace.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    Membership.objects.get_or_create(workspace=made, user=user, defaults={"role": Role.OWNER})
    return made, user


def colleague(number: int) -> User:
    """0 is the workspace's owner; others are there because one person has only so many pages at one browser."""
    made, owner = workspace()
    if number == 0:
        return owner
    user, _ = User.objects.get_or_create(email=f"bench-{number}@example.com", defaults={"name": f"Bench {number}"})
    Membership.objects.get_or_create(workspace=made, user=user, defaults={"role": Role.OPERATOR})
    return user


def bot(name: str, steps: list[dict[str, Any]], **settings: Any) -> Bot:
    source = json.dumps({"title": name, "steps": steps})
    return Bot.objects.create(workspace=workspace()[0], name=name, source=source, **settings)


async def start(made: Bot) -> Execution:
    """In a thread, as a web process does it: the note that goes out has its own event loop there."""
    return await asyncio.to_thread(made.start, Person.member(workspace()[1]), {})


async def signed_in(browser: Browser, base_url: str) -> BrowserContext:
    context = await browser.new_context(base_url=base_url, viewport=WINDOW)  # type: ignore[arg-type]
    cookie = session_cookie(workspace()[1])
    await context.add_cookies([{**cookie, "url": base_url}])  # type: ignore[list-item]
    return context
