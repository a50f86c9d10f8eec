"""The page in front as a list of its headings, texts, fields, buttons and links, from its accessibility tree.

For those who do not see the picture, or whose line does not carry it. What stands in a field is never told.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import chain, count, pairwise
from typing import Any

from bots.browser.cdp import CdpError
from bots.live import said
from bots.live.control import Refused

log = logging.getLogger(__name__)

MOST = 400  # entries
_LONGEST = 200  # characters of a name
_MOST_OPTIONS = 200
_MOST_FRAMES = 20
_FRESH = 0.4  # seconds in which a list is good for everybody who asks
_WITHIN = 5  # seconds for a page to say what it has
_MOST_WAITING = 10  # entries that are to be worked, one after the other
TOO_MUCH = "Too much came at once, and this was not done."
_KINDS = {
    "heading": "heading",
    "link": "link",
    **dict.fromkeys(("button", "menuitem", "tab", "treeitem", "disclosuretriangle"), "button"),
    **dict.fromkeys(("checkbox", "switch", "menuitemcheckbox"), "check"),
    **dict.fromkeys(("radio", "menuitemradio"), "radio"),
    **dict.fromkeys(("textbox", "searchbox", "spinbutton"), "field"),
    **dict.fromkeys(("combobox", "listbox"), "choice"),
}
_SELECT_ALL = "function() { this.select ? this.select() : getSelection().selectAllChildren(this); }"
_CLICK = "function() { this.click(); }"
_CHOOSE = """function(name) {
    const option = [...(this.options ?? [])].find((one) => one.label.trim() === name);
    if (!option) return;
    this.value = option.value;
    option.selected = true;
    for (const type of ["input", "change"]) this.dispatchEvent(new Event(type, {bubbles: true}));
}"""
_NAMELESS = {"field": "Field without a name", "choice": "Choice without a name"}
_STROKES = {"Enter": ("Enter", 13, "\r"), "Space": (" ", 32, " "), "Backspace": ("Backspace", 8, "")}

Node = dict[str, Any]


class Outline:
    """`read` gives the list; `press` and `fill` act on what stands in the newest one."""

    def __init__(self, cdp: Any, tabs: Any) -> None:
        self._cdp, self._tabs = cdp, tabs
        self._turn, self._hands = asyncio.Lock(), asyncio.Lock()
        self._waiting = 0  # for the hands, and with them
        self._read_at = 0.0
        self._list = said.Outline([])
        self._places: dict[str, tuple[str, int]] = {}  # entry → its session and node
        self._last_id = 0

    async def read(self) -> said.Outline:
        async with self._turn:
            if time.monotonic() - self._read_at > _FRESH:
                self._list = await self._read_in_time()
                self._read_at = time.monotonic()
            return self._list

    def forget(self) -> None:
        """Who may see the page has changed: what was read so far is good for nobody else."""
        self._read_at = 0.0

    async def press(self, entry: str) -> None:
        """As a person does by keyboard; what takes no focus is clicked. Raises Refused where it is gone."""
        async with self._own_turn():
            await self._press(*self._place(entry), entry)

    async def fill(self, entry: str, text: str) -> None:
        """Write into a field in place of what stands there, or choose the option of that name. Raises Refused."""
        async with self._own_turn():
            await self._fill(*self._place(entry), entry, text)

    @asynccontextmanager
    async def _own_turn(self) -> AsyncIterator[None]:
        """Or one's key would meet another's focus. Raises Refused where a page is slower than whoever works it."""
        if self._waiting == _MOST_WAITING:
            raise Refused(TOO_MUCH)
        self._waiting += 1
        try:
            async with self._hands:
                yield
        finally:
            self._waiting -= 1

    async def _press(self, tab: Any, session: str, node: int, entry: str) -> None:
        kind = next((one.kind for one in self._list.entries if one.id == entry), "")
        try:
            await self._cdp.call("DOM.focus", {"backendNodeId": node}, session)
        except CdpError:
            self._check(tab)
            await self._cdp.call_on(node, _CLICK, session, gesture=True)
            return
        await self._stroke(tab, "Space" if kind in ("check", "radio") else "Enter")

    async def _fill(self, tab: Any, session: str, node: int, entry: str, text: str) -> None:
        if any(one.id == entry and one.kind == "choice" for one in self._list.entries):
            await self._cdp.call_on(node, _CHOOSE, session, text, gesture=True)
            return
        await self._cdp.call("DOM.focus", {"backendNodeId": node}, session)
        self._check(tab)
        await self._cdp.call_on(node, _SELECT_ALL, session, gesture=True)
        if text:
            self._check(tab)
            await self._cdp.call("Input.insertText", {"text": text}, tab.session)
        else:
            await self._stroke(tab, "Backspace")

    def _place(self, entry: str) -> tuple[Any, str, int]:
        """The tab that it is in, which is in front, its session and node."""
        session, node = self._places.get(entry, ("", 0))
        tab = self._tabs.of(session)
        self._check(tab)
        return tab, session, node

    def _check(self, tab: Any) -> None:
        """The page that the list is of may have brought another to the front: what is meant for one is not for it."""
        if tab is None or tab is not self._tabs.active:
            raise Refused("That is not on the page any more.")

    async def _stroke(self, tab: Any, code: str) -> None:
        key, number, text = _STROKES[code]
        stroke = {"key": key, "code": code, "windowsVirtualKeyCode": number}
        self._check(tab)  # and then both without a pause: whoever loses control between them would leave the key down
        self._cdp.post("Input.dispatchKeyEvent", {"type": "keyDown", "text": text, **stroke}, tab.session)
        await self._cdp.call("Input.dispatchKeyEvent", {"type": "keyUp", **stroke}, tab.session)

    async def _read_in_time(self) -> said.Outline:
        """A page that is busy or just going away says nothing; the next question finds the next page."""
        try:
            async with asyncio.timeout(_WITHIN):
                return await self._read()
        except TimeoutError:
            return said.Outline([])

    async def _read(self) -> said.Outline:
        tab = self._tabs.active
        entries: list[said.Entry] = []
        places: dict[str, tuple[str, int]] = {}
        known = {place: entry for entry, place in self._places.items()}
        nodeless = count(-1, -1)  # what is of the style alone, as an item's number: told apart by its turn
        for session in (tab.session, *tab.frames) if tab else ():
            for frame in await self._frames(session):
                found = _once(_entries(await self._nodes(session, frame)))
                for node, kind in sorted(found, key=lambda one: one[1] != "complaint"):
                    if len(entries) == MOST:
                        break
                    place = session, node.get("backendDOMNodeId") or next(nodeless)
                    entry = _entry(known.get(place) or self._new_id(), node, kind)
                    entries.append(entry)
                    places[entry.id] = place
        self._places = places
        return said.Outline(entries, len(entries) == MOST)

    def _new_id(self) -> str:
        self._last_id += 1
        return str(self._last_id)

    async def _frames(self, session: str) -> list[str]:
        """Those of the session's own process: each has a tree of its own."""
        tree = (await self._ask("Page.getFrameTree", {}, session)).get("frameTree")
        waiting, found = [tree] if tree else [], list[str]()
        while waiting and len(found) < _MOST_FRAMES:
            one = waiting.pop(0)
            found.append(one["frame"]["id"])
            waiting.extend(one.get("childFrames", []))
        return found

    async def _nodes(self, session: str, frame: str) -> list[Node]:
        answer = await self._ask("Accessibility.getFullAXTree", {"frameId": frame}, session)
        nodes: list[Node] = answer.get("nodes", [])
        return nodes

    async def _ask(self, method: str, params: dict[str, Any], session: str) -> dict[str, Any]:
        """Nothing where the frame is gone."""
        try:
            answer: dict[str, Any] = await self._cdp.call(method, params, session)
            return answer
        except CdpError as error:
            log.info("A page without an outline: %s", type(error).__name__)
            return {}


def _once(found: Iterator[tuple[Node, str]]) -> Iterator[tuple[Node, str]]:
    """Without the words right before a field that are its name: they would be said twice."""
    nothing: tuple[Node, str] = ({}, "")
    for (node, kind), (after, its_kind) in pairwise(chain(found, [nothing])):
        if not (kind == "text" and its_kind in ("field", "choice") and _name(node) == _name(after)):
            yield node, kind


def _entries(nodes: list[Node]) -> Iterator[tuple[Node, str]]:
    """What is listed of a tree, from the top down; below something that is listed nothing more is."""
    by_id = {node["nodeId"]: node for node in nodes}
    waiting = [node["nodeId"] for node in nodes[:1]]
    while waiting:
        node = by_id.get(waiting.pop(), {})
        kind = _kind(node)
        if kind and _name(node) and not node.get("ignored"):
            yield node | {"options": _options(node, by_id) if kind == "choice" else []}, kind
        else:
            waiting.extend(reversed(node.get("childIds", [])))


def _kind(node: Node) -> str:
    role = str(node.get("role", {}).get("value", "")).lower()
    if role == "alert" and "backendDOMNodeId" not in node:
        return "complaint"  # Chromium's own, in a bubble below the field that it is about
    kind = "text" if role == "statictext" else _KINDS.get(role, "")
    return "field" if kind == "choice" and "editable" in _properties(node) else kind


def _entry(entry: str, node: Node, kind: str) -> said.Entry:
    facts = _properties(node)
    return said.Entry(
        id=entry,
        kind=kind,
        name=_name(node),
        level=facts.get("level") if kind == "heading" else None,
        value=str(node.get("value", {}).get("value", ""))[:_LONGEST] if kind == "choice" else "",
        options=node["options"],
        checked=_checked(facts),
        disabled=bool(facts.get("disabled")),
        note=_text(node, "description"),
    )


def _options(node: Node, by_id: dict[str, Node]) -> list[str]:
    found: list[str] = []
    waiting = list(reversed(node.get("childIds", [])))
    while waiting and len(found) < _MOST_OPTIONS:
        below = by_id.get(waiting.pop(), {})
        if str(below.get("role", {}).get("value", "")).lower() in ("option", "menulistoption"):
            found.append(_name(below))
        else:
            waiting.extend(reversed(below.get("childIds", [])))
    return found


def _checked(facts: dict[str, Any]) -> bool | None:
    state = facts.get("checked", facts.get("pressed"))
    return None if state is None else state in (True, "true")


def _properties(node: Node) -> dict[str, Any]:
    return {one["name"]: one["value"].get("value") for one in node.get("properties", [])}


def _name(node: Node) -> str:
    return _text(node, "name") or _NAMELESS.get(_kind(node), "")


def _text(node: Node, part: str) -> str:
    return " ".join(str(node.get(part, {}).get("value", "")).split())[:_LONGEST]
