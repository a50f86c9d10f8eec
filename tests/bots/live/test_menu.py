"""What the menu of a place could be about is told to the one who drives, where the page has no menu of its own."""

import json

from bots.live.fields import understood
from bots.live.menu import _LONGEST, _REPORT

from .rig import Rig, fact

LINK = "https://bank.example/terms"
PAGE = f"""<style>body > * {{ position: absolute; left: 0; width: 300px; height: 40px; margin: 0 }}</style>
<a href='{LINK}' style='top:0'><b>terms</b></a>
<input id=plain value=words style='top:50px'>
<input type=password value=secret style='top:100px'>
<div style='top:150px' oncontextmenu='return false'>its own</div>
<p id=held style='top:200px'>held</p>
<a href='javascript:alert(1)' style='top:250px'>no address</a>
<script>addEventListener("contextmenu", (event) => event.target === held && event.preventDefault())</script>"""


async def test_a_menu_is_told_by_what_stands_there_and_not_where_the_page_has_its_own(rig: Rig) -> None:
    await rig.open(PAGE)
    watcher = await rig.join("watcher", may="watch")
    person = await rig.driver()
    await person.click(20, 70)
    await person.next("field", mode="text")  # our scripts have begun to listen in the page
    await person.click(20, 20, button=2)
    told = await person.next("menu", link=LINK)
    assert (told["x"], told["y"], told["field"]) == (20, 20, False)
    await person.click(20, 70)
    await person.stroke("KeyA", "a", mods=2)
    await rig.until("plain.selectionEnd - plain.selectionStart", 5)
    await person.click(20, 70, button=2)
    assert (await person.next("menu", field=True))["selected"] is True
    await person.click(20, 120)
    await person.stroke("KeyA", "a", mods=2)
    await person.stroke("F10", "F10", mods=8)
    told = await person.next("menu", field=True, selected=False)
    assert 100 <= told["y"] <= 140
    before = len(person.all("menu"))
    for y in (170, 220):
        await person.click(20, y, button=2)
    await person.click(20, 270, button=2)
    await person.until(lambda: len(person.all("menu")) > before)
    (last,) = person.all("menu")[before:]
    assert (last["link"], last["field"]) == ("", False)
    refused = await person.do("newtab", typed="javascript:alert(1)")
    assert "begin with javascript:" in (await person.next("refused", s=refused))["why"]
    await person.do("newtab", typed="about:blank")
    await person.until(lambda: len(person.tabs()) == 2)
    assert not watcher.all("menu")
    await fact(lambda: len(rig.compositor.windows()) == 1)


def test_what_a_taken_over_page_says_of_a_place_is_not_believed() -> None:
    for words in ("", "null", "[]", '{"x": 1}', '{"x": NaN}', "x" * 30_000, "[" * 10_000):
        assert understood(words, _LONGEST, _REPORT) is None
    good = {"x": 1, "y": 1, "whole": True, "link": "", "image": "", "field": False, "selected": False}
    assert understood(json.dumps(good), _LONGEST, _REPORT)
    assert understood(json.dumps(good | {"x": 10**400}), _LONGEST, _REPORT) is None
