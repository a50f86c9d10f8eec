"""The database's clock: the only one that deadlines are compared with (the machines' own clocks may differ)."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import functions
from django.utils import timezone

__all__ = ["Now", "now"]

_SQLITE = "STRFTIME('%%%%Y-%%%%m-%%%%d %%%%H:%%%%M:%%%%f000', 'NOW')"


class Now(functions.Now):
    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """With as many digits as moments are kept with: SQLite compares texts, and its clock has milliseconds."""
        return self.as_sql(compiler, connection, template=_SQLITE, **context)


def now() -> datetime:
    """The time in UTC as the database sees it; `Now()` is the same inside a statement."""
    if connection.vendor == "sqlite":
        ours = timezone.now()  # SQLite is a library in this process: its clock is ours
        return ours.replace(microsecond=ours.microsecond // 1000 * 1000)
    with connection.cursor() as cursor:
        cursor.execute("SELECT STATEMENT_TIMESTAMP()")
        return cursor.fetchone()[0]
