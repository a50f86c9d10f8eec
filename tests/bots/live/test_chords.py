"""T31: whatever a person presses, the browser's own interface stays shut."""

import pytest

from .rig import Rig, fact

CONTROL, SHIFT, ALT, META = 2, 8, 1, 4

# Chromium's accelerator table for Linux (chrome/browser/ui/views/accelerator_table.cc), as code, key and modifiers.
CHORDS = [
    *(("Key" + letter, letter.lower(), CONTROL) for letter in "DEFGHJKLNOPRSTUW"),
    *(("Key" + letter, letter, CONTROL | SHIFT) for letter in "ABCDGIJMNOQRTVWYZ"),
    *(("Digit" + digit, digit, mods) for digit in "123456789" for mods in (CONTROL, ALT)),
    *(("Digit0", "0", CONTROL), ("Minus", "-", CONTROL), ("Equal", "=", CONTROL), ("NumpadAdd", "+", CONTROL)),
    *((f"F{number}", f"F{number}", 0) for number in range(1, 13)),
    *((f"F{number}", f"F{number}", CONTROL) for number in range(1, 13)),
    *(("F4", "F4", ALT), ("F3", "F3", SHIFT), ("F5", "F5", SHIFT), ("F6", "F6", SHIFT), ("F7", "F7", 0), ("F10", "F10", SHIFT)),
    *(("KeyD", "d", ALT), ("KeyE", "e", ALT), ("KeyF", "f", ALT), ("KeyI", "I", ALT | SHIFT), ("KeyA", "A", ALT | SHIFT)),
    *(("KeyT", "T", ALT | SHIFT), ("KeyB", "B", ALT | SHIFT), ("KeyN", "n", META), ("KeyR", "r", META)),
    *(("Tab", "Tab", CONTROL), ("Tab", "Tab", CONTROL | SHIFT), ("PageUp", "PageUp", CONTROL), ("PageDown", "PageDown", CONTROL)),
    *(("PageUp", "PageUp", CONTROL | SHIFT), ("PageDown", "PageDown", CONTROL | SHIFT), ("ArrowLeft", "ArrowLeft", ALT)),
    *(("ArrowRight", "ArrowRight", ALT), ("Home", "Home", ALT), ("Escape", "Escape", SHIFT), ("Escape", "Escape", 0)),
    *(("Delete", "Delete", CONTROL | SHIFT), ("Backspace", "Backspace", ALT), ("Space", " ", ALT), ("Space", " ", CONTROL)),
    *(("ContextMenu", "ContextMenu", 0), ("AltLeft", "Alt", ALT), ("MetaLeft", "Meta", META), ("PrintScreen", "PrintScreen", 0)),
    *(("BrowserBack", "BrowserBack", 0), ("BrowserHome", "BrowserHome", 0), ("BrowserSearch", "BrowserSearch", 0)),
    *(("LaunchMail", "LaunchMail", 0), ("Slash", "?", CONTROL | SHIFT), ("Comma", ",", CONTROL), ("Period", ".", CONTROL)),
]  # fmt: skip

PAGE = """<a href='about:blank' style='position:absolute;left:0;top:0;width:300px;height:60px'>a link</a>
<img style='position:absolute;left:0;top:100px;width:200px;height:100px' src='data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'>
<input type=file style='position:absolute;left:0;top:300px'>
<textarea id=area style='position:absolute;left:400px;top:0;width:300px;height:200px'></textarea>"""


async def only_pages(rig: Rig) -> None:
    """In the compositor there is one window, and Chromium has nothing but pages, none of them its own or a file."""
    await rig.painted()
    targets = (await rig.cdp.call("Target.getTargets", {"filter": [{}]}))["targetInfos"]
    shown = [target for target in targets if target["type"] not in ("browser", "service_worker", "tab")]
    assert {target["type"] for target in shown} <= {"page"}, shown
    assert all(target["url"].startswith(("data:", "about:blank")) for target in shown), shown
    await fact(lambda: len(rig.compositor.windows()) == 1)


@pytest.mark.security
async def test_t31_no_chord_reaches_the_browser(rig: Rig) -> None:
    await rig.open(PAGE)
    person = await rig.driver()
    before = rig.tabs.active.id
    await person.click(500, 100)
    for code, key, mods in CHORDS:
        await person.stroke(code, key, mods)
    last = await person.do("keysup")
    await person.next("input", s=last)
    await only_pages(rig)
    assert [tab.id for tab in rig.tabs.all()] == [before]
    assert await rig.ask("[innerWidth, innerHeight, devicePixelRatio]") == [1280, 720, 1]
    heard = await rig.ask("seen.filter(line => line.startsWith('keydown')).length")
    assert heard == len(CHORDS)


@pytest.mark.security
@pytest.mark.parametrize("button", [1, 2, 3, 4])
async def test_t31_no_button_opens_a_menu(rig: Rig, button: int) -> None:
    await rig.open(PAGE)
    person = await rig.driver()
    await person.frame()
    for x, y in ((100, 150), (50, 310), (500, 100), (900, 500)):
        await person.click(x, y, button=button)
        await person.click(x, y, button=button, mods=SHIFT)
    await person.next("input", s=person.s)
    await only_pages(rig)


@pytest.mark.security
async def test_t31_a_middle_click_on_a_link_opens_a_page_and_nothing_else(rig: Rig) -> None:
    await rig.open(PAGE)
    person = await rig.driver()
    await person.click(50, 30, button=1)
    await person.until(lambda: len(person.tabs()) == 2)
    await only_pages(rig)


@pytest.mark.security
async def test_t31_a_file_field_opens_no_dialog(rig: Rig) -> None:
    await rig.open(PAGE)
    person = await rig.driver()
    await person.click(50, 312)
    await rig.until("seen.includes('click 0')")
    await only_pages(rig)
