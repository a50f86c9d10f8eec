"""What waits for its turn between the seat's line and the page's, and what of it is done when control ends."""

import asyncio
from typing import Any

import pytest

from bots.live import dispatch
from bots.live.dispatch import Dispatcher
from bots.live.input import Page, Seat


class Browser:
    """Keeps what arrives, on both lines; its page answers when it is told to."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.answers: list[asyncio.Future[Any]] = []
        self.dispatcher = Dispatcher(self, self._post)  # type: ignore[arg-type]

    def _post(self, method: str, params: dict[str, Any]) -> asyncio.Future[Any]:
        self.heard.append(params["type"])
        self.answers.append(asyncio.get_running_loop().create_future())
        return self.answers[-1]

    def button(self, down: bool) -> None:
        self.heard.append(down)


def key(kind: str) -> Page:
    return Page("Input.dispatchKeyEvent", {"type": kind})


async def test_when_control_ends_what_waits_is_not_done_but_for_letting_go() -> None:
    browser, done = Browser(), asyncio.Event()
    wait = browser.dispatcher.run
    wait([Seat("button", (True,))])
    wait([key("keyDown")], lambda: browser.heard.append("done"))  # waits: it changes the line after a press
    wait([key("keyUp"), Page("Input.dispatchDragEvent", {"type": "drop"}), Seat("button", (False,))])
    wait([Seat("button", (True,))])
    browser.dispatcher.call_off()
    wait([], done.set)
    await asyncio.wait_for(done.wait(), 5)
    assert browser.heard == [True, "keyUp", "dragCancel", False]
    assert not browser.dispatcher.is_behind


async def test_a_click_behind_a_key_waits_until_the_page_has_answered_the_key() -> None:
    browser = Browser()
    browser.dispatcher.run([key("keyDown"), Seat("button", (True,))])
    assert browser.heard == ["keyDown"]
    browser.answers[-1].set_result({})
    await asyncio.sleep(0)
    assert browser.heard == ["keyDown", True]


async def test_a_page_that_answers_nothing_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "ANSWERED_WITHIN", 0.001)
    browser, done = Browser(), asyncio.Event()
    browser.dispatcher.run([key("keyDown"), Seat("button", (True,))], done.set)
    await asyncio.wait_for(done.wait(), 5)
    monkeypatch.setattr(dispatch, "ANSWERED_WITHIN", 3_600)
    done.clear()
    browser.dispatcher.run([key("keyUp"), Seat("button", (False,))], done.set)
    await asyncio.wait_for(done.wait(), 5)
    assert browser.heard == ["keyDown", True, "keyUp", False]
