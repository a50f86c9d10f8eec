"""Keys by their place on the keyboard, as CDP wants them. Pure tables."""

from typing import Any

from bots.live.wire import Key

ALT, CONTROL, META, SHIFT = 1, 2, 4, 8
_MODIFIERS = {"Alt": ALT, "Control": CONTROL, "Meta": META, "Shift": SHIFT}

# code → Windows virtual key code, of a US keyboard. Letters and digits are added below.
_VIRTUAL = {
    "Backspace": 8,
    "Tab": 9,
    "Clear": 12,
    "Enter": 13,
    "NumpadEnter": 13,
    "ShiftLeft": 16,
    "ShiftRight": 16,
    "ControlLeft": 17,
    "ControlRight": 17,
    "AltLeft": 18,
    "AltRight": 18,
    "Pause": 19,
    "CapsLock": 20,
    "KanaMode": 21,
    "Lang1": 21,
    "Lang2": 25,
    "Escape": 27,
    "Convert": 28,
    "NonConvert": 29,
    "Space": 32,
    "PageUp": 33,
    "PageDown": 34,
    "End": 35,
    "Home": 36,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
    "PrintScreen": 44,
    "Insert": 45,
    "Delete": 46,
    "MetaLeft": 91,
    "MetaRight": 92,
    "ContextMenu": 93,
    "NumpadMultiply": 106,
    "NumpadAdd": 107,
    "NumpadComma": 108,
    "NumpadSubtract": 109,
    "NumpadDecimal": 110,
    "NumpadDivide": 111,
    "NumLock": 144,
    "ScrollLock": 145,
    "Semicolon": 186,
    "Equal": 187,
    "Comma": 188,
    "Minus": 189,
    "Period": 190,
    "Slash": 191,
    "Backquote": 192,
    "IntlRo": 193,
    "BracketLeft": 219,
    "Backslash": 220,
    "IntlYen": 220,
    "BracketRight": 221,
    "Quote": 222,
    "IntlBackslash": 226,
}
_VIRTUAL |= {f"Key{letter}": ord(letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_VIRTUAL |= {f"Digit{digit}": 48 + digit for digit in range(10)}
_VIRTUAL |= {f"Numpad{digit}": 96 + digit for digit in range(10)}
_VIRTUAL |= {f"F{number}": 111 + number for number in range(1, 25)}

# What an editor does with a chord of Ctrl, by the virtual key; in a page that does not take the chord for itself.
_COMMANDS = {
    (65, CONTROL): "selectAll",
    (67, CONTROL): "copy",
    (88, CONTROL): "cut",
    (86, CONTROL): "paste",
    (86, CONTROL | SHIFT): "pasteAndMatchStyle",
    (89, CONTROL): "redo",
    (90, CONTROL): "undo",
    (90, CONTROL | SHIFT): "redo",
}


def modifier(key: str) -> int:
    """Its bit, or none."""
    return _MODIFIERS.get(key, 0)


def virtual_key(code: str, key: str) -> int:
    """The key code that a page expects: by place, except that a letter is itself wherever the layout has it."""
    if len(key) == 1 and key.isascii() and key.isalpha():
        return ord(key.upper())
    if code.startswith("Numpad") and len(key) > 1:
        return _VIRTUAL.get(key, _VIRTUAL.get(code, 0))  # the number pad without Num Lock: arrows, Home, …
    return _VIRTUAL.get(code, _VIRTUAL.get(key, 0))


def text_of(key: str, mods: int) -> str:
    """What the key writes, or nothing. Ctrl, Alt and Meta make a chord of it; AltGr arrives without them."""
    if key == "Enter":
        return "\r" if not mods & (ALT | META) else ""
    one_letter = len(key.encode("utf-16-le")) <= 4 and (len(key) == 1 or not key.isascii())
    return key if one_letter and not mods & (ALT | CONTROL | META) else ""


def key_event(message: Key) -> dict[str, Any]:
    """The parameters of Input.dispatchKeyEvent."""
    code = virtual_key(message.code, message.key)
    event = {
        "type": "keyUp",
        "code": message.code,
        "key": message.key,
        "windowsVirtualKeyCode": code,
        "modifiers": message.mods,
        "location": message.location,
        "isKeypad": message.location == 3,
    }
    if not message.down:
        return event
    event |= {"type": "rawKeyDown", "autoRepeat": message.repeat}
    if text := text_of(message.key, message.mods):
        event |= {"type": "keyDown", "text": text, "unmodifiedText": text}
    if command := _COMMANDS.get((code, message.mods)):
        event["commands"] = [command]
    return event
