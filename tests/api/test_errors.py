"""Whatever is wrong, the answer is a problem (RFC 9457) that says what would be right; the rest of it is in `said`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from bots.models import Bot
from hitl.cache import HintCache
from hitl.up.ports import free_port
from tests.api.conftest import SCRIPT, Program, said
from tests.people import People

pytestmark = [pytest.mark.django_db, pytest.mark.security]
NOWHERE = [
    "/",
    "/nothing",
    "/bots/",
    "/bots/1",
    "/bots/bot_" + "x" * 26,
    "/executions/%00",
    "/executions/exe_%F0",
    "/../",
]


@pytest.mark.parametrize("path", NOWHERE)
def test_what_is_not_there_is_not_found(program: Program, path: str) -> None:
    assert program.get(path).status_code == 404


def test_a_method_that_is_not_taken_names_those_that_are(program: Program) -> None:
    answer = program.send("PUT", "/bots", {})
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "POST"}


def raw(program: Program, body: bytes | str, content_type: str = "application/json") -> Any:
    return said(
        program.client.generic("POST", "/api/v1/bots", body, content_type=content_type, headers=program.headers)
    )


BAD_JSON = {
    "nothing": (b"", 422),
    "a half": (b'{"name": ', 400),
    "latin": ('{"name": "ü"}'.encode("latin-1"), 400),
    "NaN": (b'{"name": NaN}', 400),
    "a doubled name": (b'{"name": "a", "name": "b"}', 400),
    "depth": (b"[" * 100_000, 400),
    "depth that Python reads": (b'{"script":' + b"[" * 90 + b"]" * 90 + b"}", 400),
    "NUL": (rb'{"name": "\u0000", "script": "x"}', 400),
    "half a surrogate pair": (rb'{"name": "\ud800", "script": "x"}', 400),
    "a NUL in a name": (rb'{"\u0000": 1}', 400),
    "a long number": (b'{"version": ' + b"9" * 5000 + b"}", 400),
    "a large number": (b'{"name": 1e400}', 400),
    "a list": (b"[]", 422),
    "null": (b"null", 422),
}


@pytest.mark.parametrize("what", BAD_JSON)
def test_a_body_that_cannot_be_read_is_refused(program: Program, what: str) -> None:
    body, status = BAD_JSON[what]
    assert raw(program, body).status_code == status
    assert not Bot.objects.exists()


def test_a_body_of_another_type_is_refused(program: Program) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        assert raw(program, b'{"name": "x"}', content_type).status_code == 415


def test_a_body_that_is_too_large_is_refused(program: Program, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert raw(program, json.dumps({"name": "x" * 1000, "script": SCRIPT})).status_code == 413


def test_fields_that_are_not_known_or_of_another_type_are_refused(program: Program, bot: Bot) -> None:
    body = {"nmae": "x", "script": SCRIPT, "human_intervention_mode": "yes", "response_window_seconds": "60"}
    errors = program.post("/bots", body).json()["errors"]
    found = {error["field"]: error["message"] for error in errors}
    assert set(found) == {"nmae", "name", "human_intervention_mode", "response_window_seconds"}
    assert (found["name"], found["nmae"]) == ("This is required.", "There is no such field. Did you mean `name`?")
    for wrong in ({"name": None}, {"script": None}, {"human_intervention_mode": None}, {"id": "bot_1"}):
        assert program.patch(f"/bots/{bot.public_id}", wrong).status_code == 422


def test_a_field_that_is_not_known_comes_with_those_that_are(program: Program, bot: Bot) -> None:
    answer = program.post(f"/bots/{bot.public_id}/executions", {"inputs": {"customer": "4711"}})
    said = "There is no such field. There are: variables, response_window_seconds."
    assert answer.json()["errors"] == [{"field": "inputs", "message": said}]


def test_a_body_of_very_many_unknown_fields_costs_no_more_than_a_few(program: Program) -> None:
    errors = program.post("/bots", {f"nmae{number}": "x" for number in range(20_000)}).json()["errors"]
    assert len(errors) == 50


def test_a_call_without_its_body_is_told_that_it_needs_one(program: Program) -> None:
    answer = program.post("/bots")
    assert answer.status_code == 422
    assert answer.json()["detail"] == "This call needs a body: JSON, with the header `Content-Type: application/json`."


def test_a_script_of_more_than_a_megabyte_is_refused_with_a_sentence(program: Program) -> None:
    answer = program.post("/bots", {"name": "Large", "script": "# " + "x" * 1_000_000})
    assert answer.status_code == 422
    assert "1,000,000" in answer.json()["detail"]


def test_many_calls_are_told_when_to_come_back(people: People, program: Program, settings: Settings) -> None:
    settings.API_RATE = 3
    answers = [program.get("/me") for _ in range(9)]
    assert [answer.status_code for answer in answers[:3]] == [200] * 3
    last = answers[-1]
    assert last.status_code == 429
    assert 1 <= int(last.headers["Retry-After"]) <= 60


@pytest.mark.fault
def test_without_redis_nobody_is_stopped(program: Program, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.API_RATE = 1
    monkeypatch.setattr("hitl.limits.cache", HintCache(f"redis://127.0.0.1:{free_port()}/0", {}))
    assert [program.get("/me").status_code for _ in range(4)] == [200] * 4


@pytest.mark.fault
def test_what_breaks_inside_says_nothing_about_it(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr(Bot, "archive", broken)
    made = program.post("/bots", {"name": "x", "script": SCRIPT}).json()
    answer = program.delete(f"/bots/{made['id']}")
    assert answer.status_code == 500
    assert "42" not in answer.content.decode()


def test_t24_a_host_that_is_not_ours_is_refused(program: Program) -> None:
    answer = said(program.client.get("/api/v1/me", headers=program.headers | {"Host": "evil.example"}))
    assert answer.status_code == 400


def test_t24_what_a_proxy_would_say_does_not_move_a_client(people: People) -> None:
    """Whoever is not behind a proxy of ours cannot name another address for what it did wrong."""
    answers = [
        Client().get("/api/v1/me", headers={"X-API-Key": "hitl_x", "X-Forwarded-For": f"10.0.0.{n}"}) for n in range(62)
    ]
    assert answers[-1].status_code == 429


def test_answers_are_kept_by_nobody_on_the_way(program: Program) -> None:
    for path in ("/me", "/bots", "/nothing"):
        assert program.get(path).headers["Cache-Control"] == "no-store"
