"""The page as a list, and working it without the picture."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from bench.live_view.shaper import Kind, line_to

from .rig import PATIENCE, Person, Rig

PAGE = """<h1>Sign in</h1><p>A code was <b>sent</b> to you.</p>
<a href="#help" onclick="seen.push('helped')">Help</a>
<label>Name <input id=name value=Ann></label><label>Password <input id=pin type=password value=old-secret></label>
<label><input id=keep type=checkbox> Stay signed in</label>
<label>Account <select id=account onchange="seen.push('chose ' + this.value)">
<option value=1>Current<option value=2>Savings</select></label>
<button onclick="seen.push('pressed')">Go on</button><button disabled>Later</button>
<div onclick="seen.push('clicked')" role=button>No focus</div>
<iframe srcdoc="<button onclick='parent.seen.push(`framed`)'>In a frame</button>"></iframe>"""


PLAIN = {"level": None, "value": "", "options": [], "checked": None, "disabled": False, "note": ""}


async def outline(person: Person, name: str) -> dict[str, dict[str, Any]]:
    """The newest list, by name, once it holds this one; asked for again and again, as an open list does."""
    async with asyncio.timeout(PATIENCE):
        while name not in (found := newest(person)):
            await person.say("outline")
            await asyncio.sleep(0.1)
    return found


def newest(person: Person) -> dict[str, dict[str, Any]]:
    """By name."""
    return {entry["name"]: entry for entry in listed(person)}


def listed(person: Person) -> list[dict[str, Any]]:
    """The newest list, as whoever has heard all of them knows it."""
    known: dict[str, dict[str, Any]] = {}
    for told in person.all("outline"):
        entries = [known[one] if isinstance(one, str) else PLAIN | one for one in told["entries"]]
        known = {entry["id"]: entry for entry in entries}
    return list(known.values())


async def test_a_page_is_a_list_that_can_be_worked(rig: Rig) -> None:
    await rig.open(PAGE)
    driver = await rig.driver()
    page = await outline(driver, "Sign in")
    kinds = {name: entry["kind"] for name, entry in page.items()}
    assert list(kinds.items())[:4] == [
        ("Sign in", "heading"),
        ("A code was", "text"),
        ("sent", "text"),
        ("to you.", "text"),
    ]
    assert {"Help": "link", "Name": "field", "Password": "field", "Stay signed in": "check"}.items() <= kinds.items()
    assert {"Account": "choice", "Go on": "button", "In a frame": "button"}.items() <= kinds.items()
    said_twice = [name for name, times in Counter(entry["name"] for entry in listed(driver)).items() if times > 1]
    assert said_twice == []  # the words of a label are its field's name
    assert (page["Sign in"]["level"], page["Later"]["disabled"], page["Stay signed in"]["checked"]) == (1, True, False)
    assert (page["Account"]["value"], page["Account"]["options"]) == ("Current", ["Current", "Savings"])
    assert "old-secret" not in str(driver.heard)
    assert "Ann" not in str(driver.all("outline"))
    for name in ("Go on", "Help", "Stay signed in", "No focus", "In a frame"):
        await driver.do("pressentry", id=page[name]["id"])
    await driver.do("fillentry", id=page["Account"]["id"], text="Savings")
    await rig.until(
        "['pressed', 'helped', 'clicked', 'framed', 'chose 2'].every((one) => seen.includes(one)) && keep.checked"
    )
    await driver.do("fillentry", id=page["Name"]["id"], text="Größe 😀")
    await rig.until("name.value ?? document.getElementById('name').value", "Größe 😀")
    await driver.do("fillentry", id=page["Password"]["id"], text="")
    await rig.until("pin.value", "")


async def test_only_what_is_new_is_told_and_nothing_to_whom_the_picture_is_hidden(rig: Rig) -> None:
    await rig.open(PAGE)
    watcher, driver = await rig.join("watcher", may="watch"), await rig.driver()
    page = await outline(watcher, "Sign in")
    await watcher.do("pressentry", id=page["Go on"]["id"])
    assert "watch" in (await watcher.next("refused"))["why"]
    await watcher.say("outline")
    await rig.ask("document.querySelector('h1').textContent = 'Welcome'")
    await outline(watcher, "Welcome")
    assert len(watcher.all("outline")) == 2
    await driver.say("hide", e=driver.epoch, on=True)
    await watcher.next("private", on=True)
    await rig.ask("document.querySelector('h1').textContent = 'Secret'")
    await watcher.say("outline")
    await outline(driver, "Secret")
    assert "Secret" not in str(watcher.heard)


EXPLAINED = """<form onsubmit='return false'>
<label>Code <input id=code required title='Six digits' aria-describedby=help></label><p id=help>From your phone</p>
<button title='Nothing is paid yet'>Send</button></form>
<div role=alert aria-label=Error><button>Try again</button></div>"""


async def test_what_the_page_and_the_browser_say_of_a_field_is_told(rig: Rig) -> None:
    """A tooltip and the bubble of a complaint are pictures, which not everybody sees."""
    await rig.open(EXPLAINED)
    driver = await rig.driver()
    page = await outline(driver, "Send")
    assert (page["Code"]["note"], page["Send"]["note"]) == ("From your phone", "Nothing is paid yet")
    assert page["Try again"]["kind"] == "button"  # in an alert of the page's own
    assert "complaint" not in [entry["kind"] for entry in page.values()]
    await driver.do("pressentry", id=page["Send"]["id"])
    await rig.until("document.activeElement.id", "code")
    async with asyncio.timeout(PATIENCE):
        while not (found := [one for one in newest(driver).items() if one[1]["kind"] == "complaint"]):
            await driver.say("outline")
            await asyncio.sleep(0.1)
    assert "fill" in found[0][0]
    assert next(iter(newest(driver))) == found[0][0]  # before all else


@pytest.mark.security
async def test_what_was_read_while_it_was_hidden_is_told_to_nobody_else(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list is good for a moment, in which the page may be shown again, another one by then."""
    monkeypatch.setattr("bots.live.outline._FRESH", 60)
    await rig.open("<h1>Secret</h1>")
    watcher, driver = await rig.join("watcher", may="watch"), await rig.driver()
    await driver.say("hide", e=driver.epoch, on=True)
    await outline(driver, "Secret")
    await rig.ask("document.querySelector('h1').textContent = 'Bye'")
    await driver.say("hide", e=driver.epoch, on=False)
    await watcher.next("private", on=False)
    await outline(watcher, "Bye")
    assert "Secret" not in str(watcher.heard)


async def test_what_the_style_writes_has_entries_of_its_own_however_often_it_is_read(rig: Rig) -> None:
    await rig.open(
        "<style>p::before { content: attr(title) }</style><p title=Before>Text</p><p title=Besides>Text</p>"
        "<ol><li>One<li>Two<li>Three</ol><h1>0</h1>"
    )
    driver = await rig.driver()
    first = await outline(driver, "0")
    assert first.keys() > {"Before", "Besides", "One", "Three"}
    await rig.ask("document.querySelector('h1').textContent = '1'")
    assert (await outline(driver, "1")).keys() - first.keys() == {"1"}
    again = driver.all("outline")[-1]["entries"]
    ids = [one if isinstance(one, str) else one["id"] for one in again]
    assert len(ids) == len(set(ids))
    assert sum(isinstance(one, dict) for one in again) == 1  # what is as it was is known by its id


POOREST = Kind("64 kbit/s, 600 ms", 64e3, 0.6)
LONG = (
    "<h1>Terms</h1><button onclick='document.querySelector(`h1`).textContent = `Agreed`'>Agree</button><p id=now>0</p>"
    + "".join(f"<p>Paragraph {n} of what nobody reads</p><a href='#{n}'>Link {n}</a>" for n in range(150))
)
MOVING = "void setInterval(() => document.body.style.filter = `hue-rotate(${performance.now() % 360}deg)`, 30)"
TICKING = "window.ticks = setInterval(() => document.getElementById('now').textContent = performance.now(), 50); 0"
LAST_TICK = "clearInterval(ticks); document.getElementById('now').textContent"


async def test_on_the_poorest_line_the_list_comes_beside_the_pictures_and_is_worked(rig: Rig) -> None:
    await rig.open(LONG)
    await rig.ask(MOVING)
    async with line_to(rig.port, POOREST) as line:
        driver = await rig.driver(port=line.port)
        page = await patiently(driver, "Terms")
        assert len(page) > 290
        assert len(str(driver.all("outline")[0])) < 90 * len(page)
        before, seen = line.bytes_down, len(driver.frames)
        await driver.do("pressentry", id=page["Agree"]["id"])
        await patiently(driver, "Agreed")
        assert len(str(driver.all("outline")[1:])) < 12 * len(page)  # of what is as it was the id alone
        pictures = sum(len(frame.payload) for frame in driver.frames[seen:])
        assert line.bytes_down - before < pictures + 12 * len(page) + 4_000
        assert pictures < 100_000  # a few at most, which were on their way


async def test_lists_of_a_page_that_always_changes_do_not_queue_up_on_a_slow_line(rig: Rig) -> None:
    await rig.open(LONG)
    async with line_to(rig.port, POOREST) as line:
        driver = await rig.driver(port=line.port)
        await patiently(driver, "Terms")
        await rig.ask(TICKING)
        for many in range(2, 5):
            await patiently(driver, lists=many)
        last, told = await rig.ask(LAST_TICK), len(driver.all("outline"))
        await patiently(driver, last)
        assert len(driver.all("outline")) <= told + 2  # the one on its way, and the one with what is last


async def patiently(person: Person, name: str = "", lists: int = 0) -> dict[str, dict[str, Any]]:
    """`outline`, at the end of a line that takes its time: asked for as often as an open list does."""
    async with asyncio.timeout(4 * PATIENCE):
        while name not in (found := newest(person) | {"": {}}) or len(person.all("outline")) < lists:
            await person.say("outline")
            await asyncio.sleep(0.3)
    return found


async def test_whoever_may_see_again_is_told_all_of_the_list(rig: Rig) -> None:
    """Their page has thrown it away with the picture."""
    await rig.open(PAGE)
    watcher, driver = await rig.join("watcher", may="watch"), await rig.driver()
    await outline(watcher, "Sign in")
    for on in (True, False):
        await driver.say("hide", e=driver.epoch, on=on)
        await watcher.next("private", on=on)
    await watcher.say("outline")
    await watcher.until(lambda: len(watcher.all("outline")) == 2)
    assert watcher.all("outline")[0] == watcher.all("outline")[1]


SLOW = """<button onclick="
    window.pressed = (window.pressed ?? 0) + 1;
    for (const began = performance.now(); performance.now() - began < 50;);
">Pay</button>"""


async def revoked(driver: Person) -> None:
    await driver.say("revoke", epoch=driver.epoch)
    await driver.next("control", viewer=None)


@pytest.mark.security
async def test_n9_what_waits_for_its_turn_is_not_done_after_control_has_ended(rig: Rig) -> None:
    await rig.open(SLOW)
    driver = await rig.driver()
    page = await outline(driver, "Pay")
    numbers = [await driver.do("pressentry", id=page["Pay"]["id"]) for _ in range(30)]
    assert "Too much" in (await driver.next("refused", s=numbers[-1]))["why"]
    await rig.until("window.pressed > 0")
    await revoked(driver)
    await driver.until(lambda: any("Control ended" in m["why"] for m in driver.all("refused")))
    done = await rig.ask("window.pressed")
    assert done < 10
    await rig.painted()
    assert await rig.ask("window.pressed") == done
    assert await rig.ask("seen.filter((one) => one == 'keydown Enter').length") == await rig.ask(
        "seen.filter((one) => one == 'keyup Enter').length"
    )


@pytest.mark.security
async def test_n9_a_field_is_not_filled_after_control_has_ended(rig: Rig) -> None:
    await rig.open("""<label>Name <input id=field onfocus="
        window.focused = true;
        for (const began = performance.now(); performance.now() - began < 500;);
    "></label>""")
    driver = await rig.driver()
    page = await outline(driver, "Name")
    s = await driver.do("fillentry", id=page["Name"]["id"], text="493 021")
    await driver.next("input", s=s)
    await revoked(driver)
    assert "Control ended" in (await driver.next("refused", s=s))["why"]
    await rig.until("window.focused")
    await rig.painted()
    assert await rig.ask("field.value") == ""


async def test_what_is_meant_for_one_page_is_not_written_into_another(rig: Rig) -> None:
    """A field's page may bring another to the front as soon as it has the focus."""
    await rig.open("""<label>Name <input id=field onfocus="
        const other = window.open('about:blank');
        other.document.write('<input id=field>');
        other.field.focus();
    "></label>""")
    driver = await rig.driver()
    page = await outline(driver, "Name")
    s = await driver.do("fillentry", id=page["Name"]["id"], text="493 021")
    assert "not on the page any more" in (await driver.next("refused", s=s))["why"]
    await rig.until("field.value", "")


async def test_a_page_that_has_cut_its_texts_in_the_middle_of_a_letter_is_told_all_the_same(rig: Rig) -> None:
    await rig.open("<button id=b></button><script>b.textContent = document.title = 'A party \\ud83d'</script>")
    driver = await rig.driver()
    assert (await outline(driver, "A party ?"))["A party ?"]["kind"] == "button"
    await rig.ask("void setTimeout(() => alert('Welcome \\ud83d'))")
    assert "Welcome" in (await driver.next("dialog", kind="alert"))["text"]
