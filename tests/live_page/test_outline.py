"""The page as a list: read by anybody, worked by the driver, without the picture."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import expect

from .conftest import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")


def entry(number: int, kind: str, name: str, **more: object) -> dict[str, object]:
    facts = {"level": None, "value": "", "options": [], "checked": None, "disabled": False}
    return {"id": f"s.{number}", "kind": kind, "name": name, **facts, **more}


ENTRIES = [
    entry(1, "heading", "Sign in", level=1),
    entry(2, "text", "<b>A code</b> was sent"),
    entry(3, "field", "Code"),
    entry(4, "choice", "Account", value="Current", options=["Current", "Savings"]),
    entry(5, "check", "Stay signed in", checked=False),
    entry(6, "button", "Go on"),
    entry(7, "button", "Later", disabled=True),
]


async def test_the_driver_works_the_page_from_the_list(seat: Seat) -> None:
    line = await seat.drive()
    await seat.page.get_by_text("The page as a list", exact=True).click()
    await line.next("outline")
    await line.say("outline", entries=ENTRIES, more=False)
    listed = seat.part("outline")
    await expect(listed.get_by_role("heading", name="Sign in")).to_be_visible()
    await expect(listed.get_by_text("<b>A code</b> was sent")).to_be_visible()
    await expect(listed.get_by_role("button", name="Button: Later")).to_be_disabled()
    assert await seat.axe() == []
    await listed.get_by_label("Code").fill("493021")
    await line.say("outline", entries=[*ENTRIES[:4], entry(5, "check", "Stay signed in", checked=True)], more=True)
    await expect(listed.get_by_role("button", name="Check box: Stay signed in")).to_have_attribute(
        "aria-pressed", "true"
    )
    await expect(listed.get_by_label("Code")).to_be_focused()  # and what was half typed is there
    await listed.get_by_label("Code").press("Enter")
    filled = await line.next("fillentry")
    assert (filled["id"], filled["text"]) == ("s.3", "493021")
    await listed.get_by_label("Account").select_option("Savings")
    await listed.get_by_role("button", name="Choose").click()
    assert (await line.next("fillentry", after=1))["text"] == "Savings"
    await listed.get_by_role("button", name="Check box: Stay signed in").click()
    assert (await line.next("pressentry"))["id"] == "s.5"
    await expect(listed.get_by_text("There is more on the page")).to_be_visible()


async def test_whoever_works_the_list_by_keyboard_stays_in_it(seat: Seat) -> None:
    """What they press changes the entry, or leads to another page."""
    line = await seat.drive()
    await seat.page.get_by_text("The page as a list", exact=True).click()
    await line.say("outline", entries=ENTRIES, more=False)
    listed = seat.part("outline")
    check = listed.get_by_role("button", name="Check box: Stay signed in")
    await check.press("Space")
    await line.next("pressentry")
    await line.say("outline", entries=[*ENTRIES[:4], entry(5, "check", "Stay signed in", checked=True)], more=False)
    await expect(check).to_have_attribute("aria-pressed", "true")
    await expect(check).to_be_focused()
    choose = listed.get_by_role("button", name="Choose")
    await choose.press("Enter")
    savings = entry(4, "choice", "Account", value="Savings", options=["Current", "Savings"])
    await line.say("outline", entries=[*ENTRIES[:3], savings], more=False)
    await expect(listed.get_by_label("Account")).to_have_value("Savings")
    await expect(choose).to_be_focused()
    await line.say(
        "outline", entries=[entry(11, "heading", "Welcome", level=1), entry(12, "link", "Log out")], more=False
    )
    await expect(listed.get_by_role("list")).to_be_focused()
    await seat.page.keyboard.press("Tab")
    await expect(listed.get_by_role("button", name="Link: Log out")).to_be_focused()


async def test_what_the_page_explains_is_read_with_its_entry_and_a_complaint_at_once(seat: Seat) -> None:
    line = await seat.drive()
    await seat.page.get_by_text("The page as a list", exact=True).click()
    code = entry(3, "field", "Code", note="Six <digits>")
    complaint = {"id": "s.9", "kind": "complaint", "name": "Please <fill> out this field."}
    await line.say("outline", entries=[complaint, code, entry(6, "button", "Go on", note="Sends it")], more=False)
    listed = seat.part("outline")
    await expect(listed.get_by_label("Code")).to_have_accessible_description("Six <digits>")
    await expect(listed.get_by_role("button", name="Go on")).to_have_accessible_description("Sends it")
    await expect(listed.get_by_role("alert")).to_have_text("Please <fill> out this field.")
    assert await seat.axe() == []


async def test_on_a_phone_its_controls_are_large(seats: Callable[..., Any]) -> None:
    seat = await seats(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    line = await seat.drive()
    await seat.page.get_by_text("The page as a list", exact=True).tap()
    await line.say("outline", entries=[*ENTRIES, entry(8, "link", "Help")], more=False)
    controls = seat.part("outline").locator("li :is(button, input, select)")
    await expect(controls).to_have_count(8)
    sides = "(all) => all.map((one) => one.getBoundingClientRect()).flatMap(({ width, height }) => [width, height])"
    assert min(await controls.evaluate_all(sides)) >= 44


async def test_of_what_is_as_it_was_the_id_is_enough(seat: Seat) -> None:
    """A long list would otherwise come anew, with each change, over lines that carry little else."""
    line = await seat.drive()
    await seat.page.get_by_text("The page as a list", exact=True).click()
    heading = {"id": "1", "kind": "heading", "name": "Sign in", "level": 2}
    others = [{"id": "2", "kind": "field", "name": "Code"}, {"id": "3", "kind": "choice", "name": "Account"}]
    await line.say("outline", entries=[heading, *others], more=False)
    listed = seat.part("outline")
    await listed.get_by_label("Code").fill("49")
    button = {"id": "4", "kind": "button", "name": "Go on"}
    await line.say("outline", entries=["2", button, "1", "unheard of"], more=False)
    await expect(listed.get_by_role("button", name="Button: Go on")).to_be_enabled()
    assert await listed.locator("li").evaluate_all("all => all.map((one) => one.dataset.id).join()") == "2,4,1"
    await expect(listed.get_by_label("Code")).to_have_value("49")


async def test_a_watcher_reads_the_list_and_works_nothing(seat: Seat) -> None:
    line = await seat.watch()
    await line.say("outline", entries=ENTRIES, more=False)
    await seat.page.get_by_text("The page as a list", exact=True).click()
    await expect(seat.part("outline").get_by_role("button", name="Button: Go on")).to_be_disabled()
    await line.grant(2, "v-bob", "Bob")
    await line.say("private", on=True, wished=True)
    await expect(seat.part("outline").get_by_role("button", name="Button: Go on")).to_have_count(0)
