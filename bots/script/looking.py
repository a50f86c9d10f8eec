"""Steps that wait for, check and read the page."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from bots.script.ours import Assert, Extract
from bots.script.place import Place, unlike_html
from bots.script.problems import quoted
from bots.script.schema import WaitForElement, WaitForExpression
from bots.script.stage import MOST_OUTPUT
from bots.script.trouble import StepError, first_line, place_of, seconds
from bots.script.windows import LOOK, fits

PAUSES = (0.0, 0.02, 0.05, 0.1, 0.1, 0.25)  # seconds between looks; the last one repeats
MOST_READ = 100_000  # characters of one element
MOST_ENTRIES = 10_000

# No more is sent than can be kept, or a little more: JavaScript counts some characters as two.
IN_THE_PAGE = [MOST_ENTRIES, 3 * MOST_READ, 3 * MOST_OUTPUT]
READ_ALL = """(elements, [attribute, entries, longest, room]) => {
  const read = (element) => {
    if (attribute) return attribute === "value" && "value" in element ? element.value : element.getAttribute(attribute);
    if (element.nodeName === "SELECT") return [...element.selectedOptions].map((option) => option.label).join("\\n");
    if (/^(INPUT|TEXTAREA)$/.test(element.nodeName)) return element.value;
    return (element.innerText || element.textContent).trim();
  };
  const texts = [];
  for (const element of elements.slice(0, entries)) {
    if (room < 0) break;
    texts.push(String(read(element) ?? "").slice(0, longest));
    room -= texts.at(-1).length + 1;
  }
  return texts;
}"""


async def wait_for_element(step: WaitForElement, place: Place) -> None:
    """Wait until the condition holds in the page. Raises StepError that says what was there instead."""
    condition = {
        "operator": step.operator or ">=",
        "count": 1 if step.count is None else step.count,
        "visible": step.visible,
        "properties": step.properties,
        "attributes": step.attributes,
    }
    if not await _holds(step.selectors, condition, place):
        raise await _not_so(step.selectors, condition, place)


async def _holds(selectors: Any, condition: dict[str, Any], place: Place) -> bool:
    asked = place.element(
        selectors, want="holds", **{name: value for name, value in condition.items() if value is not None}
    )
    try:
        await asked.wait_for(state="attached", timeout=place.left)
    except PlaywrightTimeout:
        return False
    return True


async def _not_so(selectors: Any, condition: dict[str, Any], place: Place) -> StepError:
    """What stands in the page after waiting in vain."""
    found = place.element(selectors, want="all")
    count, text = 0, ""
    with contextlib.suppress(PlaywrightError, TimeoutError):
        async with asyncio.timeout(LOOK):
            count = await found.count()
            text = await place.text_of(selectors, within=LOOK * 1000) if count else ""
    there = {0: "Nothing on the page matches", 1: "One element matches"}.get(count, f"{count:,} elements match")
    if condition.get("text") is not None and count:
        there += f", with the text {quoted(text)}"
    return StepError(f"{_wanted(condition)} did not come within {seconds(place.deadline.span)}.", f"{there}.")


def _wanted(condition: dict[str, Any]) -> str:
    """What was waited for, as the beginning of a sentence."""
    count, operator, visible = condition["count"], condition["operator"], condition.get("visible")
    many = {">=": f"At least {count}", "<=": f"At most {count}", "==": f"Exactly {count}"}[operator]
    seen = "" if visible is None else "visible "
    what = f"{many} {seen}element{'' if count == 1 else 's'}"
    if condition.get("text") is not None:
        what += f" with the text {quoted(condition['text'])}"
    if condition.get("attributes") or condition.get("properties"):
        what += " with the wanted attributes"
    return f"The end of “{what.lower()}”" if visible is False else what


async def wait_for_expression(step: WaitForExpression, place: Place) -> None:
    """Wait until the expression is true. It is evaluated by the page alone; a promise is waited for."""
    last = ""

    async def is_true() -> bool:
        nonlocal last
        try:
            return bool(await asyncio.wait_for(place.frame.evaluate(step.expression), place.left / 1000))
        except TimeoutError:
            return False
        except PlaywrightError as error:
            if place.page.is_closed():
                raise
            last = first_line(str(error))
            return False

    if not await _until(is_true, place):
        hint = f"In the page it says: {quoted(last)}." if last else ""
        raise StepError(f"The condition was not true within {seconds(place.deadline.span)}.", hint)


async def _until(look: Callable[[], Awaitable[bool]], place: Place) -> bool:
    looks = 0
    while not await look():
        if place.deadline.is_over:
            return False
        await asyncio.sleep(min(PAUSES[min(looks, len(PAUSES) - 1)], place.left / 1000))
        looks += 1
    return True


async def check(step: Assert, place: Place) -> None:
    """Wait until everything that the step states holds, else raise StepError with what differs."""
    if step.selectors is not None:
        await _check_element(step, place)
    if step.url is not None and not await _until(lambda: _at(step.url or "", place), place):
        message = f"The page is not at {quoted(step.url)}; the bot waited {seconds(place.deadline.span)}."
        raise StepError(message, f"It is at {quoted(place_of(place.page.url))}.")
    if step.title is not None and not await _until(lambda: _titled(step.title or "", place), place):
        message = f"The page's title does not hold {quoted(step.title)}; the bot waited {seconds(place.deadline.span)}."
        raise StepError(message, f"It is {quoted(await place.frame.evaluate('document.title'))}.")


async def _check_element(step: Assert, place: Place) -> None:
    condition = {
        "operator": step.operator or (">=" if step.count is None else "=="),
        "count": 1 if step.count is None else step.count,
        "visible": step.visible,
        "text": step.text,
    }
    if not await _holds(step.selectors, condition, place):
        raise await _not_so(step.selectors, condition, place)


async def _at(url: str, place: Place) -> bool:
    return url_fits(place.page.url, url)


async def _titled(title: str, place: Place) -> bool:
    with contextlib.suppress(PlaywrightError):  # it is on its way to another page
        return title in await place.frame.evaluate("document.title")
    return False


def url_fits(url: str, wanted: str) -> bool:
    """Part of the address, or the whole of it where * stands for anything."""
    return fits(url, wanted) if "*" in wanted else wanted in url


async def extract(step: Extract, place: Place) -> dict[str, Any]:
    """What the element says, under the step's name."""
    if step.all:
        await place.element(step.selectors, want="attached").wait_for(state="attached", timeout=place.left)
        found = place.element(step.selectors, want="all")
        texts = await found.evaluate_all(READ_ALL, [step.attribute, *IN_THE_PAGE])
        return {step.name: [_shortened(text, place) for text in texts[:MOST_ENTRIES]]}
    text = await _read(step, place)
    if text is None:
        raise StepError(
            f"The element has no attribute {quoted(step.attribute)}.", "Look at its attributes, or read its text."
        )
    return {step.name: _shortened(text, place)}


async def _read(step: Extract, place: Place) -> str | None:
    if step.attribute is None:
        return await place.text_of(step.selectors)
    element = place.element(step.selectors)
    if step.attribute == "value":
        with unlike_html():
            return await element.input_value(timeout=place.left)
    return await element.get_attribute(step.attribute, timeout=place.left)


def _shortened(text: str, place: Place) -> str:
    if len(text) > MOST_READ:
        place.note(f"A text of more than {MOST_READ:,} characters was cut there.")
    return text[:MOST_READ]
