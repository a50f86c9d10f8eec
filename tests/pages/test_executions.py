"""The list of executions: narrowed by its address, read page by page, exported, and many cancelled at once."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from playwright.async_api import expect

from bots.models import Execution
from hitl import clock
from hitl.tenants.models import Workspace
from hitl.tenants.people import SYSTEM, Person
from tests.alerts.pauses import browser_of
from tests.conftest import facts
from tests.pages.conftest import SITTING_DOWN
from tests.pages.rows import Rows
from tests.people import signed_in


def ids(answer: Any) -> list[str]:
    return [execution.public_id for execution in answer.context["page"].executions]


CHOICES: dict[str, set[str] | None] = {
    "status=failed": {"failed"},
    "reason=declined": {"failed"},
    "by=anybody": {"failed", "running"},
    "by=Ann": {"failed", "running"},
    "by=Bob": set(),
    "q=order the DESKS": {"failed"},
    "status=nonsense&bot=bot_nothere&by=Nobody": None,  # as if it were not there
}


def test_it_narrows_by_what_the_address_says(rows: Rows, ann: Client) -> None:
    for query, statuses in CHOICES.items():
        answer = ann.get(f"{rows.path('executions')}?{query}")
        found = {execution.status for execution in answer.context["page"].executions}
        assert found == statuses if statuses is not None else len(found) > 3, query


def test_under_way_is_all_that_has_not_ended(rows: Rows, ann: Client) -> None:
    answer = ann.get(f"{rows.path('executions')}?status=under_way&q=Bank")
    assert {execution.is_over for execution in answer.context["page"].executions} == {False}


def test_it_finds_one_by_its_id_and_by_what_was_asked(rows: Rows, ann: Client) -> None:
    failed, alert = rows.executions["failed"], rows.alerts["open"]
    assert ids(ann.get(f"{rows.path('executions')}?q={failed.public_id}")) == [failed.public_id]
    assert ids(ann.get(f"{rows.path('executions')}?q={alert.public_id}")) == [alert.execution.public_id]


def test_days_are_the_workspaces(rows: Rows, ann: Client) -> None:
    old = rows.executions["failed"]
    at = datetime.fromisoformat("2026-03-04T23:30:00+00:00")  # in Berlin it is the 5th
    Execution.objects.filter(pk=old.pk).update(created_at=at)
    Workspace.objects.update(zone="Europe/Berlin")
    assert ids(ann.get(f"{rows.path('executions')}?since=2026-03-05&until=2026-03-05")) == [old.public_id]
    assert ids(ann.get(f"{rows.path('executions')}?until=2026-03-04")) == []
    wrong = ann.get(f"{rows.path('executions')}?since=2026-03-05&until=2026-03-01").content.decode()
    assert "“From” is later than “To”" in wrong


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_days_at_the_edge_of_the_calendar_get_a_sentence(rows: Rows, ann: Client, day: str, zone: str) -> None:
    Workspace.objects.update(zone=zone)
    for name in ("since", "until"):
        assert "There is nothing from" in ann.get(rows.path("executions"), {name: day}).content.decode()
        assert ann.get(f"/w/{rows.slug}/executions.csv", {name: day}).status_code == 200


def test_it_is_read_page_by_page_while_more_are_added(rows: Rows, ann: Client) -> None:
    first = ann.get(rows.path("executions"))
    rows.bot.start(SYSTEM, {"customer": "1"})
    second = ann.get(f"{rows.path('executions')}?before={first.context['page'].next}")
    seen = ids(first) + ids(second)
    assert len(seen) == len(set(seen)) == Execution.objects.real().count() - 1
    assert second.context["page"].next == ""


def test_it_is_exported_as_it_is_narrowed_and_runs_nothing_in_a_spreadsheet(rows: Rows, ann: Client) -> None:
    Execution.objects.filter(pk=rows.executions["failed"].pk).update(message='=HYPERLINK("http://evil")')
    answer = ann.get(f"/w/{rows.slug}/executions.csv?status=failed&q={rows.executions['failed'].public_id}")
    [row] = csv.DictReader(answer.content.decode().splitlines())
    assert (row["status"], row["reason"]) == ("failed", "step_failed")
    assert row["message"].startswith("'=HYPERLINK")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{rows.slug}-executions.csv"'


def test_many_are_cancelled_after_a_look_at_how_many_and_none_that_began_since(rows: Rows) -> None:
    bob = signed_in(rows.people.bob)
    address = f"{rows.path('executions')}cancel/?q=Bank&status=under_way"
    page = bob.get(address)
    found = page.context["found"]
    assert f"Cancel {len(found)} executions?" in page.content.decode()
    later = rows.bot.start(SYSTEM, {"customer": "1"})
    bob.post(address, {"newest": found[0].public_id})
    assert set(Execution.objects.filter(pk__in=[row.pk for row in found]).values_list("status", flat=True)) == {
        "cancelled"
    }
    later.refresh_from_db()
    assert later.status == "queued"
    assert rows.people.workspace.audit.filter(verb="execution.cancelled").count() >= len(found)
    assert clock.now() - Execution.objects.get(pk=found[0].pk).ended_at < timedelta(minutes=1)


def test_a_page_tells_where_the_time_went_who_had_the_browser_and_what_was_answered(rows: Rows, ann: Client) -> None:
    alert = rows.alerts["unfinished"]
    text = ann.get(rows.path("executions", alert.execution.public_id)).content.decode()
    assert "<strong>Bob</strong> had the browser for" in text
    assert "No pictures were taken meanwhile" in text
    begun = Execution.objects.get(pk=alert.execution_id).history.earliest("pk")
    type(begun).objects.filter(pk=begun.pk).update(at=clock.now() - timedelta(seconds=90))
    text = ann.get(rows.path("executions", alert.execution.public_id, "progress")).content.decode()
    assert "Waiting to start <strong" in text
    assert 'class="spent-bar"' in text
    answered = ann.get(rows.path("executions", rows.alerts["completed"].execution.public_id)).content.decode()
    assert "<dd>as agreed</dd>" in answered
    assert "4242" not in answered
    assert "given, and not kept" in answered


def test_it_names_everybody_who_had_the_browser_after_each_other(rows: Rows, ann: Client) -> None:
    """Ann takes it from Bob, and that he is assigned meanwhile makes nobody of him who drives."""
    alert, people = rows.alerts["open"], rows.people
    alert.claim(Person.member(people.bob))
    alert.assign(Person.member(people.bob), people.bob, None)
    page = rows.path("executions", alert.execution.public_id)
    assert "<strong>Bob</strong> has the browser since" in ann.get(page).content.decode()
    alert.take_back(Person.member(people.ann))
    text = ann.get(page).content.decode()
    assert "<strong>Bob</strong> had the browser for" in text
    assert "<strong>Ann</strong> has the browser since" in text
    assert text.count('<p class="visit">') == 2
    assert "Ann took control from Bob" in ann.get(alert.get_absolute_url()).content.decode()
    alert.release(alert.control_epoch, Person.member(people.ann))
    assert "<strong>Ann</strong> had the browser for" in ann.get(page).content.decode()


def test_whoever_drove_before_it_was_a_column_is_read_out_of_the_sentences(rows: Rows, ann: Client) -> None:
    alert = rows.alerts["unfinished"]
    alert.history.update(who="")
    page = rows.path("executions", alert.execution.public_id)
    assert "<strong>A person</strong> had" not in ann.get(page).content.decode(), "there is no step to show it at"
    import_module("alerts.migrations.0009_who_took_control").read_the_sentences(apps, None)
    assert list(alert.history.exclude(who="").values_list("who", "why")) == [("Bob", "Bob took control")]
    assert "<strong>Bob</strong> had the browser for" in ann.get(page).content.decode()


def test_a_queued_one_says_that_it_waits_for_a_browser(rows: Rows, ann: Client) -> None:
    page = rows.path("executions", rows.executions["queued"].public_id)
    assert "waits for a free browser" not in ann.get(page).content.decode()
    Workspace.objects.update(sessions_at_once=1)
    browser_of(rows.alerts["open"].execution)
    assert "waits for a free browser: the workspace's limit of 1 is reached" in ann.get(page).content.decode()


def test_running_it_again_asks_for_what_is_secret(rows: Rows, ann: Client) -> None:
    ended = rows.executions["succeeded"]
    Execution.objects.filter(pk=ended.pk).update(variables={"customer": "4711", "password": "hunter22"})
    text = ann.get(rows.path("executions", ended.public_id)).content.decode()
    assert "hunter22" not in text
    assert f"?values={ended.public_id}#run" in text
    scheduled = Execution.objects.exclude(schedule=None)[0]
    assert "started by the schedule" in ann.get(rows.path("executions", scheduled.public_id)).content.decode()


@pytest.mark.asyncio(loop_scope="session")
async def test_pictures_are_looked_at_one_after_the_other(rows: Rows, reader: SITTING_DOWN) -> None:
    execution = rows.alerts["completed"].execution
    await facts(execution.step_runs.update, picture=rows.alerts["open"].picture)
    ann = await reader(rows.people.ann)
    page = await ann.reads(rows.path("executions", execution.public_id))
    shots, gallery = page.locator("a.shot[id]"), page.get_by_role("dialog", name="Pictures of this execution")
    await shots.nth(0).click()
    await expect(gallery).to_contain_text("The page after step 1 (1 of 3)")
    await expect(gallery.get_by_role("button", name="Earlier")).to_be_disabled()
    await page.keyboard.press("ArrowRight")
    await expect(gallery).to_contain_text("The page after step 2 (2 of 3)")
    await expect(gallery.get_by_role("img", name="The page after step 2")).to_be_in_viewport(ratio=1)
    assert await ann.wrongs() == []
    await page.keyboard.press("Escape")
    await expect(gallery).to_be_hidden()
    await expect(shots.nth(1)).to_be_focused()


def test_an_output_that_was_stored_with_half_a_letter_is_still_shown(rows: Rows, ann: Client) -> None:
    row = rows.executions["failed"]
    Execution.objects.filter(pk=row.pk).update(output={"cut": "a party \ud83d", "all": ["\ud83d\ude00 whole"]})
    for name in ("execution", "progress", "execution_output"):
        answer = ann.get(reverse(name, args=[rows.slug, row.public_id]))
        assert (answer.status_code, "a party ?" in answer.content.decode()) == (200, True)
        assert "😀 whole" in answer.content.decode()
