"""What processes use, from /proc."""

from __future__ import annotations

import os
from pathlib import Path


def memory(pids: list[int]) -> float:
    """PSS in MB, all together."""
    return sum(_pss(pid) for pid in pids)


def used(pids: list[int]) -> float:
    """Seconds of a core, all together, so far."""
    return sum(_ticks(pid) for pid in pids) / os.sysconf("SC_CLK_TCK")


def below(pid: int) -> list[int]:
    """The process and its descendants."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        if fields := _fields(int(folder.name)):
            children.setdefault(int(fields[1]), []).append(int(folder.name))

    def down(one: int) -> list[int]:
        return [one, *(found for child in children.get(one, []) for found in down(child))]

    return down(pid)


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _ticks(pid: int) -> int:
    fields = _fields(pid)
    return int(fields[11]) + int(fields[12]) if fields else 0


def _fields(pid: int) -> list[str]:
    """Of its stat, from the state on; empty where it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
