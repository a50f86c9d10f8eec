"""Has the barrier been passed? `resumeWhen` conditions, looked at in the active tab.

A condition is {url?, visible?, hidden?}. `url` is a part of the address, or a pattern of the whole with `*`. The other
two are selectors as Chrome's Recorder writes them (css, aria/, text/, xpath/, pierce/), or a list of alternatives. They
are looked for in every frame, in a world of our own that the page cannot see or change.
"""

import asyncio
import fnmatch
import re
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from bots.browser.beside import Beside
from bots.browser.cdp import Cdp, CdpError
from bots.browser.policy import OUR_WORLD
from bots.browser.tabs import Tab, Tabs

Condition = dict[str, Any]
Alternatives = list[list[str]]

TICK, LONG_TICK = 1.0, 3.0  # seconds: what changes without a page event is seen so much later
_LIVELY = 30.0  # seconds after a page event in which the short tick is used
_OBJECTS = "hitl"
_ARIA = re.compile(r"""\[\s*(?P<key>name|role)\s*=\s*(?P<quote>["'])(?P<value>.*?)(?P=quote)\s*\]""")


@cache
def _script() -> str:
    return (Path(__file__).parent / "conditions.js").read_text()


def alternatives(selector: str | list[Any]) -> Alternatives:
    """Each alternative is a chain: the second part is looked for within what the first one found, and so on."""
    if isinstance(selector, str):
        return [[selector]]
    return [[part] if isinstance(part, str) else list(part) for part in selector]


def aria(selector: str) -> dict[str, str]:
    """Name and role of an aria/ selector, as queryAXTree wants them."""
    text = selector.removeprefix("aria/")
    found = {match["key"]: match["value"] for match in _ARIA.finditer(text)}
    name = _ARIA.sub("", text).strip() or found.get("name", "")
    return ({"accessibleName": name} if name else {}) | ({"role": found["role"]} if "role" in found else {})


def matches(url: str, pattern: str) -> bool:
    if "*" in pattern:
        return fnmatch.fnmatchcase(url, pattern.replace("[", "[[]").replace("?", "[?]"))
    return pattern in url


class Conditions:
    """Looks at the page when asked, and watches one condition at a time."""

    def __init__(self, cdp: Cdp, tabs: Tabs) -> None:
        self._cdp, self._tabs = cdp, tabs
        self._beside = Beside()
        self._watch: asyncio.Task[None] | None = None
        self._poke = asyncio.Event()
        self._poked_at = time.monotonic()
        self.watched: dict[str, Any] | None = None  # {"id", "met"}
        tabs.on_page_event(self.poke)

    def poke(self) -> None:
        """A page event: it may have met the condition. What changes without one is seen at the next tick."""
        self._poked_at = time.monotonic()
        self._poke.set()

    async def missing(self, condition: Condition) -> list[str]:
        """What the page still lacks, as sentences; empty when the condition is met."""
        tab = self._tabs.active
        if tab is None:
            return ["The browser shows no page."]
        lacking = []
        if (url := condition.get("url")) and not matches(tab.url, url):
            lacking.append(f"The address does not match “{url}” yet.")
        if (visible := condition.get("visible")) and not await self._shows(tab, alternatives(visible)):
            lacking.append(f"The page does not show “{_words(visible)}” yet.")
        if (hidden := condition.get("hidden")) and await self._shows(tab, alternatives(hidden)):
            lacking.append(f"The page still shows “{_words(hidden)}”.")
        return lacking

    def watch(self, id: str, condition: Condition, met: Callable[[str], None]) -> None:
        """met(id) once, when the condition is met; the condition that was watched before is forgotten."""
        self.unwatch()
        self.watched = {"id": id, "met": False}
        self._watch = self._beside.start(self._until_met(self.watched, condition, met))

    def unwatch(self) -> None:
        if self._watch:
            self._watch.cancel()
        self._watch = self.watched = None

    async def _until_met(self, watched: dict[str, Any], condition: Condition, met: Callable[[str], None]) -> None:
        while await self._is_lacking(condition):
            self._poke.clear()
            try:
                async with asyncio.timeout(self._tick()):
                    await self._poke.wait()
            except TimeoutError:
                pass
        watched["met"] = True
        met(watched["id"])

    def _tick(self) -> float:
        return TICK if time.monotonic() - self._poked_at < _LIVELY else LONG_TICK

    async def _is_lacking(self, condition: Condition) -> bool:
        """A page with an open dialog does not answer: that is looked at again, not waited for."""
        try:
            async with asyncio.timeout(2 * TICK):
                return bool(await self.missing(condition))
        except (TimeoutError, CdpError):
            return True

    # In the page

    async def _shows(self, tab: Tab, choices: Alternatives) -> bool:
        for session in [tab.session, *tab.frames]:
            for frame in await self._frames(session):
                if await self._frame_shows(session, frame, choices):
                    return True
        return False

    async def _frames(self, session: str) -> list[str]:
        try:
            tree = (await self._cdp.call("Page.getFrameTree", {}, session))["frameTree"]
        except CdpError:
            return []
        return list(_ids(tree))

    async def _frame_shows(self, session: str, frame: str, choices: Alternatives) -> bool:
        """False also for a frame that went away while we looked."""
        try:
            world = await self._cdp.call(
                "Page.createIsolatedWorld", {"frameId": frame, "worldName": OUR_WORLD}, session
            )
            context = world["executionContextId"]
            plain = [chain for chain in choices if not chain[0].startswith("aria/")]
            if plain and await self._evaluate(session, context, f"({_script()})", plain):
                return True
            named = [chain[0] for chain in choices if chain[0].startswith("aria/")]
            return any([await self._shows_named(session, context, selector) for selector in named])
        except CdpError:
            return False

    async def _evaluate(self, session: str, context: int, function: str, argument: Any) -> bool:
        call = {
            "functionDeclaration": function,
            "executionContextId": context,
            "arguments": [{"value": argument}],
            "returnByValue": True,
        }
        result = await self._cdp.call("Runtime.callFunctionOn", call, session)
        return result["result"].get("value") is True

    async def _shows_named(self, session: str, context: int, selector: str) -> bool:
        """By role and accessible name: Chromium computes them, so that it is what a screen reader says."""
        document = await self._cdp.call(
            "Runtime.evaluate",
            {"expression": "document", "contextId": context, "objectGroup": _OBJECTS},
            session,
        )
        query = {"objectId": document["result"]["objectId"], **aria(selector)}
        try:
            nodes = (await self._cdp.call("Accessibility.queryAXTree", query, session))["nodes"]
            found = [node for node in nodes if _is_element(node)]
            return any([await self._is_visible(session, context, node["backendDOMNodeId"]) for node in found])
        finally:
            self._cdp.post("Runtime.releaseObjectGroup", {"objectGroup": _OBJECTS}, session)

    async def _is_visible(self, session: str, context: int, node: int) -> bool:
        resolve = {"backendNodeId": node, "executionContextId": context, "objectGroup": _OBJECTS}
        element = (await self._cdp.call("DOM.resolveNode", resolve, session))["object"]
        call = {"functionDeclaration": _VISIBLE, "objectId": element["objectId"], "returnByValue": True}
        return (await self._cdp.call("Runtime.callFunctionOn", call, session))["result"].get("value") is True


_VISIBLE = """function () {
  const element = this.nodeType === Node.ELEMENT_NODE ? this : this.parentElement;
  const box = element?.getBoundingClientRect();
  return Boolean(box && box.width && box.height && element.checkVisibility({visibilityProperty: true}));
}"""


def _is_element(node: dict[str, Any]) -> bool:
    """The text within a button is a node of its own, with a name of its own."""
    is_text = node.get("role", {}).get("value") in ("StaticText", "InlineTextBox")
    return not node.get("ignored") and not is_text and "backendDOMNodeId" in node


def _ids(tree: dict[str, Any]) -> list[str]:
    return [tree["frame"]["id"], *(id for child in tree.get("childFrames", []) for id in _ids(child))]


def _words(selector: str | list[Any]) -> str:
    """The selector as a person reads it best: what stands on the thing rather than how it is built."""
    first = [chain[-1] for chain in alternatives(selector)]
    best = next((part for part in first if part.startswith(("aria/", "text/"))), first[0])
    return re.sub(r"^(aria|text)/", "", best)
