"""The sweeper: what is due is done once, whoever is faster, and one bad row stops nothing."""

import pytest

from alerts import sweeper
from alerts.models import Alert, Delivery
from hitl.states import WrongState
from hitl.tenants.people import Person
from tests.alerts.pauses import again, left, moved, paused
from tests.mailsink import MailSink, Mood
from tests.people import People

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database,
    pytest.mark.usefixtures("nobody_is_written_to"),
]


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
    left(alert, bob)
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


def test_it_may_run_twice_over_the_same_reading(alert: Alert) -> None:
    """Two sweepers read the same overdue row; only one of them ends it."""
    moved(alert, deadline=-1)
    mine, theirs = again(alert), again(alert)
    assert sweeper.each([mine, theirs], Alert.expire) == 1
    assert alert.history.filter(status="expired").count() == 1
