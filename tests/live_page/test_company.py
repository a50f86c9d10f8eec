"""Others at the same view: where they point, what they write, who asks for control, and what is hidden from them."""

import pytest
from playwright.async_api import expect

from .browser_side import ME, Line
from .conftest import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")

BOB = {"viewer": "v-bob", "name": "<b>Bob</b>", "may": "control"}
VIC = {"viewer": "v-vic", "name": "Vic", "may": "watch"}
ALICE = {"viewer": ME, "name": "Alice", "may": "control"}


async def meets(line: Line) -> None:
    await line.say("people", people=[ALICE, BOB, VIC])


async def test_the_driver_hands_over_to_whoever_asks_or_is_here(seat: Seat) -> None:
    line = await seat.drive()
    await meets(line)
    await line.say("asked", viewer="v-bob", name="<b>Bob</b>")
    await expect(seat.part("asked")).to_contain_text("<b>Bob</b> asks for control.")
    assert await seat.axe() == []
    await seat.page.get_by_role("button", name="Not now").click()
    await expect(seat.part("asked")).to_be_hidden()
    await seat.page.get_by_role("button", name="Hand over to <b>Bob</b>").click()
    assert (await line.next("hand"))["to"] == "v-bob"
    await expect(seat.page.get_by_role("button", name="Hand over to Vic")).to_have_count(0)  # Vic may only watch
    await line.grant(2, "v-bob", "<b>Bob</b>")
    await expect(seat.part("words")).to_have_text("<b>Bob</b> is in control. You are watching.")


async def test_each_who_asks_gets_an_answer_and_whoever_leaves_asks_no_more(seat: Seat) -> None:
    line = await seat.drive()
    cleo = {"viewer": "v-cleo", "name": "Cleo", "may": "control"}
    await line.say("people", people=[ALICE, BOB, cleo])
    await line.say("asked", viewer="v-bob", name="<b>Bob</b>")
    await line.say("asked", viewer="v-cleo", name="Cleo")
    await expect(seat.part("asked")).to_contain_text("<b>Bob</b> asks for control.")
    await seat.page.get_by_role("button", name="Not now").click()
    assert (await line.next("keep"))["to"] == "v-bob"
    await expect(seat.part("asked")).to_contain_text("Cleo asks for control.")
    await line.say("people", people=[ALICE, BOB])
    await expect(seat.part("asked")).to_be_hidden()


async def test_whoever_asks_drives_when_it_is_offered(seat: Seat) -> None:
    line = await seat.watch()
    await line.grant(2, "v-bob", "Bob")
    await seat.page.get_by_role("button", name="Ask for control").click()
    await line.next("ask")
    await expect(seat.part("notice")).to_have_text("Bob was asked to hand over to you.")
    await line.say("offered")
    await line.next("take")


async def test_whoever_stands_above_the_driver_takes_control_back(seat: Seat) -> None:
    line = await seat.watch()
    await line.grant(2, "v-bob", "A guest")
    await expect(seat.part("takeback")).to_be_hidden()
    await line.state(you={"viewer": ME, "may": "control", "epoch": None, "holds": False, "outranks": True})
    await seat.page.get_by_role("button", name="Take over now").click()
    await line.next("takeback")
    await line.grant(3)
    await expect(seat.part("words")).to_have_text("You are in control.")
    await expect(seat.part("takeback")).to_be_hidden()


async def test_the_privacy_key_hides_while_it_is_held_and_stays_in_this_page(own: Seat) -> None:
    line = await own.drive()
    await own.stop_time()
    chord = ["Control", "Alt", "Shift", "KeyH"]
    for key in chord:
        await own.page.keyboard.down(key)
    assert (await line.next("hide"))["on"] is True
    await own.page.clock.fast_forward(450)  # so long is held, and no press
    for key in reversed(chord):
        await own.page.keyboard.up(key)
    assert (await line.next("hide", 1))["on"] is False
    inside = own.page.locator('[data-part="surface"]:focus-within')
    await expect(inside).to_have_count(1)  # Ctrl+Alt+Shift alone would have left it
    assert "KeyH" not in {key["code"] for key in line.all("key")}
    for on in (True, False):
        await own.page.keyboard.press("Control+Alt+Shift+KeyH")
        await line.until(lambda on=on: line.all("hide")[-1]["on"] is on)  # type: ignore[misc]
        await line.say("private", on=on, wished=on)
    await line.say("control", epoch=1, viewer=None, name=None)
    await expect(own.part("release")).to_be_hidden()
    asked = len(line.all("hide"))
    await own.page.keyboard.press("Control+Alt+Shift+KeyH")
    await line.say("ping", n=1)
    await line.next("pong")
    assert len(line.all("hide")) == asked


async def test_a_hidden_picture_is_gone_and_comes_back_by_itself(seat: Seat) -> None:
    line = await seat.watch()
    await line.grant(2, "v-bob", "Bob")
    shown = await seat.colour(640, 360)
    await line.say("private", on=True, wished=False)
    await expect(seat.part("cover-title")).to_have_text("The picture is hidden")
    assert await seat.colour(640, 360) == "black" != shown
    await line.say("private", on=False, wished=False)
    await expect(seat.part("cover")).to_be_hidden()
    await line.drawn(await line.picture("first.jpeg"))
    assert await seat.colour(640, 360) == shown


async def test_a_hidden_picture_follows_whoever_drives(seat: Seat) -> None:
    """An owner takes over while a password's field has the focus: it is still hidden, from the other of the two."""
    line = await seat.drive()
    await line.say("private", on=True, wished=False)
    await expect(seat.part("words")).to_have_text("You are in control, unseen by others.")
    await expect(seat.part("cover")).to_be_hidden()
    await line.grant(2, "v-bob", "Bob")
    await expect(seat.part("cover-title")).to_have_text("Bob has taken control")
    assert await seat.colour(640, 360) == "black"
    await seat.page.get_by_role("button", name="Go on watching").click()
    await expect(seat.part("cover-title")).to_have_text("The picture is hidden")
    await line.grant(3)
    await expect(seat.part("words")).to_have_text("You are in control, unseen by others.")
    await expect(seat.part("cover")).to_be_hidden()


async def test_the_driver_hides_the_picture_by_a_press_or_for_as_long_as_they_hold(own: Seat) -> None:
    line = await own.drive()
    await own.stop_time()
    button = own.part("hide")
    await expect(button).to_be_hidden()  # nobody else is here
    await meets(line)
    await button.click()
    assert await line.until(lambda: [message["on"] for message in line.all("hide")]) == [True]
    await line.say("private", on=True, wished=True)
    await expect(button).to_have_attribute("aria-pressed", "true")
    await expect(own.part("words")).to_have_text("You are in control, unseen by others.")
    await expect(own.part("cover")).to_be_hidden()
    await button.press("Enter")
    await line.until(lambda: [message["on"] for message in line.all("hide")] == [True, False])
    await line.say("private", on=False, wished=False)
    await expect(button).to_have_attribute("aria-pressed", "false")
    await button.hover()
    await own.page.mouse.down()
    await own.page.clock.fast_forward(450)
    await own.page.mouse.up()
    await line.until(lambda: [message["on"] for message in line.all("hide")][2:] == [True, False])
    await button.evaluate("""button => {
      button.dispatchEvent(new PointerEvent("pointerdown", {bubbles: true}));
      document.body.dispatchEvent(new PointerEvent("pointerup", {bubbles: true}));  // slid off: there is no click
    }""")
    await line.until(lambda: line.all("hide")[4:])
    await line.say("private", on=True, wished=True)
    await own.page.clock.fast_forward(450)  # so long is held
    await own.page.get_by_role("heading").first.click()
    await line.say("ping", n=1)
    await line.next("pong")
    assert len(line.all("hide")) == 5
    await button.press("Enter")
    await line.until(lambda: [message["on"] for message in line.all("hide")][4:] == [True, False])
    await button.hover()
    await own.page.mouse.down()
    await own.page.clock.fast_forward(450)
    await own.page.mouse.up()
    await line.until(lambda: [message["on"] for message in line.all("hide")][4:] == [True, False, False])


async def test_people_write_to_each_other(seat: Seat) -> None:
    line = await seat.watch()
    await expect(seat.part("write")).to_be_hidden()
    await meets(line)
    field = seat.page.get_by_label("Message to everybody here")
    await field.fill(" Which code? ")
    await field.press("Enter")
    assert (await line.next("write"))["text"] == "Which code?"
    mine = {"n": 1, "viewer": ME, "name": "Alice", "text": "Which code?", "at": 1_790_000_000.5}
    his = {**mine, "n": 2, "viewer": "v-bob", "name": "<b>Bob</b>", "text": "<img src=x onerror=alert(1)> 493021"}
    await line.say("chat", lines=[mine])
    await line.say("chat", lines=[mine, his])  # as after a lost line
    lines = seat.part("lines").locator("p")
    await expect(lines).to_have_count(2)
    await expect(lines.last).to_contain_text("<b>Bob</b>")
    await expect(lines.last).to_contain_text("<img src=x onerror=alert(1)> 493021")
    assert await seat.axe() == []


async def test_a_message_that_could_not_be_sent_is_not_lost(own: Seat) -> None:
    await own.page.add_init_script("Math.random = () => 0.01")
    line = await own.watch()
    await meets(line)
    field = own.page.get_by_label("Message to everybody here")
    await field.fill("on its way")
    await field.press("Enter")
    await line.next("write")
    await expect(field).to_have_value("")
    own.far.refuse = 1011
    await line.socket.close(1011)
    await expect(field).to_have_value("on its way")
    await field.fill("Which code?")
    await field.press("Enter")
    await expect(own.part("notice")).to_contain_text("Not sent")
    await expect(field).to_have_value("Which code?")
    own.far.refuse = None
    again = await own.far.line(1)
    await again.hello()
    await field.press("Enter")
    assert [(await again.next("write"))["text"]] == ["Which code?"]
    await expect(field).to_have_value("")
    await again.socket.close(1012)
    await expect(field).to_have_value("Which code?")
    third = await own.far.line(2)
    await third.hello()
    here = {"n": 1, "viewer": ME, "name": "Alice", "text": "Which code?", "at": 1_790_000_000.5}
    await third.say("chat", lines=[here])  # it had arrived
    await expect(own.part("lines")).to_contain_text("Which code?")
    await expect(field).to_have_value("")


async def test_who_is_at_a_button_beside_a_name_stays_there(seat: Seat) -> None:
    """The state comes every few seconds."""
    line = await seat.drive()
    await meets(line)
    button = seat.page.get_by_role("button", name="Hand over to <b>Bob</b>")
    await button.focus()
    await line.state()
    await line.say("ping", n=1)
    await line.next("pong")
    await expect(button).to_be_focused()


async def test_others_pointers_are_shown_with_their_names(seat: Seat) -> None:
    line = await seat.watch()
    await meets(line)
    await line.say("pointer", viewer="v-bob", x=640, y=360)
    arrow = seat.part("pointers").locator("span")
    await expect(arrow).to_have_text("<b>Bob</b>")
    x, y = await seat.at(640, 360)
    await seat.page.wait_for_function(
        "([x, y]) => { const box = document.querySelector('.live-pointer').getBoundingClientRect();"
        " return Math.abs(box.x - x) < 12 && Math.abs(box.y - y) < 14 }",
        arg=[x, y],
    )
    await seat.page.mouse.move(*await seat.at(100, 200))
    point = await line.next("point")
    assert (round(point["x"]), round(point["y"])) == (100, 200)
    await line.say("people", people=[ALICE, VIC])
    await expect(arrow).to_have_count(0)
