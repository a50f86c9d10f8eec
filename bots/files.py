"""Downloads on their way from a browser server's folder into rows. Asked for at once when one is complete, and found by
the sweeper anyway; any number may do it at the same time, and any may die on the way: a download is kept once."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync
from channels.db import database_sync_to_async as db

from alerts.models import Alert
from bots import sessions
from bots.browser import client
from bots.models import BrowserSession, Execution, KeptFile, NoRoom

log = logging.getLogger(__name__)

LOOK = 0.25  # seconds between two looks at a download that somebody waits for
SETTLES_WITHIN = 120  # seconds that an execution which is done waits for what it downloads

Told = dict[str, Any]


async def collect(session: BrowserSession) -> list[Told]:
    """Keep all that is complete in this browser; what it told of its downloads. Raises as sessions.ask does."""
    told: list[Told] = (await sessions.ask(session, "status"))["downloads"]
    await keep(session, told)
    return told


async def keep(session: BrowserSession, told: list[Told]) -> None:
    """Those of these downloads that are complete and nobody has kept. What cannot be had now is asked for again."""
    for download in told:
        if download["state"] != "done":
            continue
        try:
            await db(_keep, thread_sensitive=False)(session, download)  # seconds, perhaps: in nobody's way
            await sessions.ask(session, "kept", download=download["guid"])
        except NoRoom as why:
            await sessions.ask(session, "discard", download=download["guid"], why=str(why))
        except OSError as error:
            log.warning("%s: a download could not be stored: %s", session, error)


async def keep_all(session: BrowserSession) -> None:
    """Before a browser ends, whatever its state."""
    with suppress(*sessions.UNANSWERED):
        await collect(session)


async def settled(session: BrowserSession) -> None:
    """Until nothing is on its way any more: the bot has done its last step, and its browser is about to end."""
    with suppress(TimeoutError, *sessions.UNANSWERED):
        async with asyncio.timeout(SETTLES_WITHIN):
            while any(download["state"] == "running" for download in await collect(session)):  # noqa: ASYNC110
                await asyncio.sleep(LOOK)


async def wanted(session: BrowserSession, name: str) -> tuple[str, Path]:
    """The newest file of this name, as soon as the browser has fetched it. Waits for ever: the step has a timeout."""
    while True:
        with suppress(sessions.NoAnswer, client.ServerError):
            await collect(session)
        if file := await db(lambda: session.execution.files.named(name))():
            return file.name, file.path
        await asyncio.sleep(LOOK)


def _keep(session: BrowserSession, download: Told) -> None:
    execution = session.execution
    KeptFile.keep(
        execution,
        download["name"],
        _blocks(session, download["guid"]),
        by=download["by"],
        source=download["guid"],
        alert=_alert_at(execution, download["epoch"]),
    )


def _blocks(session: BrowserSession, guid: str) -> Iterator[bytes]:
    offset = 0
    while block := _block(session, guid, offset):
        yield block
        offset += len(block)


def _block(session: BrowserSession, guid: str, offset: int) -> bytes:
    answer = async_to_sync(sessions.ask)(session, "file", download=guid, offset=offset)
    return base64.b64decode(answer["data"])


def _alert_at(execution: Execution, epoch: int) -> Alert | None:
    """What the person was asked who had control under this epoch."""
    if not epoch:
        return None
    return execution.alerts.filter(epoch_before__lt=epoch, control_epoch__gte=epoch).first()
