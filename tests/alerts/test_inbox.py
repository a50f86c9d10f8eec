"""The inbox's sections, its search and its pages: kept in the address, the most urgent first, nothing left out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alerts.models import Alert
from bots.models import Bot
from hitl.tenants.people import Person
from tests.alerts.pauses import SOURCE, moved, paused
from tests.people import People, signed_in

pytestmark = pytest.mark.django_db
ROW = re.compile(r'<li class="alert \w+" id="(alt_\w+)"')
OVER = re.compile(r'<td class="first"><a href="/w/acme/alerts/(alt_\w+)/">')


@pytest.fixture
def reader(people: People) -> Client:
    return signed_in(people.ann)


def shown(client: Client, query: str = "", rows: re.Pattern[str] = ROW) -> list[str]:
    answer = client.get(f"/w/acme/alerts/rows/?{query}")
    assert answer.status_code == 200
    return rows.findall(answer.content.decode())


def ids(*alerts: Alert) -> list[str]:
    return [alert.public_id for alert in alerts]


@pytest.mark.database
def test_its_sections_say_whose_turn_it_is(people: People, reader: Client, ann: Person, bob: Person) -> None:
    free, mine, bobs, on_it, driven, over = (paused(people.workspace) for _ in range(6))
    mine.assign(bob, people.ann, None)
    bobs.assign(ann, people.bob, None)
    on_it.say_on_it(bob, 5)
    driven.claim(ann)
    over.decline(bob, "no")
    assert shown(reader) == ids(free, mine, bobs, on_it, driven)
    assert shown(reader, "view=mine") == ids(mine, driven)
    assert shown(reader, "view=free") == ids(free)
    assert shown(reader, "view=in_hand") == ids(on_it, driven)
    assert shown(reader, "view=closed", OVER) == shown(reader, "", OVER) == ids(over)
    moved(on_it, on_it_until=-1)
    people.workspace.memberships.filter(user=people.bob).delete()
    assert shown(reader, "view=free") == ids(free, bobs, on_it), "what waits for somebody who left waits for nobody"
    text = reader.get("/w/acme/alerts/").content.decode()
    assert [int(n) for n in re.findall(r'muted number">(\d+)<', text)] == [5, 2, 3, 1]


@pytest.mark.database
def test_it_is_searched_and_narrowed(people: People, reader: Client, ann: Person) -> None:
    order = paused(people.workspace, title="Approve the order", kind="approval")
    code = paused(people.workspace, instructions="On the phone of ACCOUNTING.")
    other = paused(people.workspace, title="Anything")
    Bot.objects.filter(pk=other.execution.bot.pk).update(name="Bank balance")
    other.assign(ann, people.bob, None)
    for query, found in {
        "q=order": [order],
        "q=accounting": [code],
        "q=bank": [other],
        "q=%25": [],
        "kind=approval": [order],
        f"bot={other.execution.bot.public_id}": [other],
        f"to={people.bob.pk}": [other],
        "q=order&kind=otp": [],
    }.items():
        assert shown(reader, query) == ids(*found), query
    order.complete(ann, {})
    code.decline(ann, "no")
    assert shown(reader, "view=closed&ended=completed", OVER) == ids(order)
    assert shown(reader, "view=closed&q=accounting", OVER) == ids(code)


STRANGE = [
    *"view=nonsense kind=x bot=bot_none to=999999 to=abc q=%00".split(),
    *"after=x after=2026_1 after=2026-01-01_1 after=_-1".split(),
    *"after=0001-01-01T00:00:00%2B14:00_5 after=9999-12-31T23:59:59-14:00_5".split(),
]


@pytest.mark.parametrize("query", STRANGE)
def test_strange_parameters_are_as_if_they_were_not_there(people: People, reader: Client, query: str) -> None:
    alert = paused(people.workspace)
    moved(alert, deadline=None)
    assert shown(reader, query) == ids(alert)


def test_a_cursor_beyond_everything_says_so(people: People, reader: Client) -> None:
    paused(people.workspace)
    assert b"None like this" in reader.get("/w/acme/alerts/?after=_99999999999999999999").content


@pytest.mark.database
def test_its_pages_leave_nothing_out(people: People, reader: Client, ann: Person, monkeypatch: Any) -> None:
    monkeypatch.setattr("alerts.listing.PAGE", 3)
    alerts = [paused(people.workspace) for _ in range(8)]
    for alert, seconds in zip(alerts[:6], (60, 50, 50, 40, 30, 20), strict=True):
        moved(alert, deadline=seconds)
    moved(alerts[1], deadline=None)
    moved(alerts[7], deadline=None)
    expected = ids(*(alerts[i] for i in (5, 4, 3, 2, 0, 6, 1, 7)))
    assert walked(reader, "", ROW) == expected
    for alert in alerts:
        alert.decline(ann, "no")
    assert walked(reader, "view=closed", OVER) == ids(*reversed(alerts))


def walked(client: Client, query: str, rows: re.Pattern[str]) -> list[str]:
    """All pages, by the link to the next."""
    found = []
    while True:
        text = client.get(f"/w/acme/alerts/?{query}").content.decode()
        found += rows.findall(text)
        onwards = re.search(r'id="pager-next" href="/w/acme/alerts/\?([^"]+)"', text)
        if onwards is None:
            return found
        query = onwards[1].replace("&amp;", "&")


@pytest.mark.database  # whose clock PostgreSQL is asked for
def test_a_page_asks_the_database_no_more_for_more_rows(people: People, reader: Client, bob: Person) -> None:
    counts = []
    for number in (2, 12):
        for alert in [paused(people.workspace) for _ in range(number)]:
            alert.say_on_it(bob, 5)
        with CaptureQueriesContext(connection) as queries:
            reader.get("/w/acme/alerts/")
        counts.append(len(queries))
    assert counts[1] <= counts[0] < 40  # the first has to warm up


def test_an_answer_in_the_row_is_checked_like_done(people: People, reader: Client, bob: Person) -> None:
    fields = [{"name": "decision", "type": "choice", "label": "Decision", "required": True, "choices": ["yes", "no"]}]
    alert = paused(people.workspace, kind="approval", fields=fields, instructions="Ten desks.")
    panel = reader.get(f"{alert.get_absolute_url()}answer/").content.decode()
    assert "Ten desks." in panel
    assert 'name="answer.decision"' in panel
    assert reader.post(f"{alert.get_absolute_url()}done/", {"answer.decision": "maybe"}).status_code == 422
    alert.claim(bob)
    refused = reader.post(f"{alert.get_absolute_url()}done/", {"answer.decision": "yes"})
    assert (refused.status_code, refused.json()["detail"]) == (409, "Bob is in control of this browser right now.")


@pytest.mark.parametrize(
    ("request_", "unseen"),
    [
        ({"kind": "approval"}, True),
        ({"kind": "otp"}, False),
        ({"kind": "otp", "fields": [{"name": "code", "type": "text"}]}, True),
        ({"kind": "data", "fields": [{"name": "pin", "type": "secret"}]}, True),
        ({"kind": "otp", "fields": [{"name": "code", "type": "text"}], "resume_when": {"url": "/in"}}, False),
        ({"kind": "captcha"}, False),
        ({"kind": "step_failed", "fields": [{"name": "choice", "type": "choice", "choices": ["retry"]}]}, True),
    ],
)
def test_it_says_what_needs_the_browser(people: People, reader: Client, request_: dict[str, Any], unseen: bool) -> None:
    paused(people.workspace, **request_)
    text = reader.get("/w/acme/alerts/").content.decode()
    assert ("data-answers=" in text, "needs the browser" in text) == (unseen, not unseen)


@pytest.mark.security
def test_t22_a_bots_words_are_only_words(people: People, reader: Client, ann: Person) -> None:
    evil = '"><img src=x onerror=alert(1)>'
    alert = paused(
        people.workspace, title=evil, instructions=evil, fields=[{"name": "a", "type": "text", "label": evil}]
    )
    Bot.objects.filter(pk=alert.execution.bot.pk).update(name=evil, source=SOURCE)
    alert.assign(ann, people.bob, None)
    for path in ("/w/acme/alerts/", f"{alert.get_absolute_url()}answer/", f"{alert.get_absolute_url()}on-it/"):
        assert b"<img src=x" not in reader.get(path).content
