"""One process of hitl's: started, restarted with back-off when it dies, its words prefixed."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, cast

from hitl.up import kernel

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
STEADY = 60.0  # seconds alive after which the next death counts as the first


class Process:
    """Reaping is the supervisor's: it tells by `has_ended`."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        once: bool = False,
    ) -> None:
        self.name = name
        self._command = list(command)
        self._environment = dict(environment)
        self._folder = folder
        self._once = once
        self._pause = FIRST_PAUSE
        self._started_at = 0.0
        self.pid: int | None = None
        self.status: int | None = None  # of its last end, as in a shell
        self.start_at: float | None = None  # when it is due to be started again

    def start(self) -> IO[bytes]:
        """In a session of its own: Ctrl-C in the terminal reaches the supervisor alone. Returns what it says."""
        popen = subprocess.Popen(
            self._command,
            env=self._environment,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=kernel.end_with_parent,
        )
        popen.returncode = 0  # waited for by pid in kernel.reap, never by Popen
        self.pid, self.start_at, self._started_at = popen.pid, None, time.monotonic()
        output = cast(IO[bytes], popen.stdout)
        os.set_blocking(output.fileno(), False)
        return output

    def has_ended(self, status: int) -> float | None:
        """It ended: due again after a pause that doubles each time, which is returned; None if once was enough."""
        now = time.monotonic()
        was_steady = self.pid is not None and now - self._started_at > STEADY
        self.pid, self.status = None, status
        if self._once:
            return None
        if was_steady:
            self._pause = FIRST_PAUSE
        pause, self._pause = self._pause, min(self._pause * 2, LONGEST_PAUSE)
        self.start_at = now + pause
        return pause

    @property
    def is_due(self) -> bool:
        return self.start_at is not None and time.monotonic() >= self.start_at
