"""The sweeper's rounds: what keeps everybody from renewing a lease is no reason to take one for lost."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection

from bots.management.commands import sweep

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True), pytest.mark.fault]


class Time:
    """A machine's: the time that processes live through, and the clock on the wall."""

    def __init__(self) -> None:
        self.lived, self.wall = 1000.0, datetime.now(UTC).timestamp()
        self.longer = 0.0  # than asked for: the process is stopped from outside while it sleeps

    def monotonic(self) -> float:
        return self.lived

    def sleep(self, seconds: float) -> None:
        self.passes(seconds + self.longer)

    def passes(self, seconds: float) -> None:
        self.lived += seconds
        self.wall += seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.wall, UTC)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(sweep, "time", time)
    monkeypatch.setattr("hitl.clock.now", time.now)
    return time


def is_fair(time: Time, *rounds: Callable[[], Any]) -> list[bool]:
    """Whether leases may be taken for lost, as each round begins."""
    command, seen = sweep.Command(), []
    command.running, command.looked_at = True, {}
    command.back_at = command.database_back_at = time.monotonic() - settings.RUNNER_LEASE - 1
    ahead = iter(rounds)

    def look() -> None:
        seen.append(command._leases_are_fair)
        command.running = len(seen) < len(rounds)
        next(ahead)()

    command._rounds(look)
    return seen


def nothing() -> None:
    """A round in which nothing happens."""


def test_in_quiet_times_it_is(time: Time) -> None:
    assert is_fair(time, *[nothing] * 3) == [True] * 3


def test_f9_not_while_the_database_was_away(time: Time) -> None:
    def away() -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    enough = int(settings.RUNNER_LEASE / sweep.PAUSE)
    assert is_fair(time, away, *[nothing] * (enough + 1)) == [True, *[False] * enough, True]


def test_f10_not_while_the_database_stood_still(time: Time) -> None:
    def stands_still(execute: Callable[..., Any], *question: Any) -> Any:
        time.passes(30)
        return execute(*question)

    def asks() -> None:
        with connection.execute_wrapper(stands_still), connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    assert is_fair(time, asks, nothing) == [True, False]


def test_f20_not_when_the_machine_has_slept_or_its_clock_was_set(time: Time) -> None:
    def sleeps() -> None:
        time.wall += 3600

    assert is_fair(time, nothing, sleeps, nothing) == [True, True, False]


def test_not_when_all_was_stopped_from_outside(time: Time) -> None:
    def will_be_stopped() -> None:
        time.longer = 60

    assert is_fair(time, will_be_stopped, nothing) == [True, False]


def test_f20_a_clock_that_was_put_back_keeps_nobody(time: Time) -> None:
    def put_back() -> None:
        time.wall -= 3600

    assert is_fair(time, nothing, put_back, nothing) == [True] * 3


def test_f34_a_part_that_fails_keeps_no_other_from_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    def no_room() -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("alerts.sweeper.postmen.deliver_due", no_room)
    monkeypatch.setattr("bots.sweeper.sweep_schedules", lambda: done.append("schedules"))
    command = sweep.Command()
    command.back_at, command.looked_at, command.life_at = 0.0, {"a look": -sweep.LONGEST_LOOK}, 0.0
    command._look_at_clocks()
    assert done == ["schedules"]
