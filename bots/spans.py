"""Where an execution's time went: in the queue, the bot at work, waiting for a person, a person at work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from alerts.models.alert import AlertChange
from bots.models import Execution, Status
from hitl import clock

WORDS = {
    Status.RUNNING: "The bot at work",
    Status.HUMAN_IN_CONTROL: "A person at work",
    Status.WAITING_FOR_HUMAN: "Waiting for a person",
    Status.QUEUED: "Waiting to start",
}
WIDTH = 1000  # of the bar, in its own units


@dataclass
class Span:
    """From one change to the next; `who` had the browser, at the step with this index."""

    status: str
    begun: datetime
    ended: datetime
    lasts: bool = False
    who: str = ""
    step: int | None = None

    @property
    def seconds(self) -> float:
        return max(0.0, (self.ended - self.begun).total_seconds())


def _by_person(span: Span, taken: Sequence[AlertChange]) -> Iterator[Span]:
    """A part of people, anew from each time that somebody took control; the first of them is written down a moment
    before it begins."""
    first = [change for change in taken if change.at <= span.begun][-1:]
    drivers = first + [change for change in taken if span.begun < change.at < span.ended]
    if span.status != Status.HUMAN_IN_CONTROL or not drivers:
        yield span
        return
    begins = [span.begun, *(change.at for change in drivers[1:])]
    ends = [*begins[1:], span.ended]
    for change, begun, ended in zip(drivers, begins, ends, strict=True):
        lasts = span.lasts and change is drivers[-1]
        yield replace(span, begun=begun, ended=ended, lasts=lasts, who=change.who, step=change.row.step_index)


class Spent:
    """Made once for a page."""

    def __init__(self, execution: Execution) -> None:
        self.now = clock.now()
        changes = list(execution.history.all())
        ends = [change.at for change in changes[1:]] + [execution.ended_at or self.now]
        spans = [
            Span(change.status, change.at, end, lasts=change is changes[-1])
            for change, end in zip(changes, ends, strict=True)
            if change.status in WORDS
        ]
        taken = list(AlertChange.objects.filter(row__execution=execution).exclude(who="").select_related("row"))
        self.spans = [part for span in spans for part in _by_person(span, taken)]

    @property
    def visits(self) -> list[Span]:
        return [span for span in self.spans if span.status == Status.HUMAN_IN_CONTROL]

    @property
    def totals(self) -> list[dict[str, Any]]:
        """What the bar's colours mean, and how long each was."""
        seconds: Counter[str] = Counter()
        for span in self.spans:
            seconds[span.status] += span.seconds  # type: ignore[assignment]
        return [
            {"status": status.value, "words": words, "seconds": round(seconds[status])}
            for status, words in WORDS.items()
            if round(seconds[status])
        ]

    @property
    def bar(self) -> list[dict[str, Any]]:
        """Places in the bar. Numbers, since a page may not bring styles of its own."""
        whole = sum(span.seconds for span in self.spans)
        at, pieces = 0.0, []
        for span in self.spans if whole else []:
            width = WIDTH * span.seconds / whole
            pieces.append({"status": span.status, "x": round(at, 1), "width": round(width, 1)})
            at += width
        return pieces
