"""The inbox in people's hands: answering in the row, on it and assigned on every device, search, and the keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, Response, expect

from alerts.models import Alert
from hitl.tenants.people import Person
from tests.conftest import facts
from tests.pages.conftest import SITTING_DOWN, Reader
from tests.pages.rows import Rows, pause, with_picture
from tests.person import PHONE

pytestmark = pytest.mark.asyncio(loop_scope="session")
APPROVAL = [
    {"name": "decision", "type": "choice", "label": "Decision", "required": True, "choices": ["approve", "reject"]},
    {"name": "limit", "type": "number", "label": "Limit", "required": False},
    {"name": "pin", "type": "secret", "label": "PIN", "required": False},
]
TITLE = "Approve order 4711"


def asked(rows: Rows) -> Alert:
    asker = Person.member(rows.people.bob)
    request = {"kind": "approval", "title": TITLE, "instructions": "Ten desks.", "fields": APPROVAL}
    return with_picture(pause(rows.bot, asker, **request))


def row_of(page: Page, alert: Alert) -> Any:
    return page.locator(f"#{alert.public_id}")


async def at_the_inbox(rows: Rows, reader: SITTING_DOWN, who: str = "ann", **device: Any) -> Reader:
    person = await reader(getattr(rows.people, who), **device)
    await person.reads(rows.path("alerts"))
    await expect(person.page.get_by_role("heading", name=TITLE)).to_be_visible()
    return person


async def test_it_is_answered_in_the_row(rows: Rows, reader: SITTING_DOWN) -> None:
    """With the picture enlarged on the way, the same checks as Done, and a PIN that nobody reads."""
    alert: Alert = await facts(asked, rows)
    ann = await at_the_inbox(rows, reader)
    page, row = ann.page, row_of(ann.page, alert)
    await row.get_by_role("button", name=f"Answer here: {TITLE}").click()
    await expect(row.get_by_text("Ten desks.")).to_be_visible()
    assert await ann.wrongs() == []
    await row.get_by_role("link", name="The page as it stood").click()
    await expect(page.get_by_role("dialog", name="The page when the bot asked")).to_be_visible()
    await page.keyboard.press("Escape")
    await row.get_by_label("approve", exact=True).check()
    await row.get_by_label("PIN").fill("4242")
    assert await row.get_by_label("PIN").get_attribute("type") == "password"
    await row.get_by_label("PIN").fill("x" * 10_001)
    await row.get_by_role("button", name="Done").click()
    await expect(row.get_by_text("at most 10,000 fit")).to_be_visible()
    await expect(row.get_by_label("approve", exact=True)).to_be_checked()
    await row.get_by_label("PIN").fill("4242")
    await row.get_by_role("button", name="Done").click()
    await expect(page.locator("#said")).to_have_text("Done. The bot goes on.")
    ann.note()
    await expect(row).to_have_count(0)
    await facts(alert.refresh_from_db)
    assert (alert.closed_by, alert.answer) == ("Ann", {"decision": "approve", "limit": None, "pin": None})


async def test_what_is_typed_stays_while_the_page_changes_around_it(rows: Rows, reader: SITTING_DOWN) -> None:
    """Rows go, the row itself changes, and at last it is answered by somebody else."""
    alert: Alert = await facts(asked, rows)
    ann = await at_the_inbox(rows, reader)
    row = row_of(ann.page, alert)
    await row.get_by_role("button", name=f"Answer here: {TITLE}").click()
    limit = row.get_by_label("Limit")
    await limit.fill("12")
    await facts(rows.alerts["open"].decline, Person.member(rows.people.bob), "no")
    await facts(alert.assign, Person.member(rows.people.bob), rows.people.ann, None)
    ann.note()
    await expect(row.get_by_text("For you")).to_be_visible()
    await expect(limit).to_have_value("12")
    await expect(limit).to_be_focused()
    await facts(alert.decline, Person.member(rows.people.bob), "Not this month.")
    ann.note()
    await expect(row.get_by_text("What you typed is still here.")).to_be_visible()
    await expect(limit).to_have_value("12")
    await row.get_by_label("approve", exact=True).check()
    await row.get_by_role("button", name="Done").click()
    await expect(row.get_by_text("This request is already declined.")).to_be_visible()
    ann.complaints.clear()  # of the refusal


async def test_who_is_on_it_is_seen_by_everybody(rows: Rows, reader: SITTING_DOWN) -> None:
    """Ann at her desk, Bob on his phone; both press, one of them wins."""
    alert: Alert = await facts(asked, rows)
    ann = await at_the_inbox(rows, reader)
    bob = await at_the_inbox(rows, reader, "bob", device=PHONE)
    anns, bobs = row_of(ann.page, alert), row_of(bob.page, alert)
    for row in (anns, bobs):
        await row.locator("summary", has_text="I'm on it").click()
    assert await bob.wrongs() == []
    await bobs.get_by_role("button", name="10 min").click()
    await expect(bob.page.locator("#said")).to_have_text("You are on it. Everybody sees it, for 10 minutes.")
    await expect(bobs.get_by_text("You are on it", exact=True)).to_be_visible()
    await anns.get_by_role("button", name="5 min").click()
    await expect(ann.page.locator("#said")).to_contain_text("Bob is on it already, until")
    await expect(anns.get_by_text("Bob is on it", exact=True)).to_be_visible()
    await expect(anns.locator(".care").get_by_role("timer")).to_contain_text("9:")
    await bobs.get_by_role("button", name=f"Give up: {TITLE}").click()
    await expect(bobs.get_by_text("You are on it", exact=True)).to_have_count(0)
    ann.note()
    await expect(anns.get_by_text("Bob is on it", exact=True)).to_have_count(0)
    await anns.locator("summary", has_text="Assign").click()
    await anns.get_by_role("button", name="Bob").click()
    await expect(anns.get_by_text("For Bob")).to_be_visible()
    bob.note()
    await expect(bobs.get_by_text("For you")).to_be_visible()
    ann.complaints.clear()  # of the refusal


async def test_whose_turn_it_is_stands_on_the_alerts_page_too(rows: Rows, reader: SITTING_DOWN) -> None:
    alert = rows.alerts["open"]
    ann = await reader(rows.people.ann)
    page = await ann.reads(rows.path("alerts", alert.public_id))
    await page.locator("#whose summary", has_text="I'm on it").click()
    await page.get_by_label("Other").fill("45")
    await page.get_by_role("button", name="Say so").click()
    await expect(page.get_by_text("You are on it", exact=True)).to_be_visible()
    await expect(page.get_by_text("Ann is on it for 45 minutes; the deadline moved to")).to_be_visible()


async def test_the_alerts_page_reads_itself_once_for_a_note(rows: Rows, reader: SITTING_DOWN) -> None:
    path = rows.path("alerts", rows.alerts["open"].public_id)
    ann = await reader(rows.people.ann)
    page, asked = ann.page, list[str]()

    def is_reading(answer: Response) -> bool:
        return answer.url.endswith(path) and "hx-request" in answer.request.headers

    async with page.expect_response(is_reading):
        await ann.reads(path)
    page.on("request", lambda request: asked.append(request.url))
    async with page.expect_response(is_reading):
        ann.note()
    assert len([url for url in asked if url.endswith(path)]) == 1


async def test_filters_are_folded_on_a_phone_and_stand_in_the_row_at_a_desk(rows: Rows, reader: SITTING_DOWN) -> None:
    await facts(asked, rows)
    ann = await at_the_inbox(rows, reader)
    kind, search = ann.page.get_by_label("Kind"), ann.page.get_by_label("Search")
    boxes = [await part.bounding_box() for part in (kind, search)]
    assert len({box and box["y"] for box in boxes}) == 1
    phone = await at_the_inbox(rows, reader, device=PHONE)
    await expect(phone.page.get_by_label("Kind")).to_be_hidden()
    await phone.page.get_by_role("button", name="Filter").click()
    await phone.page.get_by_label("Kind").select_option("approval")
    await expect(phone.page.locator(".alert")).to_have_count(2)
    assert await phone.wrongs() == []


async def test_a_search_stays_while_rows_come(rows: Rows, reader: SITTING_DOWN) -> None:
    await facts(asked, rows)
    ann = await at_the_inbox(rows, reader)
    page = ann.page
    await page.get_by_label("Search").press_sequentially("order")
    await expect(page.locator(".alert")).to_have_count(1)
    await facts(pause, rows.bot, Person.member(rows.people.bob), title="Another order")
    await facts(pause, rows.bot, Person.member(rows.people.bob), title="Something else")
    ann.note()
    await expect(page.locator(".alert")).to_have_count(2)
    await expect(page.get_by_label("Search")).to_have_value("order")
    assert "q=order" in page.url
    await page.get_by_role("link", name="Nobody's yet").click()
    await expect(page.get_by_role("link", name="Nobody's yet")).to_have_attribute("aria-current", "true")
    assert "q=order" in page.url
    assert "view=free" in page.url
    await page.get_by_label("Kind").select_option("approval")
    await expect(page.locator(".alert")).to_have_count(1)
    await page.reload()
    await expect(page.locator(".alert")).to_have_count(1)
    await expect(page.get_by_label("Kind")).to_have_value("approval")
    await page.get_by_role("link", name="Answered or over").click()
    await expect(page.get_by_label("How it ended")).to_be_visible()


async def test_the_keyboard_goes_through_it(rows: Rows, reader: SITTING_DOWN) -> None:
    alert: Alert = await facts(asked, rows)
    ann = await at_the_inbox(rows, reader)
    page, keys = ann.page, ann.page.keyboard
    order = await page.locator(".alert").evaluate_all("(rows) => rows.map((row) => row.id)")
    await keys.press("j")
    await keys.press("j")
    await keys.press("k")
    assert await page.evaluate("document.activeElement.id") == order[0]
    for _ in range(order.index(alert.public_id)):
        await keys.press("j")
    await keys.press("o")
    await expect(row_of(page, alert).get_by_role("button", name="5 min")).to_be_focused()
    await keys.press("Escape")
    await keys.press("a")
    await expect(row_of(page, alert).get_by_label("approve", exact=True)).to_be_focused()
    await row_of(page, alert).get_by_label("Limit").focus()
    await keys.press("/")
    await keys.press("j")
    await expect(row_of(page, alert).get_by_label("Limit")).to_be_focused()
    await page.get_by_role("heading", name="Alerts", exact=True).click()
    await keys.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await page.get_by_label("Use them on this device").uncheck()
    await keys.press("Escape")
    await keys.press("/")
    await expect(page.get_by_label("Search")).not_to_be_focused()
    await page.evaluate("localStorage.clear()")
    await page.reload()
    await keys.press("/")
    await expect(page.get_by_label("Search")).to_be_focused()
    await page.locator(f"#{order[0]}").focus()
    await keys.press("Enter")
    await page.wait_for_url(f"**/{order[0]}/")


DEVICE = """
window.asked = 0;
window.Notification = class {
  static permission = "default";
  static async requestPermission() { window.asked += 1; return "denied"; }
};
"""


async def test_a_device_is_asked_for_after_the_first_answer_and_not_again(rows: Rows, reader: SITTING_DOWN) -> None:
    await facts(asked, rows)
    ann = await reader(rows.people.ann)
    await ann.page.add_init_script(DEVICE)
    page = await ann.reads(rows.path("alerts"))
    offer = page.get_by_text("Shall this device ring when the next alert comes?")
    await expect(offer).to_be_hidden()
    await page.get_by_role("button", name=f"Answer here: {TITLE}").click()
    await page.get_by_label("approve", exact=True).check()
    await page.get_by_role("button", name="Done").click()
    await expect(offer).to_be_visible()
    assert await page.evaluate("window.asked") == 0
    await page.get_by_role("button", name="No", exact=True).click()
    await expect(offer).to_be_hidden()
    assert await page.evaluate("localStorage.getItem('hitl.offer')") == "yes"
