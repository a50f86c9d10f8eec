"""The icons of tabs: fetched by the browser that shows the page, and drawn anew before anybody gets them."""

import asyncio
import base64
import io
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from PIL import Image

from bots.browser.cdp import CdpError
from bots.browser.tabs import Tab

_SIDE = 32  # pixels of what viewers get
_LARGEST = 256 * 1024  # bytes
_MOST_PIXELS = 1024 * 1024
_FORMATS = ("PNG", "ICO", "JPEG", "GIF", "WEBP", "BMP")  # nothing here draws SVG
_WITHIN = 10  # seconds
_FIND = """(() => {
  const links = [...document.querySelectorAll('link[rel~="icon" i]')].slice(0, 8);
  const drawable = links.filter(({ href, type }) => !/svg/i.test(type) && !/\\.svg($|[?#])/i.test(href));
  return String(drawable[0]?.href ?? (links.length ? "" : new URL("/favicon.ico", location))).slice(0, 2000);
})()"""


class Icons:
    """`show(tab id, icon)` is called whenever a tab has another one: PNG in base64, None where it has none."""

    def __init__(self, cdp: Any, show: Callable[[str, str | None], None]) -> None:
        self._cdp, self._show = cdp, show
        self._drawn: dict[str, str | None] = {}  # address of an icon → what was made of it
        self._of: dict[str, str | None] = {}  # tab → its icon
        self._looking: dict[str, asyncio.Task[None]] = {}

    def of(self, tab_id: str) -> str | None:
        return self._of.get(tab_id)

    def look(self, tab: Tab) -> None:
        """Find out what icon this tab has now; a newer look takes the place of one that still waits."""
        self.forget(tab.id)
        self._looking[tab.id] = asyncio.create_task(self._look(tab))

    def forget(self, tab_id: str) -> None:
        if looking := self._looking.pop(tab_id, None):
            looking.cancel()

    def stop(self) -> None:
        for tab_id in list(self._looking):
            self.forget(tab_id)

    async def _look(self, tab: Tab) -> None:
        icon = None
        with suppress(CdpError, TimeoutError, KeyError):
            async with asyncio.timeout(_WITHIN):
                icon = await self._icon(tab)
        if self._of.get(tab.id) != icon:
            self._of[tab.id] = icon
            self._show(tab.id, icon)

    async def _icon(self, tab: Tab) -> str | None:
        found = await self._cdp.call("Runtime.evaluate", {"expression": _FIND, "returnByValue": True}, tab.session)
        url = found["result"].get("value", "")
        if not url.lower().startswith(("http:", "https:")):
            return None
        if url not in self._drawn:
            self._drawn[url] = await asyncio.to_thread(drawn, await self._fetch(tab, url))
        return self._drawn[url]

    async def _fetch(self, tab: Tab, url: str) -> bytes:
        """As the page itself would get it: by its network, with its cookies. Empty where it is too large."""
        options = {"disableCache": False, "includeCredentials": True}
        where = {"frameId": tab.id, "url": url, "options": options}
        answer = (await self._cdp.call("Network.loadNetworkResource", where, tab.session))["resource"]
        if not answer["success"]:
            return b""
        try:
            return await self._read(answer["stream"], tab.session)
        finally:
            self._cdp.post("IO.close", {"handle": answer["stream"]}, tab.session)

    async def _read(self, stream: str, session: str) -> bytes:
        data = b""
        while len(data) <= _LARGEST:
            part = await self._cdp.call("IO.read", {"handle": stream, "size": _LARGEST}, session)
            data += base64.b64decode(part["data"]) if part.get("base64Encoded") else part["data"].encode()
            if part["eof"]:
                return data
        return b""


def drawn(data: bytes) -> str | None:
    """A small PNG of whatever picture this is, in base64; None where it is none that can be drawn."""
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            if image.width * image.height > _MOST_PIXELS:
                return None
            small = image.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    small.thumbnail((_SIDE, _SIDE))
    out = io.BytesIO()
    small.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()
