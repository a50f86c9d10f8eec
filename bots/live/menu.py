"""The menu of a place in the page: what it could be about. The browser's own is never shown (T31)."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from bots.browser.beside import Beside
from bots.browser.cdp import CdpError
from bots.live.control import Refused
from bots.live.fields import PLACE, flag, string, understood
from bots.live.said import Menu
from bots.live.world import Document, Part, World

_LONGEST = 20_000  # characters of a report
_CHECKS = {"link": string(2_000), "image": string(2_000), "field": flag, "selected": flag}
_REPORT = _CHECKS | PLACE
_ENDINGS = {b"\x89PNG": ".png", b"\xff\xd8\xff\xe0": ".jpg", b"GIF8": ".gif", b"RIFF": ".webp"}
_GONE = "This picture cannot be saved: the page does not show it any more."


class Menus:
    """`tell(menu)` when somebody asked for one where the page has none of its own; the newest can be acted on."""

    def __init__(self, cdp: Any, world: World, tell: Callable[[Menu], None]) -> None:
        self._cdp, self._world, self._tell = cdp, world, tell
        self._image: tuple[Document, str] | None = None  # of the newest menu: where, and its address
        self._asking = Beside()
        world.add(Part(Path(__file__).with_suffix(".js").read_text(), "hitlMenu", self._heard))

    async def image(self) -> tuple[str, bytes]:
        """Name and content of the picture that the newest menu is about, as the page has it. Raises Refused."""
        if self._image is None or (frame := self._world.frame_of(self._image[0])) is None:
            raise Refused(_GONE)
        (session, _), url = self._image
        try:
            found = await self._cdp.call("Page.getResourceContent", {"frameId": frame, "url": url}, session)
        except CdpError:
            raise Refused(_GONE) from None
        content = found["content"]
        data = base64.b64decode(content) if found["base64Encoded"] else content.encode()
        return _name(url, data), data

    def _heard(self, document: Document, words: str) -> None:
        if (report := understood(words, _LONGEST, _REPORT)) is not None:
            self._asking.start(self._ask(document, report))

    async def _ask(self, document: Document, report: dict[str, Any]) -> None:
        around = (0.0, 0.0) if report["whole"] else await self._world.place_of(document[0])
        self._image = (document, report["image"]) if report["image"] else None
        x, y = around or (0.0, 0.0)
        self._tell(Menu(x + report["x"], y + report["y"], *(report[name] for name in _CHECKS)))


def _name(url: str, data: bytes) -> str:
    name = unquote(urlsplit(url).path.rpartition("/")[2]) or "image"
    return name if "." in name else name + _ENDINGS.get(data[:4], "")
