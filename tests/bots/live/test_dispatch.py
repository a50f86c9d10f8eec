"""What waits for its turn between the seat's line and the page's, and what of it is done when control ends."""

import asyncio
from typing import Any

from bots.live.dispatch import Dispatcher
from bots.live.input import Page, Seat


class Browser:
    """Keeps what arrives, on both lines."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.dispatcher = Dispatcher(self, self._post)  # type: ignore[arg-type]

    def _post(self, method: str, params: dict[str, Any]) -> None:
        self.heard.append(params["type"])

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
