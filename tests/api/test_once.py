"""Idempotency-Key: the same request twice is one effect and one answer, also when both arrive at once."""

from __future__ import annotations

from functools import partial

import pytest

from alerts.models import Alert
from bots.models import Bot, Execution
from hitl.tenants import sweeper
from hitl.tenants.models import ApiKey, KeptAnswer
from hitl.tenants.models.kept import AnotherRequest, StillUnderWay
from tests.alerts.pauses import moved
from tests.api.conftest import Program, key
from tests.at_once import AtOnce
from tests.people import People

START = {"variables": {"customer": "1"}}
pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def path(bot: Bot) -> str:
    return f"/bots/{bot.public_id}/executions"


def test_the_same_request_gets_the_same_answer_and_does_nothing_twice(runner: Program, path: str) -> None:
    first = runner.post(path, START, Idempotency_Key="a-1")
    Execution.objects.update(cursor=7)
    second = runner.post(path, START, Idempotency_Key="a-1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert Execution.objects.count() == 1
    assert runner.post(path, START, Idempotency_Key="a-2").json()["id"] != first.json()["id"]


def test_another_request_under_the_same_name_is_refused(runner: Program, path: str) -> None:
    runner.post(path, START, Idempotency_Key="a")
    other = runner.post(path, {"variables": {"customer": "2"}}, Idempotency_Key="a")
    assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert Execution.objects.count() == 1
    for wrong in ("", "x" * 256, "two words", "ü"):
        assert runner.post(path, START, Idempotency_Key=wrong).status_code == 422


def test_each_key_has_names_of_its_own(runner: Program, path: str, people: People) -> None:
    another = key(people.workspace, people.ann, "run")[1]
    ids = {program.post(path, START, Idempotency_Key="same").json()["id"] for program in (runner, another)}
    assert len(ids) == 2


def test_a_refusal_is_not_kept(runner: Program, path: str) -> None:
    assert runner.post(path, {}, Idempotency_Key="a").status_code == 422
    assert runner.post(path, START, Idempotency_Key="a").status_code == 201


def test_after_a_day_the_name_is_free_again(runner: Program, path: str) -> None:
    runner.post(path, START, Idempotency_Key="a")
    moved(KeptAnswer.objects.get(), begun_at=-24 * 3600 - 1)
    runner.post(path, START, Idempotency_Key="a")
    assert (Execution.objects.count(), KeptAnswer.objects.count()) == (2, 1)


def test_what_nobody_asks_for_again_is_swept_away(runner: Program, path: str) -> None:
    for name in ("old", "young"):
        runner.post(path, START, Idempotency_Key=name)
    moved(KeptAnswer.objects.get(name="old"), begun_at=-24 * 3600 - 1)
    assert sweeper.forget() == 1
    assert [kept.name for kept in KeptAnswer.objects.all()] == ["young"]


def test_a_completion_is_answered_again_too(runner: Program, alert: Alert) -> None:
    path = f"/alerts/{alert.public_id}/complete"
    answers = [runner.post(path, {"answer": {}}, Idempotency_Key="done") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content


@pytest.mark.fault
def test_whoever_dies_in_the_middle_has_done_nothing_and_is_succeeded(runner: Program, path: str) -> None:
    row = ApiKey.objects.get(lookup=runner.token.split("_")[1])
    begun = KeptAnswer.begin(row, "a", "hash")
    with pytest.raises(StillUnderWay):
        KeptAnswer.begin(row, "a", "hash")
    with pytest.raises(AnotherRequest):
        KeptAnswer.begin(row, "a", "other")
    moved(begun, begun_at=-61)
    successor = KeptAnswer.begin(row, "a", "hash")
    with pytest.raises(StillUnderWay):
        begun.keep(201, "{}")
    begun.let_go()
    successor.keep(201, "{}")
    assert KeptAnswer.begin(row, "a", "hash").body == "{}"


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
def test_of_many_that_arrive_at_once_one_starts(runner: Program, path: str, at_once: AtOnce) -> None:
    for round in range(5):
        programs = [Program(runner.token) for _ in range(4)]
        send = [partial(program.post, path, START, Idempotency_Key=f"round-{round}") for program in programs]
        answers = at_once(*send)
        assert {answer.status_code for answer in answers} <= {201, 409}
        assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
        assert {answer.headers["Retry-After"] for answer in answers if answer.status_code == 409} <= {"1"}
    assert Execution.objects.count() == 5
