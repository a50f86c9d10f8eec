"""Two who want contradictory things of one alert at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from alerts.models import Alert
from hitl.states import WrongState
from tests.alerts.pauses import again
from tests.at_once import AtOnce


class Race:
    """`race(alert, lambda a: a.claim(ann), lambda a: a.claim(bob))`."""

    def __init__(self, at_once: AtOnce) -> None:
        self._at_once = at_once

    def __call__(self, alert: Alert, *moves: Callable[[Alert], Any]) -> list[Any]:
        """What each move of the row, read anew, returned, or its WrongState."""
        return self._at_once(*(partial(move, again(alert)) for move in moves), loses=WrongState)


def winners(outcomes: list[Any]) -> list[int]:
    return [place for place, outcome in enumerate(outcomes) if not isinstance(outcome, WrongState)]
