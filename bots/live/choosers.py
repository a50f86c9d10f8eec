"""The files that pages ask for: the browser's own dialog is never shown, the one in control answers in its place."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from bots.browser.beside import Beside
from bots.browser.cdp import CdpError
from bots.live.control import Refused
from bots.live.questions import Questions
from bots.live.said import Chooser

_LONGEST = 1_000
_CANCEL = "function() { this.dispatchEvent(new Event('cancel', { bubbles: true })); }"


class _Asked(NamedTuple):
    session: str | None  # of the page or the frame that asks
    frame: str
    node: int
    chooser: Chooser


class Choosers:
    """One per tab at most, numbered as those of signin.py: while one is open, other frames of the tab may not ask.

    Nothing is asked while nobody drives: whoever drives later presses the button again.
    """

    def __init__(self, cdp: Any, tabs: Any, changed: Callable[[], None]) -> None:
        self._cdp, self._tabs, self._changed = cdp, tabs, changed
        self._questions = Questions[_Asked](cdp, lambda asked: changed())
        self._asking = Beside()
        self.is_driven = False
        cdp.listen("Page.fileChooserOpened", self._opened)

    def of(self, tab_session: str | None) -> Chooser | None:
        asked = self._questions.of(tab_session)
        return asked.chooser if asked else None

    def drive(self, driven: bool) -> None:
        """Somebody took control, or nobody has it any more."""
        self.is_driven = driven
        self._questions.close_all()
        self._changed()

    async def answer(self, tab_session: str | None, files: list[Path]) -> None:
        """Put files into the page's field. Raises Refused.

        The question closes behind that: whoever presses the page's button for sending next sends them.
        """
        asked = self._asked(tab_session)
        try:
            await self._put(asked, files)
        finally:
            self._close(tab_session, asked)

    async def _put(self, asked: _Asked, files: list[Path]) -> None:
        if len(files) != 1 and asked.chooser.kind != "files":
            raise Refused("The page takes one file. Choose one.")
        params = {"files": [str(file) for file in files], "backendNodeId": asked.node}
        try:
            await self._cdp.call("DOM.setFileInputFiles", params, asked.session)
        except CdpError:
            raise Refused("The page did not take the file: it no longer shows the field for it.") from None

    async def cancel(self, tab_session: str | None) -> None:
        """As the browser's dialog would: the page hears of it."""
        asked = self._asked(tab_session)
        self._close(tab_session, asked)
        with suppress(CdpError):  # the field is gone, and with it whoever would hear
            await self._cdp.call_on(asked.node, _CANCEL, asked.session)

    def _asked(self, tab_session: str | None) -> _Asked:
        asked = self._questions.of(tab_session)
        if asked is None:
            raise Refused("The page asks for no file any more.")
        return asked

    def _close(self, tab_session: str | None, asked: _Asked) -> None:
        """Unless it went meanwhile, perhaps for a newer one."""
        if self._questions.of(tab_session) is asked:
            self._questions.close(tab_session)
            self._changed()

    def _opened(self, params: dict[str, Any], session: str | None) -> None:
        if self.is_driven and "backendNodeId" in params:
            self._asking.start(self._ask(params, session))

    async def _ask(self, params: dict[str, Any], session: str | None) -> None:
        tab = self._tabs.of(session)
        try:
            found = await self._cdp.call("DOM.describeNode", {"backendNodeId": params["backendNodeId"]}, session)
        except CdpError:
            return
        if tab and self.is_driven and self._may_ask(tab.session, params["frameId"]):
            several = params["mode"] == "selectMultiple"
            chooser = _chooser(several, found["node"].get("attributes", []), self._questions.number())
            asked = _Asked(session, params["frameId"], params["backendNodeId"], chooser)
            self._questions.open(tab.session, asked)
            self._changed()

    def _may_ask(self, tab_session: str, frame: str) -> bool:
        before = self._questions.of(tab_session)
        return before is None or before.frame == frame


def _chooser(several: bool, listed: list[str], number: int) -> Chooser:
    attributes = dict(zip(listed[::2], listed[1::2], strict=False))
    words = {name: attributes.get(name, "")[:_LONGEST] for name in ("accept", "capture")}
    kind = "folder" if "webkitdirectory" in attributes else "files" if several else "file"
    return Chooser(kind, **words, n=number)
