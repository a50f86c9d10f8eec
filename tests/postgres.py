"""A PostgreSQL of the tests' own: made, started and removed by them, reachable only from this machine."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hitl.up.ports import free_port


def found() -> Path | None:
    """The folder of PostgreSQL's own programs: on PATH, or where Debian keeps them."""
    if on_path := shutil.which("initdb"):
        return Path(on_path).parent
    newest_first = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    return newest_first[0].parent if newest_first else None


def _as_nobody() -> dict[str, int]:
    """initdb refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid}


def _run(folder: Path, *command: str) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.defpath, "LC_ALL": "C"},
        **_as_nobody(),  # type: ignore[call-overload]
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


@contextmanager
def private_cluster() -> Iterator[str]:
    """Yields a DATABASE_URL; nothing is written durably, since nothing here outlives the tests."""
    programs = found()
    if programs is None:
        raise RuntimeError("initdb was not found")
    folder = Path(tempfile.mkdtemp(prefix="hitl-pg-"))
    if owner := _as_nobody():
        os.chown(folder, owner["user"], owner["group"])
    port = free_port()
    options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    try:
        _run(
            folder,
            str(programs / "initdb"),
            "-D",
            "data",
            "-A",
            "trust",
            "-U",
            "hitl",
            "-E",
            "UTF8",
            "--no-sync",
        )
        _run(folder, str(programs / "pg_ctl"), "-D", "data", "-o", options, "-l", "log", "-w", "start")
        try:
            yield f"postgresql://hitl@127.0.0.1:{port}/postgres"
        finally:
            _run(folder, str(programs / "pg_ctl"), "-D", "data", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
