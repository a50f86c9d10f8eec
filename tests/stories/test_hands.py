"""A person's hands on widgets that others wrote: viewer, web, browser server, compositor, Chromium, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import CDPSession

from tests.conftest import SITTING_DOWN
from tests.people import People
from tests.stack import Stack
from tests.stories.desk import Canvas, waits
from tests.stories.others import Site

pytestmark = [pytest.mark.story, pytest.mark.asyncio(loop_scope="session")]

ALT, CONTROL, SHIFT = 1, 2, 8

# By place on the keyboard: plain, with Shift. What web-platform-tests' uievents/keyboard pages check, as they check it.
US = """Backquote `~ Digit1 1! Digit2 2@ Digit3 3# Digit4 4$ Digit5 5% Digit6 6^ Digit7 7& Digit8 8* Digit9 9( Digit0 0)
Minus -_ Equal =+ KeyQ qQ KeyW wW KeyE eE KeyR rR KeyT tT KeyY yY KeyU uU KeyI iI KeyO oO KeyP pP BracketLeft [{
BracketRight ]} Backslash \\| KeyA aA KeyS sS KeyD dD KeyF fF KeyG gG KeyH hH KeyJ jJ KeyK kK KeyL lL Semicolon ;:
Quote '" KeyZ zZ KeyX xX KeyC cC KeyV vV KeyB bB KeyN nN KeyM mM Comma ,< Period .> Slash /?"""
FRENCH = """Digit1 &1 Digit2 é2 Digit3 "3 Digit4 '4 Digit5 (5 Digit6 -6 Digit7 è7 Digit8 _8 Digit9 ç9 Digit0 à0 Minus )°
Equal =+ KeyQ aA KeyW zZ KeyE eE KeyR rR KeyT tT KeyY yY KeyU uU KeyI iI KeyO oO KeyP pP BracketRight $£ KeyA qQ
KeyS sS KeyD dD KeyF fF KeyG gG KeyH hH KeyJ jJ KeyK kK KeyL lL Semicolon mM Quote ù% Backslash *µ IntlBackslash <>
KeyZ wW KeyX xX KeyC cC KeyV vV KeyB bB KeyN nN KeyM ,? Comma ;. Period :/ Slash !§"""
NAMED = (
    "Tab Enter Escape Home End ArrowLeft ArrowRight ArrowUp ArrowDown PageUp PageDown Insert Delete F1 F5 F12 CapsLock"
)
SIDED = "ShiftLeft ShiftRight ControlLeft ControlRight AltLeft AltRight"


@pytest.fixture
def site(stack: Stack) -> Iterator[Site]:
    site = Site(stack.others_port)
    yield site
    site.stop()


class Keyboard:
    """The person's own, with a layout of theirs: what their browser makes of it."""

    def __init__(self, cdp: CDPSession) -> None:
        self.cdp = cdp
        self.pressed: list[list[Any]] = []  # as the remote page is to report it

    async def stroke(self, code: str, key: str, mods: int = 0, location: int = 0) -> None:
        for kind in ("keydown", "keyup"):
            await self._send(kind, code, key, mods, location)

    async def _send(self, kind: str, code: str, key: str, mods: int, location: int) -> None:
        event = {"code": code, "key": key, "modifiers": mods, "location": location}
        text = {"text": key} if kind == "keydown" and len(key) == 1 and not mods & CONTROL else {}
        await self.cdp.send(
            "Input.dispatchKeyEvent", {"type": kind.replace("keyd", "keyD").replace("keyu", "keyU")} | event | text
        )
        self.pressed.append([kind, code, key, location, bool(mods & SHIFT), False])

    async def table(self, layout: str) -> None:
        words = layout.split()
        for code, (plain, shifted) in zip(words[::2], words[1::2], strict=True):
            await self.stroke(code, plain)
            await self.stroke(code, shifted, SHIFT)


@pytest.fixture
async def canvas(stack: Stack, people: People, sits_down: SITTING_DOWN, site: Site) -> Canvas:
    """Bob is in control of a bot's browser that shows the widgets."""
    steps = [{"type": "navigate", "url": site.url}, {"type": "requestHuman", "title": "Try it"}]
    _, alert = await waits(people, "Widgets", json.dumps({"title": "Widgets", "steps": steps}))
    bob = await sits_down(people.bob)
    canvas = await Canvas.at_the_wheel(bob.page, alert)
    await site.hears("ready")
    return canvas


async def compose(cdp: CDPSession, text: str) -> None:
    """What an input method has so far."""
    await cdp.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})


async def test_keys_moves_and_presses_arrive_whole_and_in_order(canvas: Canvas, site: Site) -> None:
    cdp = await canvas.page.context.new_cdp_session(canvas.page)
    await canvas.click(100, 35)
    await press_every_key(Keyboard(cdp), site)
    await write_by_an_input_method(canvas, cdp, site)
    await move_in_a_hurry(canvas, site)


async def press_every_key(keyboard: Keyboard, site: Site) -> None:
    for layout in (US, FRENCH):
        await keyboard.table(layout)
    for name in NAMED.split():
        await keyboard.stroke(name, name)
    for name in SIDED.split():
        await keyboard.stroke(name, name.removesuffix("Left").removesuffix("Right"), 0, 1 if "Left" in name else 2)
    await keyboard.stroke("KeyE", "€")  # AltGr arrives without Ctrl and Alt
    await site.hears("key", keyboard.pressed[-1])
    assert site.all("key") == keyboard.pressed


async def write_by_an_input_method(canvas: Canvas, cdp: CDPSession, site: Site) -> None:
    """Drawn at the remote caret as it grows, there once at the end."""
    await canvas.page.keyboard.press("Control+KeyA")
    for text in ("に", "にほ", "にほん"):
        await compose(cdp, text)
        await site.hears("text", text)
    await canvas.page.keyboard.insert_text("日本")
    await site.hears("text", "日本")
    await canvas.page.keyboard.insert_text("👩‍💻")
    await site.hears("text", "日本👩‍💻")


async def move_in_a_hurry(canvas: Canvas, site: Site) -> None:
    """300 moves and a click: all are sent off at once, the last place and the click arrive."""
    x, y = await canvas.place(30, 250)
    await canvas.element.evaluate(
        """(canvas, [x, y]) => {
          const at = (step) => ({clientX: x + step / 4, clientY: y, pointerType: 'mouse', bubbles: true, detail: 1});
          for (let step = 0; step < 300; step += 1) canvas.dispatchEvent(new PointerEvent('pointermove', at(step)));
          for (const kind of ['mousedown', 'mouseup']) canvas.dispatchEvent(new MouseEvent(kind, at(300)));
        }""",
        [x, y],
    )
    await site.hears("pad", ["click", 0, 0, 1])
    assert len(site.all("move")) < 30


async def test_mouse_and_widgets_do_what_they_do_on_ones_own_desk(canvas: Canvas, site: Site) -> None:
    await click_with_every_button(canvas, site)
    await turn_the_wheel(canvas, site)
    await write_in_an_editor(canvas, site)
    await sort_a_list(canvas, site)
    await move_a_map(canvas, site)
    await choose_a_day(canvas, site)
    await fill_a_spreadsheet(canvas, site)


async def click_with_every_button(canvas: Canvas, site: Site) -> None:
    """As Playwright's and Puppeteer's input pages have them."""
    await canvas.click(85, 75, click_count=2)
    await site.hears("selected", "beta")
    await canvas.click(100, 250, button="right")
    await site.hears("pad", ["contextmenu", 2, 0, 1], ["auxclick", 2, 0, 1])
    await canvas.click(100, 250, button="middle")
    await site.hears("pad", ["auxclick", 1, 0, 1])
    assert ["mousedown", 2, 2, 1] in site.all("pad")
    # Elsewhere: Chromium itself counts, and these could be the third to the fifth there.
    await canvas.click(40, 75, click_count=3)
    await site.hears("selected", "alpha beta gamma")


TURN = "(canvas, turn) => canvas.dispatchEvent(new WheelEvent('wheel', {...turn, cancelable: true}))"


async def turn_the_wheel(canvas: Canvas, site: Site) -> None:
    """In pixels, along and across; then a fine one, and one that counts lines."""
    await canvas.go(100, 150)
    await canvas.page.mouse.wheel(0, 120)
    await site.hears("scrolled", [0, 120])
    await canvas.page.mouse.wheel(90, 0)
    await site.hears("scrolled", [90, 120])
    assert {mode for _, _, mode in site.all("wheel")} == {0}
    x, y = await canvas.place(100, 150)
    for way in (2.5 * step for step in range(1, 9)):
        await canvas.element.evaluate(TURN, {"clientX": x, "clientY": y, "deltaY": 2.5})
        await site.hears("scrolled", *([90, 120 + place] for place in (int(way), way, round(way + 0.01))))
    await canvas.element.evaluate(TURN, {"clientX": x, "clientY": y, "deltaY": -1, "deltaMode": 1})
    await site.hears("scrolled", [90, 121])


async def write_in_an_editor(canvas: Canvas, site: Site) -> None:
    """Quill."""
    await canvas.click(500, 60)
    await canvas.page.keyboard.type("ab")
    await canvas.page.keyboard.press("Shift+ArrowLeft")
    await canvas.page.keyboard.press("Control+KeyB")
    await site.hears("editor", [["a", ""], ["b", "bold"], ["\n", ""]])
    await canvas.page.keyboard.press("ArrowRight")
    await compose(await canvas.page.context.new_cdp_session(canvas.page), "한")
    await canvas.page.keyboard.insert_text("한글")
    await site.hears("editor", [["a", ""], ["b한글", "bold"], ["\n", ""]])


async def sort_a_list(canvas: Canvas, site: Site) -> None:
    """SortableJS, by HTML5's drag and drop.

    It sorts by the moves that it sees, but not by what comes within 30 ms after an exchange, or later in a busy page: a
    hand wavers until its thing has arrived.
    """

    async def waver() -> None:
        await canvas.go(102, 482)
        await canvas.go(100, 480)

    await canvas.go(100, 335)
    await canvas.page.mouse.down()
    await canvas.go(110, 345, steps=4)
    await canvas.go(100, 480, steps=12)
    await site.hears("sorted", "bcda", meanwhile=waver)
    await canvas.page.mouse.up()
    await site.hears("order", "bcda")


async def move_a_map(canvas: Canvas, site: Site) -> None:
    """Leaflet."""
    await canvas.go(550, 350)
    await canvas.page.mouse.down()
    await canvas.go(450, 350, steps=8)
    await canvas.page.mouse.up()
    await site.hears("map", [3, 1])
    await canvas.page.mouse.wheel(0, -120)
    await site.hears("map", [4, 1], [5, 1])


async def choose_a_day(canvas: Canvas, site: Site) -> None:
    """flatpickr."""
    await canvas.click(400, 495)
    await canvas.click(*await site.hears("day"))
    await site.hears("date", "2026-03-15")


async def fill_a_spreadsheet(canvas: Canvas, site: Site) -> None:
    """x-spreadsheet, which is drawn on a canvas."""
    await canvas.click(880, 60)
    await site.hears("chosen")
    await canvas.page.keyboard.type("1")
    await site.hears("focus", "TEXTAREA")  # its editor has opened
    await canvas.page.keyboard.type("2")
    await canvas.page.keyboard.press("Enter")
    await site.hears("chosen", [1, 0])
    assert site.all("cell")[-1] == [0, 0, "12"]
