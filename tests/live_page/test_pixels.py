"""Video that is drawn slowly is turned into pixels first: the same ones, and only where the browser can."""

import base64

import pytest

from .browser_side import sample
from .conftest import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")

BOTH_WAYS = """async ([format, sample]) => {
  const { Pixels } = await import('/static/live/pixels.js');
  const { codecOf } = await import('/static/live/h264.js');
  const [width, height] = [1280, 720];
  const decoded = () => new Promise((output, error) => {
    const data = Uint8Array.from(atob(sample), (letter) => letter.charCodeAt(0));
    const decoder = new VideoDecoder({ output, error });
    decoder.configure({ codec: codecOf(data), optimizeForLatency: true });
    decoder.decode(new EncodedVideoChunk({ type: 'key', timestamp: 0, data }));
    decoder.flush().catch(error);
  });
  const made = () => {
    const planes = new Uint8Array(width * height * (format === 'I444' ? 3 : 1.5));
    planes.forEach((_, at) => { planes[at] = 16 + (at * 7 + (at >> 9) * 13) % 220; });
    return new VideoFrame(planes, { format, codedWidth: width, codedHeight: height, timestamp: 0 });
  };
  const frame = format ? made() : await decoded();
  const canvas = new OffscreenCanvas(width, height).getContext('2d', { alpha: false, willReadFrequently: true });
  canvas.drawImage(frame, 0, 0);
  const before = canvas.getImageData(0, 0, width, height).data;
  const pixels = new Pixels();
  const asItWas = await pixels.of(frame) === frame;
  for (let times = 0; times < 3; times += 1) pixels.took(17);
  const { image, close } = await pixels.of(frame);
  canvas.putImageData(image, 0, 0);
  const after = canvas.getImageData(0, 0, width, height).data;
  let far = 0;
  for (let at = 0; at < before.length; at += 1) far = Math.max(far, Math.abs(before[at] - after[at]));
  close();
  return { asItWas, far, closed: frame.format === null };
}"""


@pytest.mark.parametrize("format", ["I444", "I420", ""])
async def test_its_pixels_are_those_that_the_browser_itself_would_draw(seat: Seat, format: str) -> None:
    await seat.watch()
    given = [format, base64.b64encode(sample("key.h264")).decode()]
    found = await seat.page.evaluate(BOTH_WAYS, given)
    assert found["asItWas"]
    assert found["closed"]
    assert found["far"] <= 4


REFUSES = """async ({ format = 'I420', size, fails = false, slow = [9, 9, 9] }) => {
  const { Pixels } = await import('/static/live/pixels.js');
  let copied = 0;
  const picture = {
    format, visibleRect: { width: 4, height: 2 }, displayWidth: 4, displayHeight: 2, close() {},
    allocationSize: () => size ?? 32,
    copyTo: async () => { copied += 1; if (fails) throw new TypeError('not that format'); },
  };
  const pixels = new Pixels();
  slow.forEach((milliseconds) => pixels.took(milliseconds));
  const same = [await pixels.of(picture) === picture, await pixels.of(picture) === picture];
  return [copied, ...same];
}"""


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [2, False, False]),
        ({"slow": [9, 9, 1, 9, 9]}, [0, True, True]),  # with a GPU a single draw may take long
        ({"format": None}, [0, True, True]),  # it lies in the GPU's memory
        ({"format": "BGRX"}, [0, True, True]),
        ({"size": 12}, [0, True, True]),  # a browser that knows of no formats
        ({"fails": True}, [1, True, True]),
    ],
)
async def test_where_that_is_not_needed_or_cannot_be_had_the_picture_stays(
    seat: Seat, given: dict[str, object], found: list[object]
) -> None:
    await seat.watch()
    assert await seat.page.evaluate(REFUSES, given) == found
