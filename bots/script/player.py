"""One step, performed in the browser."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from bots.script import actions, looking
from bots.script.arrival import Arrival, navigate
from bots.script.ours import RequestHuman, WaitForDownload
from bots.script.place import Place, place_for
from bots.script.problems import quoted
from bots.script.schema import Navigate, Step
from bots.script.secrecy import keep_within
from bots.script.selectors import described
from bots.script.stage import PAGE_TIMEOUT, STEP_TIMEOUT, Stage
from bots.script.trouble import (
    BrowserLost,
    StepError,
    element_trouble,
    first_line,
    invalid_selector,
    place_of,
    seconds,
)

PLAYERS: dict[str, Callable[[Any, Place], Awaitable[Any]]] = {
    "setViewport": actions.set_viewport,
    "navigate": navigate,
    "click": actions.click,
    "doubleClick": actions.double_click,
    "hover": actions.hover,
    "change": actions.change,
    "keyDown": actions.key_down,
    "keyUp": actions.key_up,
    "scroll": actions.scroll,
    "close": actions.close,
    "waitForElement": looking.wait_for_element,
    "waitForExpression": looking.wait_for_expression,
    "customStep": actions.custom,
    "emulateNetworkConditions": actions.emulate_network,
    "extract": looking.extract,
    "screenshot": actions.screenshot,
    "assert": looking.check,
    "upload": actions.upload,
    "waitForDownload": actions.wait_for_download,
}
GRACE = 5.0  # seconds
STUCK = "The page may be stuck, or still waiting for its site."
CLOSES = {"click", "doubleClick", "keyDown", "keyUp", "close"}  # steps whose effect may be that their window closes


@dataclass(frozen=True)
class Outcome:
    """What a step has brought: outputs by name, a picture (PNG), and what happened beside it."""

    output: dict[str, Any] = field(default_factory=dict)
    picture: bytes | None = None
    notes: tuple[str, ...] = ()


async def play(step: Step, stage: Stage) -> Outcome:
    """Do the step. Raises StepError with sentences for people, BrowserLost where there is no browser any more.

    A RequestHuman is not played: the runner asks it `wants_human` and stops.
    """
    if isinstance(step, RequestHuman):
        raise TypeError("requestHuman is the runner's")
    try:
        result = await _played(stage.filled(step), stage, stage.limits_of(step))
    except BrowserLost:
        raise
    except StepError as error:
        trouble = stage.flood() or error
        raise StepError(stage.masked(trouble.message), stage.masked(trouble.hint)) from None
    if flood := stage.flood():
        raise flood
    return await _outcome(result, stage)


async def _played(step: Step, stage: Stage, limits: Mapping[str, Sequence[str]]) -> Any:
    span = stage.time_for(step, PAGE_TIMEOUT if isinstance(step, Navigate | WaitForDownload) else STEP_TIMEOUT)
    place: Place | None = None
    try:
        place = await place_for(step, stage, span)
        if limits:
            await keep_within(limits, step, place)
        async with asyncio.timeout(_longest(step, stage, span)), Arrival(step, place):
            return await PLAYERS[step.type](step, place)
    except TimeoutError:
        raise StepError(f"This step was not done within {seconds(span)}.", STUCK) from None
    except PlaywrightError as error:
        if not _closed_by(step, place, error):
            raise _in_words(step, stage, place, error) from None
        return None


def _longest(step: Step, stage: Stage, span: int) -> float:
    """Seconds after which a step is given up that no deadline of its own has ended, since its page answers nothing."""
    arrival = stage.time_for(step, PAGE_TIMEOUT) if step.asserted_events else 0
    return (span + arrival) / 1000 + GRACE


async def _outcome(result: Any, stage: Stage) -> Outcome:
    if isinstance(result, dict):
        return Outcome(output=await stage.read(result), notes=stage.notes_taken())
    return Outcome(picture=result, notes=stage.notes_taken())


def _closed_by(step: Step, place: Place | None, error: PlaywrightError) -> bool:
    """Whether the window is gone because the step has done its work: a popup's own OK button, say."""
    if place is None or not place.page.is_closed() or step.type not in CLOSES or not _is_connected(place.stage):
        return False
    acted = step.type.startswith(("key", "close")) or "performing" in str(error)
    if acted:
        place.note("The window closed when the step was done.")
    return acted


def _is_connected(stage: Stage) -> bool:
    browser = stage.context.browser
    return browser is not None and browser.is_connected()


def _in_words(step: Step, stage: Stage, place: Place | None, error: PlaywrightError) -> StepError:
    text = str(error)
    if not _is_connected(stage):
        return BrowserLost()
    if place is None or place.page.is_closed():
        return StepError("The window was closed while the bot was at this step.", "The page may have closed itself.")
    if sentence := invalid_selector(text):
        return sentence
    if place.frame.is_detached():
        return StepError(
            "The frame was removed from the page while the bot was at this step.", "The page may have changed."
        )
    if isinstance(error, PlaywrightTimeout):
        return _too_late(step, place, text)
    return StepError(f"The browser could not do this step: {first_line(text)}.")


def _too_late(step: Step, place: Place, text: str) -> StepError:
    selectors = getattr(step, "selectors", None)
    if not selectors:
        return StepError(f"This step was not done within {seconds(place.deadline.span)}.", STUCK)
    where = quoted(place_of(place.page.url))
    return element_trouble(described(selectors), len(selectors), text, place.deadline.span, where)
