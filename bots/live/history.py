"""Back, forward and reload, on the person's word."""

from typing import Any

from bots.browser.loops import end_loop
from bots.browser.policy import is_page_url

_STEP = {"back": -1, "forward": 1}


async def go(cdp: Any, session: str | None, to: str) -> None:
    """Does nothing at either end of the history, and never leads to a page of the machine's or browser's own."""
    if to == "reload":
        await end_loop(cdp, session)  # or it would never begin
        cdp.post("Page.reload", {}, session)
        return
    history = await cdp.call("Page.getNavigationHistory", {}, session)
    at = history["currentIndex"] + _STEP[to]
    if 0 <= at < len(history["entries"]) and is_page_url(history["entries"][at]["url"]):
        cdp.post("Page.navigateToHistoryEntry", {"entryId": history["entries"][at]["id"]}, session)
