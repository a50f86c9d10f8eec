"""Back, forward and reload, on the person's word."""

from typing import Any
from urllib.parse import urlsplit

_STEP = {"back": -1, "forward": 1}
_OPEN_TO_ALL = ("http", "https", "about")  # no local files and no pages of the browser's own (T31)


async def go(cdp: Any, session: str | None, to: str) -> None:
    """Does nothing at either end of the history."""
    if to == "reload":
        cdp.post("Page.reload", {}, session)
        return
    history = await cdp.call("Page.getNavigationHistory", {}, session)
    at = history["currentIndex"] + _STEP[to]
    if not 0 <= at < len(history["entries"]):
        return
    entry = history["entries"][at]
    if urlsplit(entry["url"]).scheme in _OPEN_TO_ALL:
        cdp.post("Page.navigateToHistoryEntry", {"entryId": entry["id"]}, session)
