"""Whose turn it is: on it for some minutes, and assigned. Neither is control; nobody is left believing in either."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from alerts import sweeper
from alerts.models import Alert, Delivery
from alerts.models.care import BEFORE_THE_LIMIT, MOST_MINUTES
from hitl import clock
from hitl.states import WrongState
from hitl.tenants.people import Person
from tests.alerts.pauses import again, left, moved, paused
from tests.alerts.race import Race, winners
from tests.alerts.test_races import ROUNDS
from tests.mailsink import MailSink
from tests.people import People, signed_in

pytestmark = pytest.mark.django_db
GRACE = timedelta(seconds=settings.RESPONSE_GRACE)


def told(alert: Alert, kind: str) -> list[str]:
    return sorted(delivery.user.name for delivery in alert.deliveries.filter(kind=kind))


@pytest.mark.database
def test_who_is_on_it_stands_there_and_in_the_record(alert: Alert, bob: Person) -> None:
    before = alert.deadline
    alert.say_on_it(bob, 10)
    assert (alert.on_it, alert.on_it_name, alert.is_looked_after) == (bob.key, "Bob", True)
    assert alert.deadline == before, "there is time enough"
    assert alert.history.last().why == "Bob is on it for 10 minutes"
    assert alert.workspace.audit.filter(verb="alert.on_it", user=bob.user, subject=alert.public_id).exists()
    assert alert.status == "open"
    assert not alert.holder, "it is not control"


@pytest.mark.database
def test_the_deadline_moves_where_the_minutes_need_it(alert: Alert, bob: Person) -> None:
    moved(alert, deadline=60, window_ends=60)
    alert.say_on_it(bob, 30)
    assert alert.deadline == alert.window_ends == alert.on_it_until + GRACE
    assert f"the deadline moved to {alert.deadline:%H:%M} UTC" in alert.history.last().why
    epoch = alert.claim(bob)
    alert.release(epoch, bob)
    assert alert.deadline > clock.now() + timedelta(minutes=29), "control that was not used takes nothing back"


def test_the_deadline_never_passes_the_browsers_own_limit(alert: Alert, bob: Person) -> None:
    limit = alert.execution.created_at + timedelta(seconds=settings.SESSION_CAP)
    alert.say_on_it(bob, MOST_MINUTES)
    assert alert.deadline == limit - BEFORE_THE_LIMIT


@pytest.mark.database
def test_who_comes_second_reads_who_was_first(alert: Alert, ann: Person, bob: Person) -> None:
    alert.say_on_it(bob, 10)
    with pytest.raises(WrongState, match="Bob is on it already, until"):
        again(alert).say_on_it(ann, 5)
    alert.say_on_it(bob, 20)  # one's own minutes may be set anew
    alert.claim(ann)
    with pytest.raises(WrongState, match="Ann is in control"):
        again(alert).say_on_it(bob, 5)
    alert.complete(ann, {})
    with pytest.raises(WrongState, match="already done"):
        again(alert).say_on_it(bob, 5)


@pytest.mark.database
def test_taking_control_and_every_ending_end_it(people: People, ann: Person, bob: Person) -> None:
    endings = [
        lambda a: a.claim(ann),
        lambda a: a.complete(ann, {}),
        lambda a: a.decline(ann, "no"),
        lambda a: a.execution.cancel(ann),
    ]
    for end in endings:
        alert = paused(people.workspace)
        alert.say_on_it(bob, 10)
        end(alert)
        assert (again(alert).on_it, again(alert).on_it_until) == ("", None)


@pytest.mark.database
def test_minutes_that_pass_unused_tell_everybody_again(alert: Alert, bob: Person) -> None:
    """Whoever relaxed because somebody came, hears that nobody did."""
    alert.say_on_it(bob, 5)
    moved(alert, on_it_until=-1)
    assert sweeper.each(Alert.objects.run_out(), Alert.run_out) == 1
    alert.refresh_from_db()
    assert (alert.on_it, alert.status) == ("", "open")
    assert alert.history.last().why == "Bob's minutes are over"
    assert told(alert, Delivery.WAITING) == ["Ann", "Bob"]
    Alert.run_out(again(alert))  # a sweeper that comes late
    assert alert.deliveries.filter(kind=Delivery.WAITING).count() == 2


@pytest.mark.database
def test_giving_up_tells_the_others(alert: Alert, ann: Person, bob: Person, post: MailSink) -> None:
    alert.say_on_it(bob, 5)
    with pytest.raises(WrongState, match="nothing to give up"):
        again(alert).give_up(ann)
    alert.give_up(bob)
    assert not alert.is_looked_after
    assert told(alert, Delivery.WAITING) == ["Ann"]
    message = alert.deliveries.get(kind=Delivery.WAITING)
    assert message.deliver()
    assert post.received[0].message["Subject"] == "[Acme] Still waiting: Type the code"


@pytest.mark.database
def test_reminders_rest_meanwhile(alert: Alert, ann: Person, bob: Person) -> None:
    left(alert, ann)
    alert.say_on_it(bob, 5)
    assert not Alert.objects.left_alone().exists()
    alert.remind()
    assert told(alert, Delivery.UNFINISHED) == []
    assert alert.deadline is None, "a clock that is off stays off"


def test_a_reminder_at_half_time_that_rested_is_the_one_that_nobody_comes(alert: Alert, bob: Person) -> None:
    alert.say_on_it(bob, 20)
    moved(alert, remind_at=-1, on_it_until=-1)
    alert.run_out()
    alert.remind()
    assert told(alert, Delivery.HALFWAY) == []
    assert len(told(alert, Delivery.WAITING)) == 2


def test_a_reminder_on_its_way_is_dropped_when_somebody_says_so(alert: Alert, bob: Person, post: MailSink) -> None:
    alert.say_on_it(bob, 5)
    moved(alert, on_it_until=-1)
    again(alert).run_out()
    alert.say_on_it(bob, 5)
    message = alert.deliveries.filter(kind=Delivery.WAITING).first()
    message.deliver()
    assert (message.status, post.said) == ("dropped", [])


@pytest.mark.database
def test_an_assignee_is_told_and_told_who_did_it(alert: Alert, people: People, ann: Person, post: MailSink) -> None:
    alert.assign(ann, people.bob, None)
    assert (alert.assignee, alert.assigned_by) == (people.bob, "Ann")
    message = alert.deliveries.get(kind=Delivery.ASSIGNED)
    assert message.deliver()
    mail = post.received[0]
    assert (mail.recipients, mail.message["Subject"]) == (["bob@example.com"], "[Acme] Assigned to you: Type the code")
    assert "Ann asks you to take care of this" in mail.part("plain")
    assert alert.history.last().why == "Ann assigned it to Bob"


@pytest.mark.database
def test_who_assigns_over_another_reads_of_it(alert: Alert, people: People, ann: Person, bob: Person) -> None:
    alert.assign(ann, people.bob, None)
    with pytest.raises(WrongState, match="Ann has assigned it to Bob meanwhile"):
        again(alert).assign(bob, people.ann, None)
    alert.assign(bob, None, people.bob.pk)
    with pytest.raises(WrongState, match="taken back"):
        again(alert).assign(ann, None, people.bob.pk)
    alert.assign(ann, people.ann, None)
    assert told(alert, Delivery.ASSIGNED) == ["Bob"], "nobody is told of what they do themselves"
    alert.assign(ann, people.bob, people.ann.pk)
    assert told(alert, Delivery.ASSIGNED) == ["Bob", "Bob"]
    alert.decline(ann, "no")
    with pytest.raises(WrongState, match="already declined"):
        again(alert).assign(ann, people.ann, people.bob.pk)


def test_a_message_about_an_assignment_that_is_gone_is_dropped(alert: Alert, people: People, ann: Person) -> None:
    alert.assign(ann, people.bob, None)
    alert.assign(ann, None, people.bob.pk)
    message = alert.deliveries.get(kind=Delivery.ASSIGNED)
    message.deliver()
    assert message.status == "dropped"


def test_only_members_who_may_act_can_be_assigned(alert: Alert, people: People) -> None:
    client = signed_in(people.bob)
    for other in (people.vic, people.sam):
        answer = client.post(f"{alert.get_absolute_url()}assign/", {"to": other.pk}, headers={"HX-Request": "true"})
        assert answer.status_code == 422
        assert b"may not act in this workspace" in answer.content
    alert.refresh_from_db()
    assert alert.assignee is None


@pytest.mark.parametrize("minutes", ["", "0", "-5", "241", "ten", "1.5"])
def test_strange_minutes_get_a_sentence(alert: Alert, people: People, minutes: str) -> None:
    client = signed_in(people.bob)
    answer = client.post(f"{alert.get_absolute_url()}on-it/", {"minutes": minutes}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert b'class="bad"' in answer.content
    alert.refresh_from_db()
    assert not alert.is_looked_after


@pytest.mark.security
def test_t7_a_mailed_link_says_so_only_by_a_persons_press(alert: Alert, people: People) -> None:
    """And who says so by their own link can give it up at their desk."""
    link = alert.deliveries.get(user=people.bob).link
    there = f"{link.url.removeprefix(settings.BASE_URL)}?on-it"
    client = Client()
    assert b"In how many minutes" in client.get(there).content
    assert client.post(there, {"minutes": "10"}).status_code == 400
    alert.refresh_from_db()
    assert not alert.is_looked_after
    assert client.post(there, {"minutes": "10", "pressed": "yes"}).status_code == 303
    alert.refresh_from_db()
    assert (alert.on_it_name, alert.is_looked_after) == ("Bob (by link)", True)
    assert b"Bob (by link) is on it" in client.get(link.url.removeprefix(settings.BASE_URL)).content
    alert.give_up(Person.member(people.bob))


@pytest.mark.security
def test_t7_a_link_that_may_only_watch_cannot_say_so(alert: Alert) -> None:
    link = alert.links.create(role="watch", label="Dana")
    there = f"/t/{link.token}?on-it"
    assert Client().get(there).status_code == Client().post(there, {"minutes": 5, "pressed": "yes"}).status_code == 404


@pytest.mark.fault
@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_f28_two_are_on_it_at_once(race: Race, people: People, ann: Person, bob: Person) -> None:
    for _ in range(ROUNDS // 5):
        alert = paused(people.workspace)
        outcomes = race(alert, lambda a: a.say_on_it(ann, 5), lambda a: a.say_on_it(bob, 5))
        won = winners(outcomes)
        assert len(won) == 1
        assert again(alert).on_it == (ann, bob)[won[0]].key
        assert f"{('Ann', 'Bob')[won[0]]} is on it already" in str(outcomes[1 - won[0]])


@pytest.mark.fault
@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_f28_on_it_against_control_the_deadline_and_its_own_end(
    race: Race, people: People, ann: Person, bob: Person
) -> None:
    for _ in range(ROUNDS // 5):
        alert = paused(people.workspace)
        race(alert, lambda a: a.say_on_it(bob, 5), lambda a: a.claim(ann))
        assert (again(alert).status, again(alert).on_it) == ("claimed", "")
        alert = paused(people.workspace)
        moved(alert, deadline=-1)
        on_it, expired = race(alert, lambda a: a.say_on_it(bob, 5), Alert.expire)
        assert isinstance(on_it, WrongState) != isinstance(expired, WrongState)
        assert again(alert).status == ("expired" if expired is None else "open")
        alert = paused(people.workspace)
        alert.say_on_it(bob, 5)
        moved(alert, on_it_until=-1)
        race(alert, Alert.run_out, Alert.run_out)
        assert again(alert).deliveries.filter(kind=Delivery.WAITING).count() == 2
