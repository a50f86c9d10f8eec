"""The contract: each call of the table, with the fields and statuses that outsiders rely on."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import Mock

import pytest
import yaml
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from ninja.openapi.schema import OpenAPISchema

from alerts.models import AccessLink, Alert
from bots.models import Bot, Execution, KeptFile, StepRun
from hitl.tenants.people import Person
from tests.alerts.pauses import again, moved, paused, pictured, running
from tests.api.conftest import SCRIPT, Program, key
from tests.people import People

pytestmark = pytest.mark.django_db

EXECUTION = "id bot_id status failure_reason cursor steps output alert url created_at ended_at"
ALERT = (
    "id execution_id bot_id bot_name status kind title instructions fields deadline claimed_by answer url share_url "
    "embed_url"
)
STEP = "index type status error screenshot_url started_at ended_at"
PLAIN = json.dumps({"title": "Plain", "steps": [{"type": "navigate", "url": "https://bank.example/"}]})
FIELDS = [
    {"name": "amount", "type": "number", "label": "Amount", "required": True},
    {"name": "pin", "type": "secret", "label": "PIN", "required": False},
    {"name": "decision", "type": "choice", "label": "Decision", "required": True, "choices": ["approve", "reject"]},
]


def has(shown: dict[str, Any], names: str) -> bool:
    return set(names.split()) <= set(shown)


def test_it_says_what_a_key_is(reader: Program, people: People) -> None:
    me = reader.get("/me").json()
    assert me["workspace"] == {"name": "Acme", "slug": "acme", "url": f"{settings.BASE_URL}/w/acme/"}
    assert me["scopes"] == ["read"]
    assert me["key"]["id"].startswith("key_")
    assert reader.token not in str(me)
    assert Program(reader.token, "X-API-Key").get("/me").status_code == 200


# Bots


def test_a_bot_is_made_shown_changed_and_archived(program: Program, people: People) -> None:
    made = program.post("/bots", {"name": " Balance ", "script": SCRIPT, "response_window_seconds": 600})
    assert made.status_code == 201
    bot = made.json()
    assert bot["id"].startswith("bot_")
    assert (bot["name"], bot["script"], bot["version"]) == ("Balance", SCRIPT, 1)
    assert (bot["human_intervention_mode"], bot["ask_human_on_failure"]) == (True, True)
    assert bot["response_window_seconds"] == 600
    assert program.get(f"/bots/{bot['id']}").json() == bot
    assert program.get("/bots").json() == {"data": [bot], "next_cursor": None}

    changed = program.patch(f"/bots/{bot['id']}", {"human_intervention_mode": False, "response_window_seconds": None})
    assert changed.status_code == 200
    assert changed.json() == bot | {"human_intervention_mode": False, "response_window_seconds": None}

    assert program.delete(f"/bots/{bot['id']}").status_code == 204
    assert program.get(f"/bots/{bot['id']}").status_code == 404
    assert program.get("/bots").json()["data"] == []
    did = list(people.workspace.audit.filter(subject=bot["id"]).order_by("pk").values_list("actor", "verb"))
    assert did == [("CI (API key)", verb) for verb in ("bot.made", "bot.changed", "bot.archived")]


def test_long_scripts_make_short_pages_and_none_is_missed(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        program.post("/bots", {"name": str(number), "script": SCRIPT})
    monkeypatch.setattr("hitl.api.paging.LONGEST_PAGE", 2 * len(Bot.objects.all()[0].source))
    pages, cursor = [], ""
    while cursor is not None:
        answer = program.get(f"/bots?cursor={cursor}" if cursor else "/bots").json()
        pages.append([bot["name"] for bot in answer["data"]])
        cursor = answer["next_cursor"]
    assert pages == [["4", "3"], ["2", "1"], ["0"]]
    monkeypatch.setattr("hitl.api.paging.LONGEST_PAGE", 1)
    assert len(program.get("/bots").json()["data"]) == 1


def test_a_script_may_be_yaml(program: Program) -> None:
    made = program.post("/bots", {"name": "Balance", "script": "# by Ann\n" + yaml.safe_dump(SCRIPT)})
    assert made.json()["script"] == SCRIPT


def test_a_bad_script_is_refused_with_step_field_and_what_would_be_right(program: Program) -> None:
    steps = [
        SCRIPT["steps"][0],
        {"type": "clik", "selectors": [["#a"]]},
        {"type": "navigate", "ulr": "https://a.example"},
    ]
    answer = program.post("/bots", {"name": "Balance", "script": {"title": "Balance", "steps": steps}})
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert (errors[0]["step"], errors[0]["field"]) == (2, "script.steps.1.type")
    assert "click" in errors[0]["message"]
    assert any(error["step"] == 3 and "url" in error["field"] + error["message"] for error in errors)
    assert not Bot.objects.exists()


def test_a_changed_script_is_a_version_and_the_one_who_was_slower_is_told(program: Program, bot: Bot) -> None:
    new = SCRIPT | {"title": "Another"}
    path = f"/bots/{bot.public_id}"
    assert program.patch(path, {"script": new, "version": 1}).json()["version"] == 2
    late = program.patch(path, {"script": SCRIPT | {"title": "Third"}, "version": 1, "name": "Lost"})
    assert late.status_code == 409
    assert late.json()["current_version"] == 2
    bot.refresh_from_db()
    assert (bot.name, bot.script.title) == ("Balance", "Another")


# Executions


def test_an_execution_is_started_followed_and_cancelled(runner: Program, bot: Bot) -> None:
    begun = runner.post(f"/bots/{bot.public_id}/executions", {"variables": {"customer": 4711}})
    assert begun.status_code == 201
    execution = begun.json()
    assert has(execution, EXECUTION)
    assert execution["id"].startswith("exe_")
    assert (execution["bot_id"], execution["status"], execution["cursor"]) == (bot.public_id, "queued", 0)
    assert (execution["steps"], execution["output"], execution["alert"]) == ([], {}, None)
    row = Execution.objects.get(public_id=execution["id"])
    assert row.variables == {"customer": "4711"}
    assert row.history.first().why == "started by CI (API key)"
    assert runner.get(f"/executions/{execution['id']}").json() == execution
    assert runner.get("/executions").json()["data"] == [execution]
    ended = runner.post(f"/executions/{execution['id']}/cancel")
    assert (ended.status_code, ended.json()["status"]) == (200, "cancelled")
    again = runner.post(f"/executions/{execution['id']}/cancel")
    assert (again.status_code, again.json()["execution"]["status"]) == (409, "cancelled")


@pytest.mark.security
def test_t11_of_very_many_wrong_variables_the_first_are_named(runner: Program, bot: Bot) -> None:
    """Each was compared with those that there are: a body of two megabytes took minutes."""
    many = {f"custome{number}": "1" for number in range(1_000)}
    answer = runner.post(f"/bots/{bot.public_id}/executions", {"variables": many})
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert len(errors) == 50
    assert (errors[0]["field"], errors[1]["field"]) == ("variables.customer", "variables.custome0")


def test_without_a_body_a_bot_that_asks_for_nothing_starts(runner: Program, people: People) -> None:
    plain = Bot.make(people.workspace, Person.member(people.ann), "Plain", PLAIN)
    assert runner.post(f"/bots/{plain.public_id}/executions").status_code == 201
    refused = runner.post(f"/bots/{plain.public_id}/executions", {"variables": {"customer": "1"}}).json()
    assert refused["errors"] == [{"field": "variables.customer", "message": "The script has no variables."}]


def test_a_variable_that_there_is_not_is_answered_with_those_that_there_are(runner: Program, bot: Bot) -> None:
    body = {"variables": {"customer": "4711", "amount": "1"}}
    answer = runner.post(f"/bots/{bot.public_id}/executions", body).json()
    said = "The script has no such variable. There are: customer."
    assert answer["errors"] == [{"field": "variables.amount", "message": said}]


def test_variables_are_checked_by_name(runner: Program, bot: Bot) -> None:
    path = f"/bots/{bot.public_id}/executions"
    missing = runner.post(path, {"variables": {"custmer": "1"}})
    assert missing.status_code == 422
    assert [error["field"] for error in missing.json()["errors"]] == ["variables.customer", "variables.custmer"]
    assert "customer" in missing.json()["errors"][1]["message"]
    given = runner.post(path, {"variables": {"customer": True}, "response_window_seconds": 120}).json()
    row = Execution.objects.get(public_id=given["id"])
    assert (row.variables, row.window_seconds) == ({"customer": "true"}, 120)


def test_an_execution_shows_its_steps_with_pictures_that_the_key_can_fetch(reader: Program, alert: Alert) -> None:
    pictured(alert)
    shown = reader.get(f"/executions/{alert.execution.public_id}").json()
    assert [(step["index"], step["type"], step["status"]) for step in shown["steps"]] == [
        (0, "navigate", "done"),
        (1, "requestHuman", "waiting"),
    ]
    assert all(has(step, STEP) for step in shown["steps"])
    assert shown["status"] == "waiting_for_human"
    assert shown["alert"]["id"] == alert.public_id
    url = shown["steps"][0]["screenshot_url"]
    assert url.startswith(f"{settings.BASE_URL}/api/v1/")
    picture = reader.get(url.removeprefix(f"{settings.BASE_URL}/api/v1"))
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/jpeg")
    assert shown["steps"][1]["screenshot_url"] is None
    alerts = shown["alert"]["screenshot_url"].removeprefix(f"{settings.BASE_URL}/api/v1")
    assert reader.get(alerts).status_code == 200


def test_it_lists_the_files_of_an_execution_and_hands_them_out(reader: Program, alert: Alert) -> None:
    execution = alert.execution
    KeptFile.keep(execution, "list.csv", [b"1,2"])
    KeptFile.keep(execution, "invoice", [b"%PDF"], by="Dana")
    first = reader.get(f"/executions/{execution.public_id}/files?limit=1").json()
    rest = reader.get(f"/executions/{execution.public_id}/files?cursor={first['next_cursor']}").json()
    newest, oldest = first["data"][0], rest["data"][0]
    assert [newest[name] for name in ("name", "size", "media_type", "fetched_by")] == ["invoice", 4, None, "Dana"]
    assert [oldest[name] for name in ("name", "size", "media_type", "fetched_by")] == ["list.csv", 3, "text/csv", None]
    answer = reader.get(oldest["url"].removeprefix(f"{settings.BASE_URL}/api/v1"))
    assert b"".join(answer) == b"1,2"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="list.csv"'


def test_a_step_that_was_tried_again_is_shown_once(reader: Program, people: People) -> None:
    execution, epoch = running(people.workspace)
    execution.begin_step(epoch, "navigate", "first").end("failed", "No.")
    execution.begin_step(epoch, "navigate", "second")
    steps = reader.get(f"/executions/{execution.public_id}").json()["steps"]
    assert [(step["index"], step["status"], step["error"]) for step in steps] == [(0, "running", None)]


def test_lists_are_filtered(reader: Program, bot: Bot, people: People) -> None:
    first = bot.start(Person.member(people.ann), {"customer": "1"})
    alert = paused(people.workspace)
    ids = lambda answer: [row["id"] for row in answer.json()["data"]]  # noqa: E731
    assert ids(reader.get("/executions")) == [alert.execution.public_id, first.public_id]
    assert ids(reader.get("/executions?status=queued")) == [first.public_id]
    assert ids(reader.get(f"/executions?bot_id={bot.public_id}")) == [first.public_id]
    assert ids(reader.get("/executions?status=failed")) == []
    assert ids(reader.get("/alerts?status=open")) == [alert.public_id]
    assert ids(reader.get(f"/alerts?execution_id={first.public_id}")) == []
    assert ids(reader.get(f"/alerts?bot_id={alert.execution.bot.public_id}")) == [alert.public_id]
    assert ids(reader.get(f"/alerts?bot_id={bot.public_id}")) == []
    assert len(ids(reader.get("/bots"))) == 2
    assert ids(reader.get("/bots?name=Balance")) == [bot.public_id]
    assert [ids(reader.get(f"/bots?name={name}")) for name in ("balance", "Bal", "%00", "")] == [[], [], [], []]
    wrong = reader.get("/executions?staus=queued")
    assert (wrong.status_code, "Did you mean `status`?" in wrong.json()["detail"]) == (422, True)
    assert reader.get("/alerts?status=closed").status_code == 422


def test_lists_are_read_page_by_page_without_gap_or_repetition(reader: Program, bot: Bot, people: People) -> None:
    for number in range(5):
        bot.start(Person.member(people.ann), {"customer": str(number)})
    first = reader.get("/executions?limit=2").json()
    bot.start(Person.member(people.ann), {"customer": "new"})
    seen, cursor = first["data"], first["next_cursor"]
    while cursor:
        page = reader.get(f"/executions?limit=2&cursor={cursor}").json()
        seen, cursor = seen + page["data"], page["next_cursor"]
    rows = Execution.objects.order_by("-pk").values_list("public_id", flat=True)[1:]
    assert [row["id"] for row in seen] == list(rows)
    other = reader.get(f"/alerts?cursor={first['next_cursor']}")
    assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "cursor")
    assert [reader.get(f"/executions?limit={limit}").status_code for limit in (0, 101, "x")] == [422] * 3


def test_long_outputs_make_short_pages_and_none_is_missed(
    reader: Program, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        paused(people.workspace)
    Execution.objects.update(output={"said": "x" * 100})
    monkeypatch.setattr("hitl.api.paging.LONGEST_PAGE", 1_500)  # each has two steps beside
    lengths, cursor = [], ""
    while cursor is not None:
        answer = reader.get(f"/executions?cursor={cursor}" if cursor else "/executions").json()
        lengths.append(len(answer["data"]))
        cursor = answer["next_cursor"]
    assert lengths == [2, 2, 1]


@pytest.mark.security
def test_t11_very_many_steps_make_short_pages(reader: Program, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred executions of two thousand steps each took half a gigabyte of a web process."""
    for _ in range(4):
        execution = paused(people.workspace).execution
        StepRun.objects.bulk_create([StepRun(execution=execution, index=n, type="click") for n in range(50, 60)])
    monkeypatch.setattr("hitl.api.paging.LONGEST_PAGE", 30 * 300)
    answer = reader.get("/executions").json()
    assert [len(row["steps"]) for row in answer["data"]] == [12, 12]
    assert len(reader.get(f"/executions?cursor={answer['next_cursor']}").json()["data"]) == 2


@pytest.mark.parametrize("path", ["/executions", "/alerts"])
def test_a_list_reads_no_scripts(reader: Program, people: People, path: str) -> None:
    paused(people.workspace)
    with CaptureQueriesContext(connection) as asked:
        assert len(reader.get(path).json()["data"]) == 1
    for column in ("script", "source", "variables"):
        assert not [query["sql"] for query in asked.captured_queries if f'"{column}"' in query["sql"]]


def test_a_list_costs_no_more_queries_for_more_rows(
    reader: Program, people: People, django_assert_max_num_queries: Any
) -> None:
    for _ in range(6):
        paused(people.workspace)
    for path in ("/executions", "/alerts"):
        with django_assert_max_num_queries(12):
            assert len(reader.get(path).json()["data"]) == 6


# Alerts


def test_an_alert_is_shown_with_its_clocks_and_links(runner: Program, alert: Alert, people: People) -> None:
    shown = runner.get(f"/alerts/{alert.public_id}").json()
    assert has(shown, ALERT)
    assert (shown["status"], shown["kind"], shown["title"]) == ("open", "otp", "Type the code")
    assert shown["execution_id"] == alert.execution.public_id
    assert (shown["bot_id"], shown["bot_name"]) == (alert.execution.bot.public_id, alert.execution.bot.name)
    assert (shown["share_url"], shown["embed_url"]) == (alert.share_url, None)
    assert (shown["claimed_by"], shown["answer"]) == (None, None)
    assert shown["deadline"].endswith("Z")
    alert.claim(Person.member(people.bob))
    claimed = runner.get(f"/alerts/{alert.public_id}").json()
    assert (claimed["status"], claimed["claimed_by"]) == ("claimed", "Bob")


def test_a_key_that_may_only_look_gets_no_link_that_lets_people_act(
    reader: Program, runner: Program, alert: Alert, people: People
) -> None:
    assert reader.get(f"/alerts/{alert.public_id}").json()["share_url"] is None
    assert alert.share_link.token not in reader.get("/executions").content.decode()
    people.workspace.links_allowed = False
    people.workspace.save()
    assert runner.get(f"/alerts/{alert.public_id}").json()["share_url"] is None
    assert runner.post(f"/alerts/{alert.public_id}/links", {"role": "watch", "label": "Dana"}).status_code == 403


def test_an_address_for_a_frame_stands_where_the_workspace_names_a_site(
    reader: Program, runner: Program, alert: Alert, people: People
) -> None:
    people.workspace.let_embed(Person.member(people.ann), ["https://intranet.example"])
    shown = runner.get(f"/alerts/{alert.public_id}").json()
    made = runner.post(f"/alerts/{alert.public_id}/links", {"role": "watch", "label": "Dana"}).json()
    assert runner.get("/alerts").json()["data"][0]["embed_url"] == shown["embed_url"]
    for url in (shown["embed_url"], made["embed_url"]):
        policy = runner.client.get(url).headers["Content-Security-Policy"]
        assert "frame-ancestors https://intranet.example" in policy
    assert reader.get(f"/alerts/{alert.public_id}").json()["embed_url"] is None


def test_an_alert_is_completed_and_the_bot_goes_on(runner: Program, people: People) -> None:
    alert = paused(people.workspace, fields=FIELDS)
    path = f"/alerts/{alert.public_id}/complete"
    wrong = runner.post(path, {"answer": {"amount": "1,5", "decision": "maybe", "pins": "1"}})
    assert wrong.status_code == 422
    assert {error["field"] for error in wrong.json()["errors"]} == {"answer.pins", "answer.amount", "answer.decision"}
    assert again(alert).status == "open"
    done = runner.post(path, {"answer": {"amount": 12.5, "pin": "4242", "decision": "approve"}})
    assert (done.status_code, done.json()["status"]) == (200, "completed")
    assert done.json()["answer"] == {"amount": 12.5, "pin": None, "decision": "approve"}
    assert done.json()["closed_by"] == "CI (API key)"
    execution = again(alert).execution
    assert (execution.status, execution.cursor) == ("running", 2)
    assert execution.plain_answers()["pin"] == "4242"
    late = runner.post(path, {"answer": {"amount": 1, "decision": "reject"}})
    assert late.status_code == 409
    assert (late.json()["alert"]["status"], late.json()["alert"]["closed_by"]) == ("completed", "CI (API key)")


def test_without_a_body_an_alert_that_asks_for_no_answer_is_completed(runner: Program, alert: Alert) -> None:
    assert runner.post(f"/alerts/{alert.public_id}/complete").json()["status"] == "completed"


def test_nobody_completes_what_somebody_else_holds(runner: Program, alert: Alert, people: People) -> None:
    alert.claim(Person.member(people.bob))
    answer = runner.post(f"/alerts/{alert.public_id}/complete", {"answer": {}})
    assert answer.status_code == 409
    assert "Bob is in control" in answer.json()["detail"]
    assert answer.json()["alert"]["status"] == "claimed"


@pytest.mark.django_db(transaction=True)
def test_what_the_page_still_lacks_is_said_and_can_be_overridden(runner: Program, people: People) -> None:
    alert = paused(people.workspace, resume_when={"visible": "#balance"})
    path = f"/alerts/{alert.public_id}/complete"
    early = runner.post(path, {"answer": {}})
    assert (early.status_code, early.json()["missing"]) == (422, ["The browser of this execution has ended."])
    assert runner.post(path, {"answer": {}, "reason": "The page is right."}).json()["reason"] == "The page is right."


def test_an_alert_is_declined_with_a_reason(runner: Program, alert: Alert) -> None:
    path = f"/alerts/{alert.public_id}/decline"
    assert [runner.post(path, body).status_code for body in ({}, {"reason": "  "}, {"reason": 1})] == [422] * 3
    declined = runner.post(path, {"reason": "The phone is at home."})
    assert (declined.status_code, declined.json()["status"]) == (200, "declined")
    assert declined.json()["reason"] == "The phone is at home."
    execution = runner.get(f"/executions/{alert.execution.public_id}").json()
    assert (execution["status"], execution["failure_reason"]) == ("failed", "declined")
    assert runner.post(path, {"reason": "Again."}).status_code == 409


def test_who_is_on_it_is_said_and_taken_back(runner: Program, alert: Alert, people: People) -> None:
    path = f"/alerts/{alert.public_id}/on-it"
    assert [runner.post(path, {"minutes": odd}).status_code for odd in (0, 241, "10", None)] == [422] * 4
    shown = runner.post(path, {"minutes": 10}).json()
    assert (shown["on_it_by"], shown["status"]) == ("CI (API key)", "open")
    assert shown["on_it_until"] > shown["created_at"]
    other = key(people.workspace, people.ann, "run", "Other")[1]
    late = other.post(path, {"minutes": 5})
    assert (late.status_code, late.json()["alert"]["on_it_by"]) == (409, "CI (API key)")
    assert [other.delete(path).status_code, runner.delete(path).status_code] == [204, 204]
    assert runner.get(f"/alerts/{alert.public_id}").json()["on_it_by"] is None
    assert set(people.workspace.audit.filter(subject=alert.public_id).values_list("actor", "verb")) == {
        ("CI (API key)", "alert.on_it"), ("CI (API key)", "alert.given_up")
    }  # fmt: skip


def test_an_alert_is_assigned_to_a_member_who_may_act(runner: Program, alert: Alert) -> None:
    path = f"/alerts/{alert.public_id}/assign"
    for nobody in ("sam@example.com", "vic@example.com", "x"):
        refused = runner.post(path, {"to": nobody})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "to")
    assert runner.post(path, {"to": "BOB@example.com"}).json()["assigned_to"] == "bob@example.com"
    assert alert.deliveries.filter(kind="assigned", user__email="bob@example.com").exists()
    assert runner.post(path, {"to": None}).json()["assigned_to"] is None
    moved(alert, deadline=-1)
    alert.expire()
    assert runner.post(path, {"to": "bob@example.com"}).json()["alert"]["status"] == "expired"


def test_a_link_is_made_and_revoked(runner: Program, alert: Alert, people: People) -> None:
    path = f"/alerts/{alert.public_id}/links"
    made = runner.post(path, {"role": "control", "label": "Dana", "expires_in_seconds": 3600})
    assert made.status_code == 201
    link = made.json()
    assert has(link, "id url embed_url expires_at")
    row = AccessLink.objects.get(public_id=link["id"])
    assert (row.role, row.label, row.url) == ("control", "Dana", link["url"])
    assert runner.client.get(link["url"]).status_code == 200
    assert runner.post(path, {"role": "owner", "label": "Dana"}).status_code == 422
    assert runner.delete(f"/links/{link['id']}").status_code == 204
    assert runner.client.get(link["url"]).status_code == 404
    assert runner.delete(f"/links/{link['id']}").status_code == 404
    moved(alert, deadline=-1)
    alert.expire()
    assert runner.post(path, {"role": "watch", "label": "Dana"}).json()["alert"]["status"] == "expired"
    verbs = people.workspace.audit.filter(subject=link["id"]).values_list("actor", "verb")
    assert set(verbs) == {("CI (API key)", "link.made"), ("CI (API key)", "link.revoked")}


def test_the_document_is_openapi_and_describes_every_call() -> None:
    document = json.loads(Program("").client.get("/api/v1/openapi.json").content)
    assert document["openapi"].startswith("3.1")
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            assert call["summary"], path
            assert len(call["description"]) > 20, path
            assert {"401", "429"} <= set(call["responses"]), path
            assert call["security"], path
            if "{" in path:
                assert "404" in call["responses"], path
            if "requestBody" in call:
                assert {"400", "413", "415", "422"} <= set(call["responses"]), (method, path)


def test_the_document_is_built_once_however_often_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody may ask for it, without a key."""
    first = Program("").client.get("/api/v1/openapi.json")
    monkeypatch.setattr(OpenAPISchema, "__init__", built := Mock())
    assert Program("").client.get("/api/v1/openapi.json").content == first.content
    assert not built.called
