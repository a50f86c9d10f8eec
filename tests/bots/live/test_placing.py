"""Where a field stands is asked of its page, which may never answer: nobody else waits for that."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest

from bots.browser.cdp import CdpError
from bots.live import world as worlds
from bots.live.caret import Caret
from bots.live.said import Field
from bots.live.world import Document, World

pytestmark = pytest.mark.security

REPORT = {
    "mode": "text", "secret": False, "code": False, "lines": False, "correct": True,
    "box": [1, 2, 3, 4], "caret": [1, 2, 3], "offset": {"x": 0, "y": 0, "whole": True},
}  # fmt: skip
ELSEWHERE = {"offset": {"x": 0, "y": 0, "whole": False}}


class Silent:
    """A world whose pages never say where their frames stand."""

    def __init__(self) -> None:
        self.documents: dict[Document, str] = {}
        self.asked = asyncio.Event()

    def add(self, part: Any) -> None:
        self.heard = part.heard

    async def place_of(self, session: str) -> None:
        self.asked.set()
        await asyncio.Event().wait()

    def report(self, session: str, **more: Any) -> None:
        self.documents[session, 1] = ""
        self.heard((session, 1), json.dumps(REPORT | more))


class Followed:
    """A caret, and what it last told."""

    def __init__(self) -> None:
        self.world = Silent()
        self.tabs = SimpleNamespace(
            active=SimpleNamespace(session="page", frames=("frame",)), on_change=lambda callback: None
        )
        self.told: asyncio.Queue[tuple[Field, bool]] = asyncio.Queue()
        self.caret = Caret(self.world, self.tabs, self._tell)  # type: ignore[arg-type]

    def _tell(self) -> None:
        self.told.put_nowait((self.caret.field, self.caret.is_secret))


async def test_t12_a_tab_that_hangs_keeps_no_other_from_hiding_its_secret() -> None:
    followed = Followed()
    followed.world.report("frame", **ELSEWHERE)
    await followed.world.asked.wait()
    followed.tabs.active = SimpleNamespace(session="another", frames=())
    followed.world.report("another", secret=True)
    async with asyncio.timeout(10):
        while (await followed.told.get())[0].box is None:
            continue
    assert followed.caret.is_secret


async def test_t12_a_secret_is_hidden_before_anybody_knows_where_it_stands() -> None:
    followed = Followed()
    followed.world.report("frame", secret=True, **ELSEWHERE)
    assert followed.caret.is_secret


async def test_t12_it_is_secret_whichever_frame_says_so() -> None:
    followed = Followed()
    followed.world.report("page", secret=True)
    followed.world.report("frame")
    async with asyncio.timeout(10):
        while not (await followed.told.get())[1]:
            continue
    assert followed.caret.is_secret
    followed.world.heard(("page", 1), "null")
    assert not followed.caret.is_secret


async def test_t12_a_page_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Cdp:
        def listen(self, *_: Any) -> None: ...

        async def call(self, *_: Any) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr(worlds, "_PLACED_WITHIN", 0)
    tabs = SimpleNamespace(all=lambda: [], of=lambda session: SimpleNamespace(session="page"))
    async with asyncio.timeout(10):
        assert await World(Cdp(), tabs).place_of("frame") is None


async def test_a_frame_that_hangs_hides_no_others_place() -> None:
    """Of the three frames one stands in another, which any of them may hold."""

    class Cdp:
        def listen(self, *_: Any) -> None: ...

        async def call(self, method: str, params: dict[str, Any], session: str) -> dict[str, Any]:
            holder = {"inner": "outer", "outer": "page"}
            if method == "Target.getTargetInfo":
                return {"targetInfo": {"targetId": session}}
            if method == "DOM.getBoxModel":
                return {"model": {"content": [10, 20]}}
            if session == "hangs":
                await asyncio.Event().wait()
            if holder[params["frameId"]] != session:
                raise CdpError("Frame with the given id does not belong to the target.")
            return {"backendNodeId": 1}

    tab = SimpleNamespace(session="page", frames=["hangs", "inner", "outer"])
    world = World(Cdp(), SimpleNamespace(all=lambda: [], of=lambda session: tab))
    assert await world.place_of("inner") == (20, 40)
