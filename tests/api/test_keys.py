"""API keys: shown once, stored as a hash, scoped, expiring, revocable (T18); made by admins on the settings page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import serializers
from django.test import Client

from alerts.models import Alert
from hitl.tenants.models import ApiKey, KeptAnswer, Role, Scope, User
from hitl.tenants.people import Person
from tests.administration import does, operator
from tests.alerts.pauses import moved
from tests.api.conftest import Program, key
from tests.people import People, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.security]
PAGE = "/w/acme/settings/keys/"


def made_on_the_page(client: Client, **given: str) -> Any:
    return client.post(PAGE, {"name": "Nightly", "scope": "run", "days": "30"} | given)


def test_an_admin_makes_a_key_and_sees_it_once(people: People) -> None:
    ann = signed_in(people.ann)
    answer = made_on_the_page(ann)
    assert answer.status_code == 201
    assert "no-store" in answer.headers["Cache-Control"]
    token = re.search(r"hitl_[a-z0-9]{12}_[a-z0-9]{40}", answer.content.decode())[0]  # type: ignore[index]
    assert Program(token).get("/me").json()["scopes"] == ["read", "run"]
    again = ann.get(PAGE).content.decode()
    assert token not in again
    assert "Nightly" in again
    row = ApiKey.objects.get()
    assert token.rpartition("_")[2] not in serializers.serialize("json", [row])
    assert 29 < (row.expires_at - row.created_at).days + 1 < 32
    event = people.workspace.audit.get(subject=row.public_id)
    assert (event.actor, event.verb, event.detail) == ("Ann", "key.made", {"name": "Nightly", "scope": "run"})


def test_a_form_that_is_not_filled_in_makes_nothing_and_loses_nothing(people: People) -> None:
    answer = made_on_the_page(signed_in(people.ann), scope="owner", name="Half done")
    assert answer.status_code == 422
    assert "Half done" in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_who_is_no_admin_makes_none(people: People) -> None:
    assert [made_on_the_page(signed_in(user)).status_code for user in (people.bob, people.vic, people.sam)] == [
        403, 403, 404,
    ]  # fmt: skip


def test_a_revoked_key_stops_at_once(people: People) -> None:
    row, program = key(people.workspace, people.ann)
    ann = signed_in(people.ann)
    assert program.get("/me").status_code == 200
    assert ann.post(f"{PAGE}{row.public_id}/revoke/").status_code == 302
    refused = program.get("/me")
    assert (refused.status_code, refused.json()["detail"]) == (401, "This API key was revoked.")
    assert "Revoked" in ann.get(PAGE).content.decode()
    ann.post(f"{PAGE}{row.public_id}/revoke/")
    assert people.workspace.audit.filter(verb="key.revoked").count() == 1


@pytest.mark.parametrize("where", ["settings", "administration"])
def test_t18_a_revoked_key_leaves_no_link_behind(people: People, alert: Alert, where: str) -> None:
    """Whoever had got hold of the key went on driving the browsers of all alerts that it had shown them."""
    row, program = key(people.workspace, people.ann, "run")
    _, other = key(people.workspace, people.ann, "run")
    said = {"role": "control", "label": "Dana"}
    path = f"/alerts/{alert.public_id}"
    made, others = (p.post(f"{path}/links", said).json()["url"] for p in (program, other))
    shared = program.get(path).json()["share_url"]
    guest, doors = Client(), [made, shared, others]
    assert guest.post(made, {"pressed": "yes"}).status_code == 303
    assert [Client().get(url).status_code for url in doors] == [200, 200, 200]
    if where == "settings":
        signed_in(people.ann).post(f"{PAGE}{row.public_id}/revoke/")
    else:
        does(operator(people.ann), row, "revoke")
    assert [Client().get(url).status_code for url in doors] == [404, 404, 200]
    assert guest.get(f"/g/{alert.public_id}/").status_code == 404
    assert Client().get(other.get(path).json()["share_url"]).status_code == 200  # the new one


def test_t18_a_revoked_key_that_could_only_look_changes_no_link(people: People, alert: Alert) -> None:
    row, _ = key(people.workspace, people.ann, "read")
    shared = alert.share_url
    row.revoke(Person.member(people.ann))
    assert Client().get(shared).status_code == 200


def test_an_expired_key_says_so(people: People) -> None:
    row, program = key(people.workspace, people.ann)
    moved(row, expires_at=-1)
    assert program.get("/me").json()["detail"] == "This API key has expired."
    moved(row, expires_at=60)
    assert program.get("/me").status_code == 200


def membership(people: People) -> Any:
    return people.workspace.memberships.filter(user=people.ann)


@pytest.mark.parametrize("falls", ["removed", "lowered", "closed"])
def test_a_key_stops_with_its_maker(people: People, falls: str) -> None:
    """It is an admin who answers for it: one who has left or was lowered answers for nothing."""
    _, program = key(people.workspace, people.ann)
    if falls == "removed":
        membership(people).delete()
    elif falls == "lowered":
        membership(people).update(role=Role.OPERATOR)
    else:
        User.objects.filter(pk=people.ann.pk).update(is_active=False)
    refused = program.get("/me")
    assert refused.status_code == 401
    assert "no longer an admin" in refused.json()["detail"]


def test_its_last_use_is_noted_once_a_minute(people: People) -> None:
    row, program = key(people.workspace, people.ann)
    program.get("/me")
    row.refresh_from_db()
    first = row.last_used_at
    assert first is not None
    program.get("/me")
    row.refresh_from_db()
    assert row.last_used_at == first
    moved(row, last_used_at=-61)
    program.get("/me")
    row.refresh_from_db()
    assert row.last_used_at >= first


@pytest.mark.parametrize(
    "wrong", ["", "hitl_", "hitl_x", "hitl_" + "a" * 12 + "_" + "b" * 40, "Bearer", "ü", "a" * 5000]
)
def test_what_is_no_key_opens_nothing(people: People, wrong: str) -> None:
    for header in ("Authorization", "X-API-Key"):
        answer = Program(wrong, header).get("/me")
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_lookup_alone_opens_nothing(people: People) -> None:
    row, program = key(people.workspace, people.ann)
    forged = f"hitl_{row.lookup}_{'a' * 40}"
    assert Program(forged).get("/me").json()["detail"] == Program("hitl_x").get("/me").json()["detail"]
    assert program.get("/me").status_code == 200


def test_a_session_opens_nothing(people: People) -> None:
    ann = signed_in(people.ann)
    assert ann.get("/api/v1/me").status_code == 401
    assert ann.post("/api/v1/bots", {"name": "x"}, content_type="application/json").status_code == 401


def test_wrong_keys_are_counted_per_address_and_good_ones_go_on(people: People) -> None:
    _, program = key(people.workspace, people.ann)
    answers = [Program("hitl_wrong").get("/me") for _ in range(62)]
    assert {answer.status_code for answer in answers[:60]} == {401}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert program.get("/me").status_code == 200


@pytest.mark.parametrize("scope", Scope)
def test_each_scope_includes_those_below(scope: Scope) -> None:
    rank = list(Scope)
    assert [scope.includes(other) for other in Scope] == [rank.index(other) <= rank.index(scope) for other in Scope]


def test_a_program_is_known_by_its_keys_name(people: People) -> None:
    row, _ = key(people.workspace, people.ann, name="N" * 80)
    person = Person.api_key(row)
    assert (person.key, person.name, person.user) == (f"key:{row.public_id}", "N" * 80 + " (API key)", None)
    assert not person.is_product


def test_what_is_kept_of_an_answer_opens_nothing(runner: Program, people: People, alert: Any) -> None:
    runner.post(f"/alerts/{alert.public_id}/links", {"role": "control", "label": "Dana"}, Idempotency_Key="one")
    kept = KeptAnswer.objects.get()
    assert "/t/" not in kept.sealed_body
    assert "/t/" in kept.body
