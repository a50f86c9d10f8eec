"""Sockets of the application itself, within the process: coming to the door, greeting, and how it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from channels.testing import WebsocketCommunicator
from django.conf import settings

from hitl.asgi import application


async def at_the_door(path: str, cookies: Mapping[str, str]) -> WebsocketCommunicator:
    """Connected, with nothing said yet."""
    jar = "; ".join(f"{name}={value}" for name, value in cookies.items())
    headers = [(b"origin", settings.BASE_URL.encode()), (b"cookie", jar.encode())]
    line = WebsocketCommunicator(application, path, headers=headers)
    assert (await line.connect())[0]
    return line


async def greets(path: str, cookies: Mapping[str, str], ticket: str, **more: str) -> WebsocketCommunicator:
    """A page of ours, which has said hello; what it is answered is the test's to read."""
    line = await at_the_door(path, cookies)
    await line.send_to(text_data=json.dumps({"t": "hello", "ticket": ticket, "codecs": ["jpeg"], **more}))
    return line


async def code(line: WebsocketCommunicator) -> int:
    """With which it closes; what it says before is passed over."""
    async with asyncio.timeout(10):
        while (said := await line.receive_output(10))["type"] != "websocket.close":
            continue
    return int(said["code"])


IN, OUT = "in", "4401"


async def outcome(line: WebsocketCommunicator) -> str:
    """IN where somebody is answered, or the code with which they are shown out."""
    said: dict[str, Any] = await line.receive_output(10)
    await line.disconnect()
    return IN if said["type"] == "websocket.send" else str(said["code"])
