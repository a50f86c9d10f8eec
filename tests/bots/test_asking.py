"""Asking a browser server: who refuses is gone; whom one cannot reach may be there."""

from datetime import timedelta

import pytest

from bots import sessions
from bots.models import BrowserSession
from hitl import clock, vault
from hitl.up.ports import free_port
from tests.alerts.pauses import OUT_OF_REACH


def at(address: str) -> BrowserSession:
    return BrowserSession(address=address, sealed_token=vault.seal("t"), lease_until=clock.now() + timedelta(minutes=1))


async def test_a_server_that_refuses_is_gone() -> None:
    with pytest.raises(sessions.Gone):
        await sessions.ask(at(f"127.0.0.1:{free_port()}"), "status")


async def test_a_server_to_which_there_is_no_way_may_be_there() -> None:
    with pytest.raises(sessions.NoAnswer):
        await sessions.ask(at(OUT_OF_REACH), "status")
