"""What the machine has: disk, memory, open files."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from hitl.doctor.finding import Finding, fine, look, wrong

GIB = 1 << 30
LITTLE_DISK, TOO_LITTLE_DISK = 5 * GIB, GIB
SESSION = 300 << 20  # bytes that a browser with a page or two takes, with its compositor
FILES = 4096
LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def disk() -> Iterator[Finding]:
    """Pictures, downloads, profiles and SQLite are below HITL_VAR."""
    free = shutil.disk_usage(settings.VAR).free
    says = f"{free / GIB:.1f} GiB are free at {settings.VAR}."
    do = "Free some, put HITL_VAR elsewhere, or keep pictures for fewer days."
    if free < TOO_LITTLE_DISK:
        yield wrong("Disk", says, do)
    elif free < LITTLE_DISK:
        yield look("Disk", says, do)
    else:
        yield fine("Disk", says)


def memory() -> Iterator[Finding]:
    """Whether as many browsers fit as may be started."""
    room = available() // SESSION
    says = f"{available() / GIB:.1f} GiB are available: about {room} more browsers."
    if room < 1:
        yield wrong("Memory", says, "Free some, or hold fewer browsers here (HITL_MAX_SESSIONS).")
    elif room < settings.MAX_SESSIONS:
        do = "Set HITL_MAX_SESSIONS lower, so that executions wait their turn, or give the machine more memory."
        yield look("Memory", f"{says} HITL_MAX_SESSIONS is {settings.MAX_SESSIONS}.", do)
    else:
        yield fine("Memory", says)


def available() -> int:
    """Bytes: the machine's, or the container's where that is less."""
    told = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    return min(int(told["MemAvailable"].split()[0]) * 1024, *(_limit(path) for path in LIMITS))


def _limit(path: Path) -> int:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # no such limit: "max"
        return 1 << 62


def files() -> Iterator[Finding]:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < FILES:
        yield look("Open files", f"A process may open {soft}.", "Raise it to 65536 (LimitNOFILE= of the service).")
