"""How long anybody waits for a lock of PostgreSQL, and how long one may be held by somebody who does nothing.

A machine that loses its power in the middle of a transaction leaves that one open, for two hours as servers are set by
default. Whoever wants the same row would wait as long: a sweeper with all its deadlines, and a web process with all its
sockets, as these share one thread for the database.
"""

from typing import Any

from django.db.backends.signals import connection_created
from django.dispatch import receiver

WAITED_FOR = 10_000  # milliseconds; transactions take some thousandths of a second
HELD_IDLE = 60_000
LIMITS = f"SET lock_timeout = {WAITED_FOR}; SET idle_in_transaction_session_timeout = {HELD_IDLE}"


@receiver(connection_created)
def limit(connection: Any, **_: object) -> None:
    """Said on the line, not while it is opened: a pooler in between does not take options there."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(LIMITS)
