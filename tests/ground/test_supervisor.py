"""The supervisor alone: what it starts, adopts and ends."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hitl.up.home import CODE
from hitl.up.log import Log
from hitl.up.process import LONGEST_PAUSE, Process
from hitl.up.supervisor import Supervisor
from tests.full_disk import full_disk

STUBBORN = """
import os, sys
from pathlib import Path
from hitl.up.log import Log
from hitl.up.process import Process
from hitl.up.supervisor import Supervisor
import hitl.up.supervisor as module

module.POLITE = 0.5
folder = Path(sys.argv[1])
with Supervisor(Log(folder, verbose=False)) as supervisor:
    supervisor._patience = 0.5
    script = "(trap '' TERM; exec setsid sh -c 'echo $$ > orphan; while :; do sleep 1; done') & exit 0"
    supervisor.start(Process("broker", ["sleep", "1000"], os.environ, folder))
    supervisor.start(Process("starter", ["sh", "-c", script], os.environ, folder, once=True))
    assert supervisor.wait_for((folder / "orphan").exists, 10)
print("ended")
"""


@pytest.mark.fault
def test_f30_it_ends_orphans_that_do_not_listen(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STUBBORN, str(tmp_path)],
        cwd=CODE,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout == "ended\n", done.stderr
    orphan = int((tmp_path / "orphan").read_text())
    assert not Path(f"/proc/{orphan}").exists()


def test_it_waits_longer_after_each_death(tmp_path: Path) -> None:
    process = Process("web", ["true"], {}, tmp_path)
    process.start().close()
    os.waitpid(process.pid or 0, 0)
    pauses = [process.has_ended(1) for _ in range(7)]
    assert pauses == [1, 2, 4, 8, 16, LONGEST_PAUSE, LONGEST_PAUSE]


def test_it_does_not_repeat_what_was_to_run_once(tmp_path: Path) -> None:
    process = Process("prepare", ["true"], {}, tmp_path, once=True)
    assert process.has_ended(3) is None
    assert process.status == 3
    assert not process.is_due


def test_it_shows_what_needs_attention_and_keeps_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = Log(tmp_path, verbose=False)
    log.take("web", b"2026-11-21 10:00:00,000 INFO daphne Listening\n2026-11-21 10:00:00,000 WARN")
    log.take("web", b"ING hitl Redis is away\nTraceback (most recent call last):\n")
    shown = capsys.readouterr().err.splitlines()
    assert shown == ["web     | WARNING hitl Redis is away", "web     | Traceback (most recent call last):"]
    assert "Listening" in (tmp_path / "hitl.log").read_text()


def test_it_puts_a_full_log_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hitl.up.log.FULL", 100)
    log = Log(tmp_path, verbose=False)
    log.take("web", b"2026-11-21 10:00:00,000 INFO daphne " + b"x" * 100 + b"\n")
    assert (tmp_path / "hitl.1.log").stat().st_size > 100
    assert (tmp_path / "hitl.log").stat().st_size == 0
    assert os.access(tmp_path / "hitl.log", os.W_OK)


@pytest.mark.fault
def test_f19_a_full_disk_costs_lines_and_ends_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = Log(tmp_path, verbose=False)
    with full_disk():
        log.take("web", b"Traceback (most recent call last):\n")
    assert "Traceback" in capsys.readouterr().err
    log.take("web", b"There is room again\n")
    assert (tmp_path / "hitl.log").read_text() == "web     | There is room again\n"


@pytest.mark.fault
def test_f19_a_log_that_cannot_be_put_aside_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hitl.up.log.FULL", 100)
    log = Log(tmp_path, verbose=False)
    (tmp_path / "hitl.1.log" / "in the way").mkdir(parents=True)
    for number in range(3):
        log.take("web", b"%d %s\n" % (number, b"x" * 100))
    assert len((tmp_path / "hitl.log").read_text().splitlines()) == 3


@pytest.mark.fault
def test_f34_what_cannot_be_started_now_is_started_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    supervisor = Supervisor(Log(tmp_path, verbose=False))
    process = Process("web", ["true"], {}, tmp_path)
    supervisor._processes.append(process)
    process.start_at = 0.0

    def no_room() -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(process, "start", no_room)
    supervisor._turn()
    assert process.start_at is not None
    assert process.start_at > 0
    assert "could not be started" in (tmp_path / "hitl.log").read_text()
