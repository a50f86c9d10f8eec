"""Pages that mean harm: nothing that they do wedges the session."""

import pytest

from .rig import Rig, fact
from .test_files import bring


@pytest.mark.own_chromium
@pytest.mark.security
async def test_a_page_that_opens_dialog_after_dialog_is_got_rid_of(rig: Rig) -> None:
    await rig.open("")
    person = await rig.driver()
    evil = "<img src=x onerror=alert(1)>" + "x" * 1_000_000
    await rig.ask(f"setTimeout(() => {{ while (true) alert({evil!r}) }})")
    for number in range(4):
        await person.until(lambda number=number: len([d for d in person.all("dialog") if d["kind"]]) > number)  # type: ignore[misc]
        if number < 3:
            await person.do("dialog", accept=True)
    dialogs = [dialog for dialog in person.all("dialog") if dialog["kind"]]
    assert [dialog["again"] for dialog in dialogs] == [False, False, False, True]
    assert len(dialogs[0]["text"]) == 5_000
    wedged = person.tabs()[0]["id"]
    await person.do("closetab", id=wedged)
    await person.until(lambda: [tab["id"] for tab in person.tabs()] not in ([], [wedged]))
    await person.next("dialog", kind=None)


@pytest.mark.security
async def test_a_page_that_takes_the_focus_and_resizes_itself_stays_where_it_is(rig: Rig) -> None:
    await rig.open("")
    person = await rig.driver()
    await rig.ask("setInterval(() => { focus(); resizeTo(200, 200); moveTo(900, 900) }, 5)")
    await person.do("newtab")
    await person.until(lambda: [tab["active"] for tab in person.tabs()] == [False, True])
    await rig.until("document.hasFocus()")
    assert await rig.ask("[innerWidth, innerHeight]") == [1280, 720]
    await fact(lambda: len(rig.compositor.windows()) == 1)


@pytest.mark.security
async def test_a_title_of_ten_megabytes_is_short_for_everybody(rig: Rig) -> None:
    person = await rig.driver()
    await rig.open("<script>document.title = '<img src=x onerror=alert(1)>' + 'x'.repeat(10_000_000)</script>")
    await person.until(lambda: person.tabs()[0]["title"].startswith("<img src=x"))
    assert len(person.tabs()[0]["title"]) <= 300
    assert max(len(str(message)) for message in person.heard) < 10_000


@pytest.mark.security
async def test_a_list_that_changes_or_goes_while_it_is_open_in_the_picture_wedges_nothing(rig: Rig) -> None:
    await rig.open(
        "<select id=list style='position:absolute;left:100px;top:0;width:300px;height:40px'><option>a</select>"
    )
    person = await rig.driver()
    await person.click(200, 20)
    await rig.until("list.matches(':open')")
    await rig.ask("list.replaceChildren(...['b', 'c'].map((name) => new Option(name)))")
    await person.stroke("ArrowDown", "ArrowDown")
    await person.stroke("Enter", "Enter")
    await rig.until("!list.matches(':open') && ['b', 'c'].includes(list.value)")  # as far as the open list knew them
    await person.click(200, 20)
    await rig.until("list.matches(':open')")
    await rig.ask("list.remove()")
    await rig.painted()
    await person.click(600, 400)
    await person.stroke("KeyQ", "q")
    await rig.until("seen.includes('keydown q')")
    await fact(lambda: len(rig.compositor.windows()) == 1)


@pytest.mark.security
async def test_t31_files_that_are_dropped_press_nothing_in_other_frames(rig: Rig) -> None:
    await rig.open(
        """<iframe sandbox=allow-scripts style='position:absolute;left:0;top:300px' srcdoc="<script>
          onmessage = () => parent.postMessage(navigator.userActivation.hasBeenActive, '*');
        </script>"></iframe><script>onmessage = ({ data }) => { window.pressed = data }</script>"""
    )
    person = await rig.driver()
    await bring(person, 1, {"a.txt": b"1"})
    await person.do("dropfiles", x=50, y=50, batch=1)
    await rig.until("seen.includes('drop 0')")
    await rig.ask("document.querySelector('iframe').contentWindow.postMessage('', '*')")
    await rig.until("'pressed' in window")
    assert await rig.ask("pressed") is False
