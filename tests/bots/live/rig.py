"""The live view as it runs in a browser server: compositor, Chromium, Live, a WebSocket; and viewers that join it."""

import asyncio
import base64
import json
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from bots.browser.cdp import CdpError
from bots.live.compositor import Compositor
from bots.live.door import Live
from bots.live.viewer import Patience
from bots.live.wheel import Lent
from tests.waiting import News

from .chromium import Chromium

PATIENCE = 15  # seconds for a fact to come true


@dataclass
class Frame:
    kind: int
    flags: int
    width: int
    height: int
    y: int
    number: int
    milliseconds: int
    payload: bytes
    at: float
    raw: bytes = b""


@dataclass
class Person:
    """A viewer's connection as the web process holds it. Draws at once unless told not to."""

    line: ClientConnection
    id: str
    draws: bool = True
    heard: list[dict[str, Any]] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    epoch: int = 0
    s: int = 0

    def __post_init__(self) -> None:
        self._news = News()
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            async for data in self.line:
                await self._take(data)
        except ConnectionClosed:
            pass
        await self._news.tell()

    async def _take(self, data: str | bytes) -> None:
        if isinstance(data, str):
            message = json.loads(data)
            self.heard.append(message)
            if message["t"] == "ping" and self.draws:
                await self.say("pong", n=message["n"])
        else:
            head = struct.unpack(">BBHHHII", data[:16])
            self.frames.append(Frame(*head, data[16:], asyncio.get_running_loop().time(), data))
            if self.draws:
                await self.say("ack", n=head[5])
        await self._news.tell()

    async def until(self, fact: Callable[[], Any]) -> Any:
        return await self._news.until(fact, PATIENCE)

    def all(self, t: str) -> list[dict[str, Any]]:
        return [message for message in self.heard if message["t"] == t]

    def tabs(self) -> list[dict[str, Any]]:
        """The tabs as this viewer knows them now."""
        return [m for m in self.heard if m["t"] in ("hello", "tabs")][-1]["tabs"]

    def people(self) -> list[dict[str, Any]]:
        return self.all("people")[-1]["people"]

    async def next(self, t: str, **fields: Any) -> dict[str, Any]:
        """The newest message of type t in which these fields have these values."""

        def found() -> list[dict[str, Any]]:
            return [m for m in self.all(t) if all(m[name] == value for name, value in fields.items())]

        return (await self.until(found))[-1]

    async def figures(self) -> dict[str, Any]:
        """As they are now. Whatever was said to this person before has arrived with them."""
        asked = len(self.all("figures"))
        await self.say("figures")
        await self.until(lambda: len(self.all("figures")) > asked)
        return self.all("figures")[-1]

    async def frame(self, after: int = 0) -> Frame:
        await self.until(lambda: len(self.frames) > after)
        return self.frames[after]

    async def say(self, t: str, **fields: Any) -> None:
        await self.line.send(json.dumps({"t": t, **fields}))

    # The hands

    async def do(self, t: str, **fields: Any) -> int:
        self.s += 1
        await self.say(t, e=self.epoch, s=self.s, **fields)
        return self.s

    async def click(self, x: float, y: float, button: int = 0, mods: int = 0, clicks: int = 1) -> None:
        for t in ("down", "up"):
            await self.do(t, x=x, y=y, button=button, clicks=clicks, mods=mods)

    async def press(self, code: str, key: str, mods: int = 0, down: bool = True) -> None:
        await self.do("key", down=down, code=code, key=key, mods=mods, repeat=False, location=0)

    async def stroke(self, code: str, key: str, mods: int = 0) -> None:
        await self.press(code, key, mods)
        await self.press(code, key, mods, down=False)

    async def type(self, text: str) -> None:
        for letter in text:
            await self.stroke(f"Key{letter.upper()}", letter)


class Rig:
    def __init__(self, compositor: Compositor, chromium: Chromium, live: Live) -> None:
        self.compositor, self.chromium, self.live = compositor, chromium, live
        self.cdp, self.tabs = chromium.cdp, chromium.tabs
        self.people: list[Person] = []
        self.server: Any = None

    @classmethod
    async def start(cls, compositor: Compositor, chromium: Chromium, patience: Patience | None = None) -> "Rig":
        lent = Lent(chromium.uploads, _open, chromium.keep)
        rig = cls(compositor, chromium, Live(compositor, chromium.cdp, chromium.tabs, lent, patience))
        rig.server = await serve(rig.live.serve, "127.0.0.1", 0, compression=None, max_size=2**20)
        return rig

    async def stop(self) -> None:
        """The page is the bot's again, with nothing held, and nobody follows it any more."""
        self.live.control.revoke(self.live.control.highest)
        for person in self.people:
            await person.line.close()
            await person.reading
        await self.live.end("The test is over.")
        self.server.close()
        await self.server.wait_closed()

    @property
    def port(self) -> int:
        return int(self.server.sockets[0].getsockname()[1])

    async def join(
        self,
        viewer: str = "v1",
        may: str = "control",
        codecs: tuple = ("h264", "jpeg"),
        draws: bool = True,
        port: int = 0,
    ) -> Person:
        """`port`: of a line that leads here, other than the straight one."""
        person = await self.knock(viewer, may, codecs, draws, port)
        await person.next("hello")
        return person

    async def knock(
        self,
        viewer: str,
        may: str = "control",
        codecs: tuple = ("h264", "jpeg"),
        draws: bool = True,
        port: int = 0,
    ) -> Person:
        """Somebody who wants to join, and may be refused."""
        line = await connect(f"ws://127.0.0.1:{port or self.port}/live", compression=None, max_size=None, proxy=None)
        person = Person(line, viewer, draws)
        self.people.append(person)
        await person.say("join", viewer=viewer, name=viewer.title(), may=may, codecs=list(codecs))
        return person

    async def driver(self, viewer: str = "v1", epoch: int = 1, **more: Any) -> Person:
        person = await self.join(viewer, **more)
        await self.give(person, epoch)
        return person

    async def give(self, person: Person, epoch: int) -> None:
        await person.say("grant", epoch=epoch, viewer=person.id, name=person.id.title())
        await person.next("control", epoch=epoch, viewer=person.id)
        person.epoch = epoch

    async def ask(self, script: str) -> Any:
        """The value of a script in the page in front."""
        params = {"expression": script, "returnByValue": True, "userGesture": True}
        answer = await self.cdp.call("Runtime.evaluate", params, self.tabs.active.session)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    async def until(self, script: str, value: Any = True) -> None:
        """Wait until the page says so."""
        said = None
        try:
            async with asyncio.timeout(PATIENCE):
                while (said := await self._says(script)) != value:
                    await asyncio.sleep(0.02)
        except TimeoutError as error:
            raise AssertionError(f"{script} is {said!r}, not {value!r}") from error

    async def _says(self, script: str) -> Any:
        """A page that is just going away says nothing."""
        try:
            return await self.ask(script)
        except CdpError:
            return None

    async def open(self, body: str) -> None:
        """Show a page of this body, which logs its events in `seen`."""
        page = (
            f"<!doctype html><meta charset=utf-8><title>page</title><body style='margin:0;background:#fff'>{body}{LOG}"
        )
        url = "data:text/html;charset=utf-8;base64," + base64.b64encode(page.encode()).decode()
        await self.cdp.call("Page.navigate", {"url": url}, self.tabs.active.session)
        await self.until("document.readyState === 'complete' && !!window.seen")
        await self.painted()

    async def painted(self) -> None:
        """The page has drawn itself, and Chromium knows where on the screen what lies."""
        await self.ask(PAINT)
        await self.until("window.painted")


async def _open(host: str, port: int) -> str:
    return ""


async def fact(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.01)


PAINT = (
    "window.painted = false; void requestAnimationFrame(() => requestAnimationFrame(() => { window.painted = true }))"
)
LOG = """<script>
window.seen = [];
const types = "mousedown mouseup click dblclick contextmenu auxclick keydown keyup paste change dragenter drop";
for (const type of types.split(" "))
  addEventListener(type, (event) => {
    if (type === "drop") event.preventDefault();
    seen.push([type, event.key ?? event.button ?? event.clipboardData?.getData("text") ?? ""].join(" ").trim());
  }, true);
addEventListener("dragover", (event) => event.preventDefault());
</script>"""
