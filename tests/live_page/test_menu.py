"""The menu of a place in the remote page: ours, by mouse, keyboard and finger."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import expect

from .conftest import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")

PLACE = {"x": 300, "y": 200, "link": "", "image": "", "field": False, "selected": False}
LINK = "https://bank.example/terms?<b>"
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


async def test_what_it_offers_fits_the_place_and_does_it(own: Seat) -> None:
    await own.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    line = await own.drive()
    menu = own.page.get_by_role("menu")
    await line.say("menu", **PLACE, unknown=1)
    await expect(menu.get_by_role("menuitem")).to_have_text(["Back", "Forward", "Reload", "Save the page as PDF"])
    left, top = await own.at(300, 200)
    box = await menu.bounding_box()
    assert (box["x"], box["y"]) == pytest.approx((left, top), abs=2)
    assert await own.axe() == []
    await menu.get_by_role("menuitem", name="Reload").click()
    assert (await line.next("go"))["to"] == "reload"
    await expect(menu).to_be_hidden()
    await expect(own.part("canvas")).to_be_focused()

    await line.say("menu", **PLACE | {"link": LINK, "image": "https://bank.example/logo.png"})
    await menu.get_by_role("menuitem", name="Copy the link's address").click()
    await expect(own.part("notice")).to_have_text("Copied to your clipboard.")
    assert await own.page.evaluate("navigator.clipboard.readText()") == LINK
    await line.say("menu", **PLACE | {"link": LINK, "image": "https://bank.example/logo.png"})
    await menu.get_by_role("menuitem", name="Open the link in a new tab").click()
    assert (await line.next("newtab"))["typed"] == LINK
    await line.say("menu", **PLACE | {"image": "https://bank.example/logo.png"})
    await menu.get_by_role("menuitem", name="Save the picture").click()
    await line.next("saveimage")
    await line.say("menu", **PLACE | {"image": "https://bank.example/logo.png"})
    await menu.get_by_role("menuitem", name="Copy the picture").click()
    await line.next("copyimage")
    await line.say("clipboard", text="", png=DOT)
    held = "async () => (await navigator.clipboard.read())[0]?.types.join() === 'image/png'"
    await own.page.wait_for_function(held)
    await expect(own.part("offer")).to_be_hidden()
    await own.page.evaluate("(link) => navigator.clipboard.writeText(link)", LINK)

    await line.say("menu", **PLACE | {"field": True, "selected": True})
    await expect(menu.get_by_role("menuitem")).to_contain_text(["Cut", "Copy", "Paste", "Select all"])
    await menu.get_by_role("menuitem", name="Paste").click()
    assert (await line.next("paste"))["text"] == LINK
    await line.say("menu", **PLACE | {"field": True})
    await menu.get_by_role("menuitem", name="Select all").click()
    key = await line.until(lambda: [each for each in line.all("key") if each["code"] == "KeyA"])
    assert key[0]["mods"] == 2


async def test_it_is_worked_by_keyboard_and_left_in_peace(seat: Seat) -> None:
    line = await seat.drive()
    tab = {"id": "t1", "title": "Bank", "url": "https://bank.example/", "active": True, "back": False, "forward": True}
    await line.say("tabs", tabs=[tab])
    await line.say("menu", **PLACE)
    menu, press = seat.page.get_by_role("menu"), seat.page.keyboard.press
    await expect(menu.get_by_role("menuitem", name="Back")).to_have_attribute("aria-disabled", "true")
    await expect(menu.get_by_role("menuitem", name="Forward")).to_be_focused()
    await press("ArrowUp")
    await expect(menu.get_by_role("menuitem", name="Save the page as PDF")).to_be_focused()
    await press("r")
    await expect(menu.get_by_role("menuitem", name="Reload")).to_be_focused()
    await line.say("tabs", tabs=[{**tab, "title": "A page that changes its title"}])
    await press("Escape")
    await expect(menu).to_be_hidden()
    await expect(seat.part("canvas")).to_be_focused()
    await line.say("menu", **PLACE | {"x": 1279, "y": 719})
    box = await menu.bounding_box()
    assert box["x"] + box["width"] <= 1280
    assert box["y"] + box["height"] <= 900
    await line.say("control", epoch=1, viewer=None, name=None)
    await expect(menu).to_be_hidden()
    await line.say("menu", **PLACE)
    await line.say("ping", n=1)
    await line.next("pong")
    await expect(menu).to_be_hidden()
    assert [each for each in line.all("key") if each["down"]] == []


async def test_a_finger_that_is_lifted_leaves_it_open(seats: Callable[..., Any]) -> None:
    seat = await seats(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    line = await seat.drive()
    x, y = await seat.at(300, 200)
    cdp = await seat.page.context.new_cdp_session(seat.page)
    await cdp.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    assert (await line.next("down"))["button"] == 2
    await line.say("menu", **PLACE | {"link": LINK})
    menu = seat.page.get_by_role("menu")
    await expect(menu).to_be_visible()
    await cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await menu.get_by_role("menuitem", name="Open the link in a new tab").tap()
    await line.next("newtab")
    await line.say("menu", **PLACE)
    await expect(menu).to_be_visible()
    await seat.page.touchscreen.tap(*await seat.at(700, 600))
    await expect(menu).to_be_hidden()
