"""Files and folders that the one in control drags from their desk onto the page, which hears what it hears of any drag.

Chromium is told of them by CDP. A page that does not take them never gets them: it would be left for the file (T31).
"""

import asyncio
import mimetypes
from pathlib import Path
from typing import Any

from bots.browser.cdp import CdpError
from bots.live.control import Refused
from bots.live.front import Front
from bots.live.world import Part

_COPY = 1
_PAUSES = (0, 0.02, 0.05, 0.1, 0.2, 0.4)  # seconds: a busy page answers for a drag of which it tells nobody yet
_WITHIN = 5  # seconds for a page to say whether it takes them; what it then does with them may take longer
_NOT_HERE = "The page takes no files at this place. Drop them where it says so, or press its own button for files."
_NO_FOLDERS = "This field of the page takes files, not folders. Drop the files that are in it."
_CALLED_OFF = "Control or the page in front changed meanwhile, so the files were not dropped."
_NO_ANSWER = "The page does not answer, so the files were not dropped. Try it again in a moment."


class Drops:
    """`over` and `leave` while they are dragged, `drop` when they have been carried into the session's folder."""

    def __init__(self, cdp: Any, front: Front, folder: Path) -> None:
        self._cdp, self._front, self._folder = cdp, front, folder
        self._over: str | None = None  # the session of the page over which they are
        front.world.add(Part(Path(__file__).with_suffix(".js").read_text()))

    def over(self, x: float, y: float, kinds: list[str]) -> None:
        """Files of these MIME types are over this place; their names and contents are the page's with the drop only."""
        names = [f"{number}{mimetypes.guess_extension(kind) or ''}" for number, kind in enumerate(kinds)]
        data = _data([self._folder / name for name in names])
        if self._over != self._front.session:
            self.leave()
            self._over = self._front.session
            self._front.post("Input.dispatchDragEvent", {"type": "dragEnter", "x": x, "y": y, "data": data})
        self._front.post("Input.dispatchDragEvent", {"type": "dragOver", "x": x, "y": y, "data": data})

    def leave(self) -> None:
        """Beside the page first: of a drag that is only called off the page would not hear."""
        for kind in ("dragOver", "dragCancel") if self._over else ():
            away = {"type": kind, "x": -1, "y": -1, "data": _data([])}
            self._cdp.post("Input.dispatchDragEvent", away, self._over)
        self._over = None

    async def drop(self, x: float, y: float, files: list[Path]) -> None:
        """Raises Refused where the page does not take them."""
        self.leave()
        session = self._over = self._front.session
        at: dict[str, Any] = {"x": x, "y": y, "data": _data(files)}
        try:
            async with asyncio.timeout(_WITHIN):
                wrong = await self._why_not(at, session, any(file.is_dir() for file in files))
        except (CdpError, TimeoutError):
            wrong = _NO_ANSWER
        if wrong:
            self.leave()
            raise Refused(wrong)
        if self._over != session:
            raise Refused(_CALLED_OFF)
        self._over = None
        self._cdp.post("Input.dispatchDragEvent", {"type": "drop", **at}, session)

    async def _why_not(self, at: dict[str, Any], session: str | None, has_folder: bool) -> str:
        """Why the page would not take it; empty where it would. In a field for files a folder is a file of no use."""
        await self._cdp.call("Input.dispatchDragEvent", {"type": "dragEnter", **at}, session)
        for pause in _PAUSES:
            await asyncio.sleep(pause)
            await self._cdp.call("Input.dispatchDragEvent", {"type": "dragOver", **at}, session)
            if answer := await self._answer():
                _, taken, files_alone = answer
                wrong = _NO_FOLDERS if has_folder and files_alone else ""
                return wrong if taken is True else _NOT_HERE
        return _NOT_HERE

    async def _answer(self) -> list[Any] | None:
        """Of the document over which something was dragged last; None where none has heard of it."""
        world = self._front.world
        asked = [world.evaluate(document, "globalThis.hitlTakes?.()") for document in world.documents_in_front()]
        heard = [answer for answer in await asyncio.gather(*asked) if isinstance(answer, list) and len(answer) == 3]
        return min(heard, key=lambda answer: float(answer[0]), default=None)


def _data(files: list[Path]) -> dict[str, Any]:
    return {"items": [], "files": [str(file) for file in files], "dragOperationsMask": _COPY}
