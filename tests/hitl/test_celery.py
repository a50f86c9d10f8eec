"""Telling workers: a broker that is away, or hangs, keeps nobody waiting. What was not told is found by looking."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from celery import Task
from kombu.exceptions import OperationalError

from bots.tasks import canary
from hitl import celery, celery_app
from hitl.up.ports import free_port
from tests.conftest import publishing_to

pytestmark = pytest.mark.fault


@pytest.fixture(autouse=True)
def _nothing_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(celery, "_rests_until", 0.0)


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a Redis that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def seconds_to_tell(times: int) -> float:
    begun = time.monotonic()
    for _ in range(times):
        with pytest.raises(OperationalError):
            canary.delay()
    return time.monotonic() - begun


def test_f6_a_broker_that_is_away_says_so_at_once() -> None:
    with publishing_to(f"redis://127.0.0.1:{free_port()}/0"):
        assert seconds_to_tell(times=3) < 1


def test_f7_a_broker_that_hangs_is_waited_for_once(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(celery_app.conf.broker_transport_options, "socket_timeout", 0.3)
    monkeypatch.setattr(celery, "SLOW", 0.2)
    with publishing_to(silent):
        assert seconds_to_tell(times=10) < 1


def test_f7_it_is_told_again_when_it_has_rested(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def hangs(task: Task, *args: Any, **options: Any) -> None:
        asked.append(task.name)
        raise OperationalError("Timeout reading from socket")

    monkeypatch.setattr(Task, "apply_async", hangs)
    monkeypatch.setattr(celery, "SLOW", -1)
    seconds_to_tell(times=3)
    assert len(asked) == 1
    monkeypatch.setattr(celery, "_rests_until", time.monotonic() - 1)
    seconds_to_tell(times=1)
    assert len(asked) == 2
    monkeypatch.setattr(celery, "_rests_until", 0.0)
    monkeypatch.setattr(celery, "SLOW", 100)
    seconds_to_tell(times=3)
    assert len(asked) == 5  # it says no at once: nobody waits for that


def test_a_worker_tries_to_come_back_for_as_long_as_it_takes() -> None:
    assert celery_app.conf.broker_connection_max_retries is None
