"""Browser servers detach from whoever starts them; their folders tell which ones still run."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from bots.browser import launch, leftovers
from hitl.up import kernel

PATIENCE = 5.0


def serving(sessions: Path) -> list[int]:
    """The servers of this folder, those that an earlier, killed start has left included."""
    return [pid for folder in sessions.glob("*") if (pid := launch.server_of(folder))]


def end_all(sessions: Path) -> None:
    """Ask them to end, which takes their Chromium with them; kill who does not. What killed ones have left goes too."""
    for pid in serving(sessions):
        kernel.send(pid, signal.SIGTERM)
    until = time.monotonic() + PATIENCE
    while (left := serving(sessions)) and time.monotonic() < until:
        time.sleep(0.05)
    for pid in left:
        kernel.send(pid, signal.SIGKILL)
    leftovers.sweep_leftovers(sessions)


def may_be_entered(folder: Path) -> bool:
    """Root starts Chromium as a user of its own, who must reach the folder of its session."""
    return all(parent.stat().st_mode & 0o001 for parent in [folder, *folder.parents])
