"""A stylus: what draws with pressure and tilt in one's own browser does so in the remote page."""

from .rig import Rig

PAGE = """<div id=paper style='height:400px;touch-action:none'></div>
<select id=pick style='position:absolute;left:20px;top:500px;width:200px;height:40px'><option>One<option>Two</select>
<p style='position:absolute;left:20px;top:600px;font-size:40px;margin:0'>Some words</p>
<script>
window.strokes = [];
for (const type of ['pointerdown', 'pointermove', 'pointerup', 'pointercancel'])
  paper.addEventListener(type, (event) => strokes.push([type, event.pointerType, event.buttons,
    Math.round(event.pressure * 100), event.tiltX, event.tiltY, event.twist, event.clientX, event.clientY].join()));
</script>"""


async def test_it_draws_with_its_pressure_and_tilt_and_hovers(rig: Rig) -> None:
    await rig.open(PAGE)
    driver = await rig.driver()
    await driver.do("move", x=100, y=100, pen=[0, 10, -20, 0])
    await driver.do("down", x=100, y=100, button=0, clicks=1, mods=0, pen=[0.25, 10, -20, 0])
    await driver.do("move", x=140, y=120, pen=[0.75, 10, -20, 90])
    await driver.do("up", x=140, y=120, button=0, clicks=1, mods=0, pen=[0, 10, -20, 0])
    await rig.until("strokes.some((one) => one.startsWith('pointerup'))")
    strokes = await rig.ask("strokes.filter((one) => one.includes('pen'))")
    assert strokes[0] == "pointermove,pen,0,0,10,-20,0,100,100"
    assert "pointerdown,pen,1,25,10,-20,0,100,100" in strokes
    assert "pointermove,pen,1,75,10,-20,90,140,120" in strokes
    assert strokes[-1] == "pointerup,pen,0,0,10,-20,0,140,120"
    assert await rig.ask("seen.filter((one) => /^(mousedown|mouseup|click)/.test(one)).join()") == (
        "mousedown 0,mouseup 0,click 0"
    )


async def test_it_is_lifted_when_the_line_is_lost(rig: Rig) -> None:
    await rig.open(PAGE)
    driver = await rig.driver()
    await driver.do("down", x=100, y=100, button=0, clicks=1, mods=0, pen=[0.5, 0, 0, 0])
    await rig.until("strokes.at(-1)?.startsWith('pointerdown,pen')")
    await driver.line.close()
    await rig.until("strokes.at(-1).startsWith('pointerup,pen,0')")


async def test_it_marks_words(rig: Rig) -> None:
    await rig.open(PAGE)
    driver = await rig.driver()
    await driver.do("down", x=22, y=625, button=0, clicks=1, mods=0, pen=[0.5, 0, 0, 0])
    for x in (60, 110, 600):
        await driver.do("move", x=x, y=625, pen=[0.5, 0, 0, 0])
    await rig.until("getSelection().type", "Range")


async def test_a_mouse_marks_words_with_shift_as_well(rig: Rig) -> None:
    """What has a modifier takes the pen's way."""
    await rig.open(PAGE)
    driver = await rig.driver()
    await driver.do("down", x=22, y=625, button=0, clicks=1, mods=8)
    for x in (60, 110, 600):  # a hand makes more of a way than its end
        await driver.next("input", s=await driver.do("move", x=x, y=625))
    await rig.until("getSelection().type", "Range")
    await driver.do("up", x=600, y=625, button=0, clicks=1, mods=8)


async def test_a_list_comes_as_a_control_of_ones_own_until_the_mouse_is_used_again(rig: Rig) -> None:
    """Chromium's own stands in a window of its own, where what goes to the page does not go."""
    await rig.open(PAGE)
    driver = await rig.driver()
    await driver.next("input", s=await driver.do("move", x=100, y=520, pen=[0, 0, 0, 0]))
    for _ in range(2):  # as in test_pickers.py: the page knows of it
        await rig.ask("1")
    for kind, force in (("down", 0.5), ("up", 0)):
        await driver.do(kind, x=100, y=520, button=0, clicks=1, mods=0, pen=[force, 0, 0, 0])
    assert (await driver.next("picker"))["kind"] == "one"
    await driver.next("input", s=await driver.do("move", x=100, y=100))  # to our control, where the mouse chooses
    await driver.do("fill", chosen=[[1, "Two"]])
    await rig.until("pick.value", "Two")
    await driver.next("input", s=await driver.do("down", x=100, y=100, button=0, clicks=1, mods=0))
    assert not next(iter(rig.live._viewers.values())).has_pen
