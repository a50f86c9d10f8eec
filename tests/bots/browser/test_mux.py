"""What Chromium says and clients do not get: what nobody listens to, and what is too large for a shared process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bots.browser import mux
from bots.browser.mux import Client, Mux
from bots.browser.policy import Known

pytestmark = pytest.mark.security

UNHEARD = ["Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"]


class Line:
    """A client's line, with a page attached in session A; Chromium's end of it is fake."""

    def __init__(self, role: str) -> None:
        self.said: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.mux = Mux(lambda text: self.asked.append(json.loads(text)), Known(Path("/d"), Path("/u")))
        self.client = Client(role, lambda text: self.said.append(json.loads(text)), lambda code, reason: None)
        self.mux.adopt(self.client, "ROOT")
        info = {"targetId": "T", "type": "page"}
        self.hears("Target.attachedToTarget", "ROOT", sessionId="A", targetInfo=info)
        self.said.clear()

    def hears(self, method: str, session: str = "A", **params: Any) -> None:
        self.mux.from_chromium(json.dumps({"method": method, "params": params, "sessionId": session}))


@pytest.mark.parametrize("method", UNHEARD)
def test_t11_a_runner_hears_nothing_of_what_pages_say_to_nobody(method: str) -> None:
    """Playwright's driver keeps the last 200 of each page: a page that logs long texts ended it for all bots."""
    runner, script = Line("runner"), Line("script")
    for line in (runner, script):
        line.hears(method, text="x")
        line.hears("Page.loadEventFired")
    assert [event["method"] for event in runner.said] == ["Page.loadEventFired"]
    assert [event["method"] for event in script.said] == [method, "Page.loadEventFired"]


def test_t11_a_runner_hears_of_requests_without_what_they_bring() -> None:
    """The driver keeps the last hundred of each page, with their bodies."""
    for role, body in (("runner", {}), ("script", {"postData": "x", "postDataEntries": [{"bytes": "eA=="}]})):
        line = Line(role)
        line.hears(
            "Network.requestWillBeSent",
            request={"url": "/", "hasPostData": True, "postData": "x", "postDataEntries": [{"bytes": "eA=="}]},
        )
        assert line.said[0]["params"]["request"] == {"url": "/", "hasPostData": True, **body}


@pytest.mark.parametrize("role", ["runner", "script"])
def test_t11_an_answer_that_is_too_large_is_refused(role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mux, "LARGEST", 1_000)
    line = Line(role)
    for id in (7, 8):
        line.mux.from_client(line.client, json.dumps({"id": id, "method": "Page.reload", "sessionId": "A"}))
    for asked, text in zip(line.asked, ("x" * 2_000, "x"), strict=True):
        line.mux.from_chromium(json.dumps({"id": asked["id"], "result": {"data": text}, "sessionId": "A"}))
    too_large, fits = line.said
    assert (too_large["id"], too_large["sessionId"], too_large["error"]["message"]) == (7, "A", mux.TOO_LARGE)
    assert (fits["id"], fits["result"]) == (8, {"data": "x"})


def test_t11_an_event_that_is_too_large_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mux, "LARGEST", 1_000)
    line = Line("script")
    line.hears("Network.requestWillBeSent", request={"url": "x" * 2_000})
    line.hears("Fetch.requestPaused", requestId="R", url="x" * 2_000)  # the page waits for its answer
    assert [event["method"] for event in line.said] == ["Fetch.requestPaused"]
