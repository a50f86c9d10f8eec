"""T8, for programs: each call, generated from the API itself, for a key of each scope, a stranger's key, one that was
revoked, one that has expired, one whose maker has left, and none."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from hitl.api.document import scopes
from hitl.api.examples import SENT
from hitl.api.urls import api
from hitl.tenants.models import Membership, Scope
from hitl.tenants.people import Person
from tests.alerts.pauses import moved
from tests.api.conftest import Program, key
from tests.people import People, person
from tests.tenants.routes import Place
from tests.tenants.test_matrix import ACME

pytestmark = [pytest.mark.django_db, pytest.mark.security]

CALLS = {
    call["operationId"]: (method.upper(), path, call)
    for path, calls in api.get_openapi_schema()["paths"].items()
    for method, call in calls.items()
}
NEEDED = scopes(api)
OWN = {"make_bot", "list_bots", "list_executions", "list_alerts", "get_me"}  # what a stranger finds of their own


@pytest.fixture
def place(people: People) -> Place:
    return Place.furnished(people)


@pytest.fixture
def programs(place: Place) -> dict[str, Program]:
    people = place.people
    each: dict[str, Program] = {scope.value: key(people.workspace, people.ann, scope)[1] for scope in Scope}
    revoked, each["revoked"] = key(people.workspace, people.ann)
    revoked.revoke(Person.member(people.ann))
    expired, each["expired"] = key(people.workspace, people.ann)
    moved(expired, expires_at=-1)
    left = person("Lea")
    Membership.objects.create(workspace=people.workspace, user=left, role="admin")
    each["left"] = key(people.workspace, left)[1]
    Membership.objects.filter(user=left).delete()
    return each | {"stranger": key(people.other, people.sam)[1], "none": Program("")}


def sent(place: Place, program: Program, name: str) -> Any:
    """The call as somebody makes it who knows all of Acme's ids."""
    method, path, call = CALLS[name]
    execution = place.alert.execution
    path = path.removeprefix("/api/v1").format(
        bot_id=execution.bot.public_id,
        execution_id=execution.public_id,
        alert_id=place.alert.public_id,
        link_id=place.made_link.public_id,
        index=0,
        file_id=execution.files.get().public_id,
    )
    body = call.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    return program.send(method, path, SENT.get(body.rpartition("/")[2]) if name != "start_execution" else {})


def expected(name: str, who: str) -> set[int]:
    if who in ("revoked", "expired", "left", "none"):
        return {401}
    if who == "stranger":
        return {200, 201} if name in OWN else {404}
    return {200, 201, 204} if Scope(who).includes(NEEDED[name]) else {403}


def test_every_call_names_the_scope_that_it_needs() -> None:
    assert set(NEEDED) == set(CALLS)
    writes = {name for name, (method, _, _) in CALLS.items() if method != "GET"}
    assert {name for name in CALLS if NEEDED[name] == "read"} == set(CALLS) - writes


@pytest.mark.parametrize("name", CALLS)
def test_t8_t18_each_call_answers_each_key_as_its_scope_says(
    place: Place, programs: dict[str, Program], name: str
) -> None:
    for who, program in programs.items():
        with transaction.atomic():
            answer = sent(place, program, name)
            transaction.set_rollback(True)
        assert answer.status_code in expected(name, who), (who, answer.content)
        if who == "stranger":
            content = b"".join(answer) if answer.streaming else answer.content
            assert not [words for words in ACME if words in content]


def test_t8_wrong_ids_and_strangers_ids_are_answered_alike(place: Place, programs: dict[str, Program]) -> None:
    execution = place.alert.execution
    for there, kind in (
        (f"/bots/{execution.bot.public_id}", "/bots/bot_"),
        (f"/executions/{execution.public_id}", "/executions/exe_"),
        (f"/alerts/{place.alert.public_id}", "/alerts/alt_"),
    ):
        foreign, wrong = programs["stranger"].get(there), programs["stranger"].get(kind + "x" * 26)
        assert (foreign.status_code, foreign.content) == (wrong.status_code, wrong.content)
        assert (foreign.status_code, set(foreign.headers)) == (404, set(wrong.headers))


@pytest.mark.parametrize("name", CALLS)
def test_t27_a_cookie_opens_no_call(place: Place, name: str) -> None:
    for visitor in place.visitors(enforce_csrf_checks=True).values():
        program = Program("")
        program.client, program.headers = visitor, {}
        assert sent(place, program, name).status_code == 401
