"""The module, as docs/live-view.md has it: in a page of ours, and in a frame on another site (127.0.0.1 and localhost
are two sites), where the two pages speak to nobody but each other."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import FrameLocator, Route, expect

from .browser_side import Line
from .conftest import Seat
from .site import POLICY, stage

pytestmark = [pytest.mark.security, pytest.mark.asyncio(loop_scope="session")]

LISTEN = """(view) => {
  window.heard = [];
  for (const type of ["phase", "control", "status", "answered", "ended", "error"]) {
    view.addEventListener(type, ({detail}) => heard.push([type, detail]));
  }
  window.view = view;
}"""
ATTACH = f"""async (url) => {{
  const {{attach}} = await import('/static/live/embed.js');
  ({LISTEN})(attach(document.querySelector("#place"), {{url}}));
}}"""
FRAMED = """<!doctype html><html lang="en"><title>Live</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/live/live.css"><script type="module" src="/static/live/framed.js"></script>
<main id="main" tabindex="-1"><div data-framed data-origins="{origins}">
<form method="post" data-door><input type="hidden" name="pressed" value="yes">
<input type="hidden" name="around" value="{origins}"><button disabled>Open the browser</button></form>
<p role="alert"></p><template>{stage}</template></div></main></html>"""
INTRANET = '<!doctype html><title>Intranet</title><link rel="icon" href="data:,"><div id="place"></div>'


async def heard(seat: Seat, *wanted: Any) -> None:
    """Wait until the page has heard this event."""
    await seat.page.wait_for_function(
        "(wanted) => heard.some((one) => JSON.stringify(one) === wanted)", arg=js(*wanted)
    )


def js(type: str, detail: dict[str, Any]) -> str:
    return json.dumps([type, detail], separators=(",", ":"))


async def embedded(seat: Seat, origins: str) -> FrameLocator:
    """A page on localhost that shows the framed page of 127.0.0.1, which would speak to these origins."""
    ours = stage().replace("/ws/live/exe_1", seat.far.address).replace("ticket-0", "")
    markup = FRAMED.format(origins=origins, stage=ours)
    seat.site.others["/framed"] = (markup, POLICY.replace("frame-ancestors 'none'", "frame-ancestors *"))
    seat.site.others["/intranet"] = (
        INTRANET,
        "default-src 'self'; style-src 'unsafe-inline'; img-src data:; frame-src *",
    )
    seat.site.answers["/framed"] = (200, {"pass": "pass-1", "ticket": "ticket-p"})
    await seat.page.goto(seat.site.url("localhost") + "intranet")
    await seat.page.evaluate(ATTACH, seat.site.url() + "framed")
    return seat.page.frame_locator("iframe")


async def opened(seat: Seat) -> tuple[FrameLocator, Line]:
    frame = await embedded(seat, f"https://elsewhere.example {seat.site.url('localhost')[:-1]}")
    await heard(seat, "phase", {"phase": "asked"})
    await frame.get_by_role("button", name="Open the browser").click()
    line = await seat.far.line()
    await line.hello()
    await line.state()
    await heard(seat, "phase", {"phase": "watching"})
    return frame, line


async def test_a_page_of_ours_has_the_view_as_an_object(seat: Seat) -> None:
    seat.site.edits.append(("/ws/live/exe_1", seat.far.address))
    seat.site.edits.append(('<script type="module" src="/static/live/page.js"></script>', ""))
    await seat.page.goto(seat.site.url())
    script = "async () => (%s)((await import('/static/live/attach.js')).attach(document.querySelector('[data-live]')))"
    await seat.page.evaluate(script % LISTEN)
    line = await seat.far.line()
    await line.hello()
    await line.state()
    await heard(seat, "status", {"execution": "waiting_for_human", "alert": "open", "reason": None})
    await line.grant()
    await heard(seat, "control", {"driver": "Alice", "mine": True})
    assert await seat.page.evaluate("[view.phase, view.driver, view.driving]") == ["driving", "Alice", True]
    await seat.page.evaluate("view.setPicture({quality: 25, kind: 'nonsense'})")
    assert await line.next("picture") == {"t": "picture", "quality": 25, "kind": None}
    await seat.page.evaluate("view.focus()")
    await expect(seat.part("canvas")).to_be_focused()
    await seat.page.evaluate("view.detach()")
    await line.next("release")
    await line.until(lambda: line.closed)
    assert await seat.page.evaluate("view.phase") == "closed"
    events = await seat.page.evaluate("heard.map(([type, detail]) => type + (detail.phase ?? ''))")
    assert events.count("phasedriving") == events.count("phaseclosed") == 1


async def test_t16_a_page_around_the_view_hears_what_stands_in_the_manual_and_may_ask_for_little(seat: Seat) -> None:
    frame, line = await opened(seat)
    site = seat.site.url("localhost")[:-1]  # the one around the frame, of all that are listed
    assert f'name="around"\r\n\r\n{site}\r\n' in seat.site.posts[0][1]
    hello = line.all("hello")[0]
    assert (hello["ticket"], hello["pass"]) == ("ticket-p", "pass-1")
    await frame.get_by_role("button", name="Take control").click()
    await line.next("take")
    await line.grant()
    await heard(seat, "control", {"driver": "Alice", "mine": True})
    assert await seat.page.evaluate("[view.phase, view.driving, view.status.alert]") == ["driving", True, "open"]
    await seat.page.evaluate("view.setPicture({quality: 25})")
    assert (await line.next("picture"))["quality"] == 25
    await seat.page.evaluate("""() => {
      for (const t of ["take", "key", "done", "hello", "constructor"]) {
        document.querySelector("iframe").contentWindow.postMessage({hitl: 1, t}, "*");
      }
      view.release();
    }""")
    await line.next("release")
    assert len(line.all("take")) == 1
    seat.site.answers["/done"] = (200, {"status": "completed", "detail": "Done. The bot goes on."})
    await frame.get_by_role("button", name="Done").click()
    await heard(seat, "answered", {"how": "completed"})
    path, _, headers = seat.site.posts[-1]
    assert (path, headers["X-Hitl-Pass"], "X-CSRFToken" in headers) == ("/done", "pass-1", False)
    await line.state(alert={"status": "completed"}, execution="running")
    await heard(
        seat, "ended", {"title": "Done", "text": "Thank you. The bot goes on by itself; you can close this page."}
    )
    assert await seat.page.evaluate("view.phase") == "closed"


async def test_a_request_without_a_field_is_done_from_a_frame(seat: Seat) -> None:
    """There no token goes along either: nothing is in the form, which must be no multipart body without a part."""
    frame, line = await opened(seat)
    await line.grant()
    fields = frame.locator("[data-part=done] :is(input, select, textarea)")
    await fields.evaluate_all("(fields) => fields.forEach((field) => field.remove())")
    seat.site.answers["/done"] = (200, {"status": "completed", "detail": "Done. The bot goes on."})
    await frame.get_by_role("button", name="Done").click()
    await heard(seat, "answered", {"how": "completed"})
    path, body, headers = seat.site.posts[-1]
    assert (path, body, headers["X-Hitl-Pass"]) == ("/done", "", "pass-1")


async def test_t16_what_comes_from_elsewhere_is_not_heard(seat: Seat) -> None:
    await opened(seat)
    await seat.page.evaluate("""() => new Promise((resolve) => {
      window.postMessage({hitl: 1, t: "phase", detail: {phase: "driving"}}, "*");
      window.addEventListener("message", resolve);
    })""")
    assert await seat.page.evaluate("view.phase") == "watching"


async def test_t16_a_page_on_a_site_that_is_not_named_hears_nothing(own: Seat) -> None:
    await own.page.clock.install()
    frame = await embedded(own, "https://elsewhere.example http://localhost")
    await expect(frame.get_by_role("button", name="Open the browser")).to_be_visible()
    async with asyncio.timeout(10):
        while not await own.page.evaluate("heard.length"):
            await own.page.clock.fast_forward(1_000)
    assert [(type, detail["code"]) for type, detail in await own.page.evaluate("heard")] == [("error", "unavailable")]


async def test_a_link_that_is_over_says_so_in_the_frame_and_to_the_page(seat: Seat) -> None:
    frame = await embedded(seat, seat.site.url("localhost")[:-1])
    seat.site.answers["/framed"] = (404, {})
    button = frame.get_by_role("button", name="Open the browser")
    await button.click()
    await expect(frame.get_by_role("alert")).to_contain_text("does not open anything any more")
    await seat.page.wait_for_function(
        "() => heard.some(([type, detail]) => type === 'error' && detail.code === 'refused')"
    )
    await expect(button).to_be_enabled()


async def test_a_file_comes_by_the_pass_alone(seat: Seat) -> None:
    shown: list[str | None] = []

    async def hand_out(route: Route) -> None:
        shown.append(await route.request.header_value("X-Hitl-Pass"))
        await route.fulfill(status=200, body="balance", content_type="application/octet-stream")

    await seat.page.route("**/files/1", hand_out)
    frame, line = await opened(seat)
    await line.state(files=[{"guid": "g1", "name": "list.csv", "size": 7, "url": "/files/1"}])
    async with seat.page.expect_download() as coming:
        await frame.get_by_role("link", name="list.csv").click()
    file = await coming.value
    assert (file.suggested_filename, shown) == ("list.csv", ["pass-1"])
    assert (await asyncio.to_thread(Path(await file.path()).read_text)) == "balance"


async def test_control_is_given_back_by_a_frame_that_is_loaded_anew(seat: Seat) -> None:
    """Its pass is gone with it: nobody could go on as the one who had control."""
    _, line = await opened(seat)
    await line.grant()
    await heard(seat, "phase", {"phase": "driving"})
    await seat.page.reload()
    await line.next("release")
