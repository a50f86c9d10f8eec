"""What the live view says to its viewers, each message declared once. No I/O."""

import json
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

VERSION = 1


@dataclass(frozen=True, slots=True)
class TabLine:
    id: str
    title: str
    url: str
    active: bool
    loading: bool = False
    crashed: bool = False
    back: bool = False  # whether its history has more on that side
    forward: bool = False


@dataclass(frozen=True, slots=True)
class Driver:
    epoch: int
    viewer: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Dialog:
    """The dialog that the page in front has open; kind None: it has none (any more)."""

    kind: str | None = None
    text: str = ""
    default: str = ""
    again: bool = False  # one of many: the page opens another as soon as one is answered


@dataclass(frozen=True, slots=True)
class Chooser:
    """What the page in front asks for: "file", "files" or "folder"; kind None: nothing (any more).

    The answer names the question by its number: another may have come while it was on its way.
    """

    kind: str | None = None
    accept: str = ""
    capture: str = ""
    n: int = 0


@dataclass(frozen=True, slots=True)
class SignIn:
    """This site asks for a name and a password; None: none does (any more). `again`: those given were wrong.

    Numbered as a Chooser is.
    """

    site: str | None = None
    realm: str = ""
    again: bool = False
    n: int = 0


@dataclass(frozen=True, slots=True)
class Picker:
    """A field to be filled: "one" or "many" of its options, a kind of input, or text with options suggested.

    Each option is [text, group, disabled, selected]; `all` says how many there are where not all are told.
    """

    kind: str
    label: str
    value: str
    min: str
    max: str
    step: str
    options: list[list[Any]]
    all: int


@dataclass(frozen=True, slots=True)
class Menu:
    """The person asked for a menu at this place, and the page has none: what stands there. For the one who drives."""

    x: float
    y: float
    link: str  # its address, or nothing
    image: str
    field: bool  # something can be written there
    selected: bool  # something is selected, and may be copied


@dataclass(frozen=True, slots=True)
class Taken:
    """So many bytes of the file with this number have arrived."""

    number: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Hello:
    v: int
    w: int
    h: int
    tabs: list[TabLine]
    control: Driver | None
    dialog: Dialog | None


@dataclass(frozen=True, slots=True)
class Size:
    w: int
    h: int


@dataclass(frozen=True, slots=True)
class Zoom:
    """How large the page is drawn in its picture."""

    percent: int


@dataclass(frozen=True, slots=True)
class Tabs:
    tabs: list[TabLine]


@dataclass(frozen=True, slots=True)
class Icon:
    """Of the tab with this id: PNG in base64, None where it has none."""

    id: str
    png: str | None


@dataclass(frozen=True, slots=True)
class Person:
    viewer: str
    name: str
    may: str


@dataclass(frozen=True, slots=True)
class People:
    people: list[Person]


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where another person's pointer is."""

    viewer: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody wrote to the others; numbered, so that nobody reads it twice."""

    n: int
    viewer: str
    name: str
    text: str
    at: float  # seconds since 1970


@dataclass(frozen=True, slots=True)
class Chat:
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Asked:
    """For the one who drives: this person would like to."""

    viewer: str
    name: str


@dataclass(frozen=True, slots=True)
class Offered:
    """For the one for whom the driver has just given control up."""


@dataclass(frozen=True, slots=True)
class Private:
    """Whether the picture is hidden from all but the driver; by their wish, or for a password's field."""

    on: bool
    wished: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of the page in the list: a heading, text, link, button, check, radio, field, choice or complaint."""

    id: str
    kind: str
    name: str
    level: int | None = None
    value: str = ""  # of a choice, and of nothing else
    options: list[str] = field(default_factory=list)
    checked: bool | None = None
    disabled: bool = False
    note: str = ""  # what the page explains of it, as its tooltip does

    def brief(self) -> dict[str, Any]:
        """Without what is as it mostly is: a long page is told to whoever has a line for nothing else."""
        return {name: value for name, value in asdict(self).items() if value != _MOSTLY[name]}


_MOSTLY = asdict(Entry("", "", ""))


@dataclass(frozen=True, slots=True)
class Outline:
    entries: list[Entry]
    more: bool = False

    def to(self, known: "Outline | None") -> "OutlineNews":
        """What is said to whoever knows that one."""
        before = {entry.id: entry for entry in known.entries} if known else {}
        return OutlineNews([one.id if before.get(one.id) == one else one.brief() for one in self.entries], self.more)


@dataclass(frozen=True, slots=True)
class OutlineNews:
    """Of an entry that is known as it stands the id alone."""

    entries: list[str | dict[str, Any]]
    more: bool


@dataclass(frozen=True, slots=True)
class Dispatched:
    """Everything up to number s of epoch e was dealt with. `acted`: some of it has reached the browser."""

    e: int
    s: int
    acted: bool


@dataclass(frozen=True, slots=True)
class Cursor:
    png: str | None = None  # base64
    x: int = 0
    y: int = 0
    css: str | None = None


@dataclass(slots=True)
class Field:
    """The field of the page that has the focus; mode None: none has. For the one who drives, and nobody else."""

    mode: str | None = None  # the keyboard that it wants, as HTML's inputmode
    secret: bool = False
    code: bool = False  # a one-time code
    lines: bool = False  # it takes line ends
    correct: bool = False  # whether it leaves correcting and capital letters to the keyboard
    box: list[float] | None = None  # x, y, width, height in the picture
    caret: list[float] | None = None  # x, y, height

    def in_picture(self, zoom: float) -> "Field":
        """The same, in pixels of the picture instead of the page's."""
        box, caret = ([round(side * zoom, 1) for side in place] if place else None for place in (self.box, self.caret))
        return replace(self, box=box, caret=caret)


@dataclass(frozen=True, slots=True)
class Copied:
    """What a page copied: a text, or a picture as PNG in base64."""

    text: str = ""
    png: str | None = None


@dataclass(frozen=True, slots=True)
class DownloadLine:
    """`state` is running, done (on its way to us), kept or stopped; then `why` says so in a sentence."""

    guid: str
    name: str
    size: int
    total: int  # 0: unknown
    state: str
    why: str


DOWNLOAD = [field.name for field in fields(DownloadLine)]


@dataclass(frozen=True, slots=True)
class Downloads:
    downloads: list[DownloadLine]


@dataclass(frozen=True, slots=True)
class Refusal:
    s: int | None
    why: str


@dataclass(frozen=True, slots=True)
class NoPicture:
    """The encoder has failed and is started anew; with the next picture it works again."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How this viewer gets its pictures: of which kind, how many a second at most, how long until one is drawn (ms)."""

    kind: str
    coarse: bool
    fastest: int
    delay: int


@dataclass(frozen=True, slots=True)
class Ping:
    n: int


@dataclass(frozen=True, slots=True)
class Condition:
    id: str
    met: bool


@dataclass(frozen=True, slots=True)
class Gone:
    reason: str


_SAID: dict[type, str] = {
    Hello: "hello",
    Size: "size",
    Zoom: "zoom",
    Tabs: "tabs",
    Icon: "icon",
    Driver: "control",
    People: "people",
    Pointer: "pointer",
    Chat: "chat",
    Asked: "asked",
    Offered: "offered",
    Private: "private",
    OutlineNews: "outline",
    Dispatched: "input",
    Cursor: "cursor",
    Field: "field",
    Copied: "clipboard",
    Downloads: "downloads",
    Dialog: "dialog",
    Chooser: "chooser",
    SignIn: "signin",
    Picker: "picker",
    Menu: "menu",
    Taken: "taken",
    Refusal: "refused",
    NoPicture: "nopicture",
    Figures: "figures",
    Ping: "ping",
    Condition: "condition",
    Gone: "gone",
}


def write(message: Any) -> str:
    """As it goes on the line, which takes no half of a letter; pages cut their texts anywhere."""
    text = json.dumps({"t": _SAID[type(message)], **asdict(message)}, ensure_ascii=False)
    return text.encode(errors="replace").decode()
