"""The menu of the picture: how good, of which kind, how large; and its figures."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import expect

from tests.person import PHONE

from .browser_side import ME, Line
from .conftest import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def open_menu(seat: Seat) -> None:
    await seat.page.locator("summary", has_text="Picture").click()


async def test_quality_and_kind_are_chosen_and_kept_for_the_next_line(seat: Seat) -> None:
    line = await seat.watch()
    await open_menu(seat)
    await seat.page.get_by_label("Saving data").check()
    assert await line.next("picture") == {"t": "picture", "quality": 25, "kind": None}
    await seat.page.get_by_label("Kind").select_option("JPEG")
    assert (await line.next("picture", 1))["kind"] == "jpeg"
    await line.socket.close(1012)
    hello = (await seat.far.line(1)).all("hello")[0]
    assert (hello["quality"], hello["kind"]) == (25, "jpeg")
    await seat.page.reload()
    hello = (await seat.far.line(2)).all("hello")[0]
    assert (hello["quality"], hello["kind"]) == (25, "jpeg")
    await open_menu(seat)
    await expect(seat.page.get_by_label("Saving data")).to_be_checked()


async def test_a_number_of_ones_own_goes_from_1_to_100(seat: Seat) -> None:
    line = await seat.watch()
    await open_menu(seat)
    await seat.page.get_by_label("Your own, 1 to 100").check()
    number = seat.page.get_by_label("Quality from 1 to 100")
    await expect(number).to_be_focused()
    await number.fill("400")
    await number.press("Tab")
    await number.fill("73")
    await number.press("Tab")
    assert (await line.next("picture"))["quality"] == 73
    assert len(line.all("picture")) == 1


async def test_the_menu_closes_by_escape_and_by_a_press_beside_it(seat: Seat) -> None:
    await seat.watch()
    form = seat.part("picture")
    await open_menu(seat)
    await seat.page.keyboard.press("Tab")
    await seat.page.keyboard.press("Escape")
    await expect(form).to_be_hidden()
    assert await seat.page.evaluate("document.activeElement.tagName") == "SUMMARY"
    await seat.page.keyboard.press("Enter")
    await expect(form).to_be_visible()
    await seat.part("canvas").click(position={"x": 5, "y": 5})
    await expect(form).to_be_hidden()


async def test_figures_are_shown_on_request_and_asked_for_while_they_are(seat: Seat) -> None:
    line = await seat.watch()
    assert not line.all("figures")
    await open_menu(seat)
    await seat.page.get_by_label("Show delay").check()
    await line.next("figures")
    await line.picture("second.jpeg")
    await line.say("figures", kind="h264-444", coarse=True, fastest=20, delay=87)
    figures = seat.part("figures")
    await expect(figures).to_contain_text("87 ms")
    await expect(figures).to_contain_text("of at most 20 a second")
    await expect(figures).to_contain_text("H.264, full colour, coarse")
    assert not await seat.axe()
    await seat.page.get_by_label("Show delay").uncheck()
    await expect(figures).to_be_hidden()


@pytest.mark.parametrize("window", [{"viewport": {"width": 1280, "height": 600}}, PHONE], ids=["desk", "phone"])
async def test_figures_that_are_asked_for_come_into_sight(seats: Callable[..., Any], window: dict[str, Any]) -> None:
    """Though the picture takes all the height that there is."""
    seat = await seats(**window)
    line = await seat.open()
    size = {"w": 390, "h": 684} if window is PHONE else {"w": 1280, "h": 720}
    await line.say("size", **size)
    await expect(seat.part("canvas")).to_have_attribute("height", str(size["h"]))
    await open_menu(seat)
    await seat.page.get_by_label("Show delay").check()
    figures = seat.part("figures")
    await expect(figures).to_be_in_viewport(ratio=1)
    assert await figures.evaluate(
        """(figures) => {
            const { left, top, width, height } = figures.getBoundingClientRect();
            return figures.contains(document.elementFromPoint(left + width / 4, top + height / 2));
        }"""
    )  # with the menu still open


async def test_an_encoder_that_fails_is_said_until_the_next_picture(seat: Seat) -> None:
    line = await seat.watch()
    await line.say("nopicture")
    await expect(seat.part("cover")).to_contain_text("The picture has stopped")
    await line.picture("second.jpeg")
    await expect(seat.part("cover")).to_be_hidden()


async def resize(line: Line, number: int) -> tuple[int | None, int | None]:
    message = await line.next("resize", number)
    return message["w"], message["h"]


async def test_the_page_is_fitted_to_the_room_of_whoever_drives(seat: Seat) -> None:
    line = await seat.drive()
    room, above = await seat.part("stage").evaluate("(stage) => [stage.clientWidth, stage.getBoundingClientRect().top]")
    assert await resize(line, 0) == (room, round(900 - above - 12))  # seen whole, without scrolling
    await seat.page.set_viewport_size({"width": 1100, "height": 700})
    assert await resize(line, 1) == (room - 180, round(700 - above - 12))
    await open_menu(seat)
    await seat.page.get_by_label("A phone's").check()
    assert await resize(line, 2) == (390, 844)
    await seat.page.get_by_label("As the bot has it").check()
    assert await resize(line, 3) == (None, None)
    await line.grant(2, "v-other", "Bob")
    await expect(seat.page.get_by_label("As the bot has it")).to_be_hidden()
    await seat.page.set_viewport_size({"width": 1200, "height": 800})
    await line.grant(3)
    assert await resize(line, 4) == (None, None)  # chosen once, kept


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1920, 400)], ids=["a phone's", "a wide one"])
async def test_others_see_the_size_of_whoever_drives_whole_and_undistorted(seat: Seat, width: int, height: int) -> None:
    line = await seat.watch()
    await line.grant(2, "v-bob", "Bob")
    await line.say("size", w=width, h=height)
    await line.drawn(await line.picture("first.jpeg", width, height))
    canvas = seat.part("canvas")
    assert await canvas.evaluate("({width, height}) => [width, height]") == [width, height]
    assert (
        await canvas.evaluate("(canvas) => getComputedStyle(canvas).objectFit") == "contain"
    )  # nothing is cut or bent
    canvas_box, stage_box = await canvas.bounding_box(), await seat.part("stage").bounding_box()
    assert canvas_box["width"] <= stage_box["width"]
    assert canvas_box["y"] + canvas_box["height"] <= 900  # seen without scrolling
    await seat.page.mouse.move(canvas_box["x"] + canvas_box["width"] / 2, canvas_box["y"] + canvas_box["height"] / 2)
    await line.say("people", people=[{"viewer": name, "name": name, "may": "control"} for name in (ME, "v-bob")])
    await expect(seat.part("people").locator("li")).to_have_count(2)
    await seat.page.mouse.move(
        canvas_box["x"] + canvas_box["width"] / 2 + 1, canvas_box["y"] + canvas_box["height"] / 2
    )
    point = await line.next("point")
    assert abs(point["x"] - width / 2) < 6
    assert abs(point["y"] - height / 2) < 6


async def test_a_phone_that_turns_resizes_once_and_its_keyboard_never_does(seats) -> None:  # type: ignore[no-untyped-def]
    seat = await seats(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    line = await seat.drive()
    width, height = await resize(line, 0)
    assert width == 390
    assert height > 600
    await seat.page.set_viewport_size({"width": 844, "height": 390})
    assert (await resize(line, 1))[0] > 700
    await seat.part("keyboard").click()
    await expect(seat.part("typing")).to_be_focused()
    await seat.page.set_viewport_size({"width": 844, "height": 200})
    await seat.page.set_viewport_size({"width": 844, "height": 390})
    await seat.part("typing").blur()
    await seat.page.set_viewport_size({"width": 390, "height": 844})
    assert await resize(line, 2) == (width, height)
    await seat.part("keyboard").click()  # and it is turned while the keyboard is open
    await expect(seat.part("typing")).to_be_focused()
    await seat.page.set_viewport_size({"width": 844, "height": 390})
    assert (await resize(line, 3))[0] > 700
    assert len(line.all("resize")) == 4
