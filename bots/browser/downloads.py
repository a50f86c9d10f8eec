"""What is downloaded in one session: by whom, how far it is, and its bytes for whoever keeps them.

Chromium writes each download into the session's folder under a name of its own; the site's name is words for people.
"""

import asyncio
import logging
import os
import stat
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from bots.browser.cdp import Cdp
from bots.filenames import safe_name
from bots.live.control import Holder, Refused

log = logging.getLogger(__name__)

BLOCK = 1 << 20  # bytes of one answer
MOST = 200  # of one session
MEGABYTE = 1_000_000
_TELL_EVERY = 0.25  # seconds between two words about progress

RUNNING, DONE, KEPT, STOPPED = "running", "done", "kept", "stopped"

Params = dict[str, Any]


class Limits(NamedTuple):
    """Bytes of one file, and of all together."""

    file: int
    files: int


@dataclass
class Download:
    guid: str  # Chromium's name for it, and its file's
    name: str
    by: str  # who had control when it began; empty: the bot
    epoch: int  # of their control; 0: nobody's
    size: int = 0
    total: int = 0  # 0: the site does not say
    state: str = RUNNING
    why: str = ""  # it was stopped


class Downloads:
    """`on_change` is called when a download comes, ends or has gone on for a while."""

    def __init__(self, cdp: Cdp, folder: Path, limits: Limits, holder: Callable[[], Holder | None]) -> None:
        self._cdp, self._folder, self._limits, self._holder = cdp, folder, limits, holder
        self._downloads: dict[str, Download] = {}
        self._files: dict[str, str] = {}  # guid → its file's name, where that is another one
        self._telling: asyncio.TimerHandle | None = None
        self.on_change: Callable[[], None] = lambda: None
        self.on_done: Callable[[Download], None] = lambda download: None
        cdp.listen("Browser.downloadWillBegin", self._begun)
        cdp.listen("Browser.downloadProgress", self._progressed)

    def facts(self) -> list[dict[str, Any]]:
        """In the order in which they began."""
        return [asdict(download) for download in self._downloads.values()]

    async def read(self, guid: str, offset: int) -> bytes:
        """The next block of a download that is complete; empty at its end. Raises Refused."""
        if self._named(guid).state != DONE:
            raise Refused("This download is not there (any more).")
        return await asyncio.to_thread(self._read, self._file_of(guid), offset)

    def kept(self, guid: str) -> None:
        """Somebody has it: the room is free again. Raises Refused."""
        self._named(guid).state = KEPT
        self._remove(guid)
        self.on_change()

    def discard(self, guid: str, why: str) -> None:
        """It will not be kept; `why` is a sentence for people. Raises Refused."""
        self._stop(self._named(guid), why)
        self.on_change()

    def _named(self, guid: str) -> Download:
        if guid not in self._downloads:
            raise Refused("There was no such download in this browser.")
        return self._downloads[guid]

    def add(self, name: str, data: bytes) -> Download:
        """One that is made here, such as a page as PDF; it goes the way of all others. Raises Refused."""
        if len(self._downloads) >= MOST:
            raise Refused(f"There are {MOST} files of this browser already, which is the most that are kept.")
        download = self._new(f"made-{len(self._downloads) + 1}", name)
        download.size = download.total = len(data)
        if why := self._too_much(download):
            self._downloads.pop(download.guid)
            raise Refused(why)
        try:
            _write_new(self._file_of(download.guid), data)
        except OSError as error:
            self._downloads.pop(download.guid)
            raise Refused(f"It could not be stored ({error.strerror}).") from None
        self._complete(download)
        return download

    # Chromium's events

    def _begun(self, params: Params, _: str | None) -> None:
        if params["guid"] in self._downloads:
            return
        if len(self._downloads) >= MOST:
            self._cdp.post("Browser.cancelDownload", {"guid": params["guid"]})
            return
        self._new(params["guid"], params.get("suggestedFilename", ""))
        self.on_change()

    def _new(self, guid: str, name: str) -> Download:
        holder = self._holder()
        by, epoch = (holder.name or "Somebody", holder.epoch) if holder else ("", 0)
        download = self._downloads[guid] = Download(guid, safe_name(name), by, epoch)
        return download

    def _progressed(self, params: Params, _: str | None) -> None:
        download = self._downloads.get(params["guid"])
        if download is None or download.state != RUNNING:
            return
        download.size, download.total = int(params["receivedBytes"]), int(params["totalBytes"])
        if path := params.get("filePath"):
            self._files[download.guid] = Path(path).name
        if why := self._too_much(download):
            self._stop(download, why)
            self.on_change()
        elif params["state"] == "completed":
            self._complete(download)
        elif params["state"] == "canceled":
            self._stop(download, "The download broke off.")
            self.on_change()
        else:
            self._tell_soon()

    def _complete(self, download: Download) -> None:
        download.state = DONE
        self.on_change()
        self.on_done(download)

    def _too_much(self, download: Download) -> str:
        """Why it cannot be kept; empty where it can."""
        if max(download.size, download.total) > self._limits.file:
            return f"It is larger than {self._limits.file // MEGABYTE} MB, which is the most that is kept."
        held = sum(each.size for each in self._downloads.values() if each.state != STOPPED)
        if held > self._limits.files:
            return f"With it, all files would be larger than {self._limits.files // MEGABYTE} MB together."
        return ""

    def _stop(self, download: Download, why: str) -> None:
        if download.state == RUNNING:
            self._cdp.post("Browser.cancelDownload", {"guid": download.guid})
        download.state, download.why = STOPPED, why
        self._remove(download.guid)

    def _tell_soon(self) -> None:
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(_TELL_EVERY, self._tell)

    def _tell(self) -> None:
        self._telling = None
        self.on_change()

    # Files

    def _file_of(self, guid: str) -> Path:
        return self._folder / self._files.get(guid, guid)

    def _remove(self, guid: str) -> None:
        try:
            self._file_of(guid).unlink(missing_ok=True)
        except OSError as error:
            log.info("A download stays until the session ends: %s", error.strerror)

    def _read(self, path: Path, offset: int) -> bytes:
        """The folder is Chromium's: what lies there may be a link to what it may not read itself."""
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            facts = os.fstat(handle)
            owners = (self._folder.stat().st_uid, os.geteuid())
            if not stat.S_ISREG(facts.st_mode) or facts.st_nlink > 1 or facts.st_uid not in owners:
                raise Refused("This is no download.")
            file.seek(offset)
            return file.read(BLOCK)


def _write_new(path: Path, data: bytes) -> None:
    """The folder is Chromium's: whatever lies there under this name already may lead anywhere."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with open(handle, "wb") as file:
            file.write(data)
    except OSError:  # half of it is of no use, and would stand in the way of the next
        path.unlink(missing_ok=True)
        raise
