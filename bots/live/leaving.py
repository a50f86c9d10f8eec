"""The cross of a tab asks its page first, as in any browser: a form that is not sent yet is not lost by one slip.

The page has a word in it, and no more: one that does not answer soon, or says anything else, is closed all the same.
"""

import asyncio
from typing import Any

_ANSWERS_WITHIN = 1.5  # seconds; pages at work take some tenths
_ASKS = "beforeunload"
_GOES, _STAYS = "goes", "stays"


class Leaving:
    """`may_close` before a tab is closed on the person's word."""

    def __init__(self, cdp: Any, tabs: Any) -> None:
        self._cdp, self._tabs = cdp, tabs
        self._said: dict[str | None, asyncio.Queue[str]] = {}  # by the pages that are asked, by their sessions
        cdp.listen("Page.javascriptDialogOpening", lambda params, session: self._hear(session, params["type"]))
        cdp.listen("Page.javascriptDialogClosed", self._answered)
        cdp.listen("Target.detachedFromTarget", lambda params, _: self._hear(params["sessionId"], _GOES))

    async def may_close(self, tab: Any) -> bool:
        """False where the page asks and the person stays: then nothing has changed."""
        if tab.crashed or tab.session in self._said:  # pressed again, it is meant
            return True
        said = self._said[tab.session] = asyncio.Queue()
        spare = self._tabs.keep_one(tab.id)
        goes = False
        try:
            self._cdp.post("Page.close", {}, tab.session)
            goes = await _lets_go(said)
            return goes
        finally:
            del self._said[tab.session]
            if not goes:
                self._tabs.stays(tab.id, spare)

    def _answered(self, params: dict[str, Any], session: str | None) -> None:
        self._hear(session, _GOES if params["result"] else _STAYS)

    def _hear(self, session: str | None, words: str) -> None:
        if session in self._said:
            self._said[session].put_nowait(words)


async def _lets_go(said: asyncio.Queue[str]) -> bool:
    """For the person's answer it waits as long as they take."""
    try:
        first = await asyncio.wait_for(said.get(), _ANSWERS_WITHIN)
    except TimeoutError:
        return True
    return first != _ASKS or await said.get() != _STAYS
