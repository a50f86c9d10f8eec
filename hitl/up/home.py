"""The folder for data, and the environment that hitl's processes run in."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hitl.up.browsers import may_be_entered
from hitl.up.ports import first_free
from hitl.up.system import is_root
from hitl.up.trouble import Trouble

CODE = Path(__file__).resolve().parent.parent.parent
PORT = 8000
FOR_ROOT = "/var/lib/hitl"
NOTED = ("BASE_URL", "REDIS_URL", "DATABASE_URL", "EMAIL_URL")


@dataclass(frozen=True)
class Home:
    """Everything that is not code: database, broker's data, sessions, mails, logs."""

    var: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Home:
        """HITL_VAR, else var/ beside the code. Raises Trouble where that cannot be used."""
        var = Path(environment.get("HITL_VAR") or CODE / "var")
        try:
            if is_root() and not environment.get("HITL_VAR"):
                _move_out_of_closed_folder(var)
            var = var.resolve()
            var.mkdir(parents=True, exist_ok=True)
            (var / "sessions").mkdir(mode=0o711, exist_ok=True)
        except OSError as error:
            raise Trouble(f"The folder {var} cannot be made ({error.strerror}); name another by HITL_VAR.") from error
        if is_root():
            _open_the_way(var)
        return cls(var)

    @property
    def sessions(self) -> Path:
        """Where browser servers keep their profiles; each browser's own user may enter, nobody may list."""
        return self.var / "sessions"

    def secret(self, name: str) -> str:
        """Made once, readable for nobody else, the same at every later start."""
        path = self.var / name
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with open(descriptor, "w") as file:
            value = secrets.token_urlsafe(48)
            file.write(value + "\n")
        return value

    def claim(self) -> int:
        """Hold this folder until the process ends: two sets of processes on the same files would fight."""
        lock = os.open(self.var / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            where = self.running().get("BASE_URL", "another address")
            raise Trouble(f"hitl already runs from {self.var}, at {where}. Stop it first (Ctrl-C there).") from None
        return lock

    def note(self, environment: Mapping[str, str]) -> None:
        """What `make sign-in` and `make doctor` need to speak for the hitl that runs."""
        path = self.var / "up.json"
        path.touch(mode=0o600)
        noted = {name: value for name, value in environment.items() if name.startswith("HITL_") or name in NOTED}
        path.write_text(json.dumps(noted))

    def running(self) -> dict[str, Any]:
        try:
            return dict(json.loads((self.var / "up.json").read_text()))
        except (OSError, ValueError):
            return {}


def _move_out_of_closed_folder(var: Path) -> None:
    """A clone in root's own folder: the data go where browsers reach theirs, and var/ leads there."""
    if var.exists() or var.is_symlink() or may_be_entered(var.parent):
        return
    mark = hashlib.sha256(str(var).encode()).hexdigest()[:8]
    elsewhere = Path(FOR_ROOT) / f"{var.parent.name}-{mark}"
    elsewhere.mkdir(mode=0o711, parents=True, exist_ok=True)
    var.symlink_to(elsewhere)


def _open_the_way(var: Path) -> None:
    """Chromium's user enters the sessions' folder, and sees nothing else of ours: every other file is private."""
    for folder in (var, var / "sessions"):
        folder.chmod(0o711)
    if not may_be_entered(var):
        raise Trouble(
            f"As root hitl starts each browser as a user of its own, who cannot enter {var}: move hitl to a folder "
            "that everybody may enter (such as /opt), or name one for its data by HITL_VAR."
        )


@dataclass(frozen=True)
class Address:
    """Where the web process listens."""

    host: str
    port: int
    wanted: int

    @classmethod
    def choose(cls, environment: Mapping[str, str]) -> Address:
        """HITL_BIND and HITL_PORT, or the next free port after it."""
        host = environment.get("HITL_BIND", "127.0.0.1")
        given = environment.get("HITL_PORT", str(PORT))
        if not given.isdigit() or not 0 < int(given) < 65536:
            raise Trouble(f"HITL_PORT is {given!r}; it must be a number from 1 to 65535.")
        return cls(host, first_free(int(given), host), int(given))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def _named(given: Mapping[str, str]) -> list[str]:
    """Where the practice pages are reached besides: the example bots go to the address that people use."""
    base_url = given.get("BASE_URL", "")
    try:
        base = urlsplit(base_url)
        port = base.port or (443 if base.scheme == "https" else 80)
    except ValueError:
        raise Trouble(f"BASE_URL is {base_url!r}; it must look like https://hitl.example.com.") from None
    if not base.hostname:
        return []
    host = f"[{base.hostname}]" if ":" in base.hostname else base.hostname
    return [f"{host}:{port}"]


def environment_for(home: Home, given: Mapping[str, str], address: Address) -> dict[str, str]:
    """What was given, else the defaults of a machine of one's own: practice pages, which bots may reach."""
    defaults = {
        "HITL_VAR": str(home.var),
        "HITL_PRACTICE": "1",
        "BASE_URL": address.url,
        "HITL_ALLOWED_HOSTS": "localhost,127.0.0.1",
        "HITL_ALLOWED_ORIGINS": f"http://localhost:{address.port},{address.url}",
        "HITL_PRIVATE_TARGETS": ",".join([f"127.0.0.1:{address.port}", *_named(given)]),
        "PYTHONUNBUFFERED": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{given.get('PATH', os.defpath)}",
    }
    chosen = {
        **given,
        **{name: value for name, value in defaults.items() if name == "PATH" or not given.get(name)},
    }
    chosen["SECRET_KEY"] = given.get("SECRET_KEY") or home.secret("secret_key")
    return chosen
