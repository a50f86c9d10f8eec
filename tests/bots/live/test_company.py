"""People at one live view: what the driver hides nobody else gets, and what they say to each other all get."""

import pytest

from .rig import Person, Rig

MOVING = """<div style="font:200px sans-serif" id=n>0</div><input id=pin type=password>
<script>setInterval(() => { n.textContent = Math.random() }, 30)</script>"""


async def hidden(person: Person, on: bool = True) -> None:
    await person.next("private", on=on)


async def test_what_the_driver_hides_reaches_no_watcher(rig: Rig) -> None:
    await rig.open(MOVING)
    video, stripes = await rig.join("video", may="watch"), await rig.join("stripes", may="watch", codecs=("jpeg",))
    driver = await rig.driver()
    for person in (video, stripes, driver):
        await person.frame()
    await driver.say("hide", e=driver.epoch, on=True)
    for person in (video, stripes):
        await hidden(person)
    late = await rig.join("late", may="watch")
    await hidden(late)
    before, seen = [len(person.frames) for person in (video, stripes)], len(driver.frames)
    await driver.until(lambda: len(driver.frames) > seen + 20)  # the page moves on, for the driver alone
    assert [len(person.frames) for person in (video, stripes, late)] == [*before, 0]
    await driver.say("hide", e=driver.epoch, on=False)
    for person, had in zip((video, stripes, late), (*before, 0), strict=True):
        assert (await person.frame(had)).kind in (1, 3)  # a key frame, or a stripe that stands for itself


async def test_a_password_field_hides_the_picture_by_itself(rig: Rig) -> None:
    place = "style='position:absolute;left:100px;width:300px;height:40px;top:{}px'"
    await rig.open(f"<input id=name {place.format(100)}><input id=pin type=password {place.format(300)}>")
    watcher, driver = await rig.join("watcher", may="watch"), await rig.driver()
    await watcher.frame()
    await driver.click(200, 320)
    await hidden(watcher)
    had, seen = len(watcher.frames), len(driver.frames)
    await driver.do("text", text="493021")
    await driver.frame(seen)
    await rig.until("pin.value", "493021")
    await driver.click(200, 120)
    await hidden(watcher, on=False)
    await watcher.frame(had)
    assert watcher.all("private")[0]["on"] is False  # as they came


async def test_hiding_ends_with_the_turn_in_control(rig: Rig) -> None:
    await rig.open(MOVING)
    watcher, driver = await rig.join("watcher"), await rig.driver()
    await driver.say("hide", e=driver.epoch, on=True)
    await hidden(watcher)
    await rig.give(driver, 2)  # again, after a lost line
    assert rig.live.company.is_private
    await driver.say("revoke", epoch=driver.epoch)
    await hidden(watcher, on=False)
    had = len(watcher.frames)
    await watcher.frame(had)
    await rig.give(watcher, 3)
    await driver.say("hide", e=1, on=True)  # of an earlier turn
    await driver.next("refused")
    assert not rig.live.company.is_private


async def test_what_is_hidden_is_not_pointed_at(rig: Rig) -> None:
    await rig.open(MOVING)
    watcher, driver = await rig.join("watcher", may="watch"), await rig.driver()
    await driver.do("move", x=100, y=100)
    await watcher.next("pointer", viewer="v1", x=100, y=100)
    await watcher.say("point", x=5, y=6)
    await driver.next("pointer", viewer="watcher", x=5, y=6)
    await driver.say("hide", e=driver.epoch, on=True)
    await hidden(watcher)
    last = await driver.do("move", x=300, y=300)
    await driver.until(lambda: any(m["s"] >= last for m in driver.all("input")))
    await driver.say("write", text="all said")
    await watcher.until(lambda: any(m["lines"] for m in watcher.all("chat")))
    assert [m["x"] for m in watcher.all("pointer")] == [100]


async def test_people_write_to_each_other_and_whoever_comes_later_reads_it(rig: Rig) -> None:
    ann, vic = await rig.join("ann"), await rig.join("vic", may="watch")
    await vic.say("write", text="  <b>Which code?</b> ")
    line = (await ann.until(lambda: [m for m in ann.all("chat") if m["lines"]]))[0]["lines"][0]
    assert (line["n"], line["name"], line["text"]) == (1, "Vic", "<b>Which code?</b>")
    await vic.say("write", text="and again, at once")
    assert "too fast" in (await vic.next("refused"))["why"]
    bob = await rig.join("bob")
    assert [line["text"] for line in (await bob.next("chat"))["lines"]] == ["<b>Which code?</b>"]


async def test_control_is_asked_for_and_offered(rig: Rig) -> None:
    bob, vic = await rig.join("bob"), await rig.join("vic", may="watch")
    await bob.say("ask")
    assert "Nobody is in control" in (await bob.next("refused"))["why"]
    driver = await rig.driver()
    await vic.say("ask")
    assert "may watch" in (await vic.next("refused"))["why"]
    await bob.say("ask")
    assert (await driver.next("asked"))["name"] == "Bob"
    await vic.figures()
    assert not vic.all("asked")  # which would have come before them
    await driver.say("offer", viewer="bob")
    await bob.next("offered")
    await vic.figures()
    assert not vic.all("offered")


async def test_whoever_asked_hears_that_the_driver_goes_on(rig: Rig) -> None:
    bob, vic, driver = await rig.join("bob"), await rig.join("vic", may="watch"), await rig.driver()
    await driver.say("keep", to="bob")  # who has asked nothing yet
    await vic.say("keep", to="bob")
    assert "Only whoever is in control" in (await vic.next("refused"))["why"]
    await bob.say("ask")
    await driver.next("asked")
    await driver.say("keep", to="bob")
    assert (await bob.next("refused"))["why"] == "V1 would like to go on for now."
    assert len(bob.all("refused")) == 1
    await bob.say("ask")  # at once, which nobody hears
    await bob.until(lambda: bob.all("refused")[1:])
    assert "just asked" in bob.all("refused")[1]["why"]


async def test_whoever_asks_while_the_drivers_line_is_lost_reads_what_will_be(rig: Rig) -> None:
    bob, driver = await rig.join("bob"), await rig.driver()
    await driver.line.close()
    await bob.next("people", people=[{"viewer": "bob", "name": "Bob", "may": "control"}])
    await bob.say("ask")
    assert (await bob.next("refused"))["why"] == "V1 has lost the line: control is free in a moment."


@pytest.mark.security
async def test_t8_a_watcher_hides_nothing(rig: Rig) -> None:
    await rig.driver()
    vic = await rig.join("vic", may="watch")
    await vic.say("hide", e=1, on=True)
    await vic.next("refused")
    assert not rig.live.company.is_private
