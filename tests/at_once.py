"""Those who want something at the same moment, each in a thread and with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection


class AtOnce:
    """They keep their connections for a whole test: to make one takes longer than to move."""

    def __init__(self) -> None:
        self._runners: list[ThreadPoolExecutor] = []

    def __call__(self, *calls: Callable[[], Any], loses: type[Exception] | tuple[()] = ()) -> list[Any]:
        """What each call returned, or the exception by which one loses; any other is raised here."""
        self._runners += [ThreadPoolExecutor(1) for _ in calls[len(self._runners) :]]
        together = threading.Barrier(len(calls), timeout=30)

        def run(call: Callable[[], Any]) -> Any:
            connection.ensure_connection()
            together.wait()
            try:
                return call()
            except loses as lost:
                return lost

        runs = [runner.submit(run, call) for runner, call in zip(self._runners, calls, strict=False)]
        return [run.result() for run in runs]

    def end(self) -> None:
        for runner in self._runners:
            runner.submit(lambda: connection.close()).result()  # the thread's own
            runner.shutdown()
