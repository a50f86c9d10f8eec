"""The database's clock: the only one that deadlines are compared with (the machines' own clocks may differ)."""

from datetime import datetime

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

__all__ = ["Now", "now"]


def now() -> datetime:
    """The time in UTC as the database sees it; `Now()` is the same inside a statement."""
    if connection.vendor == "sqlite":
        return timezone.now()  # SQLite is a library in this process: its clock is ours
    with connection.cursor() as cursor:
        cursor.execute("SELECT STATEMENT_TIMESTAMP()")
        return cursor.fetchone()[0]
