"""A site that asks for a name and a password by HTTP, and what pages ask the browser for."""

import base64

import pytest

from .conftest import Attach, Server, Site
from .viewer import Viewer


async def test_a_person_signs_in_with_our_own_form(server: Server, site: Site) -> None:
    server.is_spoilt = True  # Chromium remembers names and passwords until it ends
    site.locked["/next"] = "Basic " + base64.b64encode(b"ann:right").decode()
    async with Viewer(server) as ann:
        await server.call("grant", epoch=1, viewer=ann.id, name="Ann")
        await ann.act(1, "visit", typed=site.url("/next"))
        asked = await ann.hear("signin", site=site.url(""))
        assert (asked["realm"], asked["again"]) == ("<b>Staff</b>", False)
        await ann.act(1, "signin", n=asked["n"], name="ann", password="wrong")
        again = await ann.hear("signin", again=True)
        await ann.act(1, "signin", n=again["n"], name="ann", password="right")
        await ann.tab(title="Next", loading=False)
        assert (await server.call("status"))["windows"] == 1

        site.locked["/"] = "Basic nobody"
        await ann.act(1, "visit", typed=site.url("/"))
        other = await ann.hear("signin", site=asked["site"], again=False)
        await ann.act(1, "signin", n=other["n"])
        await ann.act(1, "visit", typed=site.url("/next"))
        await ann.tab(title="Next", loading=False)


@pytest.mark.security
async def test_t15_what_is_typed_for_one_site_goes_to_no_other(server: Server, site: Site) -> None:
    server.is_spoilt = True
    site.locked["/next"] = "Basic " + base64.b64encode(b"ann:right").decode()
    async with Viewer(server) as ann:
        await server.call("grant", epoch=1, viewer=ann.id, name="Ann")
        await ann.act(1, "visit", typed=site.url("/next"))
        here = await ann.hear("signin", site=site.url(""))
        there = site.url("").replace("127.0.0.1", "localhost")
        await ann.act(1, "visit", typed=f"{there}/next")
        asked = await ann.hear("signin", site=there)
        await ann.act(1, "signin", n=here["n"], name="ann", password="right")
        await ann.act(1, "signin", n=asked["n"], name="ann", password="wrong")
        await ann.hear("signin", site=there, again=True)


@pytest.mark.security
async def test_t31_what_pages_ask_the_browser_for_is_denied_without_a_question(site: Site, attach: Attach) -> None:
    page = (await attach("script")).contexts[0].pages[0]
    await page.goto(site.url().replace("127.0.0.1", "localhost"))
    for wish, answer in {
        "new Promise((_, no) => navigator.geolocation.getCurrentPosition(no, no))": "GeolocationPositionError",
        "navigator.mediaDevices.getUserMedia({ video: true })": "NotFoundError",
        "navigator.usb.requestDevice({ filters: [] })": "NotFoundError",
        "navigator.serial.requestPort()": "NotFoundError",
        "navigator.clipboard.readText()": "NotAllowedError",
        "showOpenFilePicker()": "AbortError",
        "showDirectoryPicker()": "AbortError",
    }.items():
        name = await page.evaluate(f"() => ({wish}).then(() => 'granted', (no) => no?.name || no?.constructor.name)")
        assert (wish, name) == (wish, answer)


FLOATS = """async () => {
  const canvas = document.createElement("canvas");
  canvas.getContext("2d").fillRect(0, 0, 9, 9);
  const video = Object.assign(document.createElement("video"), { srcObject: canvas.captureStream(), muted: true });
  document.body.append(video);
  await video.play();
  return (async () => %s)().then(() => "opened", (error) => error.name);
}"""


@pytest.mark.security
@pytest.mark.parametrize("way", ["video.requestPictureInPicture()", "documentPictureInPicture.requestWindow()"])
async def test_t31_no_page_opens_a_window_that_is_no_tab(server: Server, site: Site, attach: Attach, way: str) -> None:
    """It could lie over another page, and the compositor's windows would be taken for those of other tabs."""
    page = (await attach("script")).contexts[0].pages[0]
    await page.goto(site.url().replace("127.0.0.1", "localhost"))
    assert await page.evaluate(FLOATS % way) != "opened"
    assert await page.evaluate("[Boolean(document.pictureInPictureEnabled), 'documentPictureInPicture' in window]") == [
        False,
        False,
    ]
    assert (await server.call("status"))["windows"] == 1


async def test_a_site_that_asks_for_a_passkey_is_told_in_time_to_offer_another_way(site: Site, attach: Attach) -> None:
    page = (await attach("script")).contexts[0].pages[0]
    await page.goto(site.url().replace("127.0.0.1", "localhost"))
    asked = "() => navigator.credentials.get({publicKey: {challenge: new Uint8Array(16)}}).catch((no) => no.name)"
    for _ in range(2):
        assert await page.evaluate(asked) == "NotAllowedError"
