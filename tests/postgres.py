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


class Cluster:
    """In a folder of its own. What was committed outlives a kill of the server, as people have it, but not one of the
    machine: nothing here outlives the tests."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="hitl-pg-"))
        if owner := _as_nobody():
            os.chown(self._folder, owner["user"], owner["group"])
        port = free_port()
        self.url = f"postgresql://hitl@127.0.0.1:{port}/postgres"
        self._options = f"-p {port} -h 127.0.0.1 -k {self._folder} -c fsync=off -c full_page_writes=off"

    def make(self) -> None:
        self._program("initdb", "-D", "data", "-A", "trust", "-U", "hitl", "-E", "UTF8", "--no-sync")

    def start(self) -> None:
        """Returns when it takes connections."""
        self._program("pg_ctl", "-D", "data", "-o", self._options, "-l", "log", "-w", "start")

    def stop(self) -> None:
        """As if it had been killed: every connection dies, and it has to recover at the next start."""
        self._program("pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")

    def remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _program(self, name: str, *arguments: str) -> None:
        _run(self._folder, str(self._programs / name), *arguments)


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """One that a test may stop and start again; running when it is handed back."""
    programs = found()
    if programs is None:
        raise RuntimeError("initdb was not found")
    cluster = Cluster(programs)
    try:
        cluster.make()
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        cluster.remove()


@contextmanager
def private_cluster() -> Iterator[str]:
    """Yields its DATABASE_URL."""
    with running_cluster() as cluster:
        yield cluster.url
