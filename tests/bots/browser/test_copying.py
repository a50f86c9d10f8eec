"""Pictures that are copied in the remote browser: they come to the person, and can be pasted there."""

from __future__ import annotations

import asyncio
import base64
import io
import os
from contextlib import suppress

import pytest
from PIL import Image

from bots.live.control import Refused
from bots.live.copying import LONGEST_COPY, as_png
from tests.bots.browser.conftest import PAINTED, Server, Site
from tests.bots.browser.test_bar import png
from tests.bots.browser.viewer import Viewer

PAGE = """<style>body > * { position: absolute; left: 0; width: 200px; height: 100px; margin: 0 }</style>
<img src="/logo.png" style="top:0"><button style="top:120px" onclick="copy()">Copy</button>
<textarea id=area style="top:240px"></textarea>
<script>
const copy = async () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 30, height: 20 });
  canvas.getContext("2d").fillRect(0, 0, 30, 20);
  const blob = await new Promise((done) => canvas.toBlob(done));
  await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
};
area.onpaste = async ({ clipboardData }) => {
  const [file] = clipboardData.files;
  const { width, height } = await createImageBitmap(file);
  location.hash = `${file.type}-${width}-${height}`;
};
</script>"""


def size_of(data: bytes) -> tuple[str | None, tuple[int, int]]:
    with Image.open(io.BytesIO(data)) as image:
        return image.format, image.size


async def picture(ann: Viewer, number: int) -> tuple[str | None, tuple[int, int]]:
    """The so manieth that came to her clipboard."""
    await ann.until(lambda: len(ann.all("clipboard")) >= number)
    return size_of(base64.b64decode(ann.all("clipboard")[number - 1]["png"]))


async def asks_for_menu(ann: Viewer, image: str) -> None:
    """Until it is the picture's, which may be drawn later than the page."""
    async with asyncio.timeout(20):
        while True:
            for t in ("down", "up"):
                await ann.act(1, t, x=50, y=50, button=2, clicks=1, mods=0)
            with suppress(TimeoutError):
                await asyncio.wait_for(ann.hear("menu", image=image), 1)
                return


async def test_a_picture_is_copied_by_our_menu_or_the_pages_own_button_and_pasted(server: Server, site: Site) -> None:
    site.files["/logo.png"] = png(64)
    site.pages["/"] = PAGE + PAINTED
    async with Viewer(server) as ann:
        await server.call("grant", epoch=1, viewer=ann.id, name="Ann")
        await ann.act(1, "visit", typed=site.url())
        await site.until_asked("GET /painted")
        await asks_for_menu(ann, site.url("/logo.png"))
        await ann.act(1, "copyimage")
        assert await picture(ann, 1) == ("PNG", (64, 64))
        await ann.press(1, 50, 290)
        for down in (True, False):
            stroke = {"code": "KeyV", "key": "v", "mods": 2, "repeat": False, "location": 0}
            await ann.act(1, "key", down=down, **stroke)
        await ann.tab(url=site.url("/#image/png-64-64"))
        await ann.press(1, 50, 170)
        assert await picture(ann, 2) == ("PNG", (30, 20))
        assert len(ann.all("clipboard")) == 2


def test_a_large_picture_is_copied_smaller() -> None:
    noise = Image.frombytes("RGB", (1200, 900), os.urandom(1200 * 900 * 3))
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=95)
    copy = as_png(out.getvalue())
    kind, (width, height) = size_of(copy)
    assert kind == "PNG"
    assert len(copy) <= LONGEST_COPY
    assert width / height == pytest.approx(4 / 3, abs=0.02)


@pytest.mark.security
@pytest.mark.parametrize("data", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", png(8)[:40]])
def test_t15_what_cannot_be_drawn_is_not_copied(data: bytes) -> None:
    with pytest.raises(Refused, match="save it instead"):
        as_png(data)
