"""A whole script, and the list of all step types."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bots.script.kinds import Text
from bots.script.ours import Assert, Extract, RequestHuman, Screenshot, Upload, WaitForDownload
from bots.script.parts import Variable, Variables, take, written
from bots.script.schema import (
    TIMEOUT,
    Change,
    Click,
    Close,
    CustomStep,
    DoubleClick,
    EmulateNetworkConditions,
    Hover,
    KeyDown,
    KeyUp,
    Navigate,
    Scroll,
    SetViewport,
    Step,
    WaitForElement,
    WaitForExpression,
)

MOST_STEPS = 2_000

STEPS: dict[str, type[Step]] = {
    cls.type: cls
    for cls in (
        SetViewport, Navigate, Click, DoubleClick, Hover, Change, KeyDown, KeyUp, Scroll, Close, WaitForElement,
        WaitForExpression, CustomStep, EmulateNetworkConditions, RequestHuman, Extract, Screenshot, Assert, Upload,
        WaitForDownload,
    )
}  # fmt: skip

ELSEWHERE: dict[str, type[Step]] = {  # what Playwright, Puppeteer and Selenium call it, from which people come
    "goto": Navigate, "open": Navigate, "visit": Navigate, "get": Navigate,
    "fill": Change, "type": Change, "input": Change, "select": Change, "selectoption": Change, "check": Change,
    "sendkeys": Change, "press": KeyDown, "keypress": KeyDown, "dblclick": DoubleClick, "tap": Click,
    "wait": WaitForElement, "waitforselector": WaitForElement, "waitforfunction": WaitForExpression,
    "waitforurl": Assert, "expect": Assert, "gettext": Extract, "textcontent": Extract, "getattribute": Extract,
    "setinputfiles": Upload, "uploadfile": Upload, "download": WaitForDownload,
    "pause": RequestHuman, "human": RequestHuman, "handoff": RequestHuman,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Script:
    """A whole script. Beside it, and no part of it: `notes` tell what was read differently from how it was written,
    a `refusal` why one that was taken once can be run no more. Such a script has no steps here.
    """

    title: str = take(Text(most=500, line=True), "")
    timeout: int | None = take(TIMEOUT, None)
    selector_attribute: str | None = take(Text(most=200), None)
    variables: tuple[Variable, ...] = take(Variables(), ())
    steps: tuple[Step, ...] = ()
    notes: tuple[str, ...] = field(default=(), compare=False)
    refusal: str = field(default="", compare=False)

    def dump(self) -> dict[str, Any]:
        """As JSON data, which `load` takes back."""
        return written(self) | {"steps": [step.dump() for step in self.steps]}
