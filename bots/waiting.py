"""Waiting for an execution on behalf of a program that asked, without a thread or a connection being held for it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from asgiref.sync import SyncToAsync, sync_to_async
from channels.db import database_sync_to_async as db
from django.db import connection

from bots.models import OVER, Execution, Status
from hitl import push
from hitl.api.problems import Refused
from hitl.tenants.models import ApiKey

LOOK_EVERY = 2.0  # seconds; a note comes sooner


def is_enough(status: str, until: str) -> bool:
    """Whether an execution in this state is what was waited for."""
    return status in OVER or (until == "alert" and status == Status.WAITING_FOR_HUMAN)


async def for_status(execution_pk: int, key: ApiKey, until: str, seconds: int) -> None:
    """Until it has ended (or waits for a person), the seconds are over, or the key opens nothing any more."""
    await _hold_nothing()
    async with push.listening(push.execution_group(execution_pk)) as heard:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not is_enough(await db(_status, thread_sensitive=False)(execution_pk, key.pk), until):
                    with suppress(TimeoutError):
                        await asyncio.wait_for(heard.wait(), LOOK_EVERY)
                    heard.clear()


def _status(execution_pk: int, key_pk: int) -> str:
    key = ApiKey.objects.with_maker().get(pk=key_pk)
    if key.trouble:
        raise Refused(401, key.trouble)
    return Execution.objects.values_list("status", flat=True).get(pk=execution_pk)


async def _hold_nothing() -> None:
    """Django gives each request a thread of its own for what is synchronous, and that thread a connection. Both are
    made again when they are needed again."""
    await sync_to_async(_close)()
    context = SyncToAsync.thread_sensitive_context.get(None)
    if context and (thread := SyncToAsync.context_to_thread_executor.pop(context, None)):
        thread.shutdown(wait=False)


def _close() -> None:
    connection.close()  # looked up here: it is that thread's own
