"""How each person wants to be told: what is not wanted is not written, what comes at night waits, silence is said."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client

from alerts.models import Alert, Delivery, NoticeWish
from hitl import clock
from hitl.tenants.models import User
from hitl.tenants.people import Person
from tests.alerts.pauses import moved, paused, retried
from tests.mailsink import MailSink, Mood
from tests.people import People, signed_in

pytestmark = pytest.mark.django_db


def wish(people: People, user: User, **wishes: Any) -> NoticeWish:
    return NoticeWish.objects.create(workspace=people.workspace, user=user, **wishes)


def asleep(people: People, user: User) -> NoticeWish:
    """In quiet hours that began an hour ago and end in one."""
    now = datetime.now(UTC)
    quiet = {"quiet_from": (now - timedelta(hours=1)).time(), "quiet_until": (now + timedelta(hours=1)).time()}
    return wish(people, user, **quiet)


def told(alert: Alert) -> list[str]:
    return sorted(delivery.user.name for delivery in alert.deliveries.all())


def test_it_tells_only_those_who_want_it(people: People, ann: Person) -> None:
    wish(people, people.ann, email="none")
    wish(people, people.bob, email="mine")
    alert = paused(people.workspace)
    assert told(alert) == []
    alert.assign(ann, people.bob, None)
    assert told(alert) == ["Bob"]


def test_whom_a_bot_names_is_chosen(people: People) -> None:
    wish(people, people.bob, email="mine")
    first = paused(people.workspace)
    first.execution.bot.told.add(people.bob)
    first.complete(Person.member(people.ann), {})
    execution = first.execution.bot.start(Person.member(people.ann), {})
    run = execution.begin_step(execution.claim("worker:1"), "requestHuman", "Again")
    second = execution.ask_human(execution.lease_epoch, run, {"kind": "otp", "title": "Again"})
    assert (told(first), told(second)) == (["Ann"], ["Bob"])


@pytest.mark.database
def test_n5_a_message_waits_for_the_end_of_quiet_hours(people: People, post: MailSink) -> None:
    asleep(people, people.bob)
    alert = paused(people.workspace, picture_follows=True)
    alert.show("")
    message = alert.deliveries.get(user=people.bob)
    assert not message.deliver(), "not before its time, and a picture that has come changes nothing about that"
    assert message.waits_for_the_morning
    assert message.next_try_at > clock.now() + timedelta(minutes=59)
    assert alert.deliveries.get(user=people.ann).deliver()
    assert retried(message), "the night is over"
    assert message.status == "sent"


def test_a_message_that_slept_is_dropped_where_nobody_is_needed_any_more(people: People, post: MailSink) -> None:
    asleep(people, people.bob)
    alert = paused(people.workspace)
    alert.complete(Person.member(people.ann), {})
    message = alert.deliveries.get(user=people.bob)
    retried(message)
    assert (message.status, post.said) == ("dropped", [])


@pytest.mark.parametrize(
    ("begin", "end", "now", "awake"),
    [
        ("22:00", "07:00", "2026-01-10T23:30", "2026-01-11T07:00"),
        ("22:00", "07:00", "2026-01-11T06:59", "2026-01-11T07:00"),
        ("22:00", "07:00", "2026-01-11T07:00", None),
        ("22:00", "07:00", "2026-01-11T21:59", None),
        ("12:00", "13:00", "2026-01-11T12:00", "2026-01-11T13:00"),
        ("12:00", "13:00", "2026-01-11T13:00", None),
    ],
)
def test_quiet_hours_are_meant_where_the_person_is(begin: str, end: str, now: str, awake: str | None) -> None:
    quiet = NoticeWish(
        quiet_from=time.fromisoformat(begin), quiet_until=time.fromisoformat(end), zone="America/New_York"
    )
    found = quiet.awake_at(datetime.fromisoformat(now + "-05:00"))
    assert found == (awake and datetime.fromisoformat(awake + "-05:00"))


def test_it_says_when_nobody_would_hear(people: People) -> None:
    assert NoticeWish.objects.unheard(people.workspace) is None
    wish(people, people.ann, email="none")
    assert NoticeWish.objects.unheard(people.workspace) is None
    asleep(people, people.bob)
    client = signed_in(people.vic)
    for page in ("alerts", "settings/notices"):
        shown = client.get(f"/w/acme/{page}/").content
        assert b"Nobody would be told by e-mail about a new alert right now." in shown, page
    assert b"Bob has quiet hours until" in client.get("/w/acme/alerts/").content
    bot = paused(people.workspace).execution.bot
    assert b"Nobody would be told of this bot" in client.get(bot.get_absolute_url()).content
    people.workspace.memberships.exclude(user=people.vic).delete()
    assert b"This workspace has nobody who may act." in client.get("/w/acme/alerts/").content


def save(client: Client, **wishes: str) -> Any:
    asked = {"email": "all", "half_time": "on", "quiet_from": "", "quiet_until": "", "zone": "UTC", **wishes}
    return client.post("/w/acme/settings/notices/", asked)


def test_everybody_says_for_themselves(people: People) -> None:
    client = signed_in(people.bob)
    assert save(client, email="mine", quiet_from="22:00", quiet_until="07:00", zone="Europe/Berlin").status_code == 302
    mine = NoticeWish.objects.get()
    assert (mine.user, mine.email, mine.quiet_from, mine.zone) == (people.bob, "mine", time(22), "Europe/Berlin")
    assert mine.half_time
    assert save(client, half_time="").status_code == 302
    mine.refresh_from_db()
    assert (mine.email, mine.half_time) == ("all", False)
    assert people.workspace.audit.filter(verb="notices.changed", user=people.bob).count() == 2


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"zone": "Berlin"}, "for example Europe/Berlin"),
        ({"zone": "../../etc/passwd"}, "for example Europe/Berlin"),
        ({"quiet_from": "22:00"}, "both a beginning and an end"),
        ({"quiet_from": "07:00", "quiet_until": "07:00"}, "choose Never above"),
        ({"quiet_from": "late"}, "Enter a valid time"),
        ({"email": "often"}, "not one of the available choices"),
    ],
)
def test_strange_wishes_get_a_sentence(people: People, wrong: dict[str, str], sentence: str) -> None:
    client = signed_in(people.bob)
    answer = save(client, **wrong)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not NoticeWish.objects.exists()


@pytest.mark.fault
def test_f22_a_dead_channel_is_said_and_tried_again_by_hand(
    alert: Alert, delivery: Delivery, people: People, post: MailSink
) -> None:
    post.mood = Mood.NEVER
    delivery.deliver()
    client = signed_in(people.ann)
    assert b"Messages do not arrive." in client.get("/w/acme/alerts/").content
    assert b"550 Nobody of that name" in client.get("/w/acme/alerts/").content
    again = f"{alert.get_absolute_url()}notices/{delivery.pk}/retry/"
    assert again.encode() in client.get(alert.get_absolute_url()).content
    post.mood = Mood.KIND
    assert client.post(again, headers={"HX-Request": "true"}).status_code == 200
    delivery.refresh_from_db()
    assert delivery.deliver()
    assert delivery.status == "sent"
    assert b"Messages do not arrive." not in client.get("/w/acme/alerts/").content
    assert b"after it was written, at the second try" in client.get(alert.get_absolute_url()).content
    assert client.post(again, headers={"HX-Request": "true"}).status_code == 409
    assert people.workspace.audit.filter(verb="notice.retried", user=people.ann).count() == 1


@pytest.mark.fault
def test_f22_trouble_of_yesterday_is_no_trouble(delivery: Delivery, people: People, post: MailSink) -> None:
    post.mood = Mood.NEVER
    delivery.deliver()
    assert Delivery.objects.troubled(people.workspace).get() == delivery
    assert not Delivery.objects.troubled(people.other).exists()
    moved(delivery, created_at=-2 * 86_400)
    assert not Delivery.objects.troubled(people.workspace).exists()
