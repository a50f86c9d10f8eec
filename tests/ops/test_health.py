"""What machines ask: whether the process lives, and whether bots can run and people can work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from redis import Redis

from bots.models import Pulse
from bots.tasks import canary
from hitl import health
from hitl.static import HashedModules
from hitl.tenants.models import ApiKey
from hitl.tenants.people import Person
from hitl.up.broker import Broker
from hitl.up.ports import free_port
from tests.alerts.pauses import moved, running
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    health.migrations.cache_clear()
    yield
    health.migrations.cache_clear()


@pytest.fixture
def all_there(settings: Any, broker: Broker) -> None:
    settings.REDIS_URL = broker.url
    Pulse.beat(Pulse.Kind.SWEEPER, "here")
    canary()


def missing() -> dict[str, str]:
    """The parts that are not ready, with their sentences."""
    answer = Client().get("/readyz")
    told = answer.json()
    parts = {name: check["says"] for name, check in told["checks"].items() if not check["ready"]}
    assert told["ready"] is not bool(parts)
    assert answer.status_code == (503 if parts else 200)
    return parts


def test_it_lives_without_a_database(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})


def test_it_is_ready_when_everything_is_there(all_there: None) -> None:
    assert missing() == {}


def test_it_answers_whatever_it_is_called(all_there: None) -> None:
    """Probes ask by an address that is in no list of hosts."""
    for path in ("/healthz", "/readyz"):
        assert Client().get(path, headers={"host": "10.0.0.7:8000"}).status_code == 200
    assert Client().get("/accounts/login/", headers={"host": "10.0.0.7:8000"}).status_code == 400


def test_whoever_comes_by_another_address_is_not_told_that_their_browser_is_wrong(db: None) -> None:
    answer = Client().get("/accounts/login/", headers={"host": "10.0.0.7:8000"})
    assert (answer.status_code, b"HITL_ALLOWED_HOSTS" in answer.content) == (400, True)
    too_much = Client().post("/accounts/login/", {f"field{number}": "" for number in range(1100)})
    assert (too_much.status_code, b"reload the page" in too_much.content) == (400, True)


@pytest.mark.fault
def test_f38_it_names_the_broker_that_is_away(all_there: None, settings: Any) -> None:
    settings.REDIS_URL = f"redis://user:password-canary@127.0.0.1:{free_port()}/0"
    assert list(missing()) == ["broker"]
    assert b"canary" not in Client().get("/readyz").content


@pytest.mark.fault
def test_f8_a_broker_that_forgets_is_not_ready(all_there: None, broker: Broker) -> None:
    with Redis.from_url(broker.url) as redis:
        redis.config_set("maxmemory-policy", "allkeys-lru")
        assert missing() == {}
        redis.config_set("maxmemory", "100mb")
        assert "noeviction" in missing()["broker"]
        redis.config_set("maxmemory", "0")
        redis.config_set("maxmemory-policy", "noeviction")


@pytest.mark.fault
def test_f38_it_names_sweeper_and_worker_that_do_nothing(all_there: None) -> None:
    for pulse in Pulse.objects.all():
        moved(pulse, at=-90)
    assert list(missing()) == ["worker", "sweeper"]
    canary()
    assert list(missing()) == ["sweeper"]


def test_a_worker_that_is_busy_with_long_runs_is_seen_by_its_leases(all_there: None, people: People) -> None:
    Pulse.objects.filter(kind=Pulse.Kind.WORKER).delete()
    execution, _ = running(people.workspace)
    assert missing() == {}
    moved(execution, lease_until=-1)
    assert list(missing()) == ["worker"]


@contextmanager
def database_away() -> Iterator[None]:
    """The real one refuses: SQLite cannot open a file that is a folder."""
    connection.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "NAME", "/proc")
        yield
        connection.close()


@pytest.mark.fault
def test_f38_it_says_that_the_database_is_away(all_there: None) -> None:
    with database_away():
        assert list(missing()) == ["database", "migrations", "worker", "sweeper"]


@pytest.mark.fault
def test_f9_pages_and_calls_say_when_to_come_back(people: People) -> None:
    _, key = ApiKey.make(people.workspace, Person.member(people.ann), "Import", "read", None)
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    with database_away():
        asked, sent = client.get("/w/acme/alerts/"), client.post("/w/acme/ticket/")
        called = client.get("/api/v1/bots", headers={"Authorization": f"Bearer {key}"})
    assert [answer.status_code for answer in (asked, sent, called)] == [503] * 3
    assert (asked["Retry-After"], asked["Refresh"]) == ("5", "5")
    assert "Refresh" not in sent  # what was sent is not sent again by itself
    assert b"cannot reach its database" in asked.content
    assert "Nothing is lost" in called.json()["detail"]


def test_it_counts_migrations_that_are_not_applied(all_there: None) -> None:
    recorder = MigrationRecorder(connection)
    newest = recorder.migration_qs.filter(app="bots").latest("name")
    recorder.record_unapplied(newest.app, newest.name)
    try:
        assert missing() == {"migrations": "The database lacks 1 migrations: run `manage.py migrate`."}
    finally:
        recorder.record_applied(newest.app, newest.name)
    assert missing() == {}


def test_it_says_that_static_files_are_not_collected(all_there: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "staticfiles_storage", HashedModules("/nowhere", "/static/"))
    assert "collectstatic" in missing()["static"]


def test_signs_of_life_are_one_row_for_each_machine(all_there: None) -> None:
    before = Pulse.objects.get(kind=Pulse.Kind.WORKER)
    canary()
    canary()
    after = Pulse.objects.get(kind=Pulse.Kind.WORKER)
    assert after.pk == before.pk
    assert after.at > before.at
    moved(after, at=-100_000)
    Pulse.forget_old()
    assert [pulse.kind for pulse in Pulse.objects.all()] == ["sweeper"]
