"""What time does to alerts and messages: deadlines, lapsed control, reminders, retries.

Any number of sweepers may run at once: each verb is a conditional UPDATE, so one of them wins. Nothing here waits for a
mail server: messages go out in threads of their own, and a deadline is never late because of them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from django.db import connections

from alerts.models import Alert, Delivery
from hitl import logs
from hitl.states import WrongState

log = logging.getLogger(__name__)
BATCH = 100


def sweep(leases_are_fair: bool = True) -> int:
    """One round over everything; the number of things that were done or begun.

    `leases_are_fair` is False for a while after the database was away, when nobody could keep control.
    """
    alerts = Alert.objects.select_related("workspace", "execution__bot", "execution__workspace").order_by("pk")
    done = each(alerts.overdue()[:BATCH], Alert.expire)
    if leases_are_fair:
        done += each(alerts.lapsed()[:BATCH], Alert.lapse)
    done += each(alerts.run_out()[:BATCH], Alert.run_out)
    done += each(alerts.left_alone()[:BATCH], Alert.remind)
    return done + postmen.deliver_due()


def each(rows: Iterable[Any], verb: Callable[[Any], object]) -> int:
    """Apply the verb to each row. Somebody faster is fine, and one bad row never stops the others."""
    done = 0
    for row in rows:
        with logs.about(row):
            done += _applied(row, verb)
    return done


def _applied(row: Any, verb: Callable[[Any], object]) -> bool:
    try:
        verb(row)
    except WrongState:
        return False
    except Exception:
        log.exception("sweeping %s", row)
        return False
    return True


class Postmen:
    """A few threads that deliver what is due. It works without the broker, so people are told while Redis is away."""

    COUNT, AT_HAND = 8, 32  # so few wait for a thread that the process still ends within a minute

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(self.COUNT, "postman")
        self._at_hand: dict[int, Future[None]] = {}

    def deliver_due(self) -> int:
        """Hand out what is due and not handed out yet; how many that were."""
        self._tidy()
        free = self.AT_HAND - len(self._at_hand)
        due = Delivery.objects.due().exclude(pk__in=self._at_hand).order_by("next_try_at")
        rows = list(due.select_related("alert__workspace", "alert__execution__bot", "user", "link")[:free])
        for row in rows:
            self._at_hand[row.pk] = self._threads.submit(self._deliver, row)
        return len(rows)

    def rest(self) -> None:
        """Return when nothing is at hand any more."""
        wait(list(self._at_hand.values()))
        self._tidy()

    def _deliver(self, row: Delivery) -> None:
        try:
            each([row], Delivery.deliver)
        finally:
            connections.close_all()  # this thread's own

    def _tidy(self) -> None:
        self._at_hand = {pk: sending for pk, sending in self._at_hand.items() if not sending.done()}


postmen = Postmen()
