"""Keeps a handful of processes running in one thread, and ends every one of them, adopted ones included."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from typing import IO

from bots.browser import processes
from hitl.up import kernel
from hitl.up.log import Log
from hitl.up.process import Process

TICK = 0.25  # seconds between two looks at what is due
POLITE = 5.0  # seconds from "please end" to SIGKILL


class Supervisor:
    """Use as a context manager: whatever happens inside, nothing that was started is left behind."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._processes: list[Process] = []
        self._selector = selectors.DefaultSelector()
        self._ending = False
        self._patience = POLITE
        self.asked_to_stop = False

    def __enter__(self) -> Supervisor:
        processes.adopt_orphans()  # so that nobody is lost (F30)
        waker, woken = socket.socketpair()
        for end in (waker, woken):
            end.setblocking(False)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        self._waker = waker
        self._selector.register(woken, selectors.EVENT_READ, lambda: woken.recv(4096))
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        return self

    def _stop(self, *_: object) -> None:
        """Asked a second time, we do not wait for anybody any more."""
        self._patience = 0.0 if self.asked_to_stop else POLITE
        self.asked_to_stop = True

    def __exit__(self, *_: object) -> None:
        self.end()

    def start(self, process: Process) -> None:
        self._processes.append(process)
        self._launch(process)

    def _launch(self, process: Process) -> None:
        output = process.start()
        self._selector.register(output, selectors.EVENT_READ, lambda: self._hear(process.name, output))

    def _hear(self, name: str, output: IO[bytes]) -> None:
        try:
            data = os.read(output.fileno(), 65536)
        except BlockingIOError:
            return
        if data:
            self._log.take(name, data)
        else:
            self._selector.unregister(output)
            output.close()

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Keep everything running until the condition holds; False when time is up or somebody wants us to stop."""
        until = time.monotonic() + seconds
        while not condition():
            if self.asked_to_stop or time.monotonic() > until:
                return False
            self._turn()
        return True

    def run(self) -> None:
        """Until somebody asks us to stop."""
        while not self.asked_to_stop:
            self._turn()

    def _turn(self) -> None:
        for key, _ in self._selector.select(TICK):
            key.data()
        ended = dict(kernel.reap())
        for process in self._processes:
            if process.pid in ended:
                self._note_end(process, ended[process.pid])
            elif process.is_due and not self._ending:
                self._launch_again(process)

    def _launch_again(self, process: Process) -> None:
        """Where there is no memory, process or descriptor left for it now, there may be later (F34)."""
        try:
            self._launch(process)
        except (OSError, subprocess.SubprocessError) as error:
            self._put_off(process, 1, f"could not be started ({error})")

    def _note_end(self, process: Process, status: int) -> None:
        how = f"signal {-status}" if status < 0 else f"status {status}"
        self._put_off(process, status, f"ended ({how})")

    def _put_off(self, process: Process, status: int, why: str) -> None:
        pause = process.has_ended(status)
        if pause is not None and not self._ending:
            self._log.take(process.name, f"{why}; starting it again in {pause:.0f} s\n".encode())

    def end(self) -> None:
        """Ask all but the first (the broker, on which the others lean), then it; kill who does not hear."""
        self._ending = True
        running = [process for process in self._processes if process.pid]
        last = running[0].pid if running else None
        self._finish([pid for pid in processes.children(os.getpid()) if pid != last])
        while kernel.has_children():
            self._finish(list(processes.children(os.getpid())))
            self._turn()
        signal.set_wakeup_fd(-1)

    def _finish(self, pids: list[int]) -> None:
        """Ask, wait, kill. What a dying process leaves behind becomes our child, so the caller looks again."""
        for pid in pids:
            kernel.send(pid, signal.SIGTERM)
        asked_at = time.monotonic()
        while self._left(pids) and time.monotonic() - asked_at < self._patience:
            self._turn()
        for silent in self._left(pids):
            for pid in [silent, *processes.below(silent)]:
                kernel.send(pid, signal.SIGKILL)
        while self._left(pids):
            self._turn()

    @staticmethod
    def _left(pids: list[int]) -> list[int]:
        return [pid for pid in processes.children(os.getpid()) if pid in pids]
