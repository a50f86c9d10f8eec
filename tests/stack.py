"""The whole product as real processes: a broker, Daphne, a worker and a sweeper on the tests' own database."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from django.db import transaction

from hitl.static import HashedModules
from hitl.up import browsers
from hitl.up.broker import Broker
from hitl.up.home import CODE, Home
from hitl.up.ports import free_port
from tests.waiting import until

PATIENCE = 40
# As people have them otherwise: what tests wait for, they reach by moving a row's clock.
TIMERS = {"HITL_RESPONSE_GRACE": "5"}
MANAGE = [sys.executable, str(CODE / "manage.py")]
WORKER = """-W ignore::UserWarning:celery.platforms -m celery --quiet -A hitl worker --pool=threads --concurrency=8
--without-gossip --without-mingle --loglevel=INFO -Q runs,notices,default"""  # the warning is about being root


def database_url(database: dict[str, object]) -> str:
    """DATABASE_URL for the database that pytest has just made."""
    if "sqlite" in str(database["ENGINE"]):
        return f"sqlite:///{database['NAME']}"
    return "postgresql://{USER}@{HOST}:{PORT}/{NAME}".format(**database)


def _has_stopped(pid: int) -> bool:
    """Every thread of it: the signal arrives some time after it was sent, and a thread may end before."""
    try:
        stats = [task.joinpath("stat").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except FileNotFoundError:
        return False
    return {stat.rpartition(") ")[2][0] for stat in stats} <= {"T", "Z"}


class Stack:
    """Each process by its name; any of them can be killed and started again by a test."""

    def __init__(
        self,
        var: Path,
        database: str,
        email: str,
        chromium: str,
        secret_key: str,
        collected: Path | None = None,
    ) -> None:
        """`collected`: where static files are, or are put once for several, since that takes three seconds."""
        self.var = var
        self._collected = collected
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.others_port = free_port()  # of pages that a test serves to the bot's browser
        self._broker = Broker(Home(var), {"PATH": os.defpath})
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._seen: dict[str, int] = {}
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}",
            "HOME": os.environ.get("HOME", "/"),
            "DJANGO_SETTINGS_MODULE": "hitl.settings",
            "PYTHONUNBUFFERED": "1",
            "SECRET_KEY": secret_key,
            "HITL_VAR": str(var),
            "HITL_PRACTICE": "1",
            "HITL_CHROMIUM": chromium,
            "BASE_URL": self.base_url,
            "DATABASE_URL": database,
            "REDIS_URL": self._broker.url,
            "EMAIL_URL": email,
            "HITL_PRIVATE_TARGETS": f"127.0.0.1:{self.port},127.0.0.1:{self.others_port}",
            **TIMERS,
        }
        self._commands = {
            "broker": self._broker.command(),
            "web": [sys.executable, *f"-m daphne -b 127.0.0.1 -p {self.port} -v 0 hitl.asgi:application".split()],
            "worker": [sys.executable, *WORKER.split()],
            "sweeper": [*MANAGE, "sweep"],
        }

    def __enter__(self) -> Stack:
        self._collect_static()
        for name in self._commands:
            self.start(name)
        return self

    def _collect_static(self) -> None:
        if self._collected is None:
            self._collect()
            return
        self._collected.mkdir(exist_ok=True)
        if not (self.var / "static").exists():
            (self.var / "static").symlink_to(self._collected)
        with self._collected.with_name("collecting").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (self._collected / HashedModules.manifest_name).exists():
                self._collect()

    def _collect(self) -> None:
        subprocess.run([*MANAGE, "collectstatic", "--noinput", "-v", "0"], env=self.environment, check=True)

    def __exit__(self, *_: object) -> None:
        self.wake()
        for name in reversed(self._commands):
            self.stop(name)
        browsers.end_all(self.var / "sessions")  # as `make run` does: a worker may have been starting one

    def log(self, name: str) -> Path:
        return self.var / "log" / f"{name}.out"

    def start(self, name: str) -> None:
        """Returns when it can be spoken to."""
        self.log(name).parent.mkdir(exist_ok=True)
        with self.log(name).open("ab") as log:
            self._processes[name] = subprocess.Popen(
                self._commands[name],
                cwd=CODE,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        ready = {"broker": self._broker.answers, "web": self._listens}.get(name, lambda: True)
        until(lambda: ready() or not self.runs(name), PATIENCE)
        assert ready(), f"{name} does not start:\n{self.log(name).read_text()[-4000:]}"

    def _listens(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    def runs(self, name: str) -> bool:
        return name in self._processes and self._processes[name].poll() is None

    def pid(self, name: str) -> int:
        return self._processes[name].pid

    def kill(self, name: str) -> None:
        """SIGKILL to the process and what it started in its own session; browser servers live on, as they should."""
        if self.runs(name):
            os.killpg(self.pid(name), signal.SIGKILL)
        self._processes[name].wait()

    def stop(self, name: str) -> None:
        """As a deploy does it; whoever does not hear within a few seconds is killed."""
        if name not in self._processes:
            return
        self._processes[name].terminate()
        try:
            self._processes[name].wait(5)
        except subprocess.TimeoutExpired:
            self.kill(name)

    def all_run(self) -> None:
        """After a test that killed something."""
        for name in self._commands:
            if not self.runs(name):
                self.start(name)

    def rest(self) -> None:
        """Nobody works on rows that belong to tests without a stack.

        While we write: a process that is stopped in the middle of its transaction would keep the database for itself.
        """
        with transaction.atomic():
            pids = [self.pid(name) for name in ("worker", "sweeper")]
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            assert until(lambda: all(map(_has_stopped, pids)), PATIENCE, pause=0.005), "a process does not stop"

    def wake(self) -> None:
        for name in ("worker", "sweeper"):
            if self.runs(name):
                os.kill(self.pid(name), signal.SIGCONT)

    def mark(self) -> None:
        """What is said from now on belongs to the next test."""
        self._seen = {name: self.log(name).stat().st_size for name in self._commands if self.log(name).exists()}

    def said(self, name: str) -> str:
        """What the process has written since the last mark."""
        with self.log(name).open("rb") as log:
            log.seek(self._seen.get(name, 0))
            return log.read().decode(errors="replace")
