"""The tab that is opened in place of the last one is asked for first."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bots.browser.cdp import Cdp
from bots.browser.mux import Client, Mux
from bots.browser.policy import Known
from bots.browser.tabs import Tabs


class Chromium:
    """A fake end of the pipe: it keeps what arrives and says what tabs there are."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.mux = Mux(self._note, Known(Path("/d"), Path("/u")))
        self.tabs = Tabs(Cdp(self.mux))
        self.mux.on_closing = self.tabs.keep_one
        self.client = Client("script", lambda text: None, lambda code, reason: None)
        self.mux.adopt(self.client, "ROOT")

    def _note(self, text: str) -> None:
        message = json.loads(text)
        self.newest = message["id"]
        self.asked.append((message["method"], message["params"]))

    def open(self, tab: str) -> None:
        info = {"targetId": tab, "type": "page", "title": "", "url": "about:blank"}
        for owner, session in ((None, f"ours-{tab}"), ("ROOT", f"theirs-{tab}")):
            params = {"sessionId": session, "targetInfo": dict(info), "waitingForDebugger": False}
            event = {"method": "Target.attachedToTarget", "params": params}
            self.mux.from_chromium(json.dumps(event | ({"sessionId": owner} if owner else {})))
        self.asked.clear()

    def hear(self, method: str, session: str | None = None, **params: Any) -> None:
        self.mux.from_client(
            self.client,
            json.dumps({"id": 1, "method": method, "params": params} | ({"sessionId": session} if session else {})),
        )


@pytest.fixture
async def chromium() -> Chromium:
    return Chromium()


def names(chromium: Chromium) -> list[str]:
    return [method for method, _ in chromium.asked]


async def test_it_is_asked_for_before_the_last_one_is_closed(chromium: Chromium) -> None:
    chromium.open("A")
    chromium.hear("Target.closeTarget", targetId="A")
    assert names(chromium) == ["Target.createTarget", "Target.closeTarget"]


async def test_it_is_so_for_a_page_that_closes_by_its_own_session(chromium: Chromium) -> None:
    chromium.open("A")
    chromium.hear("Page.close", "theirs-A")
    assert names(chromium) == ["Target.createTarget", "Page.close"]


async def test_two_tabs_that_are_closed_in_one_go_are_both_counted(chromium: Chromium) -> None:
    chromium.open("A")
    chromium.open("B")
    chromium.hear("Target.closeTarget", targetId="A")
    assert names(chromium) == ["Target.closeTarget"]
    chromium.hear("Target.closeTarget", targetId="B")
    assert names(chromium) == ["Target.closeTarget", "Target.createTarget", "Target.closeTarget"]


async def test_nothing_is_opened_for_a_tab_that_is_not_there(chromium: Chromium) -> None:
    chromium.open("A")
    chromium.hear("Target.closeTarget", targetId="Z")
    assert names(chromium) == ["Target.closeTarget"]


async def test_what_is_said_of_tabs_that_are_not_there_is_not_kept(chromium: Chromium) -> None:
    """A driver could name others without end, and the memory is that of all who watch."""
    chromium.open("A")
    for number in range(3):
        chromium.hear("Target.closeTarget", targetId=f"Z{number}")
    assert not chromium.tabs._closing


async def test_the_one_that_was_opened_for_a_tab_that_stays_goes_though_it_comes_late(chromium: Chromium) -> None:
    chromium.open("A")
    chromium.tabs.stays("A", chromium.tabs.keep_one("A"))
    assert names(chromium) == ["Target.createTarget"]
    chromium.mux.from_chromium(json.dumps({"id": chromium.newest, "result": {"targetId": "B"}}))
    await asyncio.sleep(0)
    assert chromium.asked[-1] == ("Target.closeTarget", {"targetId": "B"})
