"""What a person's message does: a pure table from messages to actions, and what is held down meanwhile. No I/O.

The plain left button and the wheel go through the compositor's seat, as from a real mouse, so that native select
lists and pickers work. Everything else goes to the page by CDP, which never reaches the browser's own interface
(T31): keys always, other buttons, whatever has a modifier, and a pen, which the seat does not know.
"""

import base64
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from bots.live import wire
from bots.live.keys import CONTROL, key_event, modifier

_BUTTONS = ("left", "middle", "right", "back", "forward")
_MASK = (1, 4, 2, 8, 16)


class Seat(NamedTuple):
    """Something that the compositor's pointer does: "move", "button", "scroll"; or "clipboard"."""

    what: str
    values: tuple[Any, ...]


class Page(NamedTuple):
    """A CDP call on the session of the page in front."""

    method: str
    params: dict[str, Any]


Action = Seat | Page

_LATE = 0.5  # seconds in which the page tells of a drag when its button is up already
_TEXT = ("text/plain;charset=utf-8", "text/plain")
_PNG = b"\x89PNG\r\n\x1a\n"
_PASTE = wire.Key(0, 0, True, "KeyV", "v", CONTROL, False, 0)


class _LetGo(NamedTuple):
    """Of the left button, after a way that the pointer went with it: the page may still tell of a drag."""

    press: int
    x: float
    y: float
    at: float


class Hands:
    """The keys and buttons that one person holds, and the drag that they are in. `clock` tells seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._keys: dict[str, wire.Key] = {}
        self._buttons: dict[int, type] = {}  # button → Seat or Page, the way that its press went
        self._x = self._y = 0.0
        self._drag: dict[str, Any] | None = None
        self._is_pen = False  # what pressed last
        self._press_number = 0  # of the newest press; a release of all counts as one
        self._pulled = False  # the pointer went somewhere while the left button was down: else nothing is dragged
        self._let_go_of: _LetGo | None = None
        self._composing = False

    def actions(self, message: wire.Input) -> list[Action]:
        """What the message does. Tabs, history and dialogs are not the hands' affair."""
        match message:
            case wire.Move():
                return self._move(message.x, message.y, message.pen)
            case wire.Down():
                return self._press(message)
            case wire.Up():
                return self._let_go(message)
            case wire.Wheel():
                return self._wheel(message)
            case wire.Key():
                return self._key(message)
            case wire.Text():
                return self._text(message.text)
            case wire.Compose():
                return self._compose(message.text, message.caret)
            case wire.Paste():
                return self._paste(dict.fromkeys(_TEXT, message.text.encode()))
            case wire.Image():
                return self._paste_image(message.png)
            case wire.KeysUp():
                return self.release()
        raise TypeError(f"{type(message).__name__} is not for the hands")

    def drag(self, data: dict[str, Any]) -> list[Action]:
        """The page began to drag something. Files of the server's disk never take part (T31).

        It says so a moment after the move that began it. Whoever is quick has let go by then: it is dropped there, if
        it cannot be a drag from before the newest press, of another hand or of another tab.
        """
        self._drag = {key: value for key, value in data.items() if key != "files"}
        if 0 in self._buttons:
            return [self._drag_event("dragEnter")] if self._pulled else self._call_off()
        left = self._late()
        if left is None or left.press != self._press_number:
            return self._call_off()
        self._let_go_of, now = None, (self._x, self._y)
        self._x, self._y = left.x, left.y
        dropped = [self._drag_event("dragEnter"), self._drag_event("dragOver"), *self._drop()]
        self._x, self._y = now
        return dropped

    def release(self) -> list[Action]:
        """Let go of everything: on revoke, when the viewer loses the focus, when the line is lost."""
        actions = self._call_off()
        if self._composing:
            actions += self._compose("", 0)
        for button in list(self._buttons):
            lifted = [0.0, 0.0, 0.0, 0.0] if self._is_pen else None
            actions += self._let_go(wire.Up(0, 0, self._x, self._y, button, 1, 0, lifted))
        for key in list(self._keys.values()):
            actions += self._key(replace(key, down=False, repeat=False, mods=0))
        self._press_number += 1
        return actions

    # The pointer

    def _move(self, x: float, y: float, pen: list[float] | None = None) -> list[Action]:
        self._pulled |= (x, y) != (self._x, self._y)
        self._x, self._y = x, y
        if self._drag is not None:
            return [self._drag_event("dragOver")]
        if pen or Page in self._buttons.values():
            # Without the button that it began with, a way marks no text.
            button = {"button": _BUTTONS[next(iter(self._buttons))]} if self._buttons else {}
            more = button | (_held_so(pen) if pen else {})
            return [self._mouse("mouseMoved", buttons=self._mask(), modifiers=self._held(), **more)]
        return [Seat("move", (x, y))]

    def _press(self, message: wire.Down) -> list[Action]:
        if message.button in self._buttons:
            return []
        moved = self._come(message)
        self._press_number += 1
        self._is_pen = message.pen is not None
        self._pulled &= message.button != 0
        plain = message.button == 0 and not message.mods and not message.pen and not self._buttons
        self._buttons[message.button] = Seat if plain else Page
        return [*moved, Seat("button", (True,)) if plain else self._button("mousePressed", message)]

    def _let_go(self, message: wire.Up) -> list[Action]:
        if message.button not in self._buttons:
            return []
        moved = self._come(message)
        way = self._buttons.pop(message.button)
        if message.button == 0:
            self._note_let_go()
        up = Seat("button", (False,)) if way is Seat else self._button("mouseReleased", message)
        return [*moved, *self._drop(), up]

    def _note_let_go(self) -> None:
        """Beside one for which a drag may still be told of, no other counts: it could be either's."""
        if self._pulled and self._drag is None and self._late() is None:
            self._let_go_of = _LetGo(self._press_number, self._x, self._y, self._clock())

    def _late(self) -> _LetGo | None:
        left = self._let_go_of
        return left if left and self._clock() - left.at <= _LATE else None

    def _come(self, message: wire.Press) -> list[Action]:
        """To where it is pressed or let go. A pen is there already, and how hard it is pressed counts of the press."""
        if message.pen and self._drag is None:
            self._x, self._y = message.x, message.y
            return []
        return self._move(message.x, message.y)

    def _wheel(self, message: wire.Wheel) -> list[Action]:
        moved = self._move(message.x, message.y)
        if not message.mods:
            return [*moved, Seat("scroll", (message.dx, message.dy))]
        turn = {"deltaX": message.dx, "deltaY": message.dy, "modifiers": message.mods}
        return [*moved, self._mouse("mouseWheel", **turn)]

    def _button(self, kind: str, message: wire.Press) -> Page:
        name = _BUTTONS[message.button]
        held = {"buttons": self._mask(), "modifiers": message.mods} | (_held_so(message.pen) if message.pen else {})
        return self._mouse(kind, button=name, clickCount=message.clicks, **held)

    def _mouse(self, kind: str, **more: Any) -> Page:
        return Page("Input.dispatchMouseEvent", {"type": kind, "x": self._x, "y": self._y, **more})

    def _mask(self) -> int:
        return sum(_MASK[button] for button in self._buttons)

    def _drag_event(self, kind: str) -> Page:
        point = {"type": kind, "x": self._x, "y": self._y, "modifiers": self._held()}
        return Page("Input.dispatchDragEvent", {**point, "data": self._drag or {}})

    def _drop(self) -> list[Action]:
        return self._end_drag("drop")

    def _call_off(self) -> list[Action]:
        """Without a drop."""
        return self._end_drag("dragCancel")

    def _end_drag(self, how: str) -> list[Action]:
        if self._drag is None:
            return []
        ended = self._drag_event(how)
        self._drag = None
        return [ended]

    # The keyboard

    def _key(self, message: wire.Key) -> list[Action]:
        if message.down and message.key == "Escape" and self._drag is not None:
            return self._call_off()
        if message.down:
            self._keys[message.code] = message
        elif self._keys.pop(message.code, None) is None:
            return []  # released before: the release of all was faster
        return [Page("Input.dispatchKeyEvent", key_event(message))]

    def _held(self) -> int:
        """The modifiers among the keys that are held: copy or move, where something is dragged."""
        mods = 0
        for key in self._keys.values():
            mods |= modifier(key.key)
        return mods

    def _text(self, text: str) -> list[Action]:
        """Takes the place of what was being composed."""
        self._composing = False
        return [Page("Input.insertText", {"text": text})] if text else []

    def _compose(self, text: str, caret: int) -> list[Action]:
        if not text and not self._composing:
            return []
        self._composing = bool(text)
        at = min(caret, len(text.encode("utf-16-le")) // 2)
        return [Page("Input.imeSetComposition", {"text": text, "selectionStart": at, "selectionEnd": at})]

    def _paste_image(self, png: str) -> list[Action]:
        try:
            data = base64.b64decode(png, validate=True)
        except ValueError:
            return []
        return self._paste({"image/png": data}) if data.startswith(_PNG) else []

    def _paste(self, kinds: dict[str, bytes]) -> list[Action]:
        """A real paste: pages listen for it, and spread a code over several fields."""
        strokes = [key_event(_PASTE), key_event(replace(_PASTE, down=False))]
        return [Seat("clipboard", (kinds,)), *(Page("Input.dispatchKeyEvent", stroke) for stroke in strokes)]


def _held_so(pen: list[float]) -> dict[str, Any]:
    """A pen's part of a mouse event."""
    force, tilt_x, tilt_y, twist = pen
    return {"pointerType": "pen", "force": force, "tiltX": tilt_x, "tiltY": tilt_y, "twist": round(twist)}
