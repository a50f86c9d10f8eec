"""The last picture after a motion, as the viewer's canvas has it, beside a lossless picture of the same screen."""

import asyncio
import base64
import io
import math
import time
from collections.abc import AsyncIterator
from itertools import dropwhile, pairwise, takewhile

import pixelflux
import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.async_api import Browser, Page

from tests.live_page.site import Site

from .rig import PATIENCE, Frame, Person, Rig

PAGE = """<div style='height:3000px;font:15px serif;color:#b03;
  background:linear-gradient(120deg,#fdd,#dfd 30%,#ddf 60%,#fed)'></div>
<script>
for (let row = 0; row < 120; row++) {
  const line = document.createElement("p");
  line.textContent = `${row} The quick brown fox jumps over the lazy dog and back again, in small print. `.repeat(2);
  line.style.cssText = `position:absolute;top:${row * 24}px;margin:4px;color:hsl(${row * 37} 80% 35%)`;
  document.body.append(line);
}
</script>"""
CANVAS = """async () => {
  const { Screen } = await import('/static/live/screen.js');
  const { parseFrame } = await import('/static/live/wire.js');
  const canvas = document.createElement('canvas');
  document.body.replaceChildren(canvas);
  const screen = new Screen(canvas);
  screen.resize(1280, 720);
  window.drawn = 0;
  screen.ondrawn = (number) => { window.drawn = number; };
  window.show = (base64) => screen.show(parseFrame(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer));
  window.pixels = () => canvas.toDataURL('image/png').split(',')[1];
}"""


@pytest.fixture
async def viewer(browser: Browser) -> AsyncIterator[Page]:
    site = Site()
    page = await browser.new_page(bypass_csp=True)  # for what is evaluated while it waits
    await page.goto(site.url() + "static/live/live.css")  # a document of this origin, with nothing of its own
    await page.evaluate(CANVAS)
    yield page
    await page.close()
    site.stop()


async def canvas_of(viewer: Page, frames: list[Frame]) -> Image.Image:
    """With these drawn too."""
    for frame in frames:
        await viewer.evaluate("(frame) => show(frame)", base64.b64encode(frame.raw).decode())
    if frames:
        await viewer.wait_for_function(f"drawn === {frames[-1].number}")
    return Image.open(io.BytesIO(base64.b64decode(await viewer.evaluate("pixels()")))).convert("RGB")


async def screenshot(rig: Rig) -> Image.Image:
    with rig.compositor._kept_awake():
        png = await asyncio.to_thread(pixelflux.screenshot_png, 0)
    return Image.open(io.BytesIO(png)).convert("RGB")


async def scrolled(rig: Rig, person: Person, to: int) -> int:
    """And seen to have come to rest there: by the pictures from this one on."""
    way = to - await rig.ask("scrollY")
    moved = len(person.frames)
    await person.do("move", x=1279, y=719)  # the screenshot has the pointer in it, the stream has not
    await person.do("wheel", x=1279, y=719, dx=0, dy=way, mods=0)
    await rig.until("scrollY", to)
    await person.until(lambda: any(frame.flags & 1 for frame in person.frames[moved:]))
    await rig.painted()
    await at_rest(person)  # a late first picture makes a motion look like what follows one
    return moved


async def at_rest(person: Person) -> None:
    before = None
    while before != len(person.frames):
        before = len(person.frames)
        await asyncio.sleep(0.4)


def far_off(canvas: Image.Image, screen: Image.Image) -> tuple[float, float]:
    """How far all pixels are off together, and the part of them in which a colour is wrong by more than an eighth."""
    difference = ImageChops.difference(canvas, screen)
    worst = difference.split()
    marked = ImageChops.lighter(ImageChops.lighter(worst[0], worst[1]), worst[2]).point(
        lambda value: value > 32 and 255
    )
    return max(ImageStat.Stat(difference).rms), ImageStat.Stat(marked).mean[0] / 255


def is_sharp(found: tuple[float, float], rms: float, wrong: float) -> bool:
    return found[0] <= rms and found[1] <= wrong


@pytest.mark.own_chromium  # it measures each pixel
@pytest.mark.parametrize(("kind", "rms", "wrong"), [("h264-444", 6, 0.002), ("h264", 17, 0.12), ("jpeg", 6, 0.002)])
async def test_the_last_picture_is_the_pages_and_sharp(
    rig: Rig, viewer: Page, kind: str, rms: float, wrong: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A busy machine answers late. Else it would be taken for a slow line, and its last pictures spared.
    monkeypatch.setattr("bots.live.pace._LATE", math.inf)
    await rig.open(PAGE)
    person = await rig.driver(codecs=(kind, "jpeg"))
    await person.frame()
    # Twice, in one turn each: how sharp the encoder's three last pictures get depends on those just before, and a busy
    # machine makes more of its first picture, or of a longer motion, or fewer.
    await scrolled(rig, person, 800)
    moved = await scrolled(rig, person, 400)
    moving = list(takewhile(lambda frame: not frame.flags & 1, person.frames[moved:]))
    shown = moved + len(moving)
    found = far_off(await canvas_of(viewer, person.frames[:shown]), await screenshot(rig))
    assert not is_sharp(found, rms, wrong), found  # so these bounds tell the last picture from those of the motion
    deadline = time.monotonic() + PATIENCE
    while not is_sharp(found, rms, wrong) and time.monotonic() < deadline:  # more comes, until it is
        frames = person.frames[shown:]
        shown += len(frames)
        found = far_off(await canvas_of(viewer, frames), await screenshot(rig))
        await asyncio.sleep(0.1)
    assert is_sharp(found, rms, wrong), found
    await at_rest(person)
    found = far_off(await canvas_of(viewer, person.frames[shown:]), await screenshot(rig))
    assert is_sharp(found, rms, wrong), found  # and stays so


@pytest.mark.own_chromium
async def test_a_letter_is_sharp_in_one_picture(rig: Rig, viewer: Page) -> None:
    """Whoever types pays for no more; nor does a caret that blinks on a page that nobody touches."""
    await rig.open(f"<input id=field autofocus style='font:30px serif;caret-color:transparent'>{PAGE}")
    await rig.until("document.activeElement.id", "field")
    person = await rig.driver(codecs=("h264-444", "jpeg"))
    await person.do("move", x=1279, y=719)
    await person.until(lambda: _from_the_sharp_one(person.frames))  # the page's own
    await at_rest(person)
    before = len(person.frames)
    await person.type("x")
    await rig.until("field.value", "x")
    first, *later = await person.until(lambda: _from_the_sharp_one(person.frames[before:]))
    assert later[0].milliseconds - first.milliseconds > 60, later  # the caret's: a burst's would follow at once
    found = far_off(await canvas_of(viewer, person.frames), await screenshot(rig))
    assert is_sharp(found, 6, 0.002), found


MARCH = """<div id=bar style='position:absolute;top:0;left:0;width:40px;height:720px;background:#000'></div><script>
let at = 0;
const march = setInterval(() => { bar.style.left = `${at = (at + 2) % 1240}px` }, 16);
</script>"""
BARS = """() => {
  const canvas = document.querySelector('canvas');
  const row = new OffscreenCanvas(1280, 1);
  const pen = row.getContext('2d');
  pen.drawImage(canvas, 0, 300, 1280, 1, 0, 0, 1280, 1);
  const { data } = pen.getImageData(0, 0, 1280, 1);
  const dark = Array.from({ length: 1280 }, (_, x) => x).filter((x) => data[4 * x] < 200);
  return [dark[0] ?? -1, dark.length, (dark.at(-1) ?? -1) - (dark[0] ?? -1) + 1];
}"""


@pytest.mark.own_chromium
@pytest.mark.parametrize("kind", ["h264-444", "h264"])
async def test_after_a_skip_the_picture_goes_on_without_a_trace_of_what_was_left_out(
    rig: Rig, viewer: Page, kind: str
) -> None:
    """One bar, whole, in each picture that is drawn, and never further back than it was."""
    await rig.open(MARCH)
    quick, slow = await rig.join("quick", codecs=(kind, "jpeg")), await rig.join("slow", codecs=(kind, "jpeg"))
    await slow.until(lambda: len(slow.frames) >= 10)
    slow.draws = False
    await quick.frame(len(quick.frames) + 30)
    sent = len(slow.frames)
    await quick.frame(len(quick.frames) + 20)
    assert len(slow.frames) == sent  # pictures are left out
    slow.draws = True
    await slow.say("ack", n=slow.frames[-1].number)
    await slow.until(lambda: len(slow.frames) >= sent + 10)
    await rig.ask("clearInterval(march)")
    places = []
    for frame in list(slow.frames):
        await canvas_of(viewer, [frame])
        places.append(await viewer.evaluate(BARS))
    for left, dark, wide in places[2:]:
        assert (dark, wide) == (pytest.approx(40, abs=8), pytest.approx(40, abs=8)), (left, places)
    steps = [(after[0] - before[0]) % 1240 for before, after in pairwise(places[2:])]
    assert max(steps) < 1_000, places  # a step back would be nearly all the way round
    assert max(steps) > 60, places  # the skip


def _from_the_sharp_one(frames: list[Frame]) -> list[Frame]:
    """Once there is something behind it."""
    found = list(dropwhile(lambda frame: not frame.flags & 1, frames))
    return found if len(found) > 1 else []
