"""What is true of PostgreSQL alone, and run in that pass only: nobody waits for a row or a server for ever."""

from threading import Event, Thread

import pytest
from django.db import connection, transaction

from alerts import sweeper
from bots.models import Execution
from hitl import locks
from tests.alerts.pauses import again, moved, paused
from tests.people import People

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database,
    pytest.mark.postgresql,
    pytest.mark.usefixtures("nobody_is_written_to"),
]


@pytest.mark.fault
def test_f10_a_row_that_nobody_lets_go_of_makes_no_other_deadline_late(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that loses its power in the middle of a transaction leaves it open, with its locks."""
    held, other = (paused(people.workspace) for _ in range(2))
    for alert in (held, other):
        moved(alert, deadline=-1)
    monkeypatch.setattr(locks, "LIMITS", "SET lock_timeout = 100")
    connection.close()
    is_held, is_swept = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            Execution.objects.select_for_update().get(pk=held.execution_id)
            is_held.set()
            is_swept.wait(5)
        connection.close()

    holder = Thread(target=hold)
    holder.start()
    is_held.wait(5)
    sweeper.sweep()
    is_swept.set()
    holder.join()
    assert [again(alert).status for alert in (held, other)] == ["open", "expired"]
    connection.close()  # whoever comes next waits as long as people have it


@pytest.mark.fault
def test_f10_connections_to_postgresql_wait_for_nothing_without_end() -> None:
    connection.close()
    with connection.cursor() as cursor:
        limits = {}
        for name in ("lock_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"SHOW {name}")
            limits[name] = cursor.fetchone()[0]
    assert limits == {"lock_timeout": "10s", "idle_in_transaction_session_timeout": "1min"}
    asked_for = connection.get_connection_params()
    assert {"connect_timeout", "keepalives_idle", "tcp_user_timeout"} <= set(asked_for)
