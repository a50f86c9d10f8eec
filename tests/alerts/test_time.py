"""The rules of time: what cancels the response window, what only holds it, and what never touches it (N3)."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from alerts import sweeper
from alerts.letters import letter
from alerts.models import Alert, NoticeWish
from alerts.models.care import BEFORE_THE_LIMIT
from hitl import clock
from hitl.states import WrongState
from hitl.tenants.people import Person
from tests.alerts.pauses import again, begun, browser_of, moved, paused, running
from tests.people import People

pytestmark = [pytest.mark.django_db, pytest.mark.database]
GRACE = timedelta(seconds=settings.RESPONSE_GRACE)
LATER = timedelta(seconds=settings.UNFINISHED_AFTER)


def clocks(alert: Alert) -> tuple[object, ...]:
    alert = again(alert)
    return alert.status, alert.deadline, alert.window_ends, alert.first_input_at, alert.remind_at


def test_n3_it_is_open_for_the_window_that_was_set(people: People) -> None:
    before = clock.now()
    alert = paused(people.workspace, {"response_window_seconds": 90})
    assert before + timedelta(seconds=90) <= alert.deadline <= clock.now() + timedelta(seconds=90)
    assert alert.deadline == alert.window_ends


@pytest.mark.parametrize(("on_timeout", "ends"), [("fail", "timed_out"), ("skip", "running")])
def test_n3_a_window_beyond_the_browsers_own_limit_ends_before_it(people: People, on_timeout: str, ends: str) -> None:
    """Nobody reads of a deadline at which the browser is gone, and what nobody began was not abandoned."""
    execution, epoch = running(people.workspace)
    browser = browser_of(execution, timedelta(hours=4))
    run = execution.begin_step(epoch, "requestHuman", "Type the code")
    alert = execution.ask_human(epoch, run, {"title": "Type the code", "on_timeout": on_timeout}, window=86400)
    assert alert.deadline == alert.window_ends == browser.cap_at - BEFORE_THE_LIMIT
    assert alert.remind_at - alert.created_at == pytest.approx(timedelta(hours=2), abs=timedelta(minutes=1))
    moved(alert, deadline=-1)
    sweeper.each(Alert.objects.overdue(), Alert.expire)
    execution.refresh_from_db()
    assert (again(alert).status, execution.status, execution.failure_reason) == ("expired", ends, "")


def test_n3_grace_ends_before_the_browsers_own_limit_too(alert: Alert, bob: Person) -> None:
    browser = browser_of(alert.execution, timedelta(minutes=1))
    epoch = alert.claim(bob)
    moved(alert, deadline=-30, window_ends=-30)
    alert.release(epoch, bob)
    assert alert.deadline == browser.cap_at - BEFORE_THE_LIMIT


def test_n3_it_never_expires_early(alert: Alert) -> None:
    moved(alert, deadline=5)
    with pytest.raises(WrongState):
        alert.expire()
    assert again(alert).status == "open"


def test_n3_it_expires_when_its_time_is_up(alert: Alert) -> None:
    moved(alert, deadline=0)
    while not Alert.objects.overdue().exists():
        pass  # SQLite's clock counts whole milliseconds
    alert.expire()
    assert clock.now() - alert.closed_at < timedelta(seconds=10)


def test_n3_taking_control_holds_the_timer(alert: Alert, bob: Person) -> None:
    deadline = alert.deadline
    alert.claim(bob)
    assert alert.deadline == deadline
    moved(alert, deadline=-1)
    with pytest.raises(WrongState):
        alert.expire()
    assert again(alert).status == "claimed"


def test_n3_the_first_input_cancels_the_timer_for_good(alert: Alert, bob: Person) -> None:
    epoch = begun(alert, bob)
    assert (alert.deadline, alert.first_input_at is not None) == (None, True)
    alert.release(epoch, bob)
    alert.claim(bob)
    alert.release(alert.control_epoch, bob)
    with pytest.raises(WrongState):
        alert.expire()
    assert again(alert).deadline is None


def test_n3_a_second_input_changes_nothing(alert: Alert, bob: Person) -> None:
    epoch = begun(alert, bob)
    before = clocks(alert)
    assert not alert.note_input(epoch)
    assert clocks(alert) == before


def test_n3_control_lost_early_before_input_gives_the_old_deadline_back(alert: Alert, bob: Person) -> None:
    original = alert.deadline, alert.remind_at
    alert.release(alert.claim(bob), bob)
    assert (alert.status, (alert.deadline, alert.remind_at)) == ("open", original)


def test_n3_control_lost_late_before_input_leaves_two_minutes(alert: Alert, bob: Person) -> None:
    epoch = alert.claim(bob)
    moved(alert, deadline=-30, window_ends=-30)
    before = clock.now()
    alert.release(epoch, bob)
    assert before + GRACE <= alert.deadline <= clock.now() + GRACE


def test_n3_grace_does_not_grow_with_each_take(alert: Alert, bob: Person) -> None:
    """Taking and giving back late again and again moves the deadline with the clock, never beyond two minutes."""
    moved(alert, deadline=1, window_ends=1)
    for _ in range(3):
        alert.release(alert.claim(bob), bob)
        assert alert.deadline <= clock.now() + GRACE


def test_n3_a_lost_line_counts_like_giving_back(alert: Alert, bob: Person) -> None:
    alert.claim(bob)
    moved(alert, control_until=-1, deadline=-30, window_ends=-30)
    alert.lapse()
    assert (alert.status, alert.holder) == ("open", "")
    assert alert.deadline > clock.now()


def test_n3_a_lease_that_was_renewed_meanwhile_does_not_lapse(alert: Alert, bob: Person) -> None:
    epoch = alert.claim(bob)
    moved(alert, control_until=-1)
    stale = again(alert)
    assert alert.keep_control(epoch)
    with pytest.raises(WrongState):
        stale.lapse()
    assert again(alert).status == "claimed"


def test_n3_control_lost_after_input_has_no_deadline_and_a_reminder(alert: Alert, bob: Person) -> None:
    epoch = begun(alert, bob)
    before = clock.now()
    alert.release(epoch, bob)
    assert alert.deadline is None
    assert before + LATER <= alert.remind_at <= clock.now() + LATER


def test_n3_input_that_is_heard_of_late_counts(alert: Alert, bob: Person) -> None:
    """The line was lost before the web process could write it down; the sweeper asks the browser server."""
    epoch = alert.claim(bob)
    alert.release(epoch, bob)
    assert alert.note_input(epoch)
    assert again(alert).deadline is None
    assert again(alert).remind_at is not None


def test_n3_input_of_an_earlier_alert_stops_no_clock(alert: Alert, bob: Person) -> None:
    epoch = begun(alert, bob)
    execution = alert.execution
    alert.complete(bob, {})
    lease = execution.claim("worker:2")
    second = execution.ask_human(lease, execution.begin_step(lease, "requestHuman", "More"), {"title": "More"})
    assert not second.note_input(epoch)
    assert second.deadline is not None
    assert second.claim(bob) > epoch


def test_it_counts_no_input_of_nobody(alert: Alert) -> None:
    assert not alert.note_input(1)
    assert not alert.note_input(0)
    assert again(alert).deadline is not None


def test_it_reminds_once_per_period(alert: Alert, bob: Person) -> None:
    alert.release(begun(alert, bob), bob)
    alert.remind()
    assert alert.reminders == 0, "not yet"
    for round in (1, 2):
        moved(alert, remind_at=-1)
        stale = again(alert)
        alert.remind()
        stale.remind()
        assert alert.reminders == round
        assert alert.deliveries.filter(kind="unfinished", round=round).count() == 2
        assert again(alert).remind_at > clock.now()


def test_it_reminds_nobody_while_somebody_is_at_it(alert: Alert, bob: Person) -> None:
    alert.release(begun(alert, bob), bob)
    alert.claim(bob)
    moved(alert, remind_at=-1)
    assert not Alert.objects.left_alone().exists()


def test_half_of_the_window_is_over_and_nobody_is_at_it(alert: Alert) -> None:
    assert alert.remind_at - alert.created_at == pytest.approx((alert.deadline - alert.created_at) / 2, abs=LATER)
    alert.remind()
    assert told(alert) == set(), "not yet"
    moved(alert, remind_at=-1)
    for _ in range(2):
        alert.remind()
    assert told(alert) == {"ann@example.com", "bob@example.com"}
    assert (alert.reminders, alert.remind_at) == (1, None), "once, not every half hour"
    said = letter(alert.deliveries.filter(kind="halfway")[0])
    assert said.subject == "[Acme] Half of the time is over: Type the code"
    assert "minutes left when this was sent" in said.text
    assert "How I am told" in said.html


def told(alert: Alert) -> set[str]:
    return set(alert.deliveries.filter(kind="halfway").values_list("user__email", flat=True))


def test_who_wants_to_be_told_only_once_is(alert: Alert, people: People) -> None:
    NoticeWish.objects.create(workspace=people.workspace, user=people.bob, half_time=False)
    moved(alert, remind_at=-1)
    alert.remind()
    assert told(alert) == {"ann@example.com"}


def test_a_short_window_has_no_half_time(people: People) -> None:
    alert = paused(people.workspace, {"response_window_seconds": 180})
    assert alert.remind_at is None


def test_who_comes_before_half_time_and_leaves_without_doing_anything_changes_nothing(
    alert: Alert, bob: Person
) -> None:
    moved(alert, remind_at=-1)
    epoch = alert.claim(bob)
    assert not Alert.objects.left_alone().exists()
    alert.release(epoch, bob)
    alert.remind()
    assert len(told(alert)) == 2


def test_it_tells_at_half_time_of_a_takeover_at_which_nobody_is(people: People, bob: Person) -> None:
    execution, epoch = running(people.workspace)
    execution.take_over(bob)
    execution.refresh_from_db()
    execution.stop_for_takeover(epoch)
    alert = execution.alert
    assert alert is not None
    alert.release(alert.control_epoch, bob)
    moved(alert, remind_at=-1)
    alert.remind()
    assert told(alert) == {"ann@example.com", "bob@example.com"}


def test_it_reminds_somebody_of_a_takeover_that_was_left(people: People, bob: Person) -> None:
    """Nobody was told when it began, because nobody had to come."""
    execution, epoch = running(people.workspace)
    execution.take_over(bob)
    execution.refresh_from_db()
    execution.stop_for_takeover(epoch)
    alert = execution.alert
    assert alert is not None
    assert (alert.status, alert.deliveries.count()) == ("claimed", 0)
    alert.note_input(alert.control_epoch)
    alert.release(alert.control_epoch, bob)
    moved(alert, remind_at=-1)
    alert.remind()
    assert {delivery.user for delivery in alert.deliveries.all()} == {people.ann, people.bob}


def test_it_keeps_control_only_for_the_epoch_that_holds_it(alert: Alert, bob: Person, ann: Person) -> None:
    first = alert.claim(bob)
    alert.release(first, bob)
    second = alert.claim(ann)
    assert not alert.keep_control(first)
    assert alert.keep_control(second)
    with pytest.raises(WrongState):
        alert.release(first, bob)
    assert again(alert).holder == ann.key


def test_it_changes_no_clock_when_it_is_looked_at(alert: Alert) -> None:
    before = clocks(alert)
    alert.links.update(seen=F("seen") + 1)
    alert.share_link.refresh_from_db()
    assert alert.share_link.is_alive
    assert alert.share_url == again(alert).share_url
    assert clocks(alert) == before


@pytest.mark.fault
def test_n3_a_late_input_takes_the_deadline_off_and_sets_the_reminder_in_one_statement(
    alert: Alert, bob: Person
) -> None:
    """Whoever dies between two leaves an alert with neither, which waits until the session's limit."""
    epoch = alert.claim(bob)
    alert.release(epoch, bob)
    moved(alert, remind_at=None)  # it was told at half time
    with CaptureQueriesContext(connection) as asked:
        assert alert.note_input(epoch)
    assert sum(query["sql"].startswith("UPDATE") for query in asked) == 1
    alert = again(alert)
    assert alert.deadline is None
    assert LATER - timedelta(minutes=1) < alert.remind_at - clock.now() <= LATER
