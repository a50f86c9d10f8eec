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
        await ann.act(1, "signin", name="ann", password="wrong")
        await ann.hear("signin", again=True)
        await ann.act(1, "signin", name="ann", password="right")
        await ann.tab(title="Next", loading=False)
        assert (await server.call("status"))["windows"] == 1

        site.locked["/"] = "Basic nobody"
        await ann.act(1, "visit", typed=site.url("/"))
        await ann.hear("signin", site=asked["site"], again=False)
        await ann.act(1, "signin")
        await ann.act(1, "visit", typed=site.url("/next"))
        await ann.tab(title="Next", loading=False)


@pytest.mark.security
async def test_t31_what_pages_ask_the_browser_for_is_denied_without_a_question(
    server: Server, site: Site, attach: Attach
) -> None:
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


async def test_a_site_that_asks_for_a_passkey_is_told_in_time_to_offer_another_way(
    server: Server, site: Site, attach: Attach
) -> None:
    page = (await attach("script")).contexts[0].pages[0]
    await page.goto(site.url().replace("127.0.0.1", "localhost"))
    asked = "() => navigator.credentials.get({publicKey: {challenge: new Uint8Array(16)}}).catch((no) => no.name)"
    for _ in range(2):
        assert await page.evaluate(asked) == "NotAllowedError"
