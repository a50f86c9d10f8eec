"""Tries are counted per client address, and a cache that is away stops nobody."""

import socket
import time

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django.fixtures import Settings

from hitl import limits
from hitl.cache import HintCache
from hitl.up.ports import free_port
from tests.people import PASSWORD, People

pytestmark = pytest.mark.security


@pytest.fixture
def _cache_is_away(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr("hitl.cache._quiet_until", 0.0)
    nowhere = HintCache(f"redis://127.0.0.1:{free_port()}/0", {})
    for module in ("hitl.limits", "allauth.core.internal.ratelimit"):
        monkeypatch.setattr(f"{module}.cache", nowhere)


def tries(times: int, address: str = "10.0.0.1") -> list[bool]:
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    return [limits.wrong_too_often(request, "test") for _ in range(times)]


@pytest.mark.django_db
def test_it_counts_wrong_tries_of_one_address() -> None:
    assert not any(tries(limits.WRONG_TRIES))
    assert all(tries(3))
    assert not any(tries(3, "10.0.0.2"))


@pytest.mark.fault
@pytest.mark.usefixtures("_cache_is_away")
def test_it_stops_nobody_while_the_cache_is_away_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    assert not any(tries(limits.WRONG_TRIES * 2))
    assert sum("the cache is away" in message for message in caplog.messages) == 1


@pytest.mark.fault
@pytest.mark.usefixtures("_cache_is_away")
def test_it_signs_people_in_while_the_cache_is_away(client: Client, people: People) -> None:
    answer = client.post(reverse("account_login"), {"login": people.ann.email, "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_it_limits_guesses_at_a_password(client: Client, people: People) -> None:
    guess = {"login": people.ann.email, "password": "wrong horse"}
    statuses = [client.post(reverse("account_login"), guess).status_code for _ in range(40)]
    assert 429 in statuses
    assert set(statuses[statuses.index(429) :]) == {429}
    right = client.post(reverse("account_login"), guess | {"password": PASSWORD})
    assert right.status_code == 429
    assert int(right.headers["Retry-After"]) > 0


def test_it_keeps_nobody_else_out(client: Client, people: People) -> None:
    guess = {"login": people.ann.email, "password": "wrong horse"}
    for _ in range(40):
        client.post(reverse("account_login"), guess, REMOTE_ADDR="10.0.0.9")
    bob = client.post(reverse("account_login"), {"login": people.bob.email, "password": PASSWORD})
    assert bob.status_code == 302


def test_it_tells_clients_apart_behind_a_proxy(client: Client, settings: Settings, db: None) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for _ in range(limits.WRONG_TRIES + 1):
        last = client.get("/t/wrong", headers={"X-Forwarded-For": "10.0.0.1"})
    assert last.status_code == 429
    forged = client.get("/t/wrong", headers={"X-Forwarded-For": "9.9.9.9, 10.0.0.1"})
    assert forged.status_code == 429, "only what the proxy itself has added counts"
    assert client.get("/t/wrong", headers={"X-Forwarded-For": "10.0.0.2"}).status_code == 404


@pytest.mark.fault
def test_f7_a_cache_that_hangs_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hitl.cache._rests_until", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hangs = HintCache(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", {"OPTIONS": {"socket_timeout": 0.3}})
        begun = time.monotonic()
        assert [hangs.get("limit", 5) for _ in range(10)] == [5] * 10
        assert time.monotonic() - begun < 1
