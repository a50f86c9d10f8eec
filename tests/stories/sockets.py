"""A member's sockets without their page: the cookie, the ticket, and what is said on the line."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from websockets.asyncio.client import ClientConnection

from hitl import tickets
from hitl.tenants.models import User
from hitl.tenants.people import Person
from tests.conftest import facts
from tests.people import session_cookie


async def headers_of(user: User) -> dict[str, str]:
    cookie = await facts(session_cookie, user)
    return {"Cookie": f"{cookie['name']}={cookie['value']}"}


def ticket_for(purpose: str, user: User) -> str:
    """As the web process would issue it; both know the same SECRET_KEY."""
    return tickets.issue(purpose, Person.member(user).key)


async def until(line: ClientConnection, kind: str, **wanted: Any) -> dict[str, Any]:
    """The next message of this kind with these fields; pictures are passed over."""
    async with asyncio.timeout(20):
        while True:
            text = await line.recv()
            message = json.loads(text) if isinstance(text, str) else {}
            if message.get("t") == kind and all(message.get(name) == value for name, value in wanted.items()):
                return message
