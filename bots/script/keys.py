"""The keys that keyDown and keyUp take: names of keys and codes as the DOM writes them."""

from __future__ import annotations

from bots.script.kinds import Text
from bots.script.problems import Wrong, did_you_mean, quoted

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BY_CODE = (
    "Backquote Minus Equal Backslash BracketLeft BracketRight Semicolon Quote Comma Period Slash Space IntlBackslash "
    "NumpadEnter NumpadMultiply NumpadAdd NumpadSubtract NumpadDivide NumpadDecimal NumpadEqual "
    "ShiftLeft ShiftRight ControlLeft ControlRight AltLeft AltRight MetaLeft MetaRight"
)
_BY_NAME = (
    "Enter Tab Backspace Escape Delete Insert Home End PageUp PageDown ArrowLeft ArrowUp ArrowRight ArrowDown "
    "Shift Control Alt AltGraph Meta CapsLock NumLock ScrollLock Pause PrintScreen ContextMenu"
)
PRESSED = frozenset(
    [
        *_BY_CODE.split(),
        *_BY_NAME.split(),
        *(f"Key{letter}" for letter in _LETTERS),
        *(f"Digit{digit}" for digit in range(10)),
        *(f"Numpad{digit}" for digit in range(10)),
        *(f"F{number}" for number in range(1, 25)),
    ]
)
# Keys that Chrome's Recorder may write and that a page in a desktop browser hardly ever hears.
_UNHEARD = (
    "Power Eject Abort Help Convert NonConvert Select Open AudioVolumeMute AudioVolumeDown AudioVolumeUp "
    "MediaTrackNext MediaTrackPrevious MediaStop MediaPlayPause Props Cancel Clear Accept ModeChange Print Execute "
    "Attn CrSel ExSel EraseEof Play ZoomOut SoftLeft SoftRight Camera Call EndCall VolumeDown VolumeUp"
)
UNHEARD = frozenset(_UNHEARD.split())


class Key(Text):
    """A key by its name or code, or one character."""

    def __init__(self) -> None:
        super().__init__(most=32)

    def read(self, value: object) -> str:
        key = "Enter" if value in ("\r", "\n") else super().read(value)
        if len(key) != 1 and key not in PRESSED and key not in UNHEARD:
            near = did_you_mean(key, PRESSED)
            raise Wrong(
                f"{quoted(key)} is not a key. Write a name such as Enter, Tab, ArrowDown, or one character.{near}"
            )
        return key

    def filled(self, value: str, replace: object) -> str:
        return value
