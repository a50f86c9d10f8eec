"""A page whose script does not end answers nobody: not Playwright coming back to it, nor whoever wants it reloaded."""

import asyncio
from contextlib import suppress

from bots.browser.cdp import Cdp, CdpError

_ANSWERS_WITHIN = 1.5  # seconds; pages at work take some tenths
_TRIES = 5  # a page may begin the next one at once


async def end_loop(cdp: Cdp, session: str | None) -> None:
    """End the scripts of this page that do not end by themselves; one that answers is left as it is.

    An open dialog looks the same from outside: it must have been answered before.
    """
    for _ in range(_TRIES):
        if await _answers(cdp, session):
            return
        cdp.post("Runtime.terminateExecution", {}, session)  # Chromium hears this one in the midst of a script


async def _answers(cdp: Cdp, session: str | None) -> bool:
    with suppress(TimeoutError, CdpError):
        async with asyncio.timeout(_ANSWERS_WITHIN):
            await cdp.call("Runtime.evaluate", {"expression": "0"}, session)
        return True
    return False
