"""Driving: what the one in control does, the page hears. Real compositor, real Chromium, real socket."""

import asyncio
import json

import pytest

from bots.live import wire
from bots.live.input import Hands

from .rig import LOG, PATIENCE, Person, Rig, fact

BUTTON = """<button style='position:absolute;left:100px;top:100px;width:200px;height:80px'
        onclick="document.body.style.background='#c00'">Go</button>"""
FIELD = "<input id=field style='position:absolute;left:100px;top:100px;width:300px;height:40px'>"


async def test_a_click_changes_the_page_and_the_picture(rig: Rig) -> None:
    await rig.open(BUTTON)
    person = await rig.driver()
    await person.frame()
    await person.click(200, 140)
    await rig.until("document.body.style.background", "rgb(204, 0, 0)")
    shown = len(person.frames)
    await person.frame(shown)


async def test_typed_text_arrives_in_order(rig: Rig) -> None:
    await rig.open(FIELD)
    person = await rig.driver()
    words = "thequickbrownfoxjumpsoverthelazydog" * 3
    await person.click(200, 120)
    await person.type(words)
    await person.do("text", text=" Größe 日本 😀")
    await rig.until("field.value", words + " Größe 日本 😀")


async def test_text_pasted_right_after_a_click_lands_there(rig: Rig) -> None:
    await rig.open(FIELD)
    person = await rig.driver()
    await person.click(200, 120)
    await person.do("paste", text="493 021")
    await person.type("x")
    await rig.until("field.value", "493 021x")
    assert "paste 493 021" in await rig.ask("seen")


async def the_bot_pastes(rig: Rig) -> None:
    """After what is there by now."""
    _, *strokes = Hands().actions(wire.Paste(0, 0, ""))
    await rig.ask("field.value = ''")
    for method, params in [*strokes, ("Input.insertText", {"text": "|"})]:
        await rig.cdp.call(method, params, rig.tabs.active.session)
    await rig.until("field.value.endsWith('|')")


async def test_n9_what_one_person_pasted_is_not_there_for_the_bot_or_the_next(rig: Rig) -> None:
    await rig.open(FIELD)
    ann, bob = await rig.driver("ann"), await rig.join("bob")
    await ann.click(200, 120)
    await ann.do("paste", text="493 021")
    await rig.until("field.value", "493 021")
    await ann.say("revoke", epoch=1)
    await bob.next("control", viewer=None)
    await the_bot_pastes(rig)
    assert await rig.ask("field.value") == "|"

    await rig.give(ann, 2)
    await rig.ask("field.value = 'the page’s'; field.select()")
    await ann.stroke("KeyC", "c", mods=2)
    await ann.next("clipboard")
    await ann.say("revoke", epoch=2)
    await bob.next("control", epoch=2, viewer=None)
    await the_bot_pastes(rig)
    assert await rig.ask("field.value") == "the page’s|"
    await rig.give(bob, 3)
    await rig.ask("field.value = ''")
    await bob.stroke("KeyV", "v", mods=2)
    await bob.type("x")
    await rig.until("field.value", "x")


async def test_what_the_page_copies_goes_to_the_one_in_control(rig: Rig) -> None:
    await rig.open(FIELD)
    watcher = await rig.join("watcher", may="watch")
    person = await rig.driver("driver")
    await person.click(200, 120)
    await person.do("text", text="a secret")
    await person.stroke("KeyA", "a", mods=2)
    await person.stroke("KeyC", "c", mods=2)
    assert (await person.next("clipboard"))["text"] == "a secret"
    assert not watcher.all("clipboard")


DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"


async def test_a_picture_is_pasted(rig: Rig) -> None:
    await rig.open(
        FIELD + "<script>addEventListener('paste', (event) => {"
        "for (const file of event.clipboardData.files) window.pasted = file.type })</script>"
    )
    person = await rig.driver()
    await person.click(200, 120)
    await person.do("image", png=DOT)
    await rig.until("window.pasted", "image/png")


async def test_whoever_floods_is_told_and_lets_go_all_the_same(rig: Rig) -> None:
    await rig.open("")
    person = await rig.driver()
    releases: set[int] = set()
    for _ in range(60):
        await person.click(50, 50)
        await person.press("KeyQ", "q")
        await person.press("KeyQ", "q", down=False)
        releases.add(person.s)
    assert "Too much" in (await person.next("refused"))["why"]
    last = await person.do("keysup")
    await person.next("input", s=last)
    assert not releases & {message["s"] for message in person.all("refused")}
    presses = await rig.ask("seen.filter((line) => /^(mousedown|keydown)/.test(line)).length")
    let_go = await rig.ask("seen.filter((line) => /^(mouseup|keyup)/.test(line)).length")
    assert 40 < presses == let_go < 120


async def test_an_option_of_a_select_list_is_chosen_by_pointer(rig: Rig) -> None:
    await rig.open(
        "<select id=list size=1 style='position:absolute;left:100px;top:100px;width:200px;height:30px'>"
        "<option>one<option>two<option>three</select>"
    )
    person = await rig.driver()
    await person.click(200, 115)
    await rig.until("list.matches(':open')")
    await person.stroke("ArrowDown", "ArrowDown")  # keys reach the list by CDP
    await person.stroke("Enter", "Enter")
    await rig.until("list.value", "two")
    await person.click(200, 115)
    await rig.until("list.matches(':open')")
    await person.frame(len(person.frames))
    await person.do("move", x=150, y=138)
    await person.click(150, 138)
    await rig.until("list.value", "one")


DRAGGED = (
    "<div draggable=true id=a style='position:absolute;left:20px;top:20px;width:80px;height:80px;background:red'"
    " ondragstart=\"event.dataTransfer.setData('text', 'A')\"></div>"
    "<div style='position:absolute;left:400px;top:20px;width:200px;height:200px;background:blue'"
    " ondrop=\"document.title = event.dataTransfer.getData('text')\"></div>"
)


async def test_something_is_dragged_and_dropped(rig: Rig) -> None:
    await rig.open(DRAGGED)
    person = await rig.driver()
    await person.do("move", x=60, y=60)
    await person.do("down", x=60, y=60, button=0, clicks=1, mods=0)
    for x in range(60, 200, 10):
        await person.do("move", x=x, y=60)
    await rig.until("seen.includes('dragenter 0')")
    await person.do("move", x=480, y=100)
    await person.do("up", x=480, y=100, button=0, clicks=1, mods=0)
    await rig.until("document.title", "A")


async def test_a_drag_of_a_quick_hand_is_dropped_where_it_let_go(rig: Rig) -> None:
    """The button is up before Chromium tells that something is dragged."""
    await rig.open(DRAGGED)
    person = await rig.driver()
    await person.do("move", x=60, y=60)
    await person.do("down", x=60, y=60, button=0, clicks=1, mods=0)
    await person.do("move", x=90, y=60)
    await person.do("move", x=480, y=100)
    await person.do("up", x=480, y=100, button=0, clicks=1, mods=0)
    await rig.until("document.title", "A")
    await person.click(480, 300)  # nothing is dragged any more
    await rig.until("seen.includes('click 0')")


@pytest.mark.parametrize(("script", "kind", "answer", "result"), [
    ("alert('Hello')", "alert", {"accept": True}, None),
    ("confirm('Hello')", "confirm", {"accept": False}, False),
    ("prompt('Hello', 'you')", "prompt", {"accept": True, "text": "me"}, "me"),
])  # fmt: skip
async def test_a_dialog_is_told_and_answered(rig: Rig, script: str, kind: str, answer: dict, result: object) -> None:
    await rig.open("")
    person = await rig.driver()
    await rig.ask(f"setTimeout(() => {{ window.answer = {script}; window.answered = true }})")
    dialog = await person.next("dialog", kind=kind)
    assert dialog["text"] == "Hello"
    late = await rig.join("late")
    assert late.all("hello")[0]["dialog"]["kind"] == kind
    await person.do("dialog", **answer)
    await person.next("dialog", kind=None)
    await rig.until("window.answered")
    assert await rig.ask("window.answer") == result


async def test_another_tab_is_chosen_and_closed(rig: Rig) -> None:
    await rig.open("")
    person = await rig.driver()
    first = rig.tabs.active.id
    await rig.ask("void window.open('about:blank#second')")
    await person.until(lambda: [tab["active"] for tab in person.tabs()] == [False, True])
    await person.do("tab", id=first)
    await person.until(lambda: person.tabs()[0]["active"])
    await person.press("KeyQ", "q")
    await rig.until("seen.join()", "keydown q")
    await person.do("closetab", id=person.tabs()[1]["id"])
    await person.until(lambda: len(person.tabs()) == 1)


async def test_a_popup_window_comes_to_the_front(rig: Rig) -> None:
    await rig.open("")
    person = await rig.driver()
    await rig.ask(
        f"const popup = window.open('about:blank', 'p', 'width=300,height=200');popup.document.write({json.dumps(LOG)})"
    )
    await person.until(lambda: len(person.tabs()) == 2)
    await fact(lambda: [window.waiting for window in rig.compositor.windows()] == [False, False])
    await clicked(rig, person)
    await rig.cdp.call("Target.closeTarget", {"targetId": rig.tabs.active.id})
    await person.until(lambda: len(person.tabs()) == 1)
    await clicked(rig, person)


async def clicked(rig: Rig, person: Person) -> None:
    """A window that has just come to the front grows into its place: a click beside it must not bury it."""
    async with asyncio.timeout(PATIENCE):
        while "click 0" not in await rig.ask("seen"):
            await person.click(900, 600)
            await rig.painted()


async def test_back_and_reload(rig: Rig) -> None:
    person = await rig.driver()
    await rig.open("one")
    await rig.open("two")
    await person.do("go", to="back")
    await rig.until("document.body?.textContent.includes('one')")
    await rig.ask("window.old = true")
    await person.do("go", to="reload")
    await rig.until("window.old === undefined")
    await person.do("go", to="forward")
    await rig.until("document.body?.textContent.includes('two')")


async def test_the_buttons_at_a_mouses_side_lead_back_and_forward(rig: Rig) -> None:
    await rig.open("one")
    await rig.open("two")
    person = await rig.driver()
    await person.click(600, 400, button=3)
    await rig.until("document.body?.textContent.includes('one')")
    await rig.painted()
    await person.click(600, 400, button=4)
    await rig.until("document.body?.textContent.includes('two')")
    await rig.open("<script>addEventListener('mouseup', (event) => event.preventDefault())</script>its own use of them")
    await person.click(600, 400, button=3)
    await rig.until("seen.includes('mouseup 3')")
    await person.click(600, 400)
    await rig.until("seen.includes('click 0') && document.body.textContent.includes('its own')")


async def test_the_wheel_scrolls_by_the_pixels_it_says(rig: Rig) -> None:
    await rig.open("<div style='height:5000px'></div>")
    person = await rig.driver()
    await person.do("wheel", x=600, y=300, dx=0, dy=100, mods=0)
    await rig.until("scrollY", 100)


async def test_escape_ends_full_screen_and_gives_the_pointer_back(rig: Rig) -> None:
    """Chromium says over the page that it does; by CDP it never hears the key."""
    await rig.open(
        "<style>button { position: absolute; left: 0; width: 300px; height: 100px }</style>"
        "<button style='top:0' onclick='document.body.requestFullscreen()'>All of it</button>"
        "<button style='top:120px' onclick='this.requestPointerLock()'>Look around</button>"
    )
    person = await rig.driver()
    for y, held in ((50, "document.fullscreenElement"), (170, "document.pointerLockElement")):
        await person.click(100, y)
        await rig.until(f"Boolean({held})")
        await person.stroke("Escape", "Escape")
        await rig.until(held, None)
    assert await rig.ask("[innerWidth, innerHeight]") == [1280, 720]


async def test_a_drag_with_a_modifier_has_it_all_the_way(rig: Rig) -> None:
    """As drawings are kept straight with Shift."""
    await rig.open(
        "<script>onmousemove = ({ buttons, shiftKey }) => { window.moved = [buttons, shiftKey].join() }</script>"
    )
    person = await rig.driver()
    await person.do("move", x=200, y=200)
    await rig.until("window.moved", "0,false")
    await person.press("ShiftLeft", "Shift", mods=8)
    await person.do("down", x=200, y=200, button=0, clicks=1, mods=8)
    await person.do("move", x=300, y=210)
    await rig.until("window.moved", "1,true")
