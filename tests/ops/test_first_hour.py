"""The four steps of the first hour: ticked by facts alone, shown to whom they are for, gone when done or hidden."""

from __future__ import annotations

import re
from typing import Any

import pytest

from alerts.models import Alert
from bots.models import Bot
from hitl.tenants.models import Membership, Role, User
from hitl.tenants.people import Person
from tests.alerts.pauses import SOURCE, asks
from tests.people import People, signed_in

pytestmark = pytest.mark.django_db


def shown(user: User, workspace: str = "other") -> tuple[list[str], str]:
    """The steps that are ticked, and what the next one's button says; on the inbox and by itself alike."""
    client = signed_in(user)
    page = client.get(f"/w/{workspace}/alerts/").content.decode()
    piece = client.get(f"/w/{workspace}/first-hour/").content.decode()
    assert ("first-hour-card" in page) == ("first-hour-card" in piece)
    ticked = re.findall(r'<li class="done".*?<h3>(.*?)<span', piece, re.DOTALL)
    return ticked, "".join(re.findall(r'class="button primary" href="[^"]*">(.*?)</a>', piece))


def starts_and_asks(bot: Bot, person: Person) -> Alert:
    execution = bot.start(person, {})
    return asks(execution, execution.claim("worker:1"))


def test_an_empty_workspace_leads_to_a_first_handled_alert(people: People, settings: Any) -> None:
    settings.PRACTICE = True
    sam, person = people.sam, Person.member(people.sam)
    assert shown(sam) == ([], "Paste a recording")
    added = signed_in(sam).post("/w/other/bots/examples/", follow=True)
    assert "The example bots are here" in added.content.decode()
    assert shown(sam) == ([], "Choose one")
    bot = people.other.bots.first()
    assert bot is not None
    bot.start(person, {})
    assert shown(sam) == (["Run an example bot"], "Watch it run")
    alert = starts_and_asks(bot, person)
    ticked = ["Run an example bot", "See its request arrive"]
    assert shown(sam) == (ticked, "Open the request")
    alert.claim(person)
    alert.complete(person, {})
    assert shown(sam) == ([*ticked, "Take over and press Done"], "Make a bot")
    Bot.make(people.other, person, "Mine", SOURCE)
    assert shown(sam) == ([], "")


def test_a_new_bot_may_begin_with_an_example(people: People, settings: Any) -> None:
    settings.PRACTICE = True
    client, path = signed_in(people.sam), "/w/other/bots/new/"
    assert "?example=login" in client.get(path).content.decode()
    page = client.get(f"{path}?example=login")
    form = page.context["form"]
    assert form["name"].value() == "Bank balance, with a code from the phone"
    assert f"{settings.BASE_URL}/practice/login/" in form["source"].value()
    assert "?example=" not in page.content.decode()
    assert client.get(f"{path}?example=../secret").context["form"]["source"].value() is None
    client.post(path, {"name": form["name"].value(), "source": form["source"].value()})
    assert people.other.bots.get().source == form["source"].value()
    settings.PRACTICE = False
    page = client.get(f"{path}?example=login")
    assert page.context["form"]["source"].value() is None
    assert "?example=" not in page.content.decode()


def test_a_bot_that_somebody_wrote_for_the_practice_site_is_theirs(people: People, settings: Any) -> None:
    settings.PRACTICE = True
    sam, person = people.sam, Person.member(people.sam)
    signed_in(sam).post("/w/other/bots/examples/")
    example = people.other.bots.first()
    assert example is not None
    assert shown(sam)[0] == []
    Bot.make(people.other, person, "Mine", example.source)
    assert shown(sam)[0] == ["Make it yours"]


def test_without_the_practice_site_it_begins_with_a_recording(people: People, settings: Any) -> None:
    settings.PRACTICE = False
    sam, person = people.sam, Person.member(people.sam)
    assert b"Add the example bots" not in signed_in(sam).get("/w/other/first-hour/").content
    assert signed_in(sam).post("/w/other/bots/examples/").status_code == 404
    alert = starts_and_asks(Bot.make(people.other, person, "Mine", SOURCE), person)
    alert.complete(person, {})
    assert shown(sam) == (["Make a bot", "Run it", "Take over and press Done"], "Invite somebody")
    Membership.objects.create(workspace=people.other, user=people.vic, role=Role.VIEWER)
    assert shown(sam) == ([], "")


def test_it_is_for_those_who_can_do_it(people: People) -> None:
    assert shown(people.ann, "acme")[1]
    assert shown(people.bob, "acme") == shown(people.vic, "acme") == ([], "")


def test_hidden_by_one_it_stays_for_the_others(people: People) -> None:
    Membership.objects.filter(user=people.bob).update(role=Role.ADMIN)
    assert signed_in(people.ann).post("/w/acme/first-hour/hide/").status_code == 302
    again = signed_in(people.ann).post("/w/acme/first-hour/hide/", headers={"hx-request": "true"})
    assert (again.status_code, again.content) == (200, b"")
    assert shown(people.ann, "acme") == ([], "")
    assert shown(people.bob, "acme")[1]


def test_the_example_bots_come_once(people: People, settings: Any) -> None:
    settings.PRACTICE = True
    for _ in range(2):
        signed_in(people.sam).post("/w/other/bots/examples/")
    assert people.other.bots.count() == 3
    assert people.other.audit.filter(verb="examples.added", user=people.sam).count() == 2
