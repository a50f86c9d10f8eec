"""What Safari, Firefox and older browsers lack or say wrongly, taken from ours before the page's scripts run."""

import pytest
from playwright.async_api import expect

from .conftest import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")

PLACE = {"x": 100, "y": 100, "link": "", "image": "", "field": True, "selected": False}

# As Safari: yes to all that begins with "avc1.", and an error where it comes to decoding 4:4:4.
PROMISES = """
VideoDecoder.isConfigSupported = async (config) => ({ supported: true, config });
const Real = VideoDecoder;
window.VideoDecoder = class extends Real {
  #error;
  constructor(init) { super(init); this.#error = init.error; }
  decode(chunk) {
    const bytes = new Uint8Array(chunk.byteLength);
    chunk.copyTo(bytes);
    if (!String.fromCharCode(...bytes.slice(0, 8)).includes("\\x67\\xf4")) return super.decode(chunk);
    this.close();
    this.#error(new DOMException("Decoder failure", "EncodingError"));
  }
};"""
NO_POPOVERS = """
for (const verb of ["showPopover", "hidePopover", "togglePopover"]) delete HTMLElement.prototype[verb];
const { matches } = Element.prototype;
Element.prototype.matches = function (selector) {
  if (selector.includes(":popover-open")) throw new SyntaxError("not a selector");
  return matches.call(this, selector);
};"""


async def test_full_colour_is_asked_for_where_it_is_really_decoded(seat: Seat) -> None:
    line = await seat.open()
    assert line.all("hello")[0]["codecs"][:2] == ["h264-444", "h264"]


async def test_a_browser_that_promises_full_colour_and_cannot_gets_the_next_best_at_once(own: Seat) -> None:
    await own.page.add_init_script(PROMISES)
    line = await own.open()
    assert line.all("hello")[0]["codecs"] == ["h264", "vp8", "vp9", "av1", "jpeg"]
    await line.drawn(await line.picture("key.h264"))


async def test_a_browser_that_never_says_whether_it_decodes_is_not_waited_for(own: Seat) -> None:
    await own.page.add_init_script(
        "VideoDecoder.prototype.decode = () => {}; VideoDecoder.prototype.flush = () => new Promise(() => {});"
    )
    line = await own.open()
    assert line.all("hello")[0]["codecs"][0] == "h264"


async def test_it_works_without_popovers(own: Seat) -> None:
    own.site.edits.append(('popover="manual" ', ""))
    await own.page.add_init_script(NO_POPOVERS)
    line = await own.drive()
    menu = own.page.get_by_role("menu", name="For this place")
    await expect(menu).to_be_hidden()
    await line.say("menu", **PLACE)
    await menu.get_by_role("menuitem", name="Select all").click()
    await line.next("key")
    await expect(menu).to_be_hidden()


async def test_without_a_clipboard_it_is_said(own: Seat) -> None:
    await own.page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    await own.drive()
    await own.part("keys").get_by_text("Send keys").click()
    await own.part("keys").get_by_role("button", name="Paste").click()
    await expect(own.part("notice")).to_have_text("Your browser did not let this page read your clipboard.")


async def test_what_is_copied_is_promised_to_safari_while_the_key_is_pressed(own: Seat) -> None:
    await own.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await own.page.add_init_script("""
      Object.defineProperty(navigator, "vendor", { value: "Apple Computer, Inc." });
      navigator.clipboard.writeText = () => Promise.reject(new DOMException("", "NotAllowedError"));
    """)
    line = await own.drive()
    for text in ("from afar", "and once more"):
        await own.page.keyboard.press("Control+KeyC")
        await line.say("clipboard", text=text)
        await own.page.wait_for_function("async (text) => await navigator.clipboard.readText() === text", arg=text)
    await expect(own.part("notice")).to_have_text("Copied to your clipboard.")
    await expect(own.part("offer")).to_be_hidden()
    await line.say("clipboard", text="unasked")
    await expect(own.part("offer")).to_be_visible()
    assert await own.page.evaluate("navigator.clipboard.readText()") == "and once more"
