"""A frame of another site has a process of its own; what is ours in a page is ours there as well."""

from __future__ import annotations

import asyncio
import base64
from contextlib import suppress
from urllib.parse import quote

from tests.bots.browser.conftest import Attach, Server, Site
from tests.bots.browser.viewer import Viewer

LOGO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
OUTER = """<title>outer</title><iframe src="{inner}" allow="publickey-credentials-get *"
  style="position:absolute;left:100px;top:50px;width:400px;height:300px;border:0"></iframe>
<script>onmessage = ({{ data }}) => {{ location.hash = data }}</script>"""
INNER = """<style>body > * { position: absolute; left: 0; width: 200px; height: 40px; box-sizing: border-box }</style>
<input type=email style="top:0">
<button style="top:60px" onclick="print()">Print</button>
<button style="top:120px" onclick="ask()">Passkey</button>
<img src="/logo.png" style="top:180px">
<script>
const ask = () => navigator.credentials.get({ publicKey: { challenge: new Uint8Array(16) } })
  .catch(({ name }) => parent.postMessage(name, "*"));
</script>"""


async def test_fields_printing_pictures_and_passkeys_work_in_a_frame_of_another_site(
    attach: Attach, server: Server, site: Site
) -> None:
    inner = site.url("/inner").replace("127.0.0.1", "localhost")
    site.files["/logo.png"] = LOGO
    site.pages |= {"/": OUTER.format(inner=inner), "/inner": INNER}
    browser = await attach("script")
    page = browser.contexts[0].pages[0]
    await page.goto(site.url())
    await page.frame_locator("iframe").get_by_role("button", name="Print").wait_for()
    targets = await (await browser.new_browser_cdp_session()).send("Target.getTargets")
    assert inner in [target["url"] for target in targets["targetInfos"] if target["type"] == "iframe"]
    async with Viewer(server) as ann:
        await server.call("grant", epoch=1, viewer=ann.id, name="Ann")
        await ann.press(1, 150, 70)
        field = await ann.hear("field", mode="email")
        assert field["box"] == [100, 50, 200, 40]
        await ann.press(1, 150, 130)
        await ann.hear_of("outer.pdf")
        for t in ("down", "up"):
            await ann.act(1, t, x=150, y=240, button=2, clicks=1, mods=0)
        place = await ann.hear("menu", image=inner.replace("/inner", "/logo.png"))
        assert (place["x"], place["y"]) == (150, 240)
        await ann.act(1, "saveimage")
        saved = await ann.hear_of("logo.png")
        assert (saved["size"], saved["state"]) == (len(LOGO), "done")
        await ann.press(1, 150, 190)
        await ann.tab(url=f"{site.url()}#NotAllowedError")


DESK = """<style>body > * { position: absolute; left: 0; width: 200px; height: 40px; box-sizing: border-box }</style>
<input id=file type=file multiple style="top:0">
<select id=list style="top:60px"><option>a<option>b<option>c</select>
<button style="top:120px" onclick="tell(`answer ${confirm('Sure?')}`)">Ask</button>
<textarea id=area style="top:180px"></textarea>
<script>
const tell = (words) => parent.postMessage(words, "*");
onchange = ({ target }) => tell(`${target.id} ${target.files?.length ?? target.value}`);
oninput = ({ target }) => target === area && tell(area.value);
</script>"""


async def focused(ann: Viewer, x: int, y: int, **facts: object) -> None:
    """Pressed until it has the focus: of a frame in another process Chromium knows only after a while where it lies."""
    async with asyncio.timeout(20):
        while True:
            await ann.press(1, x, y)
            with suppress(TimeoutError):
                await asyncio.wait_for(ann.hear("field", **facts), 1)
                return


async def test_what_a_person_does_in_a_frame_of_another_site_is_what_they_do_in_a_page(
    server: Server, site: Site
) -> None:
    there = site.url("/inner").replace("127.0.0.1", "localhost")
    site.pages |= {"/": OUTER.format(inner=there), "/inner": DESK}

    async def says(words: str) -> None:
        await ann.tab(url=f"{site.url()}#{quote(words)}")

    async with Viewer(server) as ann:
        await server.call("grant", epoch=1, viewer=ann.id, name="Ann")
        await ann.act(1, "visit", typed=site.url())
        await ann.own()
        await focused(ann, 150, 250, lines=True, box=[100, 230, 200, 40])
        await ann.act(1, "compose", text="に", caret=1)
        await says("に")
        await ann.type(1, "日本")
        await says("日本")
        await ann.act(1, "paste", text="x")
        await says("日本x")
        await ann.press(1, 150, 70)
        asked = await ann.hear("chooser", kind="files")
        await ann.bring(1, 1, {"a.txt": b"1", "b.txt": b"2"})
        await ann.act(1, "choose", n=asked["n"], batch=1)
        await says("file 2")
        await ann.press(1, 150, 190)
        await ann.hear("dialog", kind="confirm", text="Sure?")
        await ann.act(1, "dialog", accept=True)
        await says("answer true")
        await ann.press(1, 150, 130)
        await ann.hear("picker", kind="one")
        await ann.act(1, "fill", chosen=[[2, "c"]])
        await says("list c")


async def test_a_frame_in_a_frame_of_another_site_says_where_its_fields_are(server: Server, site: Site) -> None:
    there = site.url("/middle").replace("127.0.0.1", "localhost")
    middle = OUTER.format(inner=site.url("/inner")).replace("left:100px;top:50px", "left:30px;top:20px")
    site.pages |= {"/": OUTER.format(inner=there), "/middle": middle, "/inner": INNER}
    async with Viewer(server) as ann:
        await server.call("grant", epoch=1, viewer=ann.id, name="Ann")
        await ann.act(1, "visit", typed=site.url())
        await focused(ann, 170, 90, mode="email", box=[130, 70, 200, 40])
