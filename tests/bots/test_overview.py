"""The first page after sign-in: its figures, and that no page of a full workspace asks more as it grows."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.fill import fill
from bots.models import Execution
from bots.overview import Overview, quantile
from hitl.tenants.people import Person
from tests.alerts.pauses import moved, paused
from tests.people import People

pytestmark = pytest.mark.django_db


def page(client: Client, people: People, path: str = "/w/acme/") -> str:
    client.force_login(people.ann)
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_is_the_first_page_after_sign_in(client: Client, people: People) -> None:
    client.force_login(people.ann)
    assert client.get("/").headers["Location"] == "/w/acme/"
    shown = page(client, people)
    assert "No bot has asked a person" in shown
    assert "data-chart=" not in shown  # a sentence stands in the place of each
    assert "No execution has ended" in shown
    assert "Nobody has come" in shown


def test_what_waits_stands_there_and_how_long_people_took_to_come(client: Client, people: People) -> None:
    ann = Person.member(people.ann)
    waiting, done, missed = (paused(people.workspace, title=title) for title in ("Code one", "Code two", "Code three"))
    moved(done, created_at=-600)
    done.complete(ann, {})
    moved(missed, deadline=-1)
    missed.expire()
    figures = Overview(people.workspace, 7)
    assert [alert.pk for alert in figures.waiting()] == [waiting.pk]
    assert (figures.people.asked, figures.people.answered, figures.people.missed) == (3, 1, 1)
    assert 599 <= (figures.people.came_median or 0) <= 660
    assert [barrier.host for barrier in figures.barriers] == ["shop.example"] * 3
    assert figures.costliest
    assert figures.costliest.title == "Code two"
    shown = page(client, people)
    assert waiting.get_absolute_url() in shown
    assert "That is the step to change first" in shown


def test_what_failed_is_told_with_its_reason_and_the_newest_of_it(client: Client, people: People) -> None:
    execution = paused(people.workspace).execution
    execution.fail("browser_lost", "The browser was lost.")
    cancelled = paused(people.workspace).execution
    cancelled.cancel(Person.member(people.ann))
    figures = Overview(people.workspace, 1)
    assert (figures.ended, figures.success) == (1, 0)
    assert [row["execution"].pk for row in figures.failures()] == [execution.pk]
    shown = page(client, people, "/w/acme/?period=24h")
    assert execution.get_absolute_url() in shown
    assert ('data-chart="ends"' in shown, 'data-chart="waits"' in shown) == (True, False)


def test_other_workspaces_count_nowhere(people: People) -> None:
    paused(people.other)
    figures = Overview(people.workspace, 7)
    assert (figures.people.asked, figures.waiting(), figures.barriers) == (0, [], [])


@pytest.mark.parametrize(("values", "share", "wanted"), [([], 0.5, None), ([5], 0.95, 5), (range(1, 21), 0.95, 19)])
def test_quantiles(values: list[float], share: float, wanted: int | None) -> None:
    assert quantile(values, share) == wanted


def questions(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


@pytest.mark.parametrize("path", ["", "?period=90d", "alerts/", "executions/", "bots/"])
def test_a_page_asks_the_database_as_often_with_much_as_with_little(client: Client, people: People, path: str) -> None:
    client.force_login(people.ann)
    fill(people.workspace, 60, 12)
    client.get(f"/w/acme/{path}")
    little = questions(client, f"/w/acme/{path}")
    fill(people.workspace, 240, 48, seed=2)
    assert Execution.objects.count() == 300
    assert questions(client, f"/w/acme/{path}") <= little + 2
