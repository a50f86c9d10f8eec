"""A page as PDF: what its print button and ours do. No dialog of the browser's takes part."""

import asyncio
import base64
from typing import Any

from bots.browser.cdp import CdpError
from bots.live.control import Refused

_WITHIN = 60  # seconds
_PIECE = 1 << 20
_LARGEST = 50_000_000  # bytes
_FAILED = "This page cannot be printed now. Wait until it has loaded, or reload it."


async def as_pdf(cdp: Any, session: str | None) -> bytes:
    """Raises Refused."""
    wanted = {"printBackground": True, "preferCSSPageSize": True, "transferMode": "ReturnAsStream"}
    try:
        async with asyncio.timeout(_WITHIN):
            stream = (await cdp.call("Page.printToPDF", wanted, session))["stream"]
            return await _read(cdp, session, stream)
    except (CdpError, TimeoutError):
        raise Refused(_FAILED) from None


async def _read(cdp: Any, session: str | None, stream: str) -> bytes:
    data = b""
    try:
        while len(data) <= _LARGEST:
            part = await cdp.call("IO.read", {"handle": stream, "size": _PIECE}, session)
            data += base64.b64decode(part["data"])
            if part["eof"]:
                return data
    finally:
        cdp.post("IO.close", {"handle": stream}, session)
    raise Refused(f"As PDF this page has more than {_LARGEST // 1_000_000} MB, which is the most that is kept.")
