"""The messages that come to the live view, each declared once, and the door that lets only those in. No I/O.

Text messages are JSON objects with their type in `t`. What goes out stands in said.py, pictures in picture.py.
"""

import json
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal, NamedTuple, get_type_hints

from bots.live.fields import Check, flag, list_of, maybe, one_of, real, row, string, whole
from bots.live.picture import KINDS

LONGEST_MESSAGE = 700_000  # characters: a paste of 100,000 may be escaped to six each
LONGEST_PIECE = 64 * 1024 + 4  # bytes, with its number
LONGEST_PATH = 1_000  # characters, of a file that is brought


class Malformed(Exception):
    """A message that is none of ours, with a sentence for its sender; `s` is its number where it has one."""

    def __init__(self, why: str, s: int | None = None) -> None:
        super().__init__(why)
        self.s = s


_LARGE = 2**53 - 1
_NUMBER = 4  # bytes
_FAR = 16_384

Epoch = Annotated[int, whole(0, _LARGE)]
Number = Annotated[int, whole(0, _LARGE)]
Place = Annotated[float, real(0, _FAR)]
Distance = Annotated[float, real(-100_000, 100_000)]
Button = Annotated[int, whole(0, 4)]
# Pressure, tilt to the right and towards its holder, turn; None: it is no pen.
Pen = Annotated[list[float] | None, maybe(row(real(0, 1), real(-90, 90), real(-90, 90), real(0, 359)))]
Mods = Annotated[int, whole(0, 15)]
Name = Annotated[str, string(200)]
Id = Annotated[str, string(80, 1)]
Quality = Annotated[int | None, maybe(whole(1, 100))]
PictureKind = Annotated[str | None, maybe(one_of(*KINDS))]


# What a viewer sends


@dataclass(frozen=True, slots=True)
class Input:
    """Whatever acts on the browser: under a control epoch, numbered by the viewer's connection."""

    e: Epoch
    s: Number


@dataclass(frozen=True, slots=True)
class Ack:
    n: Annotated[int, whole(0, 2**32 - 1)]


@dataclass(frozen=True, slots=True)
class Pong:
    n: Number


@dataclass(frozen=True, slots=True)
class ChoosePicture:
    """How good, and of which kind; None leaves it to us."""

    quality: Quality = None
    kind: PictureKind = None


@dataclass(frozen=True, slots=True)
class AskFigures:
    pass


@dataclass(frozen=True, slots=True)
class Resize:
    """Of the page, by the one in control; None: to the bot's own size. No input: it stops no clock."""

    e: Epoch
    w: Annotated[int | None, maybe(whole(1, _FAR))] = None
    h: Annotated[int | None, maybe(whole(1, _FAR))] = None


@dataclass(frozen=True, slots=True)
class Zoom:
    """Of the page, by the one in control. No input: it stops no clock."""

    e: Epoch
    percent: Annotated[int, whole(50, 200)]


@dataclass(frozen=True, slots=True)
class Own:
    """Whether lists and pickers of fields should come as controls of the viewer's own. No input: nothing is done."""

    on: Annotated[bool, flag]


@dataclass(frozen=True, slots=True)
class Move(Input):
    x: Place
    y: Place
    pen: Pen = None


@dataclass(frozen=True, slots=True)
class Press(Input):
    """`down` and `up` of a button, in DOM numbering: left, middle, right, back, forward."""

    x: Place
    y: Place
    button: Button
    clicks: Annotated[int, whole(1, 10)]
    mods: Mods
    pen: Pen = None


@dataclass(frozen=True, slots=True)
class Down(Press):
    pass


@dataclass(frozen=True, slots=True)
class Up(Press):
    pass


@dataclass(frozen=True, slots=True)
class Wheel(Input):
    x: Place
    y: Place
    dx: Distance
    dy: Distance
    mods: Mods


@dataclass(frozen=True, slots=True)
class Key(Input):
    down: Annotated[bool, flag]
    code: Annotated[str, string(32)]
    key: Annotated[str, string(32, 1)]
    mods: Mods
    repeat: Annotated[bool, flag]
    location: Annotated[int, whole(0, 3)]


@dataclass(frozen=True, slots=True)
class Text(Input):
    text: Annotated[str, string(10_000)]


@dataclass(frozen=True, slots=True)
class Compose(Input):
    """What an input method has so far, drawn at the caret until a text takes its place; empty: it gave up."""

    text: Annotated[str, string(1_000)]
    caret: Annotated[int, whole(0, 1_000)]


@dataclass(frozen=True, slots=True)
class Paste(Input):
    text: Annotated[str, string(100_000)]


@dataclass(frozen=True, slots=True)
class Image(Input):
    """A picture to be pasted: a PNG in base64."""

    png: Annotated[str, string(690_000, 1)]


@dataclass(frozen=True, slots=True)
class KeysUp(Input):
    pass


@dataclass(frozen=True, slots=True)
class ChooseTab(Input):
    id: Id


@dataclass(frozen=True, slots=True)
class CloseTab(Input):
    id: Id


@dataclass(frozen=True, slots=True)
class Go(Input):
    to: Annotated[Literal["back", "forward", "reload", "stop"], one_of("back", "forward", "reload", "stop")]


@dataclass(frozen=True, slots=True)
class Visit(Input):
    """What was typed into the address bar."""

    typed: Annotated[str, string(2_000)]


@dataclass(frozen=True, slots=True)
class Print(Input):
    """Keep the page as PDF, where downloads are."""


@dataclass(frozen=True, slots=True)
class OpenTab(Input):
    """An empty one, or with an address."""

    typed: Annotated[str | None, maybe(string(2_000))] = None


@dataclass(frozen=True, slots=True)
class SaveImage(Input):
    """The picture that the newest menu was about, where downloads are."""


@dataclass(frozen=True, slots=True)
class CopyImage(Input):
    """The same picture, to the clipboard."""


@dataclass(frozen=True, slots=True)
class AnswerDialog(Input):
    accept: Annotated[bool, flag]
    text: Annotated[str | None, maybe(string(10_000))] = None


@dataclass(frozen=True, slots=True)
class BringFile(Input):
    """A file is about to come in pieces, as one of a batch; `path` names its folders too where it has some."""

    batch: Number
    number: Annotated[int, whole(0, 2**32 - 1)]
    path: Annotated[str, string(LONGEST_PATH, 1)]
    size: Number


@dataclass(frozen=True, slots=True)
class ChooseFiles(Input):
    """Answers the page's question for files, by its number, with a batch; None: cancelled."""

    n: Number
    batch: Annotated[int | None, maybe(whole(0, _LARGE))] = None


@dataclass(frozen=True, slots=True)
class DragFiles(Input):
    """Files of these MIME types are dragged from the person's desk over this place."""

    x: Place
    y: Place
    kinds: Annotated[list[str], list_of(string(100), 20)]


@dataclass(frozen=True, slots=True)
class DragAway(Input):
    """They are not over the page any more; a batch of them that was on its way is not wanted."""

    batch: Annotated[int | None, maybe(whole(0, _LARGE))] = None


@dataclass(frozen=True, slots=True)
class DropFiles(Input):
    """A batch that has arrived is dropped here."""

    x: Place
    y: Place
    batch: Number


@dataclass(frozen=True, slots=True)
class GiveName(Input):
    """To the site that asks for a name and a password by HTTP, by its question's number; without a name nobody signs
    in."""

    n: Number
    name: Annotated[str | None, maybe(string(1_000))] = None
    password: Annotated[str | None, maybe(string(1_000))] = None


@dataclass(frozen=True, slots=True)
class Fill(Input):
    """What was chosen for the field that asked: a value, or places of options with their texts."""

    value: Annotated[str | None, maybe(string(1_000))] = None
    chosen: Annotated[list[list[Any]] | None, maybe(list_of(row(whole(0, 1_000_000), string(100)), 2_000))] = None


class Piece(NamedTuple):
    """Of a file, in a binary message: its number in four bytes, then what comes next of it."""

    number: int
    data: bytes


@dataclass(frozen=True, slots=True)
class PressEntry(Input):
    """An entry of the page's list."""

    id: Id


@dataclass(frozen=True, slots=True)
class FillEntry(Input):
    id: Id
    text: Annotated[str, string(10_000)]


# Of those who drive and those who watch: nothing of it acts on the browser, so none of it is an Input


@dataclass(frozen=True, slots=True)
class Point:
    x: Place
    y: Place


@dataclass(frozen=True, slots=True)
class Write:
    text: Annotated[str, string(500, 1)]


@dataclass(frozen=True, slots=True)
class Ask:
    pass


@dataclass(frozen=True, slots=True)
class Keep:
    """The driver has been asked for control by this viewer, and goes on."""

    to: Id


@dataclass(frozen=True, slots=True)
class AskOutline:
    pass


@dataclass(frozen=True, slots=True)
class Hide:
    e: Epoch
    on: Annotated[bool, flag]


# What only the web process sends, for a viewer of its own


@dataclass(frozen=True, slots=True)
class Join:
    viewer: Id
    name: Name
    may: Annotated[Literal["control", "watch"], one_of("control", "watch")]
    codecs: Annotated[list[str], list_of(string(20), 10)]
    quality: Quality = None
    kind: PictureKind = None


@dataclass(frozen=True, slots=True)
class Leave:
    pass


@dataclass(frozen=True, slots=True)
class Grant:
    epoch: Epoch
    viewer: Id
    name: Name


@dataclass(frozen=True, slots=True)
class Revoke:
    epoch: Epoch


@dataclass(frozen=True, slots=True)
class Offer:
    """The driver has given control up for this viewer."""

    viewer: Id


# By their `t`. The web process passes on what is in the first as it is, and nothing else.
FROM_VIEWER: dict[str, type] = {
    "ack": Ack,
    "pong": Pong,
    "picture": ChoosePicture,
    "figures": AskFigures,
    "resize": Resize,
    "zoom": Zoom,
    "own": Own,
    "move": Move,
    "down": Down,
    "up": Up,
    "wheel": Wheel,
    "key": Key,
    "text": Text,
    "compose": Compose,
    "paste": Paste,
    "image": Image,
    "keysup": KeysUp,
    "tab": ChooseTab,
    "closetab": CloseTab,
    "go": Go,
    "visit": Visit,
    "newtab": OpenTab,
    "print": Print,
    "saveimage": SaveImage,
    "copyimage": CopyImage,
    "dialog": AnswerDialog,
    "pressentry": PressEntry,
    "fillentry": FillEntry,
    "outline": AskOutline,
    "point": Point,
    "write": Write,
    "ask": Ask,
    "keep": Keep,
    "hide": Hide,
    "file": BringFile,
    "choose": ChooseFiles,
    "dragfiles": DragFiles,
    "dragaway": DragAway,
    "dropfiles": DropFiles,
    "fill": Fill,
    "signin": GiveName,
}
FROM_WEB: dict[str, type] = {
    "join": Join,
    "leave": Leave,
    "grant": Grant,
    "revoke": Revoke,
    "offer": Offer,
}
RECEIVED = FROM_VIEWER | FROM_WEB


def _checks(message: type) -> dict[str, tuple[Check, bool]]:
    """field → (its check, whether it must be there)"""
    hints = get_type_hints(message, include_extras=True)
    optional = {field.name for field in fields(message) if field.default is None}
    return {name: (hint.__metadata__[0], name not in optional) for name, hint in hints.items()}


_CHECKS = {t: _checks(message) for t, message in RECEIVED.items()}


def parse(data: str | bytes, size: tuple[int, int] = (_FAR, _FAR)) -> Any:
    """The message in `data`, aimed at a picture of this size. Raises Malformed."""
    found = _load(data)
    t = found.pop("t", None)
    if not isinstance(t, str) or t not in RECEIVED:
        raise Malformed("There is no message of this type.", _number(found))
    for name, (check, needed) in _CHECKS[t].items():
        wrong = check(found[name]) if name in found else needed and "there"
        if wrong:
            raise Malformed(f"In a message of type {t}, {name} must be {wrong}.", _number(found))
    if unknown := found.keys() - _CHECKS[t].keys():
        raise Malformed(f"A message of type {t} has no field {min(unknown)[:40]!r}.", _number(found))
    if not (found.get("x", 0) < size[0] and found.get("y", 0) < size[1]):
        raise Malformed(f"The point lies outside the picture of {size[0]} by {size[1]}.", _number(found))
    return RECEIVED[t](**found)


def parse_piece(data: bytes) -> Piece:
    """Raises Malformed."""
    if not _NUMBER < len(data) <= LONGEST_PIECE:
        raise Malformed("A piece of a file has a number in four bytes and at most 64 KB.")
    return Piece(int.from_bytes(data[:_NUMBER]), data[_NUMBER:])


def _load(data: str | bytes) -> dict[str, Any]:
    if not isinstance(data, str):
        raise Malformed("Only text messages are understood here.")
    if len(data) > LONGEST_MESSAGE:
        raise Malformed("The message is too long.")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise Malformed("The message is not JSON.") from None
    if not isinstance(found, dict):
        raise Malformed("A message is a JSON object with its type in t.")
    return found


def _number(found: dict[str, Any]) -> int | None:
    s = found.get("s")
    return s if type(s) is int and 0 <= s <= _LARGE else None
