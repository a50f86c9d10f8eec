"""What each step does in its place. Each function takes (step, place) and returns what the step has read."""

from __future__ import annotations

import asyncio
import contextlib
import mimetypes
import re
from pathlib import Path
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import FilePayload, Locator
from playwright.async_api import TimeoutError as PlaywrightTimeout

from bots.script.keys import PRESSED, UNHEARD
from bots.script.ours import Screenshot, Upload, WaitForDownload
from bots.script.place import Place
from bots.script.problems import quoted
from bots.script.schema import (
    Change,
    Click,
    Close,
    CustomStep,
    DoubleClick,
    EmulateNetworkConditions,
    Hover,
    KeyDown,
    KeyUp,
    PointerStep,
    Scroll,
    SetViewport,
)
from bots.script.trouble import StepError, seconds
from bots.script.windows import shown_page

BUTTONS = {"primary": "left", "auxiliary": "middle", "secondary": "right"}
TICKED = {"on", "true", "checked", "yes", "1"}
MOST_UPLOAD = 50_000_000  # what Playwright hands over in one message
AFTER = 300  # milliseconds for a look at a field that has been filled in


# Pointer


async def click(step: Click, place: Place) -> None:
    if step.button in ("back", "forward"):
        await _through_history(step, place)
        return
    element = place.element(step.selectors)
    await element.click(**await _pointer(step, place))


async def double_click(step: DoubleClick, place: Place) -> None:
    element = place.element(step.selectors)
    await element.dblclick(**await _pointer(step, place))


async def hover(step: Hover, place: Place) -> None:
    await place.element(step.selectors).hover(timeout=place.left)


async def _through_history(step: Click, place: Place) -> None:
    """What a browser does for the mouse's side buttons."""
    go = place.page.go_back if step.button == "back" else place.page.go_forward
    await go(timeout=place.left, wait_until="domcontentloaded")


async def _pointer(step: PointerStep, place: Place) -> dict[str, Any]:
    options: dict[str, Any] = {"button": BUTTONS.get(step.button or "primary", "left")}
    if step.duration:
        options["delay"] = step.duration
    if step.offset_x is not None and step.offset_y is not None:
        options["position"] = await _inside(step, place)
    return {name: value for name, value in options.items() if value is not None} | {"timeout": place.left}


async def _inside(step: PointerStep, place: Place) -> dict[str, float | None] | None:
    """The recorded point, or None (the middle) where the element is smaller today than when it was recorded."""
    at = {"x": step.offset_x, "y": step.offset_y}
    inside = place.element(step.selectors, at=at)
    if await inside.count():
        return at
    await place.element(step.selectors).wait_for(state="attached", timeout=place.left)  # it may not be there yet
    return at if await inside.count() else None


# Values


async def change(step: Change, place: Place) -> None:
    """Fill a field in, choose an option, tick a box: whatever the element is."""
    element = place.element(step.selectors)
    try:
        await element.fill(step.value, timeout=place.left)
    except PlaywrightTimeout:
        raise
    except PlaywrightError as error:  # nothing to type into; it says so at once
        await _change_other(step, element, place, error)
        return
    # Pages that only hear keys learn of the new value by one that writes nothing.
    _, refused = await asyncio.gather(place.page.keyboard.press("Shift"), _refusing(step.value, element))
    if refused:
        raise _not_taken(step.value, refused)


async def _refusing(value: str, element: Locator) -> str | None:
    """The type of a picker (date, colour, …) that has not taken the value, which it does without a word."""
    with contextlib.suppress(PlaywrightError):  # what is edited in place has no value; the page may have taken it away
        taken = await element.input_value(timeout=AFTER)
        kind = await element.get_attribute("type", timeout=AFTER) if taken != value else None
        return kind if kind in _FORMATS and not _is_like(taken, value.strip(), kind) else None
    return None


def _is_like(taken: str, value: str, kind: str) -> bool:
    """Whether the field shows the value in its own way. What it cannot read it empties, or makes black or middling."""
    if kind == "color":
        return taken != "#000000" or value.lower() in ("#000", "#000000", "black")
    if kind == "range":
        return re.fullmatch(r"-?\d+(\.\d+)?", value) is not None
    return taken != "" or value == ""


def _not_taken(value: str, kind: str) -> StepError:
    return StepError(f"The field does not take {quoted(value)}.", _FORMATS.get(kind, f"It is of type {kind}."))


async def _change_other(step: Change, element: Locator, place: Place, error: PlaywrightError) -> None:
    kind = (await element.get_attribute("type", timeout=place.left) or "").lower()
    if kind == "radio":
        await element.check(timeout=place.left)
    elif kind == "checkbox":
        own = await element.get_attribute("value", timeout=place.left)
        ticked = step.value.lower() in TICKED or (step.value != "" and step.value == own)
        await element.set_checked(ticked, timeout=place.left)
    elif kind == "file":
        raise StepError("This field takes a file.", "Use an upload step.")
    elif kind in _FORMATS:
        raise _not_taken(step.value, kind)
    else:
        await _choose(step.value, element, place, error)


async def _choose(value: str, element: Locator, place: Place, error: PlaywrightError) -> None:
    """By the option's value, as recorded; by what it says, as a person would write it."""
    try:
        await element.select_option(value, timeout=place.left)
    except PlaywrightTimeout:
        raise
    except PlaywrightError:
        raise error from None  # no list either: the first error says more


_FORMATS = {
    "date": "A date looks like 2031-12-24.",
    "time": "A time looks like 18:30.",
    "datetime-local": "Date and time look like 2031-12-24T18:30.",
    "month": "A month looks like 2031-12.",
    "week": "A week looks like 2031-W52.",
    "color": "A colour looks like #ff8800.",
    "number": "It takes a number such as 12.5.",
    "range": "It takes a number between its limits.",
}


async def upload(step: Upload, place: Place) -> None:
    found = [await _own_file(name, place) for name in step.files]
    files = await asyncio.to_thread(_read, found)
    await place.element(step.selectors, want="attached").set_input_files(files, timeout=place.left)


async def _own_file(name: str, place: Place) -> tuple[str, Path]:
    """The file of that name among those that the execution has fetched; one that is still on its way is waited for."""
    try:
        async with asyncio.timeout(place.left / 1000):
            if place.stage.files:
                return await place.stage.files(name)
    except TimeoutError:
        pass
    raise StepError(
        f"There is no file {quoted(name)} among this execution's files.",
        "What a bot or a person has downloaded in this execution can be uploaded.",
    )


async def wait_for_download(step: WaitForDownload, place: Place) -> None:
    try:
        await _own_file(step.file, place)
    except StepError:
        what = "Nothing" if step.file == "*" else f"No file {quoted(step.file)}"
        message = f"{what} was downloaded within {seconds(place.deadline.span)}."
        raise StepError(message, "The page may have shown it instead, or may take longer: give a timeout.") from None


def _read(found: list[tuple[str, Path]]) -> list[FilePayload]:
    if sum(path.stat().st_size for _, path in found) > MOST_UPLOAD:
        raise StepError(f"The files are larger than {MOST_UPLOAD // 1_000_000} MB together.", "Upload smaller ones.")
    return [
        {
            "name": name,
            "mimeType": mimetypes.guess_type(name)[0] or "application/octet-stream",
            "buffer": path.read_bytes(),
        }
        for name, path in found
    ]


# Keys


async def key_down(step: KeyDown, place: Place) -> None:
    if step.key in UNHEARD:
        place.note(f"The key {step.key} is not on this keyboard; nothing was pressed.")
    elif len(step.key) == 1 and not _is_on_keyboard(step.key):
        await place.page.keyboard.insert_text(step.key)
    else:
        await place.page.keyboard.down(step.key)


async def key_up(step: KeyUp, place: Place) -> None:
    if step.key not in UNHEARD and (len(step.key) > 1 or _is_on_keyboard(step.key)):
        await place.page.keyboard.up(step.key)


def _is_on_keyboard(key: str) -> bool:
    return key in PRESSED or " " <= key <= "~"


# The page


async def scroll(step: Scroll, place: Place) -> None:
    to = {"left": step.x or 0, "top": step.y or 0, "behavior": "instant"}
    if step.selectors is None:
        await place.frame.evaluate("to => window.scrollTo(to)", to)
        return
    await place.element(step.selectors).evaluate(
        "(element, to) => { element.scrollIntoViewIfNeeded(); element.scrollTo(to); }", to, timeout=place.left
    )


async def close(step: Close, place: Place) -> None:
    """Close the window. The last one is emptied instead: without a window there is no browser."""
    if len(place.stage.context.pages) < 2:
        await place.page.goto("about:blank")
        place.note("The last window was emptied instead of closed.")
        return
    await place.page.close()
    if place.page is place.stage.page:
        place.stage.page = await shown_page(place.stage.context)


async def set_viewport(step: SetViewport, place: Place) -> None:
    """Plain sizes go the common way; what only a device has is emulated."""
    if not (step.is_mobile or step.has_touch) and step.device_scale_factor in (0, 1):
        await place.page.set_viewport_size({"width": step.width, "height": step.height})
        return
    session = await place.stage.session(place.page)
    turned = {"type": "landscapePrimary", "angle": 90} if step.is_landscape else {"type": "portraitPrimary", "angle": 0}
    metrics = {
        "width": step.width,
        "height": step.height,
        "deviceScaleFactor": step.device_scale_factor,
        "mobile": step.is_mobile,
    }
    await session.send("Emulation.setDeviceMetricsOverride", metrics | {"screenOrientation": turned})
    await session.send("Emulation.setTouchEmulationEnabled", {"enabled": step.has_touch})


async def emulate_network(step: EmulateNetworkConditions, place: Place) -> None:
    """As in Chrome: no speed in both directions is no network."""
    session = await place.stage.session(place.page)
    speed = {"downloadThroughput": step.download or -1, "uploadThroughput": step.upload or -1}
    offline = not step.download and not step.upload
    await session.send("Network.emulateNetworkConditions", speed | {"offline": offline, "latency": step.latency})


async def screenshot(step: Screenshot, place: Place) -> bytes:
    return await place.page.screenshot(timeout=place.left)


async def custom(step: CustomStep, place: Place) -> None:
    place.note(f"The custom step {quoted(step.name)} is not known here; it was passed over, as in Chrome.")
