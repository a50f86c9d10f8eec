"""`make run`: one command starts everything, keeps it running, keeps the data, and takes everything down again."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hitl.up import broker
from hitl.up.ports import is_free
from tests.ground.conftest import House, page

Build = Callable[..., House]


def emails(house: House) -> list[str]:
    with sqlite3.connect(house.var / "hitl.sqlite3") as database:
        return [row[0] for row in database.execute("SELECT email FROM tenants_user")]


def until(fact: Callable[[], bool], patience: float = 30) -> bool:
    """Awaits a fact about processes, which nobody announces."""
    end = time.monotonic() + patience
    while not fact():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_it_starts_again_with_its_data_and_leaves_no_process(house: Build) -> None:
    first = house()
    address = first.is_up()
    link = first.hears(r"Sign in:\s+(\S+)")[1]
    assert "owner@localhost" in page(link)
    assert "Larkspur" in page(f"{address}/practice/")
    assert any("valkey-server" in command or "redis-server" in command for command in first.processes().values())
    assert first.stop() == 0
    assert first.processes() == {}
    with sqlite3.connect(first.var / "hitl.sqlite3") as database:
        database.execute("UPDATE tenants_user SET email = 'me@example.com'")

    second = house()
    second.is_up()
    assert emails(second) == ["me@example.com"]
    assert second.stop(signal.SIGINT) == 0
    assert second.processes() == {}


def test_it_takes_the_next_port_and_says_so(house: Build) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = house(HITL_PORT=str(port))
        says = run.hears(rf"Port {port} is in use, so hitl takes (\d+)")
        assert run.is_up() == f"http://127.0.0.1:{says[1]}"


def test_it_is_started_once_per_folder(house: Build) -> None:
    first = house()
    address = first.is_up()
    second = house()
    second.hears("already runs from")
    assert second.ends() == 1
    assert address in "\n".join(second.heard)
    assert "Welcome" in page(first.hears(r"Sign in:\s+(\S+)")[1])


@pytest.mark.fault
def test_f30_it_starts_again_what_dies(house: Build) -> None:
    run = house()
    address = run.is_up()
    os.kill(run.pid_of("daphne"), signal.SIGKILL)
    run.hears(r"web\s+\| ended \(signal 9\)")
    port = int(address.rpartition(":")[2])
    assert until(lambda: not is_free(port))
    assert "Larkspur" in page(f"{address}/practice/")


@pytest.mark.fault
def test_f30_nothing_outlives_a_killed_supervisor(house: Build) -> None:
    run = house()
    run.is_up()
    assert len(run.processes()) >= 4
    run.stop(signal.SIGKILL)
    assert until(lambda: run.processes() == {})


def test_it_says_in_a_sentence_that_chromium_does_not_start(house: Build) -> None:
    run = house(HITL_CHROMIUM="/bin/false")
    said = run.hears("hitl did not start")
    assert "/bin/false does not start" in said.string
    assert "HITL_CHROMIUM" in said.string
    assert run.ends() == 1
    assert run.processes() == {}


@pytest.mark.fault
def test_f38_it_starts_while_redis_is_away(house: Build) -> None:
    run = house(REDIS_URL="redis://127.0.0.1:1/0")
    run.hears("REDIS_URL does not answer")
    run.is_up()
    assert not any("valkey" in command for command in run.processes().values())


def test_it_brings_its_own_broker_where_there_is_none(tmp_path: Path) -> None:
    assert broker.program(str(tmp_path)).endswith("valkey-server")


def test_it_prefers_the_machines_own_redis(tmp_path: Path) -> None:
    for name in ("redis-server", "valkey-server"):
        (tmp_path / name).touch(mode=0o755)
    assert broker.program(str(tmp_path)) == str(tmp_path / "redis-server")


def test_t28_its_secrets_are_readable_for_nobody_else(house: Build) -> None:
    run = house()
    run.is_up()
    private = [run.var / name for name in ("secret_key", "broker_password", "broker/broker.conf", "sign-in", "up.json")]
    assert [stat.S_IMODE(path.stat().st_mode) for path in private] == [0o600] * len(private)
    password = (run.var / "broker_password").read_text().strip()
    assert not any(password in command for command in run.processes().values())
