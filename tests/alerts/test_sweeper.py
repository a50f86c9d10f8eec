"""The sweeper: what is due is done once, whoever is faster, and one bad row stops nothing."""

from threading import Event, Thread

import pytest
from django.db import connection, transaction

from alerts import sweeper
from alerts.models import Alert, Delivery
from bots.models import Execution
from hitl import locks
from hitl.states import WrongState
from hitl.tenants.people import Person
from tests.alerts.pauses import again, moved, paused
from tests.mailsink import MailSink, Mood
from tests.people import People

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture(autouse=True)
def _nobody_is_written_to(post: MailSink) -> object:
    """What a sweep begins is over before the next test."""
    post.mood = Mood.NEVER
    yield
    sweeper.postmen.rest()


def test_it_expires_what_is_overdue(alert: Alert) -> None:
    moved(alert, deadline=-1)
    sweeper.sweep()
    alert = again(alert)
    assert (alert.status, alert.execution.status) == ("expired", "timed_out")


def test_it_leaves_alone_what_has_time(alert: Alert) -> None:
    moved(alert, deadline=5)
    sweeper.sweep()
    assert again(alert).status == "open"


def test_it_lets_lost_control_lapse(alert: Alert, bob: Person) -> None:
    alert.claim(bob)
    moved(alert, control_until=-1)
    sweeper.sweep()
    alert = again(alert)
    assert (alert.status, alert.execution.status) == ("open", "waiting_for_human")


def test_it_reminds_of_what_was_left(alert: Alert, bob: Person) -> None:
    epoch = alert.claim(bob)
    alert.note_input(epoch)
    alert.release(epoch, bob)
    moved(alert, remind_at=-1)
    sweeper.sweep()
    sweeper.sweep()
    assert alert.deliveries.filter(kind=Delivery.UNFINISHED).count() == 2  # Ann and Bob, once each


def test_it_delivers_what_is_due(alert: Alert, post: MailSink) -> None:
    post.mood = Mood.KIND
    assert sweeper.sweep() == 2
    sweeper.postmen.rest()
    assert sorted(received.recipients[0] for received in post.received) == ["ann@example.com", "bob@example.com"]
    assert sweeper.sweep() == 0


def test_it_delivers_a_batch_however_long_the_queue(people: People, post: MailSink) -> None:
    post.mood = Mood.KIND
    for _ in range(25):
        paused(people.workspace)
    while sweeper.sweep():
        sweeper.postmen.rest()
    assert len(post.received) == 50
    assert not Delivery.objects.exclude(status="sent").exists()


def test_it_goes_on_after_a_bad_row(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    alerts = [paused(people.workspace) for _ in range(3)]
    for alert in alerts:
        moved(alert, deadline=-1)
    expire = Alert.expire

    def fails_once(self: Alert) -> None:
        if self.pk == alerts[0].pk:
            raise ZeroDivisionError
        if self.pk == alerts[1].pk:
            raise WrongState("somebody was faster")
        expire(self)

    monkeypatch.setattr(Alert, "expire", fails_once)
    sweeper.sweep()
    assert [again(alert).status for alert in alerts] == ["open", "open", "expired"]


@pytest.mark.fault
def test_f10_a_row_that_nobody_lets_go_of_makes_no_other_deadline_late(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that loses its power in the middle of a transaction leaves it open, with its locks."""
    if connection.vendor != "postgresql":
        pytest.skip("the other waits for no row, and is on this machine")
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
    if connection.vendor != "postgresql":
        pytest.skip("the other is a file")
    connection.close()
    with connection.cursor() as cursor:
        limits = {}
        for name in ("lock_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"SHOW {name}")
            limits[name] = cursor.fetchone()[0]
    assert limits == {"lock_timeout": "10s", "idle_in_transaction_session_timeout": "1min"}
    asked_for = connection.get_connection_params()
    assert {"connect_timeout", "keepalives_idle", "tcp_user_timeout"} <= set(asked_for)


def test_it_may_run_twice_over_the_same_reading(alert: Alert) -> None:
    """Two sweepers read the same overdue row; only one of them ends it."""
    moved(alert, deadline=-1)
    mine, theirs = again(alert), again(alert)
    assert sweeper.each([mine, theirs], Alert.expire) == 1
    assert alert.history.filter(status="expired").count() == 1
