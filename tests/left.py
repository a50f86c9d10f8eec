"""What tests have left behind: processes that they started, and temporary files (F30)."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings

PATIENCE = 30  # seconds: whoever was just asked to end may take a moment
KEPT = "pytest-of-"  # pytest's own, for whoever looks into a failure


def processes() -> dict[int, str]:
    """Those that name this run's folder in their command line or environment: pid and command line."""
    mark = os.fsencode(settings.VAR)
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has just ended
            command = (entry / "cmdline").read_bytes()
            if command and mark in command + (entry / "environ").read_bytes() and int(entry.name) != os.getpid():
                found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")[:200]
    return found


def files() -> list[str]:
    return sorted(name for name in os.listdir(tempfile.gettempdir()) if not name.startswith(KEPT))


def anything() -> list[object]:
    """Processes and files, as soon as there are none, or what is there after some patience."""
    until = time.monotonic() + PATIENCE
    while (left := [*processes().items(), *files()]) and time.monotonic() < until:
        time.sleep(0.1)
    return left
