"""`make run`: one command starts everything, keeps it running, keeps the data, and takes everything down again."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bots.browser import client
from hitl.up import broker, browsers
from hitl.up.home import CODE, Home
from hitl.up.ports import is_free
from tests.ground.conftest import House, page
from tests.programs import program
from tests.waiting import until

Build = Callable[..., House]


def emails(house: House) -> list[str]:
    with sqlite3.connect(house.var / "hitl.sqlite3") as database:
        return [row[0] for row in database.execute("SELECT email FROM tenants_user")]


@pytest.mark.fault
def test_f38_it_starts_while_redis_is_away_and_its_port_is_taken(house: Build) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = house(HITL_PORT=str(port), REDIS_URL="redis://127.0.0.1:1/0")
        says = run.hears(rf"Port {port} is in use, so hitl takes (\d+)")
        run.hears("REDIS_URL does not answer")
        assert run.is_up() == f"http://127.0.0.1:{says[1]}"
    assert "Larkspur" in page(f"{run.address}/practice/")
    assert not any("valkey" in command for command in run.processes().values())
    nothing_outlives_the_supervisor(run)


def nothing_outlives_the_supervisor(run: House) -> None:
    """F30."""
    assert len(run.processes()) >= 3
    run.stop(signal.SIGKILL)
    assert until(lambda: run.processes() == {})


def test_it_says_in_a_sentence_that_chromium_does_not_start(house: Build) -> None:
    run = house(HITL_CHROMIUM="/bin/false")
    said = run.hears("hitl did not start")
    assert "/bin/false does not start" in said.string
    assert "HITL_CHROMIUM" in said.string
    assert run.ends() == 1
    assert run.processes() == {}


def test_ctrl_c_while_it_is_set_up_is_no_trouble(house: Build, open_folder: Path) -> None:
    """A terminal sends it to all that runs there: what was being done fails by that, and needs no advice."""
    run = house(HITL_CHROMIUM=program(open_folder / "chromium", "exec sleep 61"))
    assert until(lambda: any(command.startswith("sleep 61") for command in run.processes().values()))
    os.killpg(run.process.pid, signal.SIGINT)
    run.hears("Stopped before it was up")
    assert run.ends() == 0
    assert not any("did not start" in line for line in run.heard)
    assert run.processes() == {}


def test_it_brings_a_link_that_signs_in_pages_to_practise_on_and_a_broker(running: House) -> None:
    assert "owner@localhost" in page(running.link)
    assert "Larkspur" in page(f"{running.address}/practice/")
    assert any("valkey-server" in command or "redis-server" in command for command in running.processes().values())


def test_it_is_started_once_per_folder(running: House) -> None:
    second = House(running.var)
    second.hears("already runs from")
    assert second.ends() == 1
    assert running.address in "\n".join(second.heard)
    assert "Larkspur" in page(f"{running.address}/practice/")


@pytest.mark.security
def test_t28_its_secrets_are_readable_for_nobody_else(running: House) -> None:
    names = ("secret_key", "broker_password", "broker/broker.conf", "sign-in", "up.json", "hitl.sqlite3")
    assert [stat.S_IMODE((running.var / name).stat().st_mode) for name in names] == [0o600] * len(names)
    password = (running.var / "broker_password").read_text().strip()
    assert not any(password in command for command in running.processes().values())


@pytest.mark.security
def test_t5_a_bots_browser_can_read_none_of_our_data(running: House) -> None:
    assert [path for path in running.var.iterdir() if path.stat().st_mode & 0o077 and path.name != "sessions"] == []
    assert [path for path in (running.var, running.var / "sessions") if path.stat().st_mode & 0o066] == []


def test_it_prints_another_link(running: House) -> None:
    command = [sys.executable, "-m", "hitl.up.sign_in"]
    said = subprocess.run(
        command, cwd=CODE, env={"HITL_VAR": str(running.var)}, capture_output=True, text=True, check=True
    )
    assert said.stdout.startswith(f"{running.address}/welcome/")
    assert "owner@localhost" in page(said.stdout.strip())


def test_its_doctor_knows_where_everything_is(running: House) -> None:
    command = [sys.executable, "-m", "hitl.up.doctor", "--json"]
    said = subprocess.run(
        command, cwd=CODE, env={"HITL_VAR": str(running.var)}, capture_output=True, text=True, check=False
    )
    levels = {finding["part"]: finding["level"] for finding in json.loads(said.stdout)["findings"]}
    assert {levels[part] for part in ("Chromium", "Database", "Broker", "Migrations", "Sockets")} == {"fine"}


@pytest.mark.fault
def test_f30_it_starts_again_what_dies(running: House) -> None:
    os.kill(running.pid_of("daphne"), signal.SIGKILL)
    running.hears(r"web\s+\| ended \(signal 9\)")
    assert until(lambda: not is_free(int(running.address.rpartition(":")[2])))
    assert "Larkspur" in page(f"{running.address}/practice/")


def test_it_brings_its_own_broker_where_there_is_none(tmp_path: Path) -> None:
    assert broker.program(str(tmp_path)).endswith("valkey-server")


def test_it_prefers_the_machines_own_redis(tmp_path: Path) -> None:
    for name in ("redis-server", "valkey-server"):
        (tmp_path / name).touch(mode=0o755)
    assert broker.program(str(tmp_path)) == str(tmp_path / "redis-server")


@pytest.mark.fault
@pytest.mark.parametrize("killed", [False, True], ids=["alive", "killed"])
async def test_f30_it_ends_browsers_that_a_killed_start_has_left(
    open_folder: Path, chromium: str, killed: bool
) -> None:
    sessions = Home.of({"HITL_VAR": str(open_folder)}).sessions
    before = os.umask(0o077)  # as the worker has it
    try:
        started = await client.start(client.Config(secrets.token_urlsafe(), sessions / "exe_1", chromium))
    finally:
        os.umask(before)
    assert browsers.serving(sessions) == [started.pid]
    if killed:
        os.kill(started.pid, signal.SIGKILL)
    browsers.end_all(sessions)
    assert browsers.serving(sessions) == []
    assert list(sessions.iterdir()) == []


START_A_BOT = """
from bots.models import Bot
from hitl.tenants.people import SYSTEM
print(Bot.objects.get(name__startswith="Bank").start(SYSTEM, {}).public_id)
"""


def executions(house: House) -> list[tuple[str, str]]:
    """Status and message of each."""
    with sqlite3.connect(house.var / "hitl.sqlite3") as database:
        return list(database.execute("SELECT status, message FROM bots_execution"))


def start_a_bot(house: House) -> None:
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", START_A_BOT]
    subprocess.run(command, cwd=CODE, env=house.environment_of("daphne"), check=True)
    until(lambda: executions(house)[0][0] not in ("queued", "running"), 60)
    assert executions(house) == [("waiting_for_human", "")]


@pytest.mark.fault
def test_f30_ctrl_c_ends_a_paused_bots_browser_and_the_next_start_has_its_data_and_says_so(
    house: Build, furnished: None
) -> None:
    run = house()
    run.is_up()
    start_a_bot(run)
    commands = run.processes().values()
    assert any("bots.browser.server" in command for command in commands)
    assert any("--type=renderer" in command for command in commands)
    assert run.stop(signal.SIGINT) == 0
    run.hears("Stopping, and with it 1 browser that bots have open")
    assert run.processes() == {}
    assert list((run.var / "sessions").iterdir()) == []
    with sqlite3.connect(run.var / "hitl.sqlite3") as database:
        database.execute("UPDATE tenants_user SET email = 'me@example.com'")

    again = house()
    again.is_up()
    assert until(lambda: executions(again)[0][0] == "failed")
    assert "hitl or its machine was stopped" in executions(again)[0][1]
    assert "Start the bot again" in executions(again)[0][1]
    assert emails(again) == ["me@example.com"]
    assert again.stop() == 0
    assert again.processes() == {}
