"""Contested moves: two callers start at a barrier, many times; exactly one wins, the other is told so (F28)."""

from __future__ import annotations

import pytest
from django.db import connection

from alerts.models import Alert
from hitl.states import WrongState
from hitl.tenants.people import Person
from tests.alerts.pauses import again, left, moved, paused
from tests.alerts.race import Race, winners
from tests.people import People, everybody
from tests.recall import Recall

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database, pytest.mark.fault]
ROUNDS = 50 if connection.vendor == "postgresql" else 12  # on SQLite one writes at a time
ENDINGS = ["completed", "declined", "expired", "cancelled"]


@pytest.fixture
def scene(db: None, recall: Recall) -> tuple[People, list[Alert]]:
    return recall(many_pauses)


def many_pauses() -> tuple[People, list[Alert]]:
    """As many as rounds, each its own execution."""
    people = everybody()
    return people, [paused(people.workspace) for _ in range(ROUNDS)]


@pytest.fixture
def people(scene: tuple[People, list[Alert]]) -> People:
    return scene[0]


@pytest.fixture
def alerts(scene: tuple[People, list[Alert]]) -> list[Alert]:
    return scene[1]


def endings(alert: Alert) -> list[str]:
    return list(alert.history.filter(status__in=ENDINGS).values_list("status", flat=True))


def test_f28_two_take_control(race: Race, alerts: list[Alert], ann: Person, bob: Person) -> None:
    for alert in alerts:
        outcomes = race(alert, lambda a: a.claim(ann), lambda a: a.claim(bob))
        won = winners(outcomes)
        assert len(won) == 1
        alert = again(alert)
        assert alert.holder == (ann, bob)[won[0]].key
        assert alert.control_epoch == outcomes[won[0]] == 1
        assert alert.execution.status == "human_in_control"


def test_f28_two_take_back_from_a_guest(race: Race, alerts: list[Alert], ann: Person, bob: Person) -> None:
    for alert in alerts:
        alert.claim(Person.guest("lnk_1", "v", "A guest"))
        outcomes = race(alert, lambda a: a.take_back(ann), lambda a: a.take_back(bob))
        won = winners(outcomes)
        assert len(won) == 1
        assert (again(alert).holder, again(alert).control_epoch) == ((ann, bob)[won[0]].key, 2)


def test_f28_two_press_done(race: Race, alerts: list[Alert], ann: Person, bob: Person) -> None:
    for alert in alerts:
        won = winners(race(alert, lambda a: a.complete(ann, {"x": 1}), lambda a: a.complete(bob, {"x": 2})))
        assert len(won) == 1
        alert = again(alert)
        assert (alert.closed_by, alert.answer) == [("Ann", {"x": 1}), ("Bob", {"x": 2})][won[0]]
        assert alert.execution.answers == alert.answer
        assert endings(alert) == ["completed"]


def test_f28_done_against_the_deadline(race: Race, alerts: list[Alert], ann: Person) -> None:
    for alert in alerts:
        moved(alert, deadline=-1)
        won = winners(race(alert, lambda a: a.complete(ann, {}), Alert.expire))
        assert len(won) == 1
        assert endings(alert) == [["completed"], ["expired"]][won[0]]
        assert again(alert).execution.status == ["running", "timed_out"][won[0]]


def test_f28_declined_against_done(race: Race, alerts: list[Alert], ann: Person, bob: Person) -> None:
    for alert in alerts:
        won = winners(race(alert, lambda a: a.decline(ann, "no"), lambda a: a.complete(bob, {})))
        assert len(won) == 1
        assert endings(alert) == [["declined"], ["completed"]][won[0]]
        assert again(alert).execution.status == ["failed", "running"][won[0]]


def test_n3_the_first_input_against_the_deadline(race: Race, alerts: list[Alert], bob: Person) -> None:
    """The line was lost and the deadline has passed, when the input is heard of: one of the two counts."""
    for alert in alerts:
        epoch = alert.claim(bob)
        alert.release(epoch, bob)
        moved(alert, deadline=-1)
        noted, expired = race(alert, lambda a, epoch=epoch: a.note_input(epoch), Alert.expire)
        lost = isinstance(expired, WrongState)
        assert noted is lost
        alert = again(alert)
        assert alert.status == ("open" if lost else "expired")
        assert (alert.first_input_at is not None) is lost
        assert (alert.deadline is None) is lost


def test_f28_the_first_input_against_giving_control_back(race: Race, alerts: list[Alert], bob: Person) -> None:
    """Both happen, in some order; the deadline is off whichever was first."""
    for alert in alerts:
        epoch = alert.claim(bob)
        noted, released = race(
            alert, lambda a, epoch=epoch: a.note_input(epoch), lambda a, epoch=epoch: a.release(epoch, bob)
        )
        assert noted is True
        assert released is None
        alert = again(alert)
        assert (alert.status, alert.deadline) == ("open", None)
        assert alert.remind_at is not None


def test_f28_cancel_against_done(race: Race, alerts: list[Alert], ann: Person, bob: Person) -> None:
    """Cancel always comes through; Done only if it was first."""
    for alert in alerts:
        cancelled, done = race(alert, lambda a: a.execution.cancel(ann), lambda a: a.complete(bob, {}))
        assert cancelled is None
        alert = again(alert)
        assert endings(alert) == ["cancelled" if isinstance(done, WrongState) else "completed"]
        assert alert.execution.status == "cancelled"


def test_f28_a_lost_browser_against_taking_control(race: Race, alerts: list[Alert], bob: Person) -> None:
    for alert in alerts:
        failed, _ = race(alert, lambda a: a.execution.fail("browser_lost", "gone"), lambda a: a.claim(bob))
        assert failed is None
        alert = again(alert)
        assert (alert.status, alert.execution.status) == ("cancelled", "failed")
        assert endings(alert) == ["cancelled"]


def test_f28_two_sweepers_expire_the_same(race: Race, alerts: list[Alert]) -> None:
    for alert in alerts:
        moved(alert, deadline=-1)
        assert len(winners(race(alert, Alert.expire, Alert.expire))) == 1
        assert endings(alert) == ["expired"]


def test_f28_two_sweepers_remind_of_the_same(race: Race, alerts: list[Alert], bob: Person) -> None:
    for alert in alerts[:10]:
        left(alert, bob)
        race(alert, Alert.remind, Alert.remind)
        assert again(alert).reminders == 1
        assert alert.deliveries.filter(kind="unfinished").count() == 2
