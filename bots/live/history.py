"""Where the page goes on the person's word: an address, back, forward, reload, stop."""

from collections.abc import Awaitable, Callable
from typing import Any

from bots.browser.loops import end_loop
from bots.browser.policy import is_page_url
from bots.live.address import host_and_port, read
from bots.live.control import Refused

Closed = Callable[[str, int], Awaitable[str]]  # (host, port) → why it may not be reached, or nothing

_STEP = {"back": -1, "forward": 1}
_AT_ONCE = {"reload": "Page.reload", "stop": "Page.stopLoading"}
_NO_FAILURE = ("", "net::ERR_ABORTED")  # the page turned into a download, or the person went elsewhere


async def go(cdp: Any, session: str | None, to: str) -> None:
    """Does nothing at either end of the history, and never leads to a page of the machine's or browser's own."""
    if to == "reload":
        await end_loop(cdp, session)  # or it would never begin
    if to in _AT_ONCE:
        cdp.post(_AT_ONCE[to], {}, session)
        return
    history = await cdp.call("Page.getNavigationHistory", {}, session)
    at = history["currentIndex"] + _STEP[to]
    if 0 <= at < len(history["entries"]) and is_page_url(history["entries"][at]["url"]):
        cdp.post("Page.navigateToHistoryEntry", {"entryId": history["entries"][at]["id"]}, session)


async def reachable(typed: str, closed: Closed) -> str:
    """The address to open. Raises Refused where it is none or leads to a closed network."""
    url = read(typed)
    host, port = host_and_port(url)
    if host and (why := await closed(host, port)):
        raise Refused(why)
    return url


async def visit(cdp: Any, session: str | None, typed: str, closed: Closed) -> None:
    """Open what was typed into the address bar. Raises Refused where it is no address or leads to a closed network."""
    url = await reachable(typed, closed)
    await end_loop(cdp, session)
    answer = await cdp.call("Page.navigate", {"url": url}, session)
    if (error := answer.get("errorText", "")) not in _NO_FAILURE:
        raise Refused(f"{host_and_port(url)[0]} could not be opened ({error.removeprefix('net::')}).")
