"""While a person holds control, runner and script neither act nor read; afterwards their picture is right again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
from playwright.async_api import Error

from bots.browser import policy
from bots.browser.fence import MOST_HELD, REASON, Fence, Message
from bots.live.control import Control
from tests.bots.browser.cdp_line import CdpLine
from tests.bots.browser.conftest import Attach, Server, Site
from tests.bots.browser.test_doors import answerer
from tests.bots.browser.viewer import Viewer

CANARY = "CANARY-7f3a9c"

FIELD, LINK = (100, 50), (100, 350)  # where they stand in PAGE

PAGE = """
<title>Form</title><input id=field style="position: fixed; left: 0; top: 0; width: 200px; height: 100px">
<a href=/elsewhere style="position: fixed; left: 0; top: 300px; width: 200px; height: 100px">away</a>
<script>
field.addEventListener("input", event => {
  console.log("typed " + field.value);
  document.title = field.value;
  history.replaceState(null, "", "/?typed=" + field.value);
  window.told?.(field.value);
  fetch("/collect", {method: "POST", body: field.value});
});
</script>
"""


@pytest.fixture
async def person(server: Server) -> AsyncIterator[Viewer]:
    async with Viewer(server) as viewer:
        yield viewer


OPENER = """
<style>button, a { position: fixed; left: 0; top: 0; width: 200px; height: 100px } a { top: 300px }</style>
<button onclick="window.open('/next')">more</button>
<a href=/next>on</a>
"""


async def _listen_to_everything(line: CdpLine, site: Site) -> str:
    """Open the form and switch on every source of page content."""
    session = await line.page()
    for method in (
        "Page.enable",
        "Runtime.enable",
        "Network.enable",
        "Log.enable",
        "DOM.enable",
        "Console.enable",
    ):
        await line.call(method, {}, session)
    await line.call("Target.setDiscoverTargets", {"discover": True})
    await line.call("Runtime.addBinding", {"name": "told"}, session)
    await line.call("Page.navigate", {"url": site.url("/form")}, session)
    await line.wait(lambda message: message.get("method") == "Page.loadEventFired")
    return session


@pytest.mark.parametrize("role", ["runner", "script"])
async def test_n9_what_a_person_types_reaches_no_client(server: Server, site: Site, person: Viewer, role: str) -> None:
    site.pages["/form"] = site.pages["/elsewhere"] = PAGE
    async with CdpLine(server.address, server.headers(role)) as line:
        session = await _listen_to_everything(line, site)
        waits = {
            "expression": "new Promise(done => field.oninput = () => done(field.value))",
            "awaitPromise": True,
        }
        pending = await line.send("Runtime.evaluate", waits, session)
        await server.call("grant", epoch=1, viewer=person.id, name="Ann")
        refused = await line.wait(lambda message: message.get("id") == pending)
        await person.press(1, *FIELD)
        await person.type(1, CANARY)
        await site.until_asked(f"POST /collect HTTP/1.1 {CANARY}")
        read = await line.call("Runtime.evaluate", {"expression": "field.value"}, session)
        await person.press(1, *LINK)
        await server.until(url=site.url("/elsewhere"))
        await server.call("revoke", epoch=1)
        await line.call("Runtime.evaluate", {"expression": "1"}, session)
    assert refused["error"]["message"] == read["error"]["message"] == REASON
    assert not [text for text in line.received if CANARY in text]


async def test_n9_the_wire_would_have_shown_it_without_the_fence(server: Server, site: Site) -> None:
    site.pages["/form"] = PAGE
    async with CdpLine(server.address, server.headers("script")) as line:
        session = await _listen_to_everything(line, site)
        await line.call("Runtime.evaluate", {"expression": "field.focus()"}, session)
        await line.call("Input.insertText", {"text": CANARY}, session)
        for event in ("Runtime.bindingCalled", "Runtime.consoleAPICalled", "Network.requestWillBeSent"):
            await line.wait(lambda message, event=event: message.get("method") == event and CANARY in str(message))


async def test_no_method_has_an_effect_while_a_person_drives(server: Server, site: Site) -> None:
    async with CdpLine(server.address, server.headers("script")) as line:
        session = await line.page()
        await server.call("grant", epoch=1, viewer="vwr_1", name="Ann")
        for method in policy.verdicts().keys() - {"Browser.close", "Target.detachFromTarget"}:
            answer = await line.call(method, {"url": site.url(), "expression": "1"}, session)
            assert answer["error"]["message"] == REASON, method
    status = await server.call("status")
    assert (status["url"], status["tabs"]) == ("about:blank", 1)
    assert site.asked == []


async def test_it_closes_for_clients_that_attach_later(server: Server, attach: Attach) -> None:
    await server.call("grant", epoch=1, viewer="vwr_1", name="Ann")
    with pytest.raises(Error, match="A person has control"):
        await attach()
    await server.call("revoke", epoch=1)
    assert (await attach()).contexts


async def test_d7_there_is_no_picture_for_others_while_a_person_drives(server: Server) -> None:
    assert (await server.call("thumbnail", width=320))["jpeg"]
    await server.call("grant", epoch=1, viewer="vwr_1", name="Ann")
    with pytest.raises(Exception, match="A person has control"):
        await server.call("thumbnail", width=320)


async def test_d7_a_picture_during_which_somebody_took_control_is_given_to_nobody() -> None:
    control = Control()

    def thumbnail(width: int) -> bytes:
        control.grant(1, "vwr_1", "Ann")
        control.revoke(1)
        return b"what Ann did"

    door = answerer(live=SimpleNamespace(control=control), thumbnail=thumbnail)
    answer = await door._answer(json.dumps({"id": 1, "do": "thumbnail", "width": 320}))
    assert answer == {"id": 1, "error": REASON}


async def test_it_leaves_playwright_with_the_right_picture(attach: Attach, server: Server, site: Site) -> None:
    context = (await attach()).contexts[0]
    page = context.pages[0]
    site.pages["/"] += OPENER
    await page.goto(site.url())
    async with Viewer(server) as person:
        await server.call("grant", epoch=1, viewer=person.id, name="Ann")
        with pytest.raises(Error, match="A person has control"):
            await page.goto(site.url("/next"))
        async with context.expect_page() as opened:
            await person.press(1, *FIELD)
            await server.event("tabs", tabs=2)
            await person.close_front_tab(1, of=2)
            await server.event("tabs", tabs=1)
            await person.press(1, *LINK)
            await server.until(url=site.url("/next"))
            await server.call("revoke", epoch=1)
        window = await opened.value
        if not window.is_closed():
            await window.wait_for_event("close")
    await page.wait_for_url(site.url("/next"))
    assert await page.text_content("p") == "the next page"


async def test_a_request_that_a_script_holds_back_goes_on(attach: Attach, server: Server, site: Site) -> None:
    page = (await attach("script")).contexts[0].pages[0]
    held = asyncio.Event()
    site.pages["/"] += "<script>fetch('/first', {method: 'POST', body: 'now'})</script>"

    async def hold(route: object) -> None:
        held.set()

    await page.route("**/first", hold)
    await page.goto(site.url(), wait_until="commit")
    async with asyncio.timeout(20):
        await held.wait()
    assert not any("POST /first" in asked for asked in site.asked)
    await server.call("grant", epoch=1, viewer="vwr_1", name="Ann")
    await site.until_asked("POST /first HTTP/1.1 now")


# Without I/O


def event(method: str, session: str = "S", **params: object) -> Message:
    return {"method": method, "params": params, "sessionId": session}


def kept(*events: Message) -> list[Message]:
    fence = Fence()
    fence.close()
    for each in events:
        fence.hold(each)
    return fence.open() or []


def moved(frame: str, url: str) -> Message:
    return event("Page.frameNavigated", frame={"id": frame, "url": url})


def test_it_drops_what_shows_the_page() -> None:
    names = ("Runtime.consoleAPICalled", "Network.requestWillBeSent", "Runtime.bindingCalled", "Fetch.requestPaused",
             "Page.screencastFrame", "DOM.attributeModified", "Log.entryAdded", "Page.javascriptDialogOpening",
             "Target.targetInfoChanged")  # fmt: skip
    assert kept(*(event(name) for name in names)) == []


def test_it_keeps_the_last_address_of_each_frame_alone() -> None:
    events = kept(moved("A", "/?q=typed"), moved("B", "/b"), moved("A", "/end"))
    assert [each["params"]["frame"]["url"] for each in events] == ["/b", "/end"]


def test_it_gives_a_kept_document_the_address_that_it_has_now() -> None:
    within = [event("Page.navigatedWithinDocument", frameId="A", url=url) for url in ("/?q=typed", "/end")]
    assert "typed" not in json.dumps(kept(moved("A", "/?q=ty"), *within))
    assert [each["params"]["url"] for each in kept(*within)] == ["/end"]


def test_it_forgets_frames_tabs_and_addresses_that_are_gone() -> None:
    info = {"targetId": "T", "url": "/?q=typed", "title": "typed"}
    events = kept(
        event("Target.attachedToTarget", "", sessionId="P", targetInfo=dict(info)),
        event("Page.frameNavigated", "P", frame={"id": "A", "url": "/?q=typed"}),
        moved("C", "/?q=typed"),
        event("Page.frameDetached", frameId="C"),
        event("Target.detachedFromTarget", "", sessionId="P"),
        event("Target.targetDestroyed", "", targetId="T"),
    )
    names = [each["method"].partition(".")[2] for each in events]
    assert names == ["attachedToTarget", "frameDetached", "detachedFromTarget", "targetDestroyed"]
    assert "typed" not in json.dumps(events)


def test_it_says_when_a_client_missed_too_much() -> None:
    fence = Fence()
    fence.close()
    for _ in range(MOST_HELD + 1):
        fence.hold(event("Page.lifecycleEvent"))
    assert fence.open() is None
