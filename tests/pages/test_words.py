"""What the pages say: states, results of messages, endings, errors. Without a browser."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from alerts.links import token_for
from tests.live_page.site import stage
from tests.pages.rows import FIELDS, Rows
from tests.people import signed_in


def words(html: bytes) -> str:
    """The text that is read."""
    plain = re.sub(r"<(script|style|svg).*?</\1>|<[^>]+>", " ", html.decode(), flags=re.DOTALL)
    return " ".join(plain.replace("&#x27;", "'").replace("&amp;", "&").split())


def read(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return words(answer.content)


def test_a_row_says_who_was_told_and_who_was_not(rows: Rows) -> None:
    text = read(signed_in(rows.people.ann), rows.path("alerts", "rows"))
    assert "Told 1 by e-mail, 1 not delivered" in text
    assert re.search(r"Not delivered to \w+: 550 No such user here", text)
    assert "In hand: Bob" in text
    assert "Left unfinished since" in text


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("completed", "Done although something was missing, because The form is gone."),
        ("declined", "The reason The site blocks me: reference 18.4f."),
        ("expired", "Nobody came in time."),
    ],
)
def test_an_alert_that_is_over_says_how(rows: Rows, state: str, sentence: str) -> None:
    text = read(signed_in(rows.people.ann), rows.path("alerts", rows.alerts[state].public_id))
    assert sentence in text
    assert "Take control" not in text


def test_secret_answers_are_not_shown(rows: Rows) -> None:
    text = read(signed_in(rows.people.ann), rows.path("alerts", rows.alerts["completed"].public_id))
    assert "Your PIN given, and not kept" in text
    assert "as agreed" in text
    assert "4242" not in text


def test_each_field_has_its_control_and_its_name(rows: Rows) -> None:
    page = signed_in(rows.people.bob).get(rows.path("alerts", rows.alerts["fields"].public_id)).content.decode()
    for field in FIELDS:
        assert f'name="answer.{field["name"]}"' in page
    assert page.count('type="radio" name="answer.decision"') == 2
    assert 'type="password"' in page
    assert 'type="number"' in page


def test_who_may_only_watch_gets_no_form(rows: Rows) -> None:
    path = rows.path("alerts", rows.alerts["fields"].public_id)
    page = signed_in(rows.people.vic).get(path).content.decode()
    assert "Your role does not let you take control." in page
    assert "Can't do this" not in page
    assert rows.alerts["fields"].share_link.token not in page


def test_a_link_that_may_only_watch_is_not_told_to_take_control(rows: Rows) -> None:
    text = read(Client(), f"/t/{token_for(rows.link.public_id, rows.link.key)}")
    assert "Acme asks for your help" in text
    assert "Take control" not in text
    assert "you can watch" in text


def test_the_door_shows_neither_picture_nor_target(rows: Rows) -> None:
    page = Client().get(f"/t/{token_for(rows.link.public_id, rows.link.key)}").content.decode()
    assert "bank.example" not in page
    assert "picture.jpg" not in page
    assert "noindex" in page


@pytest.mark.parametrize("path", ["/t/nonsense", "/g/alt_nothing/", "/nothing/"])
def test_a_link_that_opens_nothing_says_why_that_may_be(rows: Rows, path: str) -> None:
    assert "It has been answered, was withdrawn, or its time has run out." in read(Client(), path, 404)


def test_too_low_a_role_reads_what_is_needed(rows: Rows) -> None:
    text = read(signed_in(rows.people.bob), rows.path("bots", "new"), 403)
    assert "This needs the role admin or higher." in text
    assert "You are operator in Acme." in text


def test_a_bad_script_is_refused_with_its_step(rows: Rows) -> None:
    source = '{"title": "x", "steps": [{"type": "clik", "selectors": ["#a"]}]}'
    answer = signed_in(rows.people.ann).post(rows.path("bots", "new"), {"name": "New", "source": source})
    assert answer.status_code == 422
    assert "The script has 1 problem: Step 1" in words(answer.content)
    assert "clik" in answer.content.decode()


def test_variables_are_for_those_who_may_run_bots(rows: Rows) -> None:
    path = rows.path("executions", rows.executions["succeeded"].public_id)
    assert "4711" in signed_in(rows.people.bob).get(path).content.decode()
    assert "4711" not in signed_in(rows.people.vic).get(path).content.decode()


def test_a_failed_execution_says_where_and_why(rows: Rows) -> None:
    text = read(signed_in(rows.people.vic), rows.path("executions", rows.executions["failed"].public_id))
    assert "A step failed Step 1 failed. The address does not resolve." in text
    assert "Ended at step 1 of 4" in text


def test_running_again_takes_the_same_variables(rows: Rows) -> None:
    bob = signed_in(rows.people.bob)
    page = bob.get(rows.path("executions", rows.executions["failed"].public_id)).content.decode()
    assert 'name="customer" value="4711"' in page
    bob.post(rows.path("bots", rows.bot.public_id, "run"), {"customer": "4711"})
    assert rows.bot.executions.first().variables == {"customer": "4711"}


def test_the_record_names_people_and_deeds(rows: Rows) -> None:
    text = read(signed_in(rows.people.ann), rows.path("settings", "record"))
    for deed in ("declined an alert", "pressed Done on an alert", "started an execution"):
        assert f"Ann {deed}" in text
    assert "Bob gave control back" in text


def test_the_stage_is_the_one_that_the_live_views_own_tests_have(rows: Rows) -> None:
    page = signed_in(rows.people.bob).get(rows.path("alerts", rows.alerts["open"].public_id)).content.decode()
    model = stage()
    for mark in (r'data-part="[\w-]+"', r'data-go="\w+"', r"data-dismiss"):
        assert sorted(re.findall(mark, page)) == sorted(re.findall(mark, model))
    assert set(re.findall(r' (data-[\w-]+)="', model)) <= set(re.findall(r' (data-[\w-]+)="', page))


def test_no_page_carries_scripts_or_styles_in_itself(rows: Rows) -> None:
    ann = signed_in(rows.people.ann)
    for path in (rows.path("alerts"), rows.path("alerts", rows.alerts["open"].public_id), rows.path("bots", "new")):
        page = ann.get(path).content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)
