"""The table: what a message does."""

from typing import Any

import pytest

from bots.live import wire
from bots.live.input import Action, Hands, Page, Seat
from bots.live.keys import key_event

ALT, CONTROL, META, SHIFT = 1, 2, 4, 8


def key(code: str, key: str, mods: int = 0, down: bool = True, location: int = 0) -> wire.Key:
    return wire.Key(1, 1, down, code, key, mods, False, location)


def down(x: float = 5, y: float = 6, button: int = 0, mods: int = 0, clicks: int = 1) -> wire.Down:
    return wire.Down(1, 1, x, y, button, clicks, mods)


def up(x: float = 5, y: float = 6, button: int = 0, mods: int = 0) -> wire.Up:
    return wire.Up(1, 1, x, y, button, 1, mods)


def brief(actions: list[Action]) -> list[Any]:
    return [(a.what, *a.values) if isinstance(a, Seat) else a.params.get("type", a.method) for a in actions]


@pytest.mark.parametrize(("code", "pressed", "mods", "expected"), [
    ("KeyA", "a", 0, {"windowsVirtualKeyCode": 65, "text": "a", "type": "keyDown"}),
    ("KeyA", "A", SHIFT, {"windowsVirtualKeyCode": 65, "text": "A"}),
    ("KeyQ", "a", 0, {"windowsVirtualKeyCode": 65, "code": "KeyQ"}),  # a French keyboard
    ("KeyA", "ф", 0, {"windowsVirtualKeyCode": 65, "text": "ф"}),  # a Russian one
    ("Period", ".", 0, {"windowsVirtualKeyCode": 190, "text": "."}),
    ("Digit1", "!", SHIFT, {"windowsVirtualKeyCode": 49, "text": "!"}),
    ("KeyQ", "@", 0, {"windowsVirtualKeyCode": 81, "text": "@"}),  # AltGr, which comes without Ctrl and Alt
    ("Enter", "Enter", 0, {"windowsVirtualKeyCode": 13, "text": "\r"}),
    ("Enter", "Enter", SHIFT, {"text": "\r", "modifiers": SHIFT}),
    ("Tab", "Tab", 0, {"windowsVirtualKeyCode": 9, "type": "rawKeyDown"}),
    ("Delete", "Delete", 0, {"windowsVirtualKeyCode": 46, "type": "rawKeyDown"}),
    ("ArrowLeft", "ArrowLeft", 0, {"windowsVirtualKeyCode": 37}),
    ("Numpad4", "ArrowLeft", 0, {"windowsVirtualKeyCode": 37}),  # without Num Lock
    ("Numpad4", "4", 0, {"windowsVirtualKeyCode": 100, "text": "4"}),
    ("F12", "F12", 0, {"windowsVirtualKeyCode": 123}),
    ("KeyA", "a", CONTROL, {"type": "rawKeyDown", "commands": ["selectAll"]}),
    ("KeyC", "c", CONTROL, {"commands": ["copy"]}),
    ("KeyX", "x", CONTROL, {"commands": ["cut"]}),
    ("KeyV", "v", CONTROL, {"commands": ["paste"]}),
    ("KeyZ", "z", CONTROL, {"commands": ["undo"]}),
    ("KeyZ", "Z", CONTROL | SHIFT, {"commands": ["redo"]}),
    ("KeyY", "y", CONTROL, {"commands": ["redo"]}),
    ("", "Backspace", 0, {"windowsVirtualKeyCode": 8}),  # some phones name no place
    ("KeyX", "😀", 0, {"text": "😀"}),
])  # fmt: skip
def test_a_key_is_known_by_its_place(code: str, pressed: str, mods: int, expected: dict[str, Any]) -> None:
    event = key_event(key(code, pressed, mods))
    assert expected.items() <= event.items()


@pytest.mark.parametrize("mods", [CONTROL, ALT, META, CONTROL | SHIFT])
def test_a_chord_writes_nothing(mods: int) -> None:
    event = key_event(key("KeyS", "s", mods))
    assert event["type"] == "rawKeyDown"
    assert "text" not in event


def test_nothing_in_an_event_is_null() -> None:
    for down in (True, False):
        assert None not in key_event(key("KeyA", "a", down=down)).values()


def test_the_left_button_goes_through_the_seat() -> None:
    hands = Hands()
    assert brief(hands.actions(down())) == [("move", 5, 6), ("button", True)]
    assert brief(hands.actions(up(7, 8))) == [("move", 7, 8), ("button", False)]


@pytest.mark.parametrize(
    ("button", "mods", "name", "mask"),
    [(1, 0, "middle", 4), (2, 0, "right", 2), (3, 0, "back", 8), (4, 0, "forward", 16), (0, CONTROL, "left", 1)],
)
def test_t31_other_buttons_and_modifiers_go_to_the_page(button: int, mods: int, name: str, mask: int) -> None:
    hands = Hands()
    *_, press = hands.actions(down(button=button, mods=mods, clicks=2))
    assert isinstance(press, Page)
    assert {
        "type": "mousePressed",
        "button": name,
        "buttons": mask,
        "clickCount": 2,
        "modifiers": mods,
    }.items() <= press.params.items()
    moved = hands.actions(wire.Move(1, 2, 50, 60))
    held = {"buttons": mask, "modifiers": 0, "button": name}
    assert moved == [Page("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": 50, "y": 60, **held})]
    *_, release = hands.actions(up(button=button))
    assert {"type": "mouseReleased", "buttons": 0}.items() <= release.params.items()


def test_a_second_button_goes_to_the_page_while_the_first_is_held() -> None:
    hands = Hands()
    hands.actions(down())
    assert brief(hands.actions(down(button=2))) == [("move", 5, 6), "mousePressed"]
    assert brief(hands.actions(up())) == ["mouseMoved", ("button", False)]


def test_a_plain_wheel_goes_through_the_seat_and_a_pinch_to_the_page() -> None:
    hands = Hands()
    assert brief(hands.actions(wire.Wheel(1, 1, 5, 6, 0, 120, 0))) == [("move", 5, 6), ("scroll", 0, 120)]
    *_, pinch = hands.actions(wire.Wheel(1, 1, 5, 6, 0, 120, CONTROL))
    assert {"type": "mouseWheel", "deltaY": 120, "modifiers": CONTROL}.items() <= pinch.params.items()


def test_a_paste_is_a_real_one() -> None:
    clipboard, *strokes = Hands().actions(wire.Paste(1, 1, "12 34"))
    assert clipboard == Seat("clipboard", ({"text/plain;charset=utf-8": b"12 34", "text/plain": b"12 34"},))
    assert [stroke.params["type"] for stroke in strokes] == ["rawKeyDown", "keyUp"]
    assert strokes[0].params["commands"] == ["paste"]


@pytest.mark.parametrize("png", ["no base64!", "aGVsbG8=", "é"])
def test_what_is_no_picture_is_not_pasted(png: str) -> None:
    assert Hands().actions(wire.Image(1, 1, png)) == []


def test_a_drag_is_called_off_by_escape_and_told_what_is_held() -> None:
    hands = Hands()
    hands.actions(down())
    hands.actions(wire.Move(1, 2, 15, 6))
    hands.actions(key("ControlLeft", "Control", CONTROL))
    (begun,) = hands.drag({"items": []})
    assert begun.params["modifiers"] == CONTROL
    assert brief(hands.actions(key("Escape", "Escape"))) == ["dragCancel"]
    assert hands.actions(key("Escape", "Escape", down=False)) == []
    assert brief(hands.actions(up())) == [("move", 5, 6), ("button", False)]


def test_releasing_lets_go_of_everything_once() -> None:
    hands = Hands()
    for message in (key("ShiftLeft", "Shift", SHIFT), key("KeyA", "A", SHIFT), down(), down(button=1)):
        hands.actions(message)
    released = hands.release()
    assert [action.params["code"] for action in released if isinstance(action, Page) and "code" in action.params] == [
        "ShiftLeft",
        "KeyA",
    ]
    assert "mouseReleased" in brief(released)
    assert ("button", False) in brief(released)
    assert hands.release() == []


def test_a_key_that_was_released_already_is_not_released_again() -> None:
    hands = Hands()
    hands.actions(key("KeyA", "a"))
    hands.release()
    assert hands.actions(key("KeyA", "a", down=False)) == []
    assert hands.actions(up()) == []


def test_a_drag_takes_the_place_of_moves_and_carries_no_files() -> None:
    hands = Hands()
    hands.actions(down())
    hands.actions(wire.Move(1, 2, 15, 6))
    (begun,) = hands.drag({"items": [], "files": ["/etc/passwd"], "dragOperationsMask": 1})
    assert begun.params["data"] == {"items": [], "dragOperationsMask": 1}
    assert brief(hands.actions(wire.Move(1, 2, 50, 60))) == ["dragOver"]
    assert brief(hands.actions(up(60, 70))) == ["dragOver", "drop", ("button", False)]


def test_a_drag_is_called_off_when_all_is_released() -> None:
    hands = Hands()
    hands.actions(down())
    hands.actions(wire.Move(1, 2, 15, 6))
    hands.drag({"items": []})
    assert brief(hands.release())[0] == "dragCancel"


def test_a_drag_that_the_page_tells_of_when_the_button_is_up_again_is_dropped_there() -> None:
    hands = Hands()
    for message in (down(), wire.Move(1, 2, 50, 60), up(60, 70), wire.Move(1, 2, 5, 5)):
        hands.actions(message)
    told = hands.drag({"items": []})
    assert brief(told) == ["dragEnter", "dragOver", "drop"]
    assert {(action.params["x"], action.params["y"]) for action in told if isinstance(action, Page)} == {(60, 70)}
    assert brief(hands.actions(wire.Move(1, 2, 50, 60))) == [("move", 50, 60)]


def test_a_drag_of_nobody_is_called_off() -> None:
    hands = Hands()
    assert brief(hands.drag({"items": []})) == ["dragCancel"]
    hands.actions(down())
    hands.release()  # whoever held the button has gone
    assert brief(hands.drag({"items": []})) == ["dragCancel"]


@pytest.mark.parametrize("since", [
    [down(500, 300), up(500, 300)],  # a click
    [down(500, 300)],  # that is still held: nothing can be dragged yet by who has not moved
    [down(500, 300), up(560, 300)],  # another motion: it could be either's
    [down(500, 300, button=2)],
    [wire.KeysUp(1, 1), down(500, 300), up(560, 300)],  # another tab, or the next one who drives
])  # fmt: skip
def test_a_drag_is_not_dropped_where_a_later_press_is(since: list[wire.Input]) -> None:
    hands = Hands()
    for message in (down(10, 10), wire.Move(1, 2, 100, 10), up(200, 10), *since):
        hands.actions(message)
    assert brief(hands.drag({"items": []})) == ["dragCancel"]


def test_a_drag_of_the_newest_press_is_begun_though_another_motion_was_just_before() -> None:
    hands = Hands()
    for message in (down(10, 10), up(200, 10), down(100, 10), wire.Move(1, 2, 120, 30)):  # text, marked and dragged
        hands.actions(message)
    assert brief(hands.drag({"items": []})) == ["dragEnter"]
    assert brief(hands.actions(up(300, 300))) == ["dragOver", "drop", ("button", False)]
    assert brief(hands.drag({"items": []})) == ["dragCancel"]


@pytest.mark.parametrize(("later", "expected"), [(0.4, "drop"), (0.6, "dragCancel")])
def test_a_drag_that_is_told_of_much_too_late_is_called_off(later: float, expected: str) -> None:
    times = [100.0]
    hands = Hands(lambda: times[-1])
    for message in (down(10, 10), up(200, 10)):
        hands.actions(message)
    times.append(100 + later)
    assert brief(hands.drag({"items": []}))[-1] == expected


def test_tabs_and_dialogs_are_not_for_the_hands() -> None:
    with pytest.raises(TypeError):
        Hands().actions(wire.Go(1, 1, "back"))
