"""`make run` as a person meets it: started in a folder of its own, listened to, and asked to stop."""

from __future__ import annotations

import os
import queue
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

from bots.browser import processes
from hitl.up.home import CODE
from hitl.up.ports import free_port

PATIENCE = 90
DATABASE = "hitl.sqlite3"
LIVE = (f"{DATABASE}*", "broker", "sessions", "log", "sign-in", "up.*")  # what belongs to processes that run


class House:
    """One start of `python -m hitl.up`."""

    def __init__(self, var: Path, **environment: str) -> None:
        self.var = var
        self.address = self.link = ""
        self.heard: list[str] = []
        self._known: set[tuple[int, str]] = set()  # pid and begin: the numbers come again within a run of the tests
        self._lines: queue.Queue[str | None] = queue.Queue()
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "HITL_CHROMIUM") if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hitl.up"],
            cwd=CODE,
            env={**kept, "HITL_VAR": str(var), "HITL_PORT": str(free_port()), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip())
        self._lines.put(None)

    def hears(self, pattern: str) -> re.Match[str]:
        """The first line from now on in which the pattern is found."""
        while (line := self._lines.get(timeout=PATIENCE)) is not None:
            self.heard.append(line)
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"{pattern!r} was never said, but:\n" + "\n".join(self.heard))

    def is_up(self) -> str:
        """Waits until it is; the address."""
        self.address = self.hears(r"hitl runs at\s+(\S+)")[1]
        return self.address

    def ends(self, patience: float = PATIENCE) -> int:
        return self.process.wait(patience)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.ends()

    def stop_if_up(self) -> None:
        if self.process.poll() is None:
            assert (self.stop(), self.processes()) == (0, {})

    def processes(self) -> dict[int, str]:
        """Everything that this start has brought forth and that still is there: pid and command line."""
        below = processes.below(self.process.pid) if self.process.poll() is None else set()
        self._known |= {(pid, _began(pid)) for pid in (*below, *self._marked())}
        commands = {pid: _command(pid) for pid, began in self._known if began and _began(pid) == began}
        return {pid: command for pid, command in commands.items() if command}

    def _marked(self) -> set[int]:
        """By the folder in its environment, which a detached process has inherited."""
        mark = f"HITL_VAR={self.var}".encode()
        found = set()
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it has just ended
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.add(int(entry.name))
        return found - {self.process.pid}

    def environment_of(self, words: str) -> dict[str, str]:
        """What one of the processes was given, its secrets included."""
        lines = Path(f"/proc/{self.pid_of(words)}/environ").read_text().split("\0")
        return dict(line.split("=", 1) for line in lines if line)

    def pid_of(self, words: str) -> int:
        return next(pid for pid, command in self.processes().items() if words in command)


def _began(pid: int) -> str:
    """In the kernel's ticks; empty for one that is not there."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return ""


def _command(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


@contextmanager
def a_folder() -> Iterator[Path]:
    """One that every user may enter, as browsers of root's bots must; pytest's own are closed."""
    with tempfile.TemporaryDirectory(prefix="hitl-up-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@pytest.fixture
def open_folder() -> Iterator[Path]:
    with a_folder() as folder:
        yield folder


@pytest.fixture
def house(open_folder: Path) -> Iterator[Callable[..., House]]:
    """`house(HITL_PORT="8123")`; every start in one test shares the folder for data."""
    built: list[House] = []

    def build(**environment: str) -> House:
        built.append(House(open_folder / "var", **environment))
        return built[-1]

    yield build
    for each in built:
        each.stop_if_up()


@pytest.fixture
def furnished(open_folder: Path, running: House) -> None:
    """The test's own folder begins with the data of the one that is up, as a first start costs twice a later one."""
    var = open_folder / "var"
    left_out = shutil.ignore_patterns(*LIVE)
    shutil.copytree(running.var, var, ignore=left_out)
    with (
        closing(sqlite3.connect(running.var / DATABASE)) as its,
        closing(sqlite3.connect(var / DATABASE)) as ours,
    ):
        its.backup(ours)


@pytest.fixture(scope="module")
def running() -> Iterator[House]:
    """One that is up for the first time, for the tests that only look at it."""
    with a_folder() as folder:
        house = House(folder / "var")
        house.is_up()
        house.link = house.hears(r"Sign in:\s+(\S+)")[1]
        yield house
        house.stop_if_up()


def page(url: str) -> str:
    with urlopen(url, timeout=20) as answer:  # noqa: S310 - an address of our own
        return str(answer.read().decode())
