"""The page's size: the one in control may have another, others see it so too, and the bot gets its own back."""

from .rig import Person, Rig, fact

INNER = "[innerWidth, innerHeight].join()"


async def shows(person: Person, width: int, height: int) -> None:
    await person.until(lambda: person.frames and (person.frames[-1].width, person.frames[-1].height) == (width, height))


async def test_only_the_one_in_control_may_resize_and_the_bots_size_comes_back(rig: Rig) -> None:
    await rig.open("")
    person, watcher = await rig.driver(), await rig.join("watcher", may="watch")
    await watcher.say("resize", e=1, w=800, h=600)
    assert (await watcher.next("refused"))["why"] == "V1 is in control."
    await person.say("resize", e=1, w=901, h=601)
    assert await watcher.next("size") == {"t": "size", "w": 900, "h": 600}
    for one in (person, watcher):
        await shows(one, 900, 600)
    await rig.until(INNER, "900,600")
    assert rig.live.control.input_epoch is None  # it is no input: it stops no clock
    await person.say("revoke", epoch=1)
    await shows(watcher, 1280, 720)
    await rig.until(INNER, "1280,720")


async def test_a_phones_size_is_narrower_than_chromiums_window(rig: Rig) -> None:
    await rig.open("<button style='position:fixed;right:0;bottom:0;width:90px;height:60px'>Last</button>")
    person = await rig.driver()
    await person.say("resize", e=1, w=390, h=844)
    await shows(person, 390, 844)
    await rig.until(INNER, "390,844")
    await person.click(350, 820)
    await rig.until("seen.includes('click 0')")
    await person.say("resize", e=1, w=None, h=None)
    await shows(person, 1280, 720)
    await rig.until(INNER, "1280,720")


async def test_a_flood_of_sizes_ends_with_the_newest_and_with_few_changes(rig: Rig) -> None:
    person = await rig.driver()
    for side in range(600, 800, 2):
        await person.say("resize", e=1, w=side, h=side)
    await person.next("size", w=798, h=798)
    assert len(person.all("size")) <= 3
    await person.say("resize", e=1, w=10_000, h=1)
    await person.next("size", w=1920, h=240)


async def test_a_point_of_the_size_before_is_no_mistake(rig: Rig) -> None:
    """The viewer learns of the smaller page a moment later than the page."""
    person = await rig.driver()
    await person.say("resize", e=1, w=600, h=400)
    await person.next("size", w=600)
    await person.do("move", x=1200, y=700)
    await person.do("move", x=5, y=5)
    await person.next("input", s=person.s)
    assert not person.all("refused")


async def test_control_that_goes_to_somebody_else_keeps_the_size_until_they_say_theirs(rig: Rig) -> None:
    first, second = await rig.driver(), await rig.join("v2")
    await first.say("resize", e=1, w=700, h=500)
    await second.next("size", w=700)
    await rig.give(second, 2)
    await second.say("resize", e=2, w=None, h=None)
    await second.next("size", w=1280, h=720)
    await fact(lambda: (rig.compositor.width, rig.compositor.height) == (1280, 720))


async def test_a_zoomed_page_is_pressed_where_it_is_seen_and_the_bot_gets_it_back(rig: Rig) -> None:
    await rig.open(
        "<style>body > * { position: absolute; left: 200px; width: 100px; height: 40px }</style>"
        "<button id=b style='top:100px'>x</button><input id=f style='top:160px;margin:0;box-sizing:border-box'>"
        "<select id=s style='top:220px'><option>a<option>b<option>c</select>"
    )
    person, watcher = await rig.driver(), await rig.join("watcher", may="watch")
    await watcher.say("zoom", e=1, percent=150)
    assert (await watcher.next("refused"))["why"] == "V1 is in control."
    await rig.ask("b.addEventListener('mousedown', ({ button }) => seen.push(`b ${button}`))")
    for percent in (150, 50):
        scale = percent / 100
        await person.say("zoom", e=1, percent=percent)
        await watcher.next("zoom", percent=percent)
        await rig.until("innerWidth", round(1280 / scale))
        await rig.painted()
        await rig.ask("seen.length = 0; s.value = 'a'; void 0")
        await person.click(250 * scale, 120 * scale)
        await rig.until("seen.includes('b 0')")
        await person.click(250 * scale, 120 * scale, button=1)
        await rig.until("seen.includes('b 1')")
        await person.click(250 * scale, 180 * scale)
        await person.next("field", box=[200 * scale, 160 * scale, 100 * scale, 40 * scale])
        await person.click(250 * scale, 240 * scale)
        await person.next("picker", kind="one")  # Chromium's own list would open elsewhere
        await person.do("fill", chosen=[[1, "b"]])
        await rig.until("s.value", "b")
    assert rig.live.control.input_epoch == 1
    await person.say("revoke", epoch=1)
    await watcher.next("zoom", percent=100)
    await rig.until(INNER, "1280,720")
    await rig.give(person, 2)
    await rig.ask("seen.length = 0; s.value = 'a'; void 0")
    await person.click(250, 240)
    await rig.until("s.matches(':open')")


async def test_a_zoomed_page_is_seen_to_its_edges(rig: Rig) -> None:
    await rig.open("<button id=last style='position:fixed;right:0;bottom:0;width:40px;height:40px'>x</button>")
    await rig.ask("window.pressed = 0; last.onclick = () => pressed++; void 0")
    person = await rig.driver()
    await person.say("resize", e=1, w=390, h=844)
    await rig.until(INNER, "390,844")
    await person.say("resize", e=1, w=None, h=None)
    await rig.until(INNER, "1280,720")
    for number, percent in enumerate((200, 50, 150), 1):
        await person.say("zoom", e=1, percent=percent)
        await rig.until("innerWidth", round(1280 / percent * 100))
        await rig.painted()
        await person.click(1275, 715)
        await rig.until("pressed", number)
