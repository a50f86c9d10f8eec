"""Pages that keep themselves up to date: notes, the count, and that nothing jumps under a reader's hands."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from alerts.models import Alert
from bots.models import Execution
from hitl.tenants.people import Person
from tests.alerts.pauses import asks
from tests.conftest import facts
from tests.pages.conftest import SITTING_DOWN, Reader
from tests.pages.rows import Rows, pause

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def at_the_inbox(rows: Rows, reader: SITTING_DOWN) -> Reader:
    ann = await reader(rows.people.ann)
    await ann.reads(rows.path("alerts"))
    await expect(ann.page).to_have_title(f"({rows.waiting}) Alerts · Acme")
    return ann


async def test_a_new_alert_appears_without_a_reload(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await at_the_inbox(rows, reader)
    await ann.page.evaluate("window.stayed = true")
    alert: Alert = await facts(pause, rows.bot, Person.member(rows.people.bob), title="A new one")
    ann.note("alert", alert.public_id)
    await expect(ann.page.locator("main").get_by_role("heading", name="A new one")).to_be_visible()
    await expect(ann.page).to_have_title(f"({rows.waiting + 1}) Alerts · Acme")
    await expect(ann.page.get_by_role("link", name=f"Alerts {rows.waiting + 1} open")).to_be_visible()
    assert await ann.page.evaluate("window.stayed")


async def test_the_count_follows_on_every_page(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await reader(rows.people.ann)
    await ann.reads(rows.path("settings"))
    await expect(ann.page).to_have_title(f"({rows.waiting}) Settings · Acme")
    await facts(rows.alerts["open"].decline, Person.member(rows.people.ann), "no")
    ann.note()
    await expect(ann.page).to_have_title(f"({rows.waiting - 1}) Settings · Acme")


async def test_a_count_that_breaks_off_is_read_again(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await reader(rows.people.ann)
    page = await ann.reads(rows.path("settings"))
    await expect(page).to_have_title(f"({rows.waiting}) Settings · Acme")
    await page.route("**/alerts/open/", lambda route: route.fulfill(body='{"now": '), times=1)
    async with page.expect_response("**/alerts/open/"):
        ann.note()
    await facts(rows.alerts["open"].decline, Person.member(rows.people.ann), "no")
    ann.note()
    await expect(page).to_have_title(f"({rows.waiting - 1}) Settings · Acme")


async def test_nothing_jumps_when_another_row_changes(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await at_the_inbox(rows, reader)
    mine = ann.page.locator(f"#{rows.alerts['open'].public_id}")
    await mine.locator(".told summary").click()
    await mine.get_by_role("link", name="Open: Enter the code").focus()
    await ann.page.evaluate("document.querySelectorAll('.alert').forEach((row) => { row.mark = row.id; })")
    await facts(rows.alerts["fields"].decline, Person.member(rows.people.ann), "no")
    ann.note()
    await expect(ann.page).to_have_title(f"({rows.waiting - 1}) Alerts · Acme")
    await expect(ann.page.locator(".alert")).to_have_count(rows.waiting - 1)
    assert await mine.evaluate("(row) => row.mark === row.id")
    assert await mine.locator(".told").evaluate("(details) => details.open")
    assert await ann.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Open: Enter the code"


async def test_a_row_that_changes_itself_keeps_focus_and_details(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await at_the_inbox(rows, reader)
    mine = ann.page.locator(f"#{rows.alerts['open'].public_id}")
    await mine.locator(".told summary").click()
    await mine.get_by_role("link", name="Open: Enter the code").focus()
    await facts(rows.alerts["open"].claim, Person.member(rows.people.bob))
    ann.note()
    await expect(mine.get_by_text("In hand: Bob")).to_be_visible()
    assert await mine.locator(".told").evaluate("(details) => details.open")
    assert await ann.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Open: Enter the code"


async def test_a_lost_line_is_said_and_mended(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await at_the_inbox(rows, reader)
    await ann.page.route("**/ticket/", lambda route: route.abort())
    assert ann.line is not None
    await ann.line.close(code=1011)
    standing = ann.page.locator("#line")
    await expect(standing).to_contain_text("The line to hitl is broken")
    await ann.page.unroute("**/ticket/")
    await expect(standing).to_be_empty()
    assert ann.lines > 1
    ann.complaints.clear()  # of the requests that this test has broken


async def test_somebody_who_was_signed_out_is_told(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await at_the_inbox(rows, reader)
    await ann.context.clear_cookies()
    ann.note()
    await expect(ann.page.locator("#line")).to_contain_text("You are signed out")
    await expect(ann.page.get_by_role("heading", name="Waiting for a person")).to_be_visible()
    ann.complaints.clear()


async def test_an_execution_is_followed_to_its_end(rows: Rows, reader: SITTING_DOWN) -> None:
    execution: Execution = rows.executions["queued"]
    ann = await reader(rows.people.ann)
    page = await ann.reads(rows.path("executions", execution.public_id))
    root = page.locator("html")
    await expect(root).to_have_attribute("data-execution-status", "queued")
    await facts(execution.cancel, Person.member(rows.people.bob))
    ann.note("execution", execution.public_id)
    await expect(root).to_have_attribute("data-execution-status", "cancelled")
    await expect(page.get_by_text("Cancelled by Bob.").first).to_be_visible()
    await expect(page.get_by_role("button", name="Run again")).to_be_visible()
    await expect(page.get_by_role("button", name="Cancel", exact=True)).to_have_count(0)


async def test_a_request_that_comes_up_brings_its_form(rows: Rows, reader: SITTING_DOWN) -> None:
    execution: Execution = rows.executions["queued"]
    ann = await reader(rows.people.ann)
    page = await ann.reads(rows.path("executions", execution.public_id))
    await expect(page.get_by_role("heading", name="The bot is at work")).to_be_visible()
    await facts(lambda: asks(execution, execution.claim("worker:1")))
    ann.note("alert")
    await expect(page.get_by_role("button", name="Done", exact=True)).to_be_visible()
    await facts(lambda: execution.alert.complete(Person.member(rows.people.bob), {}))  # type: ignore[union-attr]
    ann.note("alert")
    await expect(page.get_by_role("button", name="Done", exact=True)).to_be_hidden()


async def test_the_list_is_narrowed_in_place(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await reader(rows.people.ann)
    page = await ann.reads(rows.path("executions"))
    await page.get_by_label("Status").select_option("succeeded")
    await expect(page.locator("tbody tr")).to_have_count(1)
    assert "status=succeeded" in page.url
    await page.go_back()
    await expect(page.get_by_label("Status")).to_have_value("")
    await expect(page.locator("tbody tr")).to_have_count(50)  # the whole list is back before it is narrowed again
    await page.get_by_label("Status").select_option("timed_out")
    await expect(page.locator("tbody tr")).to_have_count(1)


async def test_moments_and_clocks_are_in_the_readers_words(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await at_the_inbox(rows, reader)
    row = ann.page.locator(f"#{rows.alerts['open'].public_id}")
    await expect(row.locator("time").first).to_have_text("just now")
    assert await row.locator("time").first.get_attribute("title")
    await expect(row.get_by_role("timer")).to_contain_text("29:")


async def test_the_overviews_charts_are_drawn_again(rows: Rows, reader: SITTING_DOWN) -> None:
    alert = rows.alerts["open"]
    ann = await reader(rows.people.ann)
    page = await ann.reads(f"/w/{rows.people.workspace.slug}/")
    await expect(page.locator("#ends-chart canvas")).to_be_visible()
    await page.locator("#charts").evaluate("(charts) => { charts.before = true; }")
    await facts(alert.decline, Person.member(rows.people.ann), "no")  # one more execution has failed today
    ann.note()
    await expect(page.locator(f"#waits-{alert.public_id}")).to_have_count(0)
    # A page read while the decline was being written may show one half of it; the note brings the rest.
    await page.wait_for_function("() => document.getElementById('charts').before !== true")
    await expect(page.locator("#ends-chart canvas")).to_be_visible()
