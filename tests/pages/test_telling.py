"""A notice of the person's own device: asked for by a press, for alerts that are new, and once."""

from __future__ import annotations

import pytest
from django.db import transaction
from playwright.async_api import Route, expect

from hitl.tenants.people import Person
from tests.conftest import facts
from tests.pages.conftest import SITTING_DOWN, Reader
from tests.pages.rows import Rows, pause

pytestmark = pytest.mark.asyncio(loop_scope="session")

# What the device would show; and that nobody was asked before the press.
DEVICE = """
window.shown = [];
window.asked = 0;
window.Notification = class extends EventTarget {
  static permission = "default";
  static async requestPermission() {
    window.asked += 1;
    return (Notification.permission = "%s");
  }
  constructor(title, options) { super(); window.shown.push([title, options.body]); }
};
"""


async def with_a_device(rows: Rows, reader: SITTING_DOWN, answer: str, title: str, *where: str) -> Reader:
    """Only what comes after this page was opened is new."""
    ann = await reader(rows.people.ann)
    await ann.page.add_init_script(DEVICE % answer)
    await ann.reads(rows.path(*where))
    await expect(ann.page).to_have_title(f"({rows.waiting}) {title} · Acme")
    return ann


async def has_counted(ann: Reader, number: int) -> None:
    """Then it has told of them too. The title says so earlier: it comes with each answer that brings a piece anew."""
    await expect(ann.page.get_by_role("link", name=f"Alerts {number} open")).to_be_visible()


async def at_the_inbox(rows: Rows, reader: SITTING_DOWN, answer: str) -> Reader:
    return await with_a_device(rows, reader, answer, "Alerts", "alerts")


async def something_new(ann: Reader, rows: Rows, title: str, more: int) -> list[list[str]]:
    """What the device has shown by the time the page has counted this alert too."""
    await facts(pause, rows.bot, Person.member(rows.people.bob), title=title)
    ann.note()
    await has_counted(ann, rows.waiting + more)
    shown: list[list[str]] = await ann.page.evaluate("window.shown")
    return shown


async def test_it_tells_of_new_alerts_once_somebody_has_asked_for_it(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await at_the_inbox(rows, reader, "granted")
    assert await something_new(ann, rows, "Before", 1) == []
    assert await ann.page.evaluate("window.asked") == 0
    await ann.page.get_by_role("button", name="Tell me on this device").click()
    await expect(ann.page.get_by_role("button", name="Stop telling me here")).to_be_visible()
    assert await something_new(ann, rows, "After", 2) == [["After", "Bank balance"]]
    ann.note()
    assert await something_new(ann, rows, "Later", 3) == [["After", "Bank balance"], ["Later", "Bank balance"]]
    await ann.page.get_by_role("button", name="Stop telling me here").click()
    assert len(await something_new(ann, rows, "Silent", 4)) == 2


async def test_an_alert_that_comes_while_a_page_is_loaded_is_told_too(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await at_the_inbox(rows, reader, "granted")
    await ann.page.get_by_role("button", name="Tell me on this device").click()
    await ann.page.add_init_script("Notification.permission = 'granted'")

    async def meanwhile(route: Route) -> None:
        answer = await route.fetch()
        await facts(pause, rows.bot, Person.member(rows.people.bob), title="Early")
        await route.fulfill(response=answer)

    await ann.page.route("**/settings/notices/", meanwhile, times=1)
    await ann.reads(rows.path("settings", "notices"))
    await has_counted(ann, rows.waiting + 1)
    await ann.page.wait_for_function("window.shown.length")  # this count may have come with the page itself
    assert await ann.page.evaluate("window.shown") == [["Early", "Bank balance"]]


async def test_it_says_that_the_browser_refuses(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await at_the_inbox(rows, reader, "denied")
    await ann.page.get_by_role("button", name="Tell me on this device").click()
    await expect(ann.page.get_by_text("This browser blocks notices of this site.")).to_be_visible()
    assert await something_new(ann, rows, "Not told", 1) == []


def crowd(rows: Rows) -> None:
    """At once: the page may look at any moment."""
    with transaction.atomic():
        for number in range(5):
            pause(rows.bot, Person.member(rows.people.bob), title=f"Crowd {number}")


async def test_a_device_is_set_up_and_tried_on_its_own_page(rows: Rows, reader: SITTING_DOWN) -> None:
    """And a crowd of alerts is one notice that says how many."""
    ann = await with_a_device(rows, reader, "granted", "How I am told", "settings", "notices")
    page = ann.page
    await expect(page.get_by_role("button", name="Test it")).to_be_hidden()
    await page.get_by_role("button", name="Tell me on this device").click()
    await page.get_by_role("button", name="Test it").click()
    await expect(page.get_by_text("A test notice was sent to this device.")).to_be_visible()
    await page.get_by_label("With a sound").uncheck()
    assert await page.evaluate("localStorage.getItem('hitl.silent')") == "yes"
    await facts(crowd, rows)
    ann.note()
    await has_counted(ann, rows.waiting + 5)
    shown = await page.evaluate("window.shown")
    assert shown == [
        ["This is how an alert looks", "A test from hitl"],
        ["5 new alerts", "The newest: Crowd 4"],
    ]
