"""docs/hosting.md's way to copy SQLite and put it back, done as it is written there by a shell."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

HOSTING = (Path(__file__).parents[2] / "docs" / "hosting.md").read_text()
BACKUP, RESTORE = re.findall(r"```sh\n(umask.*?)```", HOSTING, re.DOTALL)
CRASHES = """
import os, sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute("INSERT INTO said VALUES ('after the copy')")
database.commit()
os._exit(9)
"""


def do(block: str, folder: Path, day: str) -> None:
    """As on a machine whose PostgreSQL has nothing of ours."""
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    for name, does in {"python": f'exec {sys.executable} "$@"', "pg_dump": "", "pg_restore": ""}.items():
        (programs / name).write_text(f"#!/bin/sh\n{does}\n")
        (programs / name).chmod(0o755)
    told = re.sub(r"day=(\$\(.*?\)|\S+)", f"day={day}", block).replace("/var/lib/hitl", str(folder / "var"))
    there = {"PATH": f"{programs}:{os.environ['PATH']}", "DATABASE_URL": "postgres://elsewhere/hitl"}
    subprocess.run(["sh", "-ec", told], cwd=folder, env=os.environ | there, check=True)


@pytest.mark.fault
def test_a_copy_is_put_back_whole_after_a_crash(tmp_path: Path) -> None:
    """What the crash has left beside the database would otherwise be read into the copy."""
    database = tmp_path / "var" / "hitl.sqlite3"
    (tmp_path / "var" / "files").mkdir(parents=True)
    (tmp_path / "var" / "files" / "page.jpg").write_bytes(b"a page")
    holder = sqlite3.connect(database)
    holder.execute("PRAGMA journal_mode=WAL")
    holder.execute("CREATE TABLE said (words TEXT)")
    holder.commit()
    do(BACKUP, tmp_path, "monday")
    holder.close()
    subprocess.run([sys.executable, "-c", CRASHES, database], check=False)
    assert Path(f"{database}-wal").stat().st_size
    shutil.rmtree(tmp_path / "var" / "files")
    do(RESTORE, tmp_path, "monday")
    assert sqlite3.connect(database).execute("SELECT * FROM said").fetchall() == []
    assert (tmp_path / "var" / "files" / "page.jpg").read_bytes() == b"a page"


@pytest.mark.security
def test_t4_a_copy_is_for_nobody_else(tmp_path: Path) -> None:
    (tmp_path / "var" / "files").mkdir(parents=True)
    sqlite3.connect(tmp_path / "var" / "hitl.sqlite3").execute("CREATE TABLE said (words TEXT)")
    do(BACKUP, tmp_path, "monday")
    do(BACKUP, tmp_path, "tuesday")
    copies = [path for path in tmp_path.iterdir() if path.is_file()]
    assert len(copies) == 6
    assert [oct(path.stat().st_mode) for path in copies if path.stat().st_mode & 0o077] == []
