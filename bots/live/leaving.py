"""The cross of a tab asks its page first, as in any browser: a form that is not sent yet is not lost by one slip.

The page has a word in it, and no more: one that does not answer soon, or says anything else, is closed all the same.
"""

import asyncio
import time
from typing import Any, NamedTuple

_ANSWERS_WITHIN = 1.5  # seconds; pages at work take some tenths
_ONE_PRESS = 0.7  # seconds between two presses of the cross that are a slip, or a key that was held
_ASKS = "beforeunload"
_GOES, _STAYS = "goes", "stays"


class _Asked(NamedTuple):
    said: asyncio.Queue[str]  # of the page's question
    at: float  # when the cross was pressed last


class Leaving:
    """`may_close` before a tab is closed on the person's word."""

    def __init__(self, cdp: Any, tabs: Any) -> None:
        self._cdp, self._tabs = cdp, tabs
        self._asked: dict[str | None, _Asked] = {}  # the pages, by their sessions
        self._called_off: set[str | None] = set()  # sessions of pages whose question is nobody's any more
        cdp.listen("Page.javascriptDialogOpening", lambda params, session: self._hear(session, params["type"]))
        cdp.listen("Page.javascriptDialogClosed", self._answered)
        cdp.listen("Target.detachedFromTarget", lambda params, _: self._hear(params["sessionId"], _GOES))

    async def may_close(self, tab: Any, stands_still: bool) -> bool:
        """False where the page asks and the person stays: then nothing has changed. Who loses control stays, too.

        `stands_still`: it has a dialog open.
        """
        now = time.monotonic()
        if before := self._asked.get(tab.session):  # pressed again, it is meant
            self._asked[tab.session] = before._replace(at=now)
            return now - before.at > _ONE_PRESS
        if tab.crashed or stands_still:
            return True
        self._called_off.discard(tab.session)
        said = asyncio.Queue[str]()
        self._asked[tab.session] = _Asked(said, now)
        spare = self._tabs.keep_one(tab.id)
        goes = False
        try:
            self._cdp.post("Page.close", {}, tab.session)
            goes = await _lets_go(said)
            return goes
        except asyncio.CancelledError:
            self._call_off(tab.session)
            raise
        finally:
            del self._asked[tab.session]
            if not goes:
                self._tabs.stays(tab.id, spare)

    def _call_off(self, session: str | None) -> None:
        """The question was for whoever pressed the cross: left open, the page would stand still for the bot, which has
        not heard of it, or go with the next person's answer. It may yet have to come."""
        self._called_off.add(session)
        self._stay(session)

    def _stay(self, session: str | None) -> None:
        self._cdp.post("Page.handleJavaScriptDialog", {"accept": False}, session)

    def _answered(self, params: dict[str, Any], session: str | None) -> None:
        self._hear(session, _GOES if params["result"] else _STAYS)

    def _hear(self, session: str | None, words: str) -> None:
        if session in self._asked:
            self._asked[session].said.put_nowait(words)
        elif session in self._called_off and words == _ASKS:
            self._stay(session)
        elif words in (_GOES, _STAYS):
            self._called_off.discard(session)


async def _lets_go(said: asyncio.Queue[str]) -> bool:
    """For the person's answer it waits as long as they take."""
    try:
        first = await asyncio.wait_for(said.get(), _ANSWERS_WITHIN)
    except TimeoutError:
        return True
    return first != _ASKS or await said.get() != _STAYS
