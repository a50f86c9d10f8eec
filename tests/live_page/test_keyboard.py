"""Keys, composed text, paste and copy: what the far side hears."""

from typing import Any

import pytest
import pytest_asyncio

from .browser_side import Line
from .conftest import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")

DISPATCH = """(events) => {
  for (const [kind, init] of events) {
    const event = new KeyboardEvent(kind, {bubbles: true, cancelable: true, ...init});
    document.activeElement.dispatchEvent(event);
  }
}"""


def keys(line: Line) -> list[tuple[bool, str, str, int]]:
    return [(key["down"], key["code"], key["key"], key["mods"]) for key in line.all("key")]


async def drive_as(own: Seat, platform: str) -> Line:
    await own.page.add_init_script(f"""
      Object.defineProperty(navigator, 'userAgentData', {{value: undefined}});
      Object.defineProperty(navigator, 'platform', {{value: '{platform}'}});""")
    return await own.drive()


async def play(seat: Seat, *events: tuple[str, dict[str, Any]]) -> None:
    await seat.page.evaluate(DISPATCH, [list(event) for event in events])


async def test_taking_control_puts_the_keyboard_into_the_picture(seat: Seat) -> None:
    await seat.drive()
    assert await seat.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Live browser"


async def test_it_sends_keys_by_code_with_their_modifiers(seat: Seat) -> None:
    line = await seat.drive()
    await seat.page.keyboard.press("a")
    await seat.page.keyboard.press("Shift+Period")
    await seat.page.keyboard.press("Control+KeyA")
    await seat.page.keyboard.press("Enter")
    await seat.page.keyboard.press("Tab")
    await line.until(lambda: (False, "Tab", "Tab", 0) in keys(line))
    assert keys(line) == [
        (True, "KeyA", "a", 0), (False, "KeyA", "a", 0),
        (True, "ShiftLeft", "Shift", 8), (True, "Period", ">", 8), (False, "Period", ">", 8),
        (False, "ShiftLeft", "Shift", 0),
        (True, "ControlLeft", "Control", 2), (True, "KeyA", "a", 2), (False, "KeyA", "a", 2),
        (False, "ControlLeft", "Control", 0),
        (True, "Enter", "Enter", 0), (False, "Enter", "Enter", 0),
        (True, "Tab", "Tab", 0), (False, "Tab", "Tab", 0),
    ]  # fmt: skip


async def test_it_tells_repeats(seat: Seat) -> None:
    line = await seat.drive()
    await seat.page.keyboard.down("x")
    await seat.page.keyboard.down("x")
    await seat.page.keyboard.up("x")
    await line.next("key", 2)
    assert [(key["down"], key["repeat"]) for key in line.all("key")] == [(True, False), (True, True), (False, False)]


async def test_it_releases_the_key_that_was_pressed_though_the_layout_has_changed(seat: Seat) -> None:
    line = await seat.drive()
    await play(seat, ("keydown", {"code": "KeyZ", "key": "z"}), ("keyup", {"code": "KeyZ", "key": "y"}))
    await line.next("key", 1)
    assert keys(line) == [(True, "KeyZ", "z", 0), (False, "KeyZ", "z", 0)]


async def test_altgr_makes_a_character_and_no_shortcut(own: Seat) -> None:
    line = await drive_as(own, "Linux x86_64")
    await play(
        own,
        ("keydown", {"code": "AltRight", "key": "AltGraph", "modifierAltGraph": True}),
        ("keydown", {"code": "KeyQ", "key": "@", "modifierAltGraph": True, "ctrlKey": True, "altKey": True}),
        ("keyup", {"code": "KeyQ", "key": "@", "modifierAltGraph": True}),
        ("keyup", {"code": "AltRight", "key": "AltGraph"}),
    )
    await line.next("key", 3)
    assert keys(line) == [
        (True, "AltRight", "AltGraph", 0), (True, "KeyQ", "@", 0), (False, "KeyQ", "@", 0),
        (False, "AltRight", "AltGraph", 0),
    ]  # fmt: skip


async def test_the_false_control_of_altgr_on_windows_is_never_sent(own: Seat) -> None:
    line = await drive_as(own, "Win32")
    await play(
        own,
        ("keydown", {"code": "ControlLeft", "key": "Control", "ctrlKey": True}),
        ("keydown", {"code": "AltRight", "key": "AltGraph", "modifierAltGraph": True}),
        ("keydown", {"code": "KeyE", "key": "€", "modifierAltGraph": True}),
        ("keyup", {"code": "KeyE", "key": "€", "modifierAltGraph": True}),
        ("keyup", {"code": "ControlLeft", "key": "Control", "modifierAltGraph": True}),
        ("keyup", {"code": "AltRight", "key": "AltGraph"}),
    )
    await line.until(lambda: (False, "AltRight", "AltGraph", 0) in keys(line))
    assert [code for _, code, _, _ in keys(line)] == ["AltRight", "KeyE", "KeyE", "AltRight"]


async def test_a_real_control_on_windows_comes_before_its_key(own: Seat) -> None:
    line = await drive_as(own, "Win32")
    await own.page.keyboard.press("Control+KeyA")
    await line.next("key", 3)
    assert [code for _, code, _, _ in keys(line)] == ["ControlLeft", "KeyA", "KeyA", "ControlLeft"]


async def test_cmd_on_a_mac_is_ctrl_and_lets_go_of_its_key(own: Seat) -> None:
    line = await drive_as(own, "MacIntel")
    await play(
        own,
        ("keydown", {"code": "MetaLeft", "key": "Meta", "metaKey": True}),
        ("keydown", {"code": "KeyA", "key": "a", "metaKey": True}),
        ("keyup", {"code": "MetaLeft", "key": "Meta"}),  # no release of KeyA: a Mac tells none
    )
    await line.next("key", 3)
    assert keys(line) == [
        (True, "ControlLeft", "Control", 2), (True, "KeyA", "a", 2), (False, "KeyA", "a", 2),
        (False, "ControlLeft", "Control", 0),
    ]  # fmt: skip


async def test_option_on_a_mac_makes_a_character(own: Seat) -> None:
    line = await drive_as(own, "MacIntel")
    await play(own, ("keydown", {"code": "KeyL", "key": "@", "altKey": True}))
    assert (await line.next("key"))["mods"] == 0


async def test_a_mac_moves_and_deletes_by_words_and_lines(own: Seat) -> None:
    """The remote browser runs on Linux, where other keys do that."""
    line = await drive_as(own, "MacIntel")
    await play(
        own,
        ("keydown", {"code": "MetaLeft", "key": "Meta", "metaKey": True}),
        ("keydown", {"code": "ArrowLeft", "key": "ArrowLeft", "metaKey": True, "shiftKey": True}),
        ("keyup", {"code": "MetaLeft", "key": "Meta"}),
        ("keydown", {"code": "AltLeft", "key": "Alt", "altKey": True}),
        ("keydown", {"code": "ArrowRight", "key": "ArrowRight", "altKey": True}),
        ("keydown", {"code": "ArrowRight", "key": "ArrowRight", "altKey": True, "repeat": True}),
        ("keyup", {"code": "ArrowRight", "key": "ArrowRight", "altKey": True}),
        ("keydown", {"code": "Backspace", "key": "Backspace", "altKey": True}),
        ("keyup", {"code": "AltLeft", "key": "Alt"}),
        ("keydown", {"code": "ArrowLeft", "key": "ArrowLeft"}),
    )
    await line.until(lambda: (True, "ArrowLeft", "ArrowLeft", 0) in keys(line))
    assert [(code, mods) for down, code, _, mods in keys(line) if down] == [
        ("ControlLeft", 2), ("Home", 8), ("AltLeft", 1), ("ArrowRight", 2), ("ArrowRight", 2), ("Backspace", 2),
        ("ArrowLeft", 0),
    ]  # fmt: skip
    pressed = [code for down, code, _, _ in keys(line) if down]
    released = [code for down, code, _, _ in keys(line) if not down]
    assert sorted(released) == sorted(pressed[:-1])


async def test_a_modifier_whose_release_was_swallowed_is_released_with_the_next_key(seat: Seat) -> None:
    line = await seat.drive()
    await play(
        seat,
        ("keydown", {"code": "ShiftLeft", "key": "Shift", "shiftKey": True}),
        ("keydown", {"code": "KeyB", "key": "b"}),
    )
    await line.next("key", 2)
    assert keys(line)[1:] == [(False, "ShiftLeft", "Shift", 0), (True, "KeyB", "b", 0)]


async def test_all_is_released_when_the_picture_loses_the_focus(seat: Seat) -> None:
    line = await seat.drive()
    await seat.page.keyboard.down("Control")
    await seat.part("done").get_by_label("Account number").focus()
    await line.next("keysup")
    await seat.page.keyboard.up("Control")
    await seat.page.mouse.click(*await seat.at(100, 100))
    await seat.page.keyboard.press("c")
    await line.until(lambda: (False, "KeyC", "c", 0) in keys(line))
    assert (False, "ControlLeft", "Control", 0) not in keys(line)


async def test_all_is_released_when_the_window_loses_the_focus(seat: Seat) -> None:
    line = await seat.drive()
    await seat.page.keyboard.down("Shift")
    await seat.page.evaluate("window.dispatchEvent(new Event('blur'))")
    await line.next("keysup")


async def test_ctrl_alt_shift_leads_out_of_the_picture(seat: Seat) -> None:
    await seat.drive()
    for key in ("Control", "Alt", "Shift"):
        await seat.page.keyboard.down(key)
    await seat.page.keyboard.up("Shift")
    assert await seat.page.evaluate("document.activeElement.textContent") == "Release control"
    for key in ("Alt", "Control"):
        await seat.page.keyboard.up(key)


async def test_ctrl_alt_shift_with_a_letter_is_for_the_page(seat: Seat) -> None:
    line = await seat.drive()
    await seat.page.keyboard.press("Control+Alt+Shift+KeyS")
    await line.next("key", 7)
    assert await seat.page.evaluate("document.querySelector('[data-part=surface]').contains(document.activeElement)")


async def test_a_composition_goes_out_as_it_grows_and_is_committed_once(seat: Seat) -> None:
    line = await seat.drive()
    await seat.page.mouse.click(*await seat.at(200, 200))
    await compose(seat, "に", "にほ", "にほん")
    await insert(seat, "日本")
    await seat.page.keyboard.press("Enter")
    await line.next("key", 1)
    assert [message["text"] for message in line.all("compose")] == ["に", "にほ", "にほん", "日本"]
    assert [message["text"] for message in line.all("text")] == ["日本"]
    assert len(line.all("key")) == 2
    await compose(seat, "か", "")
    await line.until(lambda: line.all("compose")[-1]["text"] == "")
    assert len(line.all("text")) == 1


async def compose(seat: Seat, *texts: str) -> None:
    """What an input method does to the person's own page."""
    cdp = await seat.page.context.new_cdp_session(seat.page)
    for text in texts:
        at = {"selectionStart": len(text), "selectionEnd": len(text)}
        await cdp.send("Input.imeSetComposition", {"text": text, **at})
    await cdp.detach()


async def insert(seat: Seat, text: str) -> None:
    """It also takes the place of a composition."""
    await seat.page.keyboard.insert_text(text)


async def test_the_place_for_compositions_follows_the_remote_caret(seat: Seat) -> None:
    line = await seat.drive()
    await seat.page.mouse.click(*await seat.at(200, 200))
    await line.field(caret=[640, 360, 30])
    left, top = await seat.at(640, 360)
    placed = f"""() => {{ const box = document.querySelector('[data-part=typing]').getBoundingClientRect();
      return Math.abs(box.left - {left}) < 1 && Math.abs(box.top - {top}) < 1 }}"""
    await seat.page.wait_for_function(placed)


async def test_a_dead_key_is_a_key_and_begins_a_composition(seat: Seat) -> None:
    line = await seat.drive()
    await play(seat, ("keydown", {"code": "BracketLeft", "key": "Dead"}))
    assert await seat.page.evaluate("document.activeElement.dataset.part") == "typing"
    await compose(seat, "^")
    await play(
        seat,
        ("keyup", {"code": "BracketLeft", "key": "Dead", "isComposing": True}),
        ("keydown", {"code": "KeyE", "key": "ê", "keyCode": 229, "isComposing": True}),
    )
    await insert(seat, "ê")
    assert (await line.next("text"))["text"] == "ê"
    assert keys(line) == [(True, "BracketLeft", "Dead", 0), (False, "BracketLeft", "Dead", 0)]


async def test_text_without_keys_arrives_and_nothing_stays_in_the_field(seat: Seat) -> None:
    line = await seat.drive()
    await seat.page.mouse.click(*await seat.at(200, 200))
    await seat.page.keyboard.insert_text("grüße 👋")
    assert (await line.next("text"))["text"] == "grüße 👋"
    assert await seat.part("typing").input_value() == "\u200b\u200b"


PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def typed(line: Line) -> list[str]:
    """Texts, and the keys that were pressed."""
    return [
        message["text"] if message["t"] == "text" else message["code"]
        for message in line.all("text", "key")
        if message.get("down", True)
    ]


async def test_a_phones_keyboard_types_letter_by_letter_and_corrects_itself(seats: Any) -> None:
    seat = await seats(**PHONE)
    line = await seat.drive()
    await line.field(mode="text", correct=True)
    await seat.page.wait_for_function("() => document.activeElement.inputMode === 'text'")
    await compose(seat, "t", "te", "teh", "the")
    await insert(seat, "the")
    await insert(seat, " ")
    assert await seat.part("typing").input_value() == "\u200b\u200b"
    # Without compositions, as iPhones do: the word is replaced when it ends.
    await insert(seat, "teh")
    await seat.page.evaluate("""() => {
      const field = document.activeElement;
      field.setSelectionRange(2, 5);
      document.execCommand('insertText', false, 'the');
      document.execCommand('delete');
      field.setSelectionRange(0, 4);
      document.execCommand('delete');
    }""")
    await seat.page.keyboard.press("Enter")
    await line.until(lambda: (False, "Enter", "Enter", 0) in keys(line))
    back = "Backspace"
    assert typed(line) == ["t", "e", "h", back, back, "he", " ", "teh", back, back, "he", *[back] * 5, "Enter"]


async def test_t12_a_phones_keyboard_leaves_no_secret_in_the_page(seats: Any) -> None:
    seat = await seats(**PHONE)
    line = await seat.drive()
    await line.field(mode="text", secret=True)
    await seat.page.wait_for_function("() => document.activeElement.inputMode === 'text'")
    for letter in "hunter2":
        await insert(seat, letter)
        assert await seat.part("typing").input_value() == "\u200b\u200b"
    await line.until(lambda: "".join(typed(line)) == "hunter2")


async def test_a_phones_keyboard_opens_for_an_editable_field_and_for_nothing_else(seats: Any) -> None:
    seat = await seats(**PHONE)
    line = await seat.drive()
    kind = "document.activeElement.inputMode"
    await seat.page.touchscreen.tap(*await seat.at(640, 360))
    await line.next("up")
    assert await seat.page.evaluate(kind) == "none"  # the focus alone opens no keyboard
    await line.field(mode="numeric", code=True, box=[500, 300, 300, 100], caret=[520, 330, 30])
    await seat.page.wait_for_function(f"() => {kind} === 'numeric'")
    dress = await seat.part("typing").evaluate("(field) => [field.autocomplete, field.autocapitalize]")
    assert dress == ["one-time-code", "none"]
    await line.field(mode="none", box=[500, 300, 300, 100])  # the page has keys of its own
    await seat.page.wait_for_function(f"() => {kind} === 'none'")
    await line.field(mode="email")
    await seat.page.wait_for_function(f"() => {kind} === 'email'")
    await line.field()
    await seat.page.wait_for_function(f"() => {kind} === 'none'")
    await seat.page.get_by_role("button", name="Keyboard").tap()
    assert await seat.page.evaluate(kind) == "text"


async def test_a_field_is_brought_near_and_stays_above_the_keyboard(seats: Any) -> None:
    seat = await seats(**PHONE)
    line = await seat.drive()
    await seat.page.touchscreen.tap(*await seat.at(1000, 600))
    await line.field(mode="text", box=[900, 580, 200, 40], caret=[905, 590, 20])
    await seat.page.wait_for_function("() => document.querySelector('canvas').getBoundingClientRect().width > 900")
    x, y = await seat.at(1000, 600)
    assert 0 < x < 390
    stage = await seat.part("stage").bounding_box()
    assert stage["y"] < y < stage["y"] + stage["height"]
    await seat.page.set_viewport_size({"width": 390, "height": 420})  # the keyboard has come up
    await seat.page.wait_for_function("""() => {
      const { top, bottom } = document.querySelector('[data-part=typing]').getBoundingClientRect();
      return top >= 0 && bottom <= 420;
    }""")
    await seat.page.touchscreen.tap(*await seat.at(1000, 600))
    await line.until(lambda: len(line.all("down")) == 2)
    down = line.all("down")[1]
    assert (down["x"], down["y"]) == (pytest.approx(1000, abs=3), pytest.approx(600, abs=3))


async def test_a_page_that_becomes_as_wide_as_the_phone_is_not_enlarged_any_more(seats: Any) -> None:
    """Control is taken while a field has the focus: it is heard of before the first picture in the phone's size."""
    seat = await seats(**PHONE)
    line = await seat.drive()
    await line.field(mode="numeric", box=[64, 380, 260, 48], caret=[194, 390, 28])
    await seat.page.wait_for_function("() => document.querySelector('canvas').getBoundingClientRect().width > 800")
    await line.say("size", w=390, h=684)
    await line.drawn(await line.picture("small.jpeg", 390, 684))
    await seat.page.wait_for_function("() => document.querySelector('canvas').getBoundingClientRect().width === 390")
    typing, stage = await seat.part("typing").bounding_box(), await seat.part("stage").bounding_box()
    assert (typing["x"], typing["y"] - stage["y"]) == (pytest.approx(194, abs=3), pytest.approx(390, abs=3))


async def test_the_menu_sends_what_the_persons_browser_keeps_for_itself(allowed: Seat) -> None:
    line = await allowed.drive()
    await allowed.page.evaluate("navigator.clipboard.writeText('mine')")
    menu = allowed.part("keys")
    await menu.get_by_text("Send keys").click()
    for name in ("Ctrl+W", "Shift+Tab", "Esc", "Paste", "Copy"):
        await menu.get_by_role("button", name=name, exact=True).click()
    await line.say("clipboard", text="from afar")
    await allowed.page.wait_for_selector("text=Copied to your clipboard.")
    assert [key for key in keys(line) if key[0]] == [
        (True, "KeyW", "w", 2), (True, "Tab", "Tab", 8), (True, "Escape", "Escape", 0), (True, "KeyC", "c", 2),
    ]  # fmt: skip
    assert (await line.next("paste"))["text"] == "mine"
    assert await allowed.page.evaluate("document.querySelector('[data-part=surface]').contains(document.activeElement)")
    await allowed.page.mouse.click(5, 5)
    assert await menu.evaluate("(menu) => menu.open") is False


async def test_escape_closes_the_menu_of_keys_and_not_what_is_open_in_the_page(seat: Seat) -> None:
    line = await seat.drive()
    await seat.part("keys").get_by_text("Send keys").click()
    await seat.page.keyboard.press("Escape")
    assert await seat.part("keys").evaluate("(menu) => menu.open") is False
    await seat.page.keyboard.press("x")
    await line.until(lambda: (True, "KeyX", "x", 0) in keys(line))
    assert "Escape" not in [code for _, code, _, _ in keys(line)]


async def paste(seat: Seat, text: str) -> None:
    await seat.page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    await seat.page.keyboard.press("Control+KeyV")


@pytest_asyncio.fixture(loop_scope="session")
async def allowed(own: Seat) -> Seat:
    await own.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return own


async def test_paste_sends_the_text_and_no_v(allowed: Seat) -> None:
    line = await allowed.drive()
    await paste(allowed, "two\nlines and ü")
    assert (await line.next("paste"))["text"] == "two\nlines and ü"
    assert "KeyV" not in [code for _, code, _, _ in keys(line)]


async def test_half_a_character_becomes_the_sign_for_it(allowed: Seat) -> None:
    line = await allowed.drive()
    await allowed.page.evaluate("""() => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', 'a\ud83d');
      const paste = new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true});
      document.activeElement.dispatchEvent(paste);
    }""")
    assert (await line.next("paste"))["text"] == "a\ufffd"


async def test_what_is_too_long_to_paste_is_said_and_not_cut(allowed: Seat) -> None:
    line = await allowed.drive()
    await paste(allowed, "x" * 100_001)
    await allowed.page.wait_for_selector("text=too long to paste")
    assert line.all("paste") == []


async def test_what_the_person_copies_is_on_their_clipboard(allowed: Seat) -> None:
    line = await allowed.drive()
    await allowed.page.keyboard.press("Control+KeyC")
    await line.until(lambda: (True, "KeyC", "c", 2) in keys(line))
    await line.say("clipboard", text="from afar")
    await allowed.page.wait_for_selector("text=Copied to your clipboard.")
    assert await allowed.page.evaluate("navigator.clipboard.readText()") == "from afar"


@pytest.mark.parametrize(("code", "key", "mods"), [
    ("KeyI", "c", {"ctrlKey": True}),  # Dvorak
    ("KeyC", "с", {"ctrlKey": True}),  # Russian
    ("Insert", "Insert", {"ctrlKey": True}),
    ("Delete", "Delete", {"shiftKey": True}),
])  # fmt: skip
async def test_copying_is_known_in_every_layout(allowed: Seat, code: str, key: str, mods: dict[str, bool]) -> None:
    line = await allowed.drive()
    await play(allowed, ("keydown", {"code": code, "key": key, **mods}))
    await line.next("key")
    await line.say("clipboard", text="from afar")
    await allowed.page.wait_for_selector("text=Copied to your clipboard.")


async def test_pasting_is_left_to_the_persons_browser_in_every_layout(seat: Seat) -> None:
    line = await seat.drive()
    ctrl = {"ctrlKey": True}
    await play(
        seat,
        ("keydown", {"code": "Period", "key": "v", **ctrl}),  # Dvorak
        ("keydown", {"code": "KeyV", "key": "м", **ctrl}),  # Russian
        ("keydown", {"code": "KeyV", "key": "k", **ctrl}),  # Dvorak has another letter there
    )
    await line.next("key")
    assert keys(line) == [(True, "KeyV", "k", 2)]


async def test_t15_what_the_page_copies_by_itself_is_only_offered(allowed: Seat) -> None:
    line = await allowed.drive()
    await allowed.page.evaluate("navigator.clipboard.writeText('mine')")
    await line.say("clipboard", text="planted")
    button = allowed.page.get_by_role("button", name="Copy it to your clipboard")
    await button.wait_for()
    assert await allowed.page.evaluate("navigator.clipboard.readText()") == "mine"
    await button.click()
    await allowed.page.wait_for_selector("text=Copied to your clipboard.")
    assert await allowed.page.evaluate("navigator.clipboard.readText()") == "planted"


PICTURE = """() => {
  const canvas = new OffscreenCanvas(900, 900);
  const context = canvas.getContext('2d');
  const noise = context.createImageData(900, 900);
  for (let at = 0; at < noise.data.length; at += 1) noise.data[at] = at % 4 === 3 ? 255 : Math.random() * 256;
  context.putImageData(noise, 0, 0);
  return canvas.convertToBlob().then((blob) => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([blob], 'shot.png', { type: 'image/png' }));
    const paste = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(paste);
  });
}"""


async def test_pictures_are_pasted_and_copied(allowed: Seat) -> None:
    line = await allowed.drive()
    await allowed.page.evaluate(PICTURE)
    png = (await line.next("image"))["png"]
    assert png.startswith("iVBORw0KGgo")
    assert len(png) <= 690_000
    await allowed.page.keyboard.press("Control+KeyC")
    await line.until(lambda: (True, "KeyC", "c", 2) in keys(line))
    await line.say("clipboard", text="", png=png)
    await allowed.page.wait_for_selector("text=Copied to your clipboard.")
    kinds = "navigator.clipboard.read().then((items) => items.flatMap((item) => item.types))"
    assert await allowed.page.evaluate(f"() => {kinds}") == ["image/png"]
    await allowed.part("keys").get_by_text("Send keys").click()  # as on a phone, which has no Ctrl+V
    await allowed.part("keys").get_by_role("button", name="Paste", exact=True).click()
    assert (await line.next("image", 1))["png"].startswith("iVBORw0KGgo")


async def test_t12_nothing_typed_is_kept_in_the_page(allowed: Seat) -> None:
    line = await allowed.drive()
    await allowed.page.keyboard.type("CANARY-1")
    await paste(allowed, "CANARY-2")
    await line.next("paste")
    kept = await allowed.page.evaluate("""async () => JSON.stringify([
      {...localStorage}, {...sessionStorage}, await indexedDB.databases(), document.cookie, history.state,
      location.href,
      document.documentElement.outerHTML,
      [...document.querySelectorAll('input, textarea')].map((field) => field.value)])""")
    assert "CANARY" not in kept
