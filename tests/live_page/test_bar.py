"""The browser's bar: address, history, tabs with their icons."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import expect

from .conftest import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")

TAB = {"id": "t1", "title": "Bank", "url": "https://bank.example/login", "active": True}
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


async def test_the_driver_goes_to_an_address_and_mends_one_that_is_refused(seat: Seat) -> None:
    line = await seat.drive()
    field = seat.page.get_by_label("Address")
    await expect(field).to_have_value("bank.example")
    await field.click()
    await expect(field).to_have_value("https://bank.example/login")
    await field.fill("chrome://settings")
    await line.say("tabs", tabs=[{**TAB, "url": "https://bank.example/next"}])
    await field.press("Enter")
    sent = await line.next("visit")
    assert sent["typed"] == "chrome://settings"
    await line.say("refused", s=sent["s"], why="Addresses that begin with chrome: are not opened here.")
    await expect(seat.part("notice")).to_contain_text("are not opened here")
    await expect(field).to_be_focused()
    await expect(field).to_have_value("chrome://settings")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await field.press("Escape")
    await expect(field).to_have_value("bank.example")
    assert line.all("key") == []


async def test_a_page_that_loads_can_be_stopped_and_history_shows_its_ends(seat: Seat) -> None:
    line = await seat.drive()
    await line.say("tabs", tabs=[{**TAB, "loading": True, "back": False, "forward": True}])
    await seat.page.get_by_role("button", name="Stop loading").click()
    assert (await line.next("go"))["to"] == "stop"
    await expect(seat.page.get_by_role("button", name="Back")).to_be_disabled()
    await expect(seat.page.get_by_role("button", name="Forward")).to_be_enabled()
    await line.say("tabs", tabs=[TAB])
    await expect(seat.page.get_by_role("button", name="Reload")).to_be_visible()


async def test_tabs_have_icons_and_a_new_one_asks_for_its_address(seat: Seat) -> None:
    line = await seat.drive()
    mark = seat.part("tabs").locator(".live-icon")
    await expect(mark).to_have_text("B")
    await line.say("icon", id="t1", png=DOT)
    await expect(mark).to_have_attribute("src", f"data:image/png;base64,{DOT}")
    await line.say("icon", id="t1", png="javascript:alert(1)")
    await expect(mark).to_have_text("B")
    await seat.page.get_by_role("button", name="New tab").click()
    await line.next("newtab")
    await expect(seat.page.get_by_label("Address")).to_be_focused()


async def test_the_page_is_zoomed_by_buttons_and_keys(seat: Seat) -> None:
    line = await seat.drive()
    await seat.page.keyboard.press("Control+Equal")
    assert (await line.next("zoom"))["percent"] == 110
    await line.say("zoom", percent=110)
    await seat.page.get_by_label("More", exact=True).first.click()
    zoom = seat.page.get_by_role("group", name="Zoom of the page")
    await expect(zoom.get_by_role("status")).to_have_text("110 %")
    await zoom.get_by_role("button", name="Zoom out").click()
    assert (await line.next("zoom", 1))["percent"] == 100
    await zoom.get_by_role("button", name="Zoom in").click()
    assert (await line.next("zoom", 2))["percent"] == 125
    await seat.part("canvas").focus()
    await seat.page.keyboard.press("Control+0")
    assert (await line.next("zoom", 3))["percent"] == 100
    await line.say("zoom", percent=50)
    await expect(zoom.get_by_role("status", include_hidden=True)).to_have_text("50 %")
    await seat.page.keyboard.press("Control+Minus")
    await seat.page.keyboard.press("Control+KeyB")
    await line.until(lambda: [key for key in line.all("key") if key["code"] == "KeyB"])
    assert len(line.all("zoom")) == 4
    assert not {"Equal", "Minus", "Digit0"} & {key["code"] for key in line.all("key") if key["down"]}


async def test_on_a_phone_the_bar_is_one_row_and_tabs_unfold(seats: Callable[..., Any]) -> None:
    seat = await seats(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    line = await seat.drive()
    await line.say("tabs", tabs=[{**TAB, "forward": False}, {**TAB, "id": "t2", "title": "Shop", "active": False}])
    boxes = [await seat.page.get_by_label(name).bounding_box() for name in ("Back", "Reload", "Address", "Tabs: 2")]
    middles = {round(box["y"] + box["height"] / 2) for box in boxes}
    assert len(middles) == 1
    assert boxes[2]["width"] > 110
    await expect(seat.page.get_by_role("button", name="Shop")).to_be_hidden()
    await seat.page.get_by_role("button", name="Tabs: 2").tap()
    await seat.page.get_by_role("button", name="Shop", exact=True).tap()
    assert (await line.next("tab"))["id"] == "t2"
    await expect(seat.part("tabs")).to_be_hidden()


async def test_who_only_watches_sees_where_the_page_is(seat: Seat) -> None:
    await seat.watch()
    await expect(seat.part("origin")).to_have_text("bank.example")
    await expect(seat.page.get_by_label("Address")).to_be_hidden()


async def test_more_keeps_the_page_as_pdf_fills_the_screen_and_offers_own_controls(seat: Seat) -> None:
    line = await seat.watch()
    assert (await line.next("own"))["on"] is False
    await expect(seat.part("more")).to_be_hidden()
    await line.grant()
    more = seat.page.locator("[data-part=more] summary")
    await more.click()
    assert await seat.axe() == []
    await seat.page.get_by_label("Lists and dates as my own controls").check()
    assert (await line.next("own", 1))["on"] is True
    await seat.page.get_by_role("button", name="Save the page as PDF").click()
    await line.next("print")
    await more.click()
    main = seat.page.locator(".live-main")
    await main.evaluate("main => { main.requestFullscreen = () => Promise.reject(new TypeError('not here')); }")
    await seat.page.get_by_role("button", name="Full screen").click()
    await expect(seat.part("notice")).to_contain_text("does not let the page fill the screen")
    await main.evaluate("main => { delete main.requestFullscreen; }")
    await more.click()
    await seat.page.get_by_role("button", name="Full screen").click()
    await seat.page.wait_for_function("() => document.fullscreenElement?.className === 'live-main'")
    await more.click()
    await seat.page.keyboard.press("Escape")
    await expect(more).to_be_focused()
    await seat.page.get_by_role("link", name="Finish").click()  # what is asked stands outside of it
    await seat.page.wait_for_function("() => !document.fullscreenElement")
    await expect(seat.page.locator("#live-asked")).to_be_focused()
