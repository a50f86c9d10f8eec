"""Which field has the focus is told to whoever drives; what an input method composes stands at its caret."""

import json
from typing import Any

import pytest

from bots.live.caret import _LONGEST, _REPORT
from bots.live.fields import understood

from .rig import Person, Rig

FIELDS = """<style>body > * { position: absolute; left: 100px; width: 300px; height: 40px; box-sizing: border-box;
  margin: 0; border: 0; padding: 0; font: 20px/40px monospace }</style>
<input id=plain style='top:0'>
<input id=code autocomplete=one-time-code style='top:50px'>
<input id=secret type=password style='top:100px'>
<textarea id=area style='top:150px'></textarea>
<div id=rich contenteditable style='top:200px'>rich</div>
<input id=shut readonly style='top:250px'>
<input id=pad inputmode=none style='top:300px'>
<iframe id=inner style='top:350px' srcdoc="<body style='margin:0'><input type=email style='width:200px'>"></iframe>
<div id=host style='top:400px'></div>
<script>host.attachShadow({mode: "open"}).innerHTML = "<input type=tel style='width:100px'>";</script>"""


async def field(person: Person, **wanted: Any) -> dict[str, Any]:
    """The newest word on the focused field, once it is this."""

    def found() -> dict[str, Any] | None:
        newest = person.all("field")[-1:]
        return newest[0] if newest and wanted.items() <= newest[0].items() else None

    return await person.until(found)


async def test_the_one_who_drives_is_told_which_field_has_the_focus(rig: Rig) -> None:
    await rig.open(FIELDS)
    watcher = await rig.join("watcher", may="watch")
    person = await rig.driver("driver")
    assert (await field(person))["mode"] is None
    expected: list[tuple[int, dict[str, Any]]] = [
        (20, {"mode": "text", "box": [100, 0, 300, 40], "secret": False, "lines": False}),
        (70, {"mode": "numeric", "code": True, "correct": False}),
        (120, {"mode": "text", "secret": True}),
        (170, {"mode": "text", "lines": True, "secret": False}),
        (220, {"mode": "text", "lines": True, "box": [100, 200, 300, 40]}),
        (270, {"mode": None}),
        (320, {"mode": "none"}),
        (360, {"mode": "email"}),
        (420, {"mode": "tel"}),
        (600, {"mode": None, "box": None, "caret": None}),
    ]
    for y, facts in expected:
        await person.click(120, y)
        told = await field(person, **facts)
        if told["mode"] == "email":
            assert told["box"][:2] == [100, 350]
    assert watcher.all("field") == []


async def test_the_caret_is_followed_and_the_text_is_not_told(rig: Rig) -> None:
    await rig.open(FIELDS)
    person = await rig.driver()
    await person.click(390, 20)
    start = (await field(person, mode="text"))["caret"]
    await person.type("canary")
    await person.until(lambda: person.all("field")[-1]["caret"][0] > start[0] + 60)
    x, y, height = person.all("field")[-1]["caret"]
    width = await rig.ask("(() => { const pen = new OffscreenCanvas(1, 1).getContext('2d');"
                          "pen.font = '20px monospace'; return pen.measureText('canary').width })()")  # fmt: skip
    assert (x, y + height / 2) == (pytest.approx(100 + width, abs=1), pytest.approx(20, abs=1))
    assert "canary" not in json.dumps(person.heard)


async def test_whoever_takes_over_is_told_at_once_and_the_next_tab_has_its_own(rig: Rig) -> None:
    await rig.open(FIELDS)
    first = await rig.driver("first", epoch=1)
    await first.click(120, 20)
    await field(first, mode="text")
    second = await rig.driver("second", epoch=2)
    await field(second, mode="text")
    await rig.ask("void window.open('about:blank')")
    await field(second, mode=None)
    await rig.cdp.call("Target.closeTarget", {"targetId": rig.tabs.active.id})
    await field(second, mode="text")
    await rig.open("nothing here")
    await field(second, mode=None)
    rig.live.control.revoke(2)
    await rig.open(FIELDS)
    third = await rig.driver("third", epoch=3)
    await third.click(120, 120)
    await field(third, secret=True)


LISTENS = """<script>window.composed = [];
for (const type of ["compositionstart", "compositionupdate", "compositionend"])
  addEventListener(type, (event) => composed.push([type.slice(11), event.data].join(" ").trim()));</script>"""


async def test_a_composition_is_drawn_as_it_grows_and_committed_once(rig: Rig) -> None:
    await rig.open(FIELDS + LISTENS)
    person = await rig.driver()
    await person.click(120, 20)
    await person.type("a")
    for text in ("に", "にほ", "にほん"):
        await person.do("compose", text=text, caret=len(text))
    await rig.until("plain.value", "aにほん")
    await person.do("text", text="日本")
    await person.type("b")
    await rig.until("plain.value", "a日本b")
    grew = ["update に", "update にほ", "update にほん", "update 日本"]
    assert await rig.ask("composed") == ["start", *grew, "end 日本"]


async def test_a_composition_that_is_given_up_or_cut_off_leaves_nothing(rig: Rig) -> None:
    await rig.open(FIELDS + LISTENS)
    person = await rig.driver()
    await person.click(120, 220)
    await person.do("compose", text="한", caret=1)
    await rig.until("rich.textContent.includes('한')")
    await person.do("compose", text="", caret=0)
    await rig.until("rich.textContent", "rich")
    await person.do("compose", text="글", caret=1)
    await rig.until("rich.textContent.includes('글')")
    await person.line.close()
    await rig.until("rich.textContent", "rich")


def test_what_a_taken_over_page_says_of_itself_is_not_believed() -> None:
    good = {
        "mode": "text", "secret": False, "code": False, "lines": False, "correct": True,
        "box": [1, 2, 3, 4], "caret": [1, 2, 3], "offset": {"x": 0, "y": 0, "whole": True},
    }  # fmt: skip
    assert understood(json.dumps(good), _LONGEST, _REPORT) == good
    for wrong in ({"mode": "javascript:"}, {"box": [1]}, {"caret": "here"}, {"offset": 4}, {"secret": "x" * 2000}):
        assert understood(json.dumps(good | wrong), _LONGEST, _REPORT) is None
    for text in ("{", "null", "[]", "[" * 5000):
        assert understood(text, _LONGEST, _REPORT) is None
