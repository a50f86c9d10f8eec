"""Mouse and fingers: where they land, in which order, and how many messages they cost."""

from collections.abc import Callable
from typing import Any

import pytest

from .browser_side import Line
from .conftest import Seat
from .site import POLICY

pytestmark = pytest.mark.asyncio(loop_scope="session")
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}


async def click(seat: Seat, line: Line, x: float, y: float) -> dict[str, Any]:
    seen = len(line.all("down"))
    await seat.page.mouse.click(*await seat.at(x, y))
    await line.next("up", seen)
    return await line.next("down", seen)


@pytest.mark.parametrize(
    "window",
    [{}, PHONE, {"device_scale_factor": 2}, {"viewport": {"width": 1920, "height": 500}}],
    ids=["1280", "390 at DPR 2", "DPR 2", "low and wide"],
)
async def test_a_click_lands_where_it_is_seen_at_every_corner(
    seats: Callable[..., Any], window: dict[str, Any]
) -> None:
    seat = await seats(**window)
    line = await seat.drive()
    left, _ = await seat.at(0, 0)
    right, _ = await seat.at(1280, 0)
    pixel = 1280 / (right - left)  # the browser reports presses in whole pixels of the window
    corners = [(1, 1), (1279 - pixel, 1), (1, 719 - pixel), (1279 - pixel, 719 - pixel), (640, 360)]
    for x, y in corners:
        press = await click(seat, line, x + pixel / 2, y + pixel / 2)
        assert (press["x"], press["y"]) == (pytest.approx(x, abs=pixel), pytest.approx(y, abs=pixel))


async def test_a_click_in_the_letterbox_hits_nothing(seats: Callable[..., Any]) -> None:
    seat = await seats(viewport={"width": 1920, "height": 500})
    line = await seat.drive()
    box = await seat.part("canvas").bounding_box()
    await seat.page.mouse.click(box["x"] + 4, box["y"] + 100)
    await click(seat, line, 5, 5)
    assert len(line.all("down")) == 1


async def test_it_tells_buttons_and_clicks_and_modifiers(seat: Seat) -> None:
    line = await seat.drive()
    x, y = await seat.at(300, 200)
    await seat.page.mouse.dblclick(x, y)
    await seat.page.mouse.click(x, y, click_count=3)
    await seat.page.mouse.click(x, y, button="right")
    await seat.page.mouse.click(x, y, button="middle")
    await seat.page.keyboard.down("Shift")
    await seat.page.mouse.click(x, y)
    await seat.page.keyboard.up("Shift")
    await line.until(lambda: [key for key in line.all("key") if not key["down"]])
    presses = [(press["button"], press["clicks"], press["mods"]) for press in line.all("down")]
    assert presses[:2] == [(0, 1, 0), (0, 2, 0)]
    assert (0, 3, 0) in presses
    assert [button for button, _, _ in presses if button] == [2, 1]
    assert presses[-1][2] == 8
    assert len(line.all("up")) == len(presses)


async def test_buttons_and_clicks_beyond_the_contract_are_not_sent(seat: Seat) -> None:
    line = await seat.drive()
    x, y = await seat.at(300, 200)
    press = """(canvas, [clientX, clientY]) => {
      for (const [button, detail] of [[7, 1], [0, 40]])
        for (const kind of ['mousedown', 'mouseup'])
          canvas.dispatchEvent(new MouseEvent(kind, {button, detail, clientX, clientY}));
    }"""
    await seat.part("canvas").evaluate(press, [x, y])
    await line.next("up")
    assert [(down["button"], down["clicks"]) for down in line.all("down")] == [(0, 10)]


async def test_the_buttons_at_a_mouses_side_are_for_the_remote_page_alone(seat: Seat) -> None:
    """The person's own browser stays where it is."""
    seat.site.others["/elsewhere"] = ('<title>Elsewhere</title><link rel="icon" href="data:,">', POLICY)
    await seat.page.goto(seat.site.url() + "elsewhere")
    line = await seat.drive()
    cdp = await seat.page.context.new_cdp_session(seat.page)
    x, y = await seat.at(300, 200)
    for button, held in (("back", 8), ("forward", 16)):
        for kind, buttons in (("mousePressed", held), ("mouseReleased", 0)):
            press = {"type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": 1}
            await cdp.send("Input.dispatchMouseEvent", press)
    await line.next("up", 1)
    assert [press["button"] for press in line.all("down", "up")] == [3, 3, 4, 4]
    await seat.page.mouse.click(x, y)
    await line.next("up", 2)
    assert seat.page.url == seat.site.url()


async def test_a_drag_that_leaves_the_picture_still_ends(seat: Seat) -> None:
    line = await seat.drive()
    await seat.page.mouse.move(*await seat.at(600, 400))
    await seat.page.mouse.down()
    await seat.page.mouse.move(*await seat.at(100, 100), steps=8)
    await seat.page.mouse.move(2, 2, steps=4)
    await seat.page.mouse.up()
    up = await line.next("up")
    kinds = [message["t"] for message in line.all("move", "down", "up")]
    assert kinds.index("down") < kinds.index("up") == len(kinds) - 1
    assert "move" in kinds[kinds.index("down") :]
    assert (up["x"], up["y"]) == (0, 0)


async def test_moves_are_merged_and_the_last_one_comes_before_the_press(seat: Seat) -> None:
    line = await seat.drive()
    x, y = await seat.at(640, 360)
    # A burst within one frame, as a fast mouse makes it.
    await seat.part("canvas").evaluate(
        """(canvas, [x, y]) => {
      const at = (dx) => ({clientX: x + dx, clientY: y, pointerType: 'mouse', bubbles: true, cancelable: true});
      for (let i = 0; i < 300; i += 1) canvas.dispatchEvent(new PointerEvent('pointermove', at(i / 10)));
      canvas.dispatchEvent(new MouseEvent('mousedown', {...at(30), button: 0, detail: 1}));
      canvas.dispatchEvent(new MouseEvent('mouseup', {...at(30), button: 0, detail: 1}));
    }""",
        [x, y],
    )
    await line.next("up")
    kinds = [message["t"] for message in line.all("move", "down", "up")]
    assert kinds[-4:] == ["move", "move", "down", "up"]
    assert len(kinds) < 10
    assert line.all("move")[-1]["x"] == pytest.approx(line.all("down")[0]["x"], abs=0.2)


async def test_the_wheel_is_merged_and_loses_no_distance(seat: Seat) -> None:
    line = await seat.drive()
    x, y = await seat.at(640, 360)
    await seat.part("canvas").evaluate(
        """(canvas, [clientX, clientY]) => {
      const turn = (deltaY, deltaMode) => canvas.dispatchEvent(new WheelEvent('wheel', {
        clientX, clientY, deltaX: 1, deltaY, deltaMode, cancelable: true}));
      for (let i = 0; i < 50; i += 1) turn(3, 0);
      turn(2, 1);
      turn(1, 2);
    }""",
        [x, y],
    )
    await line.until(lambda: sum(turn["dy"] for turn in line.all("wheel")) >= 150 + 2 * 19 + 720)
    assert sum(turn["dy"] for turn in line.all("wheel")) == 150 + 2 * 19 + 720
    assert len(line.all("wheel")) <= 3


async def test_numbers_rise_and_carry_the_epoch(seat: Seat) -> None:
    line = await seat.drive(epoch=7)
    await click(seat, line, 10, 10)
    await seat.page.keyboard.press("a")
    await line.next("key", 1)
    inputs = [message for message in line.heard if "s" in message]
    assert [message["s"] for message in inputs] == list(range(1, len(inputs) + 1))
    assert {message["e"] for message in inputs} == {7}


async def test_n6_nothing_is_sent_without_control(seat: Seat) -> None:
    line = await seat.watch()
    await seat.page.mouse.click(*await seat.at(200, 200))
    await seat.part("canvas").focus()
    await seat.page.keyboard.press("a")
    await line.say("ping", n=5)
    await line.next("pong")
    assert {message["t"] for message in line.heard} == {"hello", "own", "ack", "pong"}


TOUCH = """(canvas, [kind, id, x, y]) => canvas.dispatchEvent(new PointerEvent(kind, {
  pointerId: id, pointerType: 'touch', clientX: x, clientY: y, bubbles: true, cancelable: true}))"""


class Fingers:
    """Touches at picture points, as the browser would report them."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat

    async def __call__(self, kind: str, finger: int, x: float, y: float) -> None:
        await self.seat.part("canvas").evaluate(TOUCH, [f"pointer{kind}", finger, *await self.seat.at(x, y)])


@pytest.fixture
def phone() -> dict[str, Any]:
    return {**PHONE, "has_touch": True, "is_mobile": True}


async def test_a_tap_is_one_click(seats: Callable[..., Any], phone: dict[str, Any]) -> None:
    seat = await seats(**phone)
    line = await seat.drive()
    await seat.page.touchscreen.tap(*await seat.at(640, 360))
    up = await line.next("up")
    assert [message["t"] for message in line.all("move", "down", "up")] == ["move", "down", "up"]
    assert (up["x"], up["y"], up["button"]) == (pytest.approx(640, abs=2), pytest.approx(360, abs=2), 0)


async def test_two_taps_are_a_double_click(seats: Callable[..., Any], phone: dict[str, Any]) -> None:
    seat = await seats(**phone)
    line = await seat.drive()
    point = await seat.at(640, 360)
    await seat.page.touchscreen.tap(*point)
    await seat.page.touchscreen.tap(*point)
    await line.next("up", 1)
    assert [press["clicks"] for press in line.all("down")] == [1, 2]


async def test_a_long_press_is_a_right_click(seats: Callable[..., Any], phone: dict[str, Any]) -> None:
    seat = await seats(**phone)
    line = await seat.drive()
    fingers = Fingers(seat)
    await fingers("down", 1, 640, 360)
    up = await line.next("up")
    await fingers("up", 1, 640, 360)
    assert up["button"] == 2


async def test_a_finger_that_moves_drags(seats: Callable[..., Any], phone: dict[str, Any]) -> None:
    seat = await seats(**phone)
    line = await seat.drive()
    fingers = Fingers(seat)
    await fingers("down", 1, 200, 300)
    for x in (300, 400, 500):
        await fingers("move", 1, x, 300)
    await fingers("up", 1, 500, 300)
    up = await line.next("up")
    down = line.all("down")[0]
    assert (down["x"], up["x"]) == (pytest.approx(200, abs=2), pytest.approx(500, abs=2))
    assert line.all("move")[-1]["x"] == pytest.approx(500, abs=2)


async def test_two_fingers_that_part_enlarge_the_picture_and_then_move_it(
    seats: Callable[..., Any], phone: dict[str, Any]
) -> None:
    seat = await seats(**phone)
    line = await seat.drive()
    fingers = Fingers(seat)
    width = "document.querySelector('canvas').getBoundingClientRect().width"
    before = await seat.page.evaluate(width)
    await fingers("down", 1, 500, 360)
    await fingers("down", 2, 780, 360)
    for step in (60, 120, 280):
        await fingers("move", 1, 500 - step, 360)
        await fingers("move", 2, 780 + step, 360)
    await fingers("up", 1, 220, 360)
    await fingers("up", 2, 1060, 360)
    assert await seat.page.evaluate(width) > before * 2
    assert line.all("wheel", "down") == []
    await seat.page.touchscreen.tap(195, (await seat.part("stage").bounding_box())["y"] + 100)
    down = await line.next("down")
    x, _ = await seat.at(down["x"], down["y"])
    assert x == pytest.approx(195, abs=2)
    # Two fingers move it as far as it goes; the page scrolls by the rest.
    top = (await seat.part("stage").bounding_box())["y"]
    for kind, x in [("down", 20), *(("move", x) for x in range(30, 1600, 20))]:
        for finger in (1, 2):
            await seat.part("canvas").evaluate(TOUCH, [f"pointer{kind}", finger, x + 100 * finger, top + 50])
    await line.next("wheel")
    assert all(turn["dx"] <= 0 for turn in line.all("wheel"))


async def test_cmd_and_ctrl_on_a_mac_do_what_they_do_there(own: Seat) -> None:
    await own.page.add_init_script("""
      Object.defineProperty(navigator, 'userAgentData', {value: undefined});
      Object.defineProperty(navigator, 'platform', {value: 'MacIntel'});""")
    line = await own.drive()
    x, y = await own.at(300, 200)
    for modifier in ("Meta", "Control"):
        await own.page.keyboard.down(modifier)
        await own.page.mouse.click(x, y)
        await own.page.keyboard.up(modifier)
    await line.until(lambda: len(line.all("up")) == 2)
    assert [(press["button"], press["mods"]) for press in line.all("down")] == [(0, 2), (2, 0)]


async def test_two_fingers_scroll_with_the_content(seats: Callable[..., Any], phone: dict[str, Any]) -> None:
    seat = await seats(**phone)
    line = await seat.drive()
    fingers = Fingers(seat)
    await fingers("down", 1, 600, 400)
    await fingers("down", 2, 700, 400)
    for y in (350, 300):
        await fingers("move", 1, 600, y)
        await fingers("move", 2, 700, y)
    await line.until(lambda: sum(turn["dy"] for turn in line.all("wheel")) > 95)
    await fingers("up", 1, 600, 300)
    await fingers("up", 2, 700, 300)
    assert sum(turn["dy"] for turn in line.all("wheel")) == pytest.approx(100, abs=2)
    assert line.all("down") == []


async def test_a_pen_presses_once_and_drags_as_a_mouse_does(seat: Seat) -> None:
    line = await seat.drive()
    pen = await seat.page.context.new_cdp_session(seat.page)
    way = [("mousePressed", 100), ("mouseMoved", 200), ("mouseReleased", 200)]
    for kind, to in way:
        x, y = await seat.at(to, to)
        held = {"pointerType": "pen", "button": "left", "buttons": int(kind != "mouseReleased"), "clickCount": 1}
        await pen.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **held})
    await line.next("up")
    heard = [(said["t"], round(said["x"], -1)) for said in line.all("down", "move", "up")]
    assert heard == [("down", 100), ("move", 200), ("up", 200)]


async def test_a_pen_draws_with_its_pressure_and_tilt_and_presses_once(seat: Seat) -> None:
    """Its own mouse events, which some browsers make late and others only of a tap, are left out."""
    line = await seat.drive()
    cdp = await seat.page.context.new_cdp_session(seat.page)
    x, y = await seat.at(300, 200)
    held = {"pointerType": "pen", "tiltX": 10, "tiltY": -20, "twist": 30}

    async def draw(kind: str, dx: float, force: float, **more: Any) -> None:
        await cdp.send("Input.dispatchMouseEvent", {"type": kind, "x": x + dx, "y": y, "force": force} | held | more)

    await draw("mouseMoved", 0, 0)
    await draw("mousePressed", 0, 0.25, button="left", buttons=1, clickCount=1)
    await draw("mouseMoved", 40, 0.75, button="left", buttons=1)
    await draw("mouseReleased", 40, 0, button="left", clickCount=1)
    await line.next("up")
    (down,), (up,) = line.all("down"), line.all("up")
    assert (down["pen"], down["button"], down["clicks"]) == ([0.25, 10, -20, 30], 0, 1)
    assert up["pen"][0] == 0
    assert [move["pen"][0] for move in line.all("move")] == [0, 0.75]
    await line.until(lambda: not line.all("wheel"))
    await seat.page.keyboard.press("a")
    await line.next("key")
    await seat.page.mouse.click(x, y)
    assert "pen" not in await line.next("down", after=1)


async def test_a_pen_scrolls_nothing_while_one_drives(seat: Seat) -> None:
    await seat.drive()
    assert await seat.part("canvas").evaluate("(canvas) => getComputedStyle(canvas).touchAction") == "none"
