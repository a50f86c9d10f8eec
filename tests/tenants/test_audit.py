"""The record: narrowed, paged, exported, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hitl import clock
from hitl.tenants.models import AuditEvent, Workspace
from hitl.tenants.people import Person
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(people: People, client: Client) -> Client:
    """Ann's, who has made 60 bots after Bob has taken control once, and a guest came in."""
    Person.member(people.bob).did(people.workspace, "control.taken", "alt_1", why="=1+1")
    Person.guest("lnk_1", "vis_1", "=cmd|' /C calc'!A0").did(people.workspace, "link.opened", "lnk_1")
    for number in range(60):
        Person.member(people.ann).did(people.workspace, "bot.made", f"bot_{number}")
    Person.member(people.sam).did(people.other, "bot.made", "bot_of_others")
    client.force_login(people.ann)
    return client


def shown(client: Client, **query: str) -> Any:
    return client.get(reverse("settings_audit", args=["acme"]), query).context


def exported(client: Client, kind: str, **query: str) -> str:
    return client.get(reverse(f"settings_audit_{kind}", args=["acme"]), query).content.decode()


def test_pages_hold_each_entry_once(record: Client, people: People) -> None:
    first = shown(record)
    second = shown(record, before=str(first["older"]))
    numbers = [event.pk for event in [*first["events"], *second["events"]]]
    assert numbers == list(people.workspace.audit.values_list("pk", flat=True))
    assert second["older"] is None


def test_it_is_narrowed_by_person_kind_thing_and_time(record: Client) -> None:
    tomorrow = f"{clock.now() + timedelta(days=1):%Y-%m-%d}"
    for query, count in (
        ({"who": "bob"}, 1), ({"verb": "link.opened"}, 1), ({"about": "bot_5"}, 11), ({"about": "bot_of_others"}, 0),
        ({"who": "bob", "verb": "bot.made"}, 0), ({"before": "x", "who": "bob"}, 1),
        ({"since": tomorrow}, 0), ({"until": tomorrow, "who": "bob"}, 1), ({"since": "nonsense", "who": "bob"}, 1),
    ):  # fmt: skip
        assert len(shown(record, **query)["events"]) == count, query


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])  # the first and the last clocks of a day
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_at_the_edge_of_the_calendar_narrow_nothing(record: Client, people: People, zone: str, day: str) -> None:
    Workspace.objects.update(zone=zone)
    for name in ("since", "until"):
        assert len(shown(record, who="bob", **{name: day})["events"]) == 1
        assert len(json.loads(exported(record, "json", who="bob", **{name: day}))) == 1


@pytest.mark.security
def test_exports_hold_what_is_shown_and_no_formula(record: Client) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(record, "csv"))))
    assert len(rows) == 62
    assert rows[-2]["actor"] == "'=cmd|' /C calc'!A0"
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    (only,) = json.loads(exported(record, "json", who="Bob"))
    assert (only["actor"], only["verb"], only["detail"]) == ("Bob", "control.taken", {"why": "=1+1"})


def test_an_entry_of_a_deleted_account_keeps_its_name(record: Client, people: People) -> None:
    people.bob.delete()
    event = AuditEvent.objects.get(verb="control.taken")
    assert (event.actor, event.user) == ("Bob", None)
