"""The outbox: what is sent, tried again, given up on, and never twice at the same time (N5, F22)."""

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from alerts.letters import message_id
from alerts.models import Alert, Delivery
from hitl import clock
from hitl.tenants.people import Person
from hitl.up.ports import free_port
from tests.alerts.pauses import left, moved, paused, retried
from tests.mailsink import MailSink, Mood
from tests.people import People

pytestmark = pytest.mark.django_db
SENT, PENDING, FAILED, DROPPED = (Delivery.Status(s) for s in ("sent", "pending", "failed", "dropped"))


@pytest.mark.database
def test_n5_it_writes_a_message_for_everybody_who_operates(alert: Alert, people: People) -> None:
    assert {delivery.user for delivery in alert.deliveries.all()} == {people.ann, people.bob}
    assert {delivery.status for delivery in alert.deliveries.all()} == {PENDING}


def test_it_tells_only_those_who_were_chosen(people: People) -> None:
    first = paused(people.workspace)
    first.execution.bot.told.add(people.bob)
    first.execution.bot.told.add(people.sam)  # no member
    assert first.execution.bot.people_to_tell() == [people.bob]


@pytest.mark.database
def test_it_waits_for_the_picture_of_the_page(people: People, post: MailSink) -> None:
    alert = paused(people.workspace, picture_follows=True)
    first = alert.deliveries.earliest("pk")
    assert not first.deliver()
    alert.show("")
    assert first.deliver()


@pytest.mark.fault
@pytest.mark.database
def test_n5_it_goes_without_a_picture_that_never_comes(people: People, post: MailSink) -> None:
    """The runner died between the alert and its picture."""
    alert = paused(people.workspace, picture_follows=True)
    for delivery in alert.deliveries.all():
        assert retried(delivery)
    assert len(post.received) == 2


def test_it_sends_once_and_writes_down_when(delivery: Delivery, post: MailSink) -> None:
    assert delivery.deliver()
    assert (delivery.status, delivery.tries, delivery.error, delivery.lease_until) == (SENT, 1, "", None)
    assert delivery.sent_at is not None
    assert not delivery.deliver()
    assert [received.recipients for received in post.received] == [["bob@example.com"]]


@pytest.mark.fault
@pytest.mark.parametrize("mood", [Mood.LATER, Mood.RUDE])
def test_f22_it_tries_again_after_a_passing_trouble(delivery: Delivery, post: MailSink, mood: Mood) -> None:
    post.mood = mood
    assert delivery.deliver()
    assert (delivery.status, delivery.sent_at, delivery.lease_until) == (PENDING, None, None)
    assert delivery.error.startswith("The mail server")
    assert not delivery.deliver(), "not before its time"
    post.mood = Mood.KIND
    assert retried(delivery)
    assert (delivery.status, delivery.error, delivery.tries) == (SENT, "", 2)
    assert len(post.received) == 1


@pytest.mark.fault
def test_f22_it_waits_for_a_server_that_is_away(delivery: Delivery, post: MailSink, settings: Settings) -> None:
    there, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    delivery.deliver()
    assert delivery.status == PENDING
    assert "refused" in delivery.error
    settings.EMAIL_PORT = there
    retried(delivery)
    assert delivery.status == SENT


@pytest.mark.fault
def test_f22_it_gives_up_on_a_refusal_and_says_so(delivery: Delivery, post: MailSink) -> None:
    post.mood = Mood.NEVER
    delivery.deliver()
    assert delivery.status == FAILED
    assert delivery.error == "The mail server refused it: 550 Nobody of that name"
    post.mood = Mood.KIND
    assert not retried(delivery)
    assert post.received == []


@pytest.mark.fault
def test_f22_it_waits_longer_each_time(delivery: Delivery, post: MailSink) -> None:
    post.mood = Mood.LATER
    waits = []
    for _ in range(8):
        before = clock.now()
        retried(delivery)
        after = clock.now()
        waits.append((delivery.next_try_at - after, delivery.next_try_at - before))
    for (least, most), seconds in zip(waits, [5, 15, 45, 135, 405, 900, 900, 900], strict=True):
        assert least <= timedelta(seconds=seconds) <= most


def test_it_drops_what_came_too_late(alert: Alert, delivery: Delivery, bob: Person, post: MailSink) -> None:
    alert.complete(bob, {})
    delivery.deliver()
    assert delivery.status == DROPPED
    assert post.said == []


def test_it_drops_a_retry_once_the_alert_has_ended(
    alert: Alert, delivery: Delivery, bob: Person, post: MailSink
) -> None:
    post.mood = Mood.LATER
    delivery.deliver()
    alert.decline(bob, "no idea")
    post.mood = Mood.KIND
    retried(delivery)
    assert (delivery.status, post.received) == (DROPPED, [])


def test_it_does_not_tell_somebody_who_has_left(delivery: Delivery, people: People, post: MailSink) -> None:
    people.workspace.memberships.filter(user=people.bob).delete()
    delivery.deliver()
    assert (delivery.status, post.said) == (DROPPED, [])


def test_it_does_not_remind_while_somebody_is_at_it_again(alert: Alert, bob: Person, post: MailSink) -> None:
    left(alert, bob)
    alert.remind()
    alert.claim(bob)
    reminder = alert.deliveries.get(kind=Delivery.UNFINISHED, user=bob.user)
    reminder.deliver()
    assert (reminder.status, post.said) == (DROPPED, [])


def test_it_tells_of_a_lost_browser_after_the_end(alert: Alert, people: People, post: MailSink) -> None:
    alert.execution.fail("browser_lost", "The browser was lost.")
    news = alert.deliveries.get(kind=Delivery.LOST, user=people.bob)
    news.deliver()
    assert news.status == SENT
    assert post.received[0].message["Subject"] == "[Acme] The browser was lost: Type the code"


def test_it_gives_up_on_old_news(alert: Alert, people: People, post: MailSink) -> None:
    alert.execution.fail("browser_lost", "The browser was lost.")
    news = alert.deliveries.get(kind=Delivery.LOST, user=people.bob)
    moved(news, created_at=-3601)
    post.mood = Mood.LATER
    news.deliver()
    assert news.status == FAILED
    assert "451" in news.error


def test_it_threads_a_reminder_under_the_first_message(alert: Alert, bob: Person, post: MailSink) -> None:
    alert.deliveries.get(user=bob.user).deliver()
    left(alert, bob)
    alert.remind()
    alert.deliveries.get(user=bob.user, kind=Delivery.UNFINISHED).deliver()
    first, second = (received.message for received in post.received)
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert second["Message-ID"] != first["Message-ID"]
    assert first["In-Reply-To"] is None


def test_it_keeps_the_message_id_and_the_link_on_every_try(delivery: Delivery, post: MailSink) -> None:
    first = message_id(delivery)
    assert delivery.deliver()
    moved(delivery, next_try_at=-1)
    Delivery.objects.filter(pk=delivery.pk).update(status=PENDING)
    assert delivery.deliver()
    assert {received.message["Message-ID"] for received in post.received} == {first}
    for received in post.received:
        assert delivery.link.url in received.part("plain")
