"""A fire drill is an ordinary request that nobody has to be afraid of; its report says who was reached and who came."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from alerts.drills import last_drill
from alerts.models import Alert, Delivery
from bots.drills import SOURCE, start_drill
from bots.models import Execution
from bots.script import parse
from hitl import clock
from hitl.tenants.people import Person
from tests.people import People, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/w/acme/settings/notices/"


def asks(execution: Execution) -> Alert:
    """As the runner does it."""
    epoch = execution.claim("w1")
    step = parse(SOURCE).steps[0]
    return execution.ask_human(epoch, execution.begin_step(epoch, step.type, step.label), {"title": "Fire drill"})


def test_it_says_who_was_reached_and_who_came(people: People) -> None:
    bob = signed_in(people.bob)
    assert b"Start a fire drill" in bob.get(PAGE).content
    assert b"the alert comes in a few seconds" in bob.post(f"{PAGE}drill/", follow=True).content
    assert b"Its browser is starting" in bob.get(PAGE).content
    alert = asks(Execution.objects.get())
    sent = alert.created_at + timedelta(seconds=1.2)
    Delivery.objects.filter(user=people.ann).update(status="sent", sent_at=sent)
    Delivery.objects.filter(user=people.bob).update(status="failed", error="550 No such user here")
    alert.say_on_it(Person.member(people.ann), 5)
    drill = last_drill(people.workspace)
    assert drill
    assert drill.event.actor == "Bob"
    ann, report = drill.people[0], bob.get(PAGE).content.decode()
    assert ann.came_at
    assert alert.created_at < ann.came_at <= clock.now()
    assert [person.came_at for person in drill.people[1:]] == [None]
    for words in ("after 1.2 s", "not delivered: 550 No such user here", "not yet"):
        assert words in report
    alert.complete(Person.member(people.ann), {})
    assert "See the alert" in bob.get(PAGE).content.decode()


def test_who_comes_by_the_link_in_their_mail_counts(people: People) -> None:
    alert = asks(start_drill(people.workspace, Person.member(people.ann)))
    link = alert.links.get(user=people.bob)
    Client().post(f"/t/{link.token}", {"pressed": "yes"})
    drill = last_drill(people.workspace)
    assert drill
    assert [bool(person.came_at) for person in drill.people] == [False, True]


def test_one_at_a_time_and_by_one_bot(people: People) -> None:
    ann = signed_in(people.ann)
    ann.post(f"{PAGE}drill/")
    assert b"under way already" in ann.post(f"{PAGE}drill/", follow=True).content
    Execution.objects.get().cancel(Person.member(people.ann))
    ann.post(f"{PAGE}drill/")
    assert (people.workspace.bots.count(), Execution.objects.count()) == (1, 2)


def test_a_drill_that_could_not_even_ask_says_why(people: People) -> None:
    execution = start_drill(people.workspace, Person.member(people.ann))
    execution.fail("browser_lost", "The browser did not start. No Chromium was found.")
    report = signed_in(people.ann).get(PAGE).content.decode()
    assert "No alert came of it: The browser did not start. No Chromium was found." in report


def test_who_may_only_watch_reads_the_report(people: People) -> None:
    asks(start_drill(people.workspace, Person.member(people.ann)))
    page = signed_in(people.vic).get(PAGE).content.decode()
    assert "Ann started the last one" in page
    assert f"{PAGE}drill/" not in page
