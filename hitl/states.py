"""The one door for status changes: a conditional UPDATE, its history row, and a note on commit."""

import logging
from typing import Any

from django.db import models, transaction

from hitl import logs

log = logging.getLogger(__name__)


class WrongState(Exception):
    """The row was no longer in a state from which this move is allowed."""


class Change(models.Model):
    """One status change of a row: the history, in order. Concrete models add the foreign key `row`."""

    status = models.CharField(max_length=24)
    why = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["pk"]


def move(
    row: Any,
    to: str,
    why: str = "",
    where: models.Q | None = None,
    noted: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Put `row` into state `to` in one statement, or raise WrongState: two callers can never both win.

    The row's class names the allowed sources in MOVES, has a `history` of Change rows and tells its watchers in
    `announce`. `where` narrows the condition further (a lease's epoch, a deadline that must have passed); `noted` are
    columns that only this class's Change rows have.
    """
    rows = type(row).objects.filter(pk=row.pk, status__in=row.MOVES[to])
    if where is not None:
        rows = rows.filter(where)
    with transaction.atomic():
        if not rows.update(status=to, **changes):
            row.refresh_from_db()
            raise WrongState(f"{row} is {row.get_status_display().lower()} and cannot become {to}")
        row.history.create(status=to, why=why[:500], **(noted or {}))
        row.refresh_from_db()
        row.announce()
    with logs.about(row):
        log.info("%s is %s", row, to)
