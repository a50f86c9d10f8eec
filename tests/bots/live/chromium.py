"""The browser server's Chromium, CDP and tabs, in the test's own process and compositor."""

import asyncio
import os
import tempfile
from pathlib import Path
from types import SimpleNamespace

from bots.browser import chromium
from bots.browser.cdp import Cdp
from bots.browser.mux import Mux
from bots.browser.pipe import Pipe
from bots.browser.policy import Session
from bots.browser.tabs import Tabs

UID = 65534 if os.getuid() == 0 else None
PATIENCE = 20  # seconds
NOWHERE = 9  # a proxy's port at which nobody listens: the tests' pages come from no network


class Chromium:
    """Started as the browser server starts it, except that this process may have its descriptors 3 and 4 in use."""

    def __init__(self, process: asyncio.subprocess.Process, pipe: Pipe, cdp: Cdp, tabs: Tabs, uploads: Path) -> None:
        self.process, self.cdp, self.tabs, self.uploads = process, cdp, tabs, uploads
        self._pipe = pipe
        self.kept: dict[str, bytes] = {}  # files of the live view, by name

    def keep(self, name: str, data: bytes) -> None:
        self.kept[name] = data

    @classmethod
    async def start(cls, executable: str, display: Path) -> "Chromium":
        folder, sockets = (Path(tempfile.mkdtemp(dir=display.parent)) for _ in range(2))
        place = chromium.lay_out(folder, UID, sockets)
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()

        def place_ends() -> None:
            """In the child: the two ends stand where Chromium looks for them (3 and 4), whatever they were."""
            os.dup2(theirs_in, 103)
            os.dup2(theirs_out, 104)
            os.dup2(103, 3)
            os.dup2(104, 4)

        process = await asyncio.create_subprocess_exec(
            *chromium.command_line(executable, place, (1280, 720), NOWHERE, True),
            env=chromium.environment(place, str(display)),
            pass_fds=(3, 4),
            preexec_fn=place_ends,
            stderr=asyncio.subprocess.DEVNULL,
            **({"user": UID, "group": UID, "extra_groups": []} if UID is not None else {}),
        )
        os.close(theirs_in)
        os.close(theirs_out)
        way = SimpleNamespace(pipe=None)
        mux = Mux(lambda text: way.pipe.write(text), Session(place.downloads, place.uploads))
        cdp = Cdp(mux)
        tabs = Tabs(cdp)
        way.pipe = await Pipe.open(ours_in, ours_out, mux.from_chromium)
        async with asyncio.timeout(PATIENCE):  # a Chromium that has ended at once says nothing
            await tabs.follow()
            # Answered behind what was posted to the page: a navigation before that would leave our scripts behind.
            await cdp.call("Runtime.evaluate", {"expression": "0"}, tabs.active.session)
        return cls(process, way.pipe, cdp, tabs, place.uploads)

    async def stop(self) -> None:
        self._pipe.close()
        try:
            await asyncio.wait_for(self.process.wait(), 5)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()
