"""What Prometheus reads: facts of the database, timings of this process, and nobody's name."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families as parsed

from alerts.models import Alert, AlertChange, Delivery
from bots.models import Execution, Pulse
from hitl.tenants.people import Person
from tests.alerts.pauses import browser_of, moved, paused, running
from tests.people import People, signed_in

pytestmark = pytest.mark.django_db


def scraped(**headers: str) -> dict[tuple[str, ...], float]:
    """Every sample as (name, *labels' values): value."""
    answer = Client().get("/metrics", headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert answer.status_code == 200
    families = parsed(answer.content.decode())
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


def test_it_counts_what_is(people: People) -> None:
    alert, other = paused(people.workspace), paused(people.workspace)
    execution, _ = running(people.workspace)
    other.claim(Person.member(people.bob))
    moved(alert, created_at=-300, deadline=-20)
    Delivery.objects.filter(alert=alert, user=people.bob).update(status=Delivery.Status.FAILED)
    browser_of(execution, machine="m1")
    Pulse.beat(Pulse.Kind.SWEEPER, "m1")
    found = scraped()
    assert found["hitl_executions", "waiting_for_human"] == 1
    assert found["hitl_executions", "human_in_control"] == 1
    assert found["hitl_executions", "running"] == 1
    assert found["hitl_executions", "succeeded"] == 0
    assert (found["hitl_alerts", "open"], found["hitl_alerts", "claimed"]) == (1, 1)
    assert found["hitl_alerts_open_oldest_seconds",] == pytest.approx(300, abs=30)
    assert found["hitl_alerts_overdue_seconds",] == pytest.approx(20, abs=15)
    assert (found["hitl_deliveries", "email", "pending"], found["hitl_deliveries", "email", "failed"]) == (3, 1)
    assert found["hitl_sessions", "m1"] == 1
    assert found["hitl_seen_seconds", "m1", "sweeper"] < 30
    assert found["process_resident_memory_bytes",] > 0


def test_it_says_how_long_people_take_to_come(people: People) -> None:
    assert ("hitl_seconds_to_first_person", "0.5") not in scraped()
    for seconds in (10, 20, 400):
        alert = paused(people.workspace)
        alert.claim(Person.member(people.bob))
        moved(alert, created_at=-500)
        moved(AlertChange.objects.get(row=alert, status="claimed"), at=seconds - 500)
    found = scraped()
    assert found["hitl_seconds_to_first_person", "0.5"] == pytest.approx(20, abs=2)
    assert found["hitl_seconds_to_first_person", "0.95"] == pytest.approx(362, abs=4)


def test_it_times_requests_by_route(people: People) -> None:
    client = signed_in(people.ann)
    sample = "hitl_http_request_seconds_count", "GET", "w/<slug:workspace>/bots/", "200"
    before = scraped().get(sample, 0)
    client.get("/w/acme/bots/")
    assert scraped()[sample] == before + 1


@pytest.mark.security
def test_t8_it_names_no_tenant(people: People) -> None:
    alert = paused(people.workspace)
    client = signed_in(people.ann)
    client.get(alert.get_absolute_url())
    client.get("/w/acme/nothing/")
    said = Client().get("/metrics").content.decode().lower()
    names = (people.workspace.slug, "ann@", alert.public_id, alert.title.lower(), "payer", "example.com")
    assert [name for name in names if name in said] == []


@pytest.mark.security
def test_t24_it_is_for_this_machine_alone(settings: Any) -> None:
    assert Client().get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="10.0.0.9").get("/metrics").status_code == 404
    assert Client(REMOTE_ADDR="").get("/metrics").status_code == 404
    for header in ("x-forwarded-for", "x-real-ip", "forwarded", "via"):
        assert Client().get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


@pytest.mark.security
def test_with_a_token_it_is_for_who_has_it(settings: Any) -> None:
    settings.METRICS_TOKEN = "tökén"
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    settings.METRICS_TOKEN = "right"
    anywhere = Client(REMOTE_ADDR="10.0.0.9", headers={"x-forwarded-for": "10.0.0.9"})
    assert anywhere.get("/metrics", headers={"authorization": "Bearer right"}).status_code == 200


def test_it_asks_a_fixed_number_of_questions(people: People, django_assert_max_num_queries: Any) -> None:
    scraped()
    for _ in range(3):
        paused(people.workspace)
    assert Execution.objects.count() == Alert.objects.count() == 3
    with django_assert_max_num_queries(12):  # one more where the clock is a server's
        scraped()
