"""T31: whatever a person presses, the browser's own interface stays shut."""

import pytest

from .rig import Rig, fact

MODS = {"Alt": 1, "Ctrl": 2, "Meta": 4, "Shift": 8}

# Chromium's accelerator table for Linux (chrome/browser/ui/views/accelerator_table.cc), by modifiers and code.
TABLE = """
Ctrl: D E F G H J K L N O P R S T U W 0 1 2 3 4 5 6 7 8 9 Minus Equal NumpadAdd Comma Period Space Tab PageUp PageDown
Ctrl: F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 Insert Delete
Ctrl+Shift: A B C D G I J M N O Q R T V W Y Z Tab PageUp PageDown Delete Slash Escape
Ctrl+Alt: T Delete
Alt: D E F 1 2 3 4 5 6 7 8 9 F4 ArrowLeft ArrowRight Home Backspace Space AltLeft
Alt+Shift: A B I N T
Shift: F3 F5 F6 F10 Escape Delete Insert
Meta: N R MetaLeft
none: F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 Escape ContextMenu PrintScreen
none: BrowserBack BrowserForward BrowserRefresh BrowserHome BrowserSearch BrowserFavorites LaunchMail LaunchApp1
"""


def chords() -> list[tuple[str, str, int]]:
    """code, key and modifiers of every line"""
    found = []
    for line in TABLE.strip().splitlines():
        names, keys = line.split(": ")
        mods = sum(MODS.get(name, 0) for name in names.split("+"))
        for key in keys.split():
            code = f"Digit{key}" if key.isdigit() else f"Key{key}" if len(key) == 1 else key
            found.append((code, key.lower() if len(key) == 1 else key, mods))
    return found


PAGE = """<a href='about:blank' style='position:absolute;left:0;top:0;width:300px;height:60px'>a link</a>
<img style='position:absolute;left:0;top:100px;width:200px;height:100px'
     src='data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'>
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
    for code, key, mods in chords():
        await person.stroke(code, key, mods)
    last = await person.do("keysup")
    await person.next("input", s=last)
    await only_pages(rig)
    assert [tab.id for tab in rig.tabs.all()] == [before]
    assert await rig.ask("[innerWidth, innerHeight, devicePixelRatio]") == [1280, 720, 1]
    heard = await rig.ask("seen.filter(line => line.startsWith('keydown')).length")
    assert heard == len(chords())


@pytest.mark.security
@pytest.mark.parametrize("button", [1, 2, 3, 4])
async def test_t31_no_button_opens_a_menu(rig: Rig, button: int) -> None:
    await rig.open(PAGE)
    person = await rig.driver()
    await person.frame()
    for x, y in ((100, 150), (50, 310), (500, 100), (900, 500)):
        await person.click(x, y, button=button)
        await person.click(x, y, button=button, mods=MODS["Shift"])
    await person.next("input", s=person.s)
    await only_pages(rig)


@pytest.mark.security
async def test_t31_no_menu_of_the_browsers_is_painted(rig: Rig) -> None:
    """Whatever the page does with the event, also where it keeps it from our script."""
    person = await rig.driver()
    for held in ("event.stopImmediatePropagation()", "event.cancelBubble = true", ""):
        plain = "<style>a { color: #00e !important }</style><script>const hold = (event) => {"
        await rig.open(f"{PAGE}{plain} {held} }}; addEventListener('contextmenu', hold, true)</script>")
        await person.next("input", s=await person.do("move", x=900, y=500))
        await rig.painted()
        before = rig.compositor.thumbnail(640)
        for x, y in ((50, 30), (100, 150), (900, 500)):
            await person.click(x, y, button=2)
        await person.stroke("F10", "F10", MODS["Shift"])
        await person.stroke("ContextMenu", "ContextMenu")
        await rig.until("seen.includes('keyup ContextMenu')")
        await only_pages(rig)
        assert rig.compositor.thumbnail(640) == before


@pytest.mark.security
async def test_t31_a_middle_click_on_a_link_opens_a_page_and_nothing_else(rig: Rig) -> None:
    await rig.open(PAGE)
    person = await rig.driver()
    await person.click(50, 30, button=1)
    await person.until(lambda: len(person.tabs()) == 2)
    await only_pages(rig)


SELECTED = """<style>input { position: absolute; left: 0; width: 300px; height: 40px }</style>
<input id=first value='somebody’s words' style='top:100px'>
<input id=second style='top:200px'>
<iframe style='position:absolute;left:400px;top:0' srcdoc="<textarea id=third style='position:absolute;left:0;top:0'>
</textarea><script>onpaste = () => parent.seen.push('paste in it')</script>"></iframe>
<script>addEventListener("mouseup", (event) => event.stopImmediatePropagation(), true)</script>"""


@pytest.mark.security
async def test_t12_a_middle_click_pastes_nothing_that_was_selected_before(rig: Rig) -> None:
    await rig.open(SELECTED)
    person = await rig.driver()
    await person.click(100, 120)
    await person.stroke("KeyA", "a", mods=MODS["Ctrl"])
    await rig.until("first.selectionEnd - first.selectionStart", 16)
    await person.click(100, 220, button=1)
    await person.click(450, 30, button=1)
    await rig.until("document.activeElement.tagName", "IFRAME")
    await person.click(100, 220, button=1)
    await person.do("paste", text="one’s own")
    await rig.until("second.value", "one’s own")
    assert await rig.ask("seen.filter((line) => line.startsWith('paste')).join()") == "paste one’s own"
    assert await rig.ask("frames[0].third.value") == ""


@pytest.mark.security
async def test_t31_a_file_field_opens_no_dialog(rig: Rig) -> None:
    await rig.open(PAGE)
    person = await rig.driver()
    await person.click(50, 312)
    await rig.until("seen.includes('click 0')")
    await only_pages(rig)


@pytest.mark.security
async def test_t31_a_question_for_files_that_is_not_caught_opens_no_dialog_of_the_server(rig: Rig) -> None:
    """Chromium's viewer of PDFs asks so, when what was written into a form is to be saved."""
    await rig.open(PAGE + "<script>addEventListener('cancel', () => seen.push('cancel'), true)</script>")
    person = await rig.driver()
    await rig.cdp.call("Page.setInterceptFileChooserDialog", {"enabled": False}, rig.tabs.active.session)
    await person.click(50, 312)
    await rig.until("seen.includes('cancel')")
    await only_pages(rig)
