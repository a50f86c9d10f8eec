"""What tests have left behind: processes that they started, and temporary files (F30)."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from tests.waiting import until

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
    """Processes and files that are still there when whoever was just asked to end has had a moment for it."""
    until(lambda: not (processes() or files()))
    return [*processes().items(), *files()]
