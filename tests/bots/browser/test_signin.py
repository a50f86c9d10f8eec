"""A site that asks for a name and a password by HTTP, and what pages ask the browser for."""

import base64
from contextlib import suppress
from pathlib import Path

import pytest

from bots.browser import processes
from tests.waiting import soon

from .conftest import PAINTED, Attach, Server, Site
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
    }.items():
        name = await page.evaluate(f"() => ({wish}).then(() => 'granted', (no) => no?.name || no?.constructor.name)")
        assert (wish, name) == (wish, answer)


WISHES = """<button style="position:fixed;left:0;top:0;width:300px;height:100px" onclick="wish()">Try it</button>
<button style="position:fixed;left:0;top:200px;width:300px;height:100px" onclick="location.hash = 'on'">Go on</button>
<script>
const idp = { configURL: "/idp.json", clientId: "x" };
const ways = [
  () => navigator.mediaDevices.getDisplayMedia({ video: true }),
  () => navigator.credentials.get({ identity: { mode: "active", providers: [idp] } }),
  () => navigator.credentials.get({ digital: { requests: [{ protocol: "openid4vp-v1-unsigned", data: {} }] } }),
  () => showOpenFilePicker(), () => showSaveFilePicker(), () => showDirectoryPicker(),
  () => new EyeDropper().open(),
  () => navigator.credentials.get({ publicKey: { challenge: new Uint8Array(16) } }),
];
let left = "";
onblur = () => { left = " and the focus was gone"; };
const wish = () => Promise.allSettled(ways.map(async (way) => way())).then((ends) => {
  location.hash = ends.map(({ reason, value }) => reason?.name ?? typeof value).join() + left;
});
</script>"""


@pytest.mark.security
async def test_t31_no_press_opens_what_only_the_browsers_own_interface_could_close(server: Server, site: Site) -> None:
    """Screens to share, accounts and wallets to sign in with, files to pick: their windows take no key by CDP, and some
    hold the page until they are answered. Sites find them missing, and offer another way."""
    site.pages["/"] = WISHES + PAINTED
    here = site.url().replace("127.0.0.1", "localhost")
    async with Viewer(server) as ann:
        await server.call("grant", epoch=1, viewer=ann.id, name="Ann")
        await ann.act(1, "visit", typed=here)
        await site.until_asked("GET /painted")
        await ann.press(1, 100, 50)
        names = ["TypeError", "NotSupportedError", "NotSupportedError", *["ReferenceError"] * 4, "NotAllowedError"]
        await ann.tab(url=f"{here}#{','.join(names)}")
        await ann.press(1, 100, 250)
        await ann.tab(url=f"{here}#on")


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


ASKS = """async () => {
  const user = { id: new Uint8Array(4), name: "ann", displayName: "Ann" };
  const found = { residentKey: "required" };
  const kind = { pubKeyCredParams: [{ type: "public-key", alg: -7 }], authenticatorSelection: found };
  const key = { challenge: new Uint8Array(16), rp: { name: "Shop" }, user, ...kind };
  const made = await navigator.credentials.create({ publicKey: key });
  const shown = await navigator.credentials.get({ publicKey: { challenge: new Uint8Array(16) } });
  return made.id === shown.id;
}"""


async def test_a_key_that_a_script_has_brought_answers(server: Server, site: Site, attach: Attach) -> None:
    page = (await attach("script")).contexts[0].pages[0]
    await page.goto(site.url().replace("127.0.0.1", "localhost"))
    cdp = await page.context.new_cdp_session(page)
    await cdp.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": kind | {"isUserVerified": True}})
    assert await page.evaluate(ASKS)


LINKS = """<style>a { position: fixed; left: 0; width: 300px; height: 50px; background: #eee }</style>
<a href="mailto:ann@shop.example" style="top:0">Write to us</a>
<a href="tel:123" style="top:100px">Call us</a>
<a href="shop-app://open" style="top:200px">Open the app</a>
<a href="#alive" style="top:300px">Go on</a>"""


CHROMIUMS = {"chromium", "chrome", "chrome_crashpad"}


def strangers(server: Server) -> set[str]:
    """The names of processes of the server that are none of Chromium's."""
    names = set()
    for pid in processes.below(server.pid):
        with suppress(OSError):  # it has ended since
            names.add(Path(f"/proc/{pid}/comm").read_text().strip())
    return names - CHROMIUMS


@pytest.mark.security
async def test_t31_an_address_for_another_program_starts_none_and_asks_nobody(server: Server, site: Site) -> None:
    site.pages["/"] = LINKS + PAINTED
    async with Viewer(server) as ann:
        await server.call("grant", epoch=1, viewer=ann.id, name="Ann")
        await ann.act(1, "visit", typed=site.url())
        await site.until_asked("GET /painted")
        for y in (25, 125, 225, 325):
            await ann.press(1, 100, y)
        await ann.tab(url=f"{site.url()}#alive")
        assert (await server.call("status"))["windows"] == 1
        await soon(lambda: not strangers(server))  # Chromium may still ask who opens addresses
