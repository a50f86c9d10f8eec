"""A list or picker of the remote page as this device's own control."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import expect

from .conftest import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PLAIN = {"label": "", "value": "", "min": "", "max": "", "step": "", "options": [], "all": 0}


def options(*texts: str, group: str = "") -> list[list[Any]]:
    return [[text, group, False, False] for text in texts]


async def test_on_a_phone_an_option_is_chosen_with_a_tap(seats: Callable[..., Any]) -> None:
    seat = await seats(**PHONE)
    line = await seat.drive()
    assert (await line.next("own"))["on"] is True
    floors = [*options("Ground", "<b>First</b>", group="House"), ["Roof", "Above", True, False]]
    await line.say("picker", **PLAIN | {"kind": "one", "label": "Floor", "options": floors, "all": 3})
    sheet = seat.page.get_by_role("dialog", name="Floor")
    await expect(sheet.get_by_role("button", name="Roof")).to_be_disabled()
    await expect(sheet.locator(".live-group")).to_have_text(["House", "Above"])
    assert await seat.axe() == []
    await sheet.get_by_role("button", name="<b>First</b>").tap()
    assert (await line.next("fill"))["chosen"] == [[1, "<b>First</b>"]]
    await expect(sheet).to_be_hidden()


async def test_several_are_ticked_and_a_long_list_is_searched(seat: Seat) -> None:
    line = await seat.drive()
    many = options(*(f"Town {n}" for n in range(20_000)))
    many[7][3] = True
    await line.say("picker", **PLAIN | {"kind": "many", "options": many, "all": 20_000})
    await expect(seat.part("picker-rest")).to_have_text("300 of 20,000 are shown: type to find others.")
    await expect(seat.page.get_by_label("Town 7", exact=True)).to_be_checked()
    await seat.page.get_by_label("Find").fill("town 19999")
    await seat.page.get_by_label("Town 19999").check()
    await seat.page.get_by_role("button", name="OK").click()
    assert (await line.next("fill"))["chosen"] == [[7, "Town 7"], [19_999, "Town 19999"]]


@pytest.mark.parametrize(("kind", "value", "name"), [
    ("date", "2026-12-24", "Choose a date"),
    ("time", "08:30", "Choose a time"),
    ("month", "2026-12", "Choose a month"),
    ("week", "2026-W52", "Choose a week"),
    ("datetime-local", "2026-12-24T08:30", "Choose a date and a time"),
    ("color", "#00ff00", "Choose a colour"),
])  # fmt: skip
async def test_a_value_is_picked_with_the_devices_own_picker(seat: Seat, kind: str, value: str, name: str) -> None:
    line = await seat.drive()
    await line.say("picker", **PLAIN | {"kind": kind})
    await expect(seat.page.get_by_role("dialog", name=name)).to_be_visible()
    await seat.part("picker-input").fill(value)
    await seat.page.get_by_role("button", name="OK").click()
    assert (await line.next("fill"))["value"] == value


async def test_text_is_typed_or_taken_from_the_suggestions_and_escape_leaves_it(seat: Seat) -> None:
    line = await seat.drive()
    towns = PLAIN | {"kind": "suggested", "label": "Town", "value": "", "options": options("Bern", "Basel"), "all": 2}
    await line.say("picker", **towns)
    await seat.part("picker-input").fill("ba")
    await expect(seat.part("picker-list").get_by_role("button")).to_have_text(["Basel"])
    await seat.page.get_by_role("button", name="Basel").click()
    assert (await line.next("fill"))["value"] == "Basel"
    await line.say("picker", **towns)
    await expect(seat.part("picker")).to_be_visible()
    await seat.page.keyboard.press("Escape")
    await expect(seat.part("picker")).to_be_hidden()
    assert len(line.all("fill")) == 1
    assert line.all("key") == []
