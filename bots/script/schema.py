# ruff: noqa: RUF009 - `take` makes a dataclass field
"""The steps of Chrome's Recorder, one frozen class each, and what all steps share. Our own stand in `ours.py`.

A class names its fields with the kind that reads them; parse, dump, export, variables and the list of what is wrong all
work from that one declaration. To add a step: declare it, list it in `flow.py`, say in `player.py` what it does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from bots.script.keys import Key
from bots.script.kinds import Address, Choice, Data, Flag, Listed, Mapping, Number, Selectors, Text
from bots.script.parts import Events, NavigationEvent, take, written
from bots.script.selectors import Chains, described

if TYPE_CHECKING:
    pass

TIMEOUT = Number(1, 600_000, "milliseconds", whole=True)
PIXELS = Number(-100_000, 1_000_000)
SIZE = Number(1, 10_000, "pixels", whole=True)
RATE = Number(0, 1e10, "bytes per second")
BUTTON = Choice("primary", "secondary", "auxiliary", "back", "forward")
OPERATOR = Choice(">=", "==", "<=")
COUNT = Number(0, 100_000, whole=True)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step. `number` counts from 1 in its script, and is no part of what it says."""

    type: ClassVar[str]
    ours: ClassVar[bool] = False  # Chrome knows it only as a customStep
    verb: ClassVar[str] = ""
    secret: ClassVar[bool] = False

    number: int = field(default=0, compare=False)
    timeout: int | None = take(TIMEOUT, None)
    asserted_events: tuple[NavigationEvent, ...] = take(Events(), ())

    @property
    def label(self) -> str:
        """The step in a few words, without the values that it types."""
        return self.verb or self.type

    def dump(self) -> dict[str, Any]:
        return {"type": self.type} | written(self)


@dataclass(frozen=True, kw_only=True)
class TargetStep(Step):
    """`target` is main, or the address of a window (or foreign frame) that the page has opened."""

    target: str | None = take(Text(most=8_000, least=1, how="url"), None)


@dataclass(frozen=True, kw_only=True)
class FrameStep(TargetStep):
    """`frame` leads from the page to a frame in it, by positions."""

    frame: tuple[int, ...] | None = take(Listed(Number(0, 1_000, whole=True), most=20), None)


@dataclass(frozen=True, kw_only=True)
class ElementStep(FrameStep):
    """A step on an element."""

    selectors: Chains = take(Selectors())

    @property
    def label(self) -> str:
        return f"{self.verb} {described(self.selectors)}"


@dataclass(frozen=True, kw_only=True)
class SetViewport(TargetStep):
    type = "setViewport"
    width: int = take(SIZE)
    height: int = take(SIZE)
    device_scale_factor: float = take(Number(0, 10), 1)
    is_mobile: bool = take(Flag(), False)
    has_touch: bool = take(Flag(), False)
    is_landscape: bool = take(Flag(), False)

    @property
    def label(self) -> str:
        return f"Size the page to {self.width} × {self.height}"


@dataclass(frozen=True, kw_only=True)
class Navigate(TargetStep):
    type = "navigate"
    url: str = take(Address())

    @property
    def label(self) -> str:
        return f"Go to {self.url.split('?')[0].split('#')[0][:100]}"


@dataclass(frozen=True, kw_only=True)
class PointerStep(ElementStep):
    """Offsets count from the element's top left corner; without them it is its middle."""

    offset_x: float | None = take(PIXELS, None)
    offset_y: float | None = take(PIXELS, None)
    button: str | None = take(BUTTON, None)
    device_type: str | None = take(Choice("mouse", "pen", "touch"), None)
    duration: float | None = take(Number(0, 60_000, "milliseconds"), None)


@dataclass(frozen=True, kw_only=True)
class Click(PointerStep):
    type, verb = "click", "Click"


@dataclass(frozen=True, kw_only=True)
class DoubleClick(PointerStep):
    type, verb = "doubleClick", "Double-click"


@dataclass(frozen=True, kw_only=True)
class Hover(ElementStep):
    type, verb = "hover", "Point at"


@dataclass(frozen=True, kw_only=True)
class Change(ElementStep):
    type, verb = "change", "Fill in"
    value: str = take(Text())


@dataclass(frozen=True, kw_only=True)
class KeyDown(TargetStep):
    type = "keyDown"
    key: str = take(Key())

    @property
    def label(self) -> str:
        return f"Press {self.key}" if len(self.key) > 1 else "Press a key"


@dataclass(frozen=True, kw_only=True)
class KeyUp(TargetStep):
    type = "keyUp"
    key: str = take(Key())

    @property
    def label(self) -> str:
        return f"Let go of {self.key}" if len(self.key) > 1 else "Let go of a key"


@dataclass(frozen=True, kw_only=True)
class Scroll(FrameStep):
    type = "scroll"
    selectors: Chains | None = take(Selectors(), None)
    x: float | None = take(PIXELS, None)
    y: float | None = take(PIXELS, None)

    @property
    def label(self) -> str:
        return f"Scroll {described(self.selectors)}" if self.selectors else "Scroll the page"


@dataclass(frozen=True, kw_only=True)
class Close(TargetStep):
    type, verb = "close", "Close the window"


@dataclass(frozen=True, kw_only=True)
class WaitForElement(ElementStep):
    """Waits until `operator count` elements match (>= 1).

    With `visible` only what can be seen counts, and false turns the wait round.
    """

    type, verb = "waitForElement", "Wait for"
    operator: str | None = take(OPERATOR, None)
    count: int | None = take(COUNT, None)
    visible: bool | None = take(Flag(), None)
    properties: dict[str, Any] | None = take(Mapping(), None)
    attributes: dict[str, str] | None = take(Mapping(texts=True), None)


@dataclass(frozen=True, kw_only=True)
class WaitForExpression(FrameStep):
    """Waits until JavaScript, which runs in the page and nowhere else, has a value that is true."""

    type, verb = "waitForExpression", "Wait for a condition in the page"
    expression: str = take(Text(least=1, how="script"))


@dataclass(frozen=True, kw_only=True)
class CustomStep(FrameStep):
    """A step of somebody else's; it is kept, and does nothing here, as in Chrome."""

    type = "customStep"
    name: str = take(Text(most=200, least=1))
    parameters: Any = take(Data(), None)

    @property
    def label(self) -> str:
        return f"Custom step {self.name}"


@dataclass(frozen=True, kw_only=True)
class EmulateNetworkConditions(TargetStep):
    type, verb = "emulateNetworkConditions", "Set the network's speed"
    download: float = take(RATE)
    upload: float = take(RATE)
    latency: float = take(Number(0, 600_000, "milliseconds"))
