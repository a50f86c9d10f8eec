"""The live view of a real browser server, as the web process uses it: over its socket, with its token."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.bots.browser.conftest import Attach, Server, Site, StartServer, attach, port, sessions, site, start
from tests.waiting import soon

from .rig import LOG, Person
from .test_stream import is_red

__all__ = ["attach", "port", "sessions", "site", "start"]  # fixtures

PAGE = f"""<title>page</title><body style='margin:0'>
<button style='position:absolute;left:100px;top:100px;width:200px;height:80px'
        onclick="document.body.style.background = '#f00'; location.hash = 'pressed'">Go</button>
<input id=field style='position:absolute;left:100px;top:300px;width:300px;height:40px'
       oninput="location.hash = this.value">{LOG}"""

Join = Callable[..., Awaitable[Person]]


@pytest.fixture
async def server(start: StartServer) -> Server:
    return await start()


@pytest.fixture
async def join(server: Server) -> AsyncIterator[Join]:
    people: list[Person] = []

    async def join(viewer: str, may: str = "control", codecs: tuple[str, ...] = ("jpeg",)) -> Person:
        bearer = {"Authorization": f"Bearer {server.token}"}
        line = await connect(f"ws://{server.address}/live", additional_headers=bearer, compression=None, proxy=None)
        people.append(Person(line, viewer))
        await people[-1].say("join", viewer=viewer, name=viewer.title(), may=may, codecs=list(codecs))
        await people[-1].next("hello")
        return people[-1]

    yield join
    for person in people:
        await person.line.close()
        await person.reading


@pytest.fixture
async def page(site: Site, server: Server, attach: Attach) -> Any:
    """The runner's view of the page, which is in the browser now."""
    site.pages["/live"] = PAGE
    page = (await attach()).contexts[0].pages[0]
    await page.goto(site.url("/live"))
    return page


async def written(server: Server, words: str) -> None:
    """The page has put these words behind its address: nothing else of it is told while a person drives."""

    async def stands_there() -> bool:
        return bool((await server.call("status"))["url"].endswith(f"#{words}"))

    await soon(stands_there)


async def test_a_person_takes_over_and_gives_back(server: Server, page: Any, join: Join) -> None:
    person, modern = await join("ann"), await join("vic", may="watch", codecs=("h264", "jpeg"))
    await person.frame()
    await modern.frame()
    await server.call("grant", epoch=5, viewer="ann", name="Ann")
    await person.next("control", viewer="ann")
    person.epoch = 5
    await person.click(200, 140)
    assert (await server.event("input"))["epoch"] == 5
    await written(server, "pressed")
    await person.until(lambda: is_red(person))
    await person.click(200, 320)
    await person.type("hello")
    await written(server, "hello")
    await person.press("ShiftLeft", "Shift", mods=8)
    status = await server.call("status")
    assert (status["input_epoch"], status["viewers"], status["control"]["name"]) == (5, 2, "Ann")
    await server.call("revoke", epoch=5)
    await page.wait_for_function("seen.includes('keyup Shift')")
    assert await page.evaluate("field.value") == "hello"


async def test_no_picture_for_web_or_worker_while_a_person_drives(server: Server, page: Any, join: Join) -> None:
    person = await join("ann")
    await person.say("grant", epoch=1, viewer="ann", name="Ann")
    await person.next("control", viewer="ann")
    with pytest.raises(Exception, match="control"):
        await server.call("thumbnail", width=200)
    await person.say("revoke", epoch=1)
    await person.next("control", viewer=None)
    assert (await server.call("thumbnail", width=200))["jpeg"]


async def test_who_has_no_token_sees_nothing(server: Server) -> None:
    with pytest.raises(InvalidStatus, match="401"):
        await connect(f"ws://{server.address}/live", proxy=None)


async def test_the_end_of_the_browser_is_told(server: Server, join: Join) -> None:
    person = await join("ann")
    await server.call("end", reason="The execution was cancelled.")
    assert (await person.next("gone"))["reason"] == "The execution was cancelled."
    await person.line.wait_closed()
    assert person.line.close_code == 4410


async def test_n9_what_is_typed_stands_in_no_log(server: Server, page: Any, join: Join) -> None:
    person = await join("ann")
    await person.say("grant", epoch=1, viewer="ann", name="Ann")
    await person.next("control", viewer="ann")
    person.epoch = 1
    await person.click(200, 320)
    await person.do("text", text="CANARY-typed")
    await person.do("paste", text="CANARY-pasted")
    await person.say("text", e=1, s=-1, text="CANARY-refused")
    await person.say("text", e=1, s=999, text=["CANARY-refused"])
    await person.until(lambda: len(person.all("refused")) == 2)
    await written(server, "CANARY-typedCANARY-pasted")
    log = (server.folder / "server.log").read_text()
    assert log
    assert "CANARY" not in log
    assert "CANARY" not in str(person.all("refused"))
