"""The pages served for real, and a person who reads them; the socket of notes is played by the test."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from django.test import Client
from playwright.async_api import Page, WebSocketRoute
from pytest_django.live_server_helper import LiveServer

from hitl.tenants.models import User
from tests.pages.rows import Rows, weeks_later
from tests.people import everybody, signed_in
from tests.person import DESKTOP, PHONE, WRONGS, Desks, Person, has_axe
from tests.recall import Recall

# Pages that are errors on purpose; and what htmx says of a request that was given up for another page or wish.
EXPECTED = ("status of 40", "status of 422", "htmx:afterRequest", "htmx:sendAbort")
SITTING_DOWN = Callable[..., Awaitable["Reader"]]


class Reader(Person):
    """A person with the notes' line in the test's hand."""

    line: WebSocketRoute | None = None
    lines = 0

    async def listens(self) -> None:
        await self.page.route_web_socket("**/ws/**", self._answer)

    def _answer(self, line: WebSocketRoute) -> None:
        if "/ws/w/" not in line.url:
            return  # a live browser that says nothing
        self.line, self.lines = line, self.lines + 1
        line.on_message(lambda _: line.send(json.dumps({"t": "hello"})))

    def note(self, what: str = "alert", public_id: str = "alt_1") -> None:
        assert self.line is not None
        self.line.send(json.dumps({"t": "changed", "what": what, "id": public_id}))

    async def reads(self, path: str) -> Page:
        await self.page.goto(path)
        return self.page

    async def wrongs(self) -> list[str]:
        """What axe finds, in the dark for what the dark can change, and whether the page is wider than its window."""
        await has_axe(self.page)
        colours = {"rules": {"color-contrast": {"enabled": not self.is_at_a_phone}}}  # none depends on the width
        wrongs: list[str] = await self.page.evaluate(WRONGS, colours)
        if not self.is_at_a_phone:
            await self.page.emulate_media(color_scheme="dark")
            wrongs += [f"dark {wrong}" for wrong in await self.page.evaluate(WRONGS, {"runOnly": ["color-contrast"]})]
            await self.page.emulate_media(color_scheme="light")
        return wrongs + (["wider than its window"] if await self.overflows() else [])

    @property
    def is_at_a_phone(self) -> bool:
        return self.page.viewport_size == PHONE["viewport"]

    async def overflows(self) -> bool:
        return bool(
            await self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        )

    def trouble(self) -> list[str]:
        return [text for text in self.complaints if not any(word in text for word in EXPECTED)] + self.errors


@pytest.fixture
def rows(db: None, recall: Recall) -> Rows:
    return recall(some_weeks)


def some_weeks() -> Rows:
    return weeks_later(everybody())


@pytest_asyncio.fixture(loop_scope="session")
async def reader(desks: Desks, live_server: LiveServer) -> AsyncIterator[SITTING_DOWN]:
    """`ann = await reader(people.ann)`; every one must end without a complaint of the page."""
    seated: list[Reader] = []

    async def sit_down(user: User | None = None, device: dict[str, Any] = DESKTOP) -> Reader:
        person = await Reader.with_a(await desks.take(live_server.url, device), live_server.url)
        seated.append(person)
        await person.listens()
        if user is not None:
            await person.is_signed_in_as(user)
        return person

    yield sit_down
    for person in seated:
        person.leaves()
        await desks.give_back(person.context)
    assert [trouble for person in seated for trouble in person.trouble()] == []


@pytest.fixture
def ann(rows: Rows) -> Client:
    """Hers, without a page that runs scripts."""
    return signed_in(rows.people.ann)
