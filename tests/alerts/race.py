"""Two who want contradictory things of one alert at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from alerts.models import Alert
from hitl.states import WrongState
from tests.alerts.pauses import again

Move = Callable[[Alert], Any]


class Race:
    """The two keep their connections for a whole test: to make one takes longer than to move."""

    def __init__(self) -> None:
        self._runners = [ThreadPoolExecutor(1) for _ in range(2)]

    def __call__(self, alert: Alert, *moves: Move) -> list[Any]:
        """What each move returned, or its WrongState; any other exception is raised here."""
        together = threading.Barrier(len(moves), timeout=30)

        def run(move: Move) -> Any:
            row = again(alert)
            together.wait()
            return move(row)

        runs = [runner.submit(run, move) for runner, move in zip(self._runners, moves, strict=True)]
        outcomes = [run.exception() or run.result() for run in runs]
        for outcome in outcomes:
            if isinstance(outcome, BaseException) and not isinstance(outcome, WrongState):
                raise outcome
        return outcomes

    def end(self) -> None:
        for runner in self._runners:
            runner.submit(lambda: connection.close()).result()  # the thread's own
            runner.shutdown()


def winners(outcomes: list[Any]) -> list[int]:
    return [place for place, outcome in enumerate(outcomes) if not isinstance(outcome, WrongState)]
