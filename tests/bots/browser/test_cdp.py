"""The server's own calls: each gets its answer or an error, whatever becomes of the others and of the page."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bots.browser.cdp import Cdp, CdpError
from bots.browser.mux import Mux
from bots.browser.pipe import Pipe
from bots.browser.policy import Known


class Chromium:
    """A fake end of the pipe, which answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.mux = Mux(lambda text: self.asked.append(json.loads(text)), Known(Path("/d"), Path("/u")))
        self.cdp = Cdp(self.mux)

    def say(self, **message: Any) -> None:
        self.mux.from_chromium(json.dumps(message))

    def attach(self, session: str) -> None:
        info = {"targetId": session, "type": "page"}
        self.say(method="Target.attachedToTarget", params={"sessionId": session, "targetInfo": info})

    async def call(self, session: str | None = None) -> asyncio.Task[dict[str, Any]]:
        """A call that is on its way."""
        before = len(self.asked)
        call = asyncio.create_task(self.cdp.call("Runtime.evaluate", {}, session))
        while len(self.asked) == before:
            await asyncio.sleep(0)
        return call


async def test_a_call_that_is_given_up_takes_nobody_elses_answer() -> None:
    chromium = Chromium()
    given_up, other = await chromium.call(), await chromium.call()
    given_up.cancel()
    await asyncio.wait([given_up])
    for asked in chromium.asked:
        chromium.say(id=asked["id"], result={"n": asked["id"]})
    assert await asyncio.wait_for(other, 5) == {"n": chromium.asked[1]["id"]}


@pytest.mark.parametrize(
    "end",
    [
        {"method": "Target.detachedFromTarget", "params": {"sessionId": "A"}},
        {"method": "Inspector.targetCrashed", "params": {}, "sessionId": "A"},
    ],
)
async def test_f15_what_waits_for_a_page_that_goes_is_told(end: dict[str, Any]) -> None:
    """Chromium answers none of these calls any more."""
    chromium = Chromium()
    for session in ("A", "B"):
        chromium.attach(session)
    gone, there, root = await chromium.call("A"), await chromium.call("B"), await chromium.call()
    chromium.say(**end)
    with pytest.raises(CdpError, match="went away"):
        await asyncio.wait_for(gone, 5)
    for asked in chromium.asked[1:]:
        chromium.say(id=asked["id"], result={})
    assert await asyncio.wait_for(asyncio.gather(there, root), 5) == [{}, {}]


async def test_a_listener_that_raises_loses_neither_the_others_nor_what_comes_next(
    caplog: pytest.LogCaptureFixture,
) -> None:
    chromium = Chromium()
    chromium.attach("A")
    heard: list[str] = []

    def raises(params: dict[str, Any], session: str | None) -> None:
        raise ValueError(params["payload"])

    chromium.cdp.listen("Runtime.bindingCalled", raises)
    chromium.cdp.listen("Runtime.bindingCalled", lambda params, session: heard.append(params["payload"]))
    event = {"method": "Runtime.bindingCalled", "sessionId": "A"}
    said = [json.dumps(event | {"params": {"payload": word}}) for word in ("hunter", "two")]
    Pipe(chromium.mux.from_chromium).data_received("".join(f"{each}\0" for each in said).encode())
    assert heard == ["hunter", "two"]
    assert "ValueError" in caplog.text
    assert "hunter" not in caplog.text
