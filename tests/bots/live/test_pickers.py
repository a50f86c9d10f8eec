"""Lists and pickers of fields as controls of the person's own: what the page offers, and what it hears."""

from functools import partial
from types import SimpleNamespace

import pytest

from bots.live.pickers import Pickers
from bots.live.world import World

from .rig import Person, Rig, fact

PAGE = """<style>select, input { position: absolute; left: 100px; width: 300px; height: 40px }</style>
<label for=one>Floor</label>
<select id=one style='top:0'><option>Ground<optgroup label=Above><option value=1>First<option disabled>Second
</optgroup></select>
<select id=many multiple size=3 style='top:50px'><option selected>a<option>b<option>c</select>
<input id=day type=date min=2026-01-01 value=2026-11-21 style='top:120px'>
<input id=town list=towns style='top:170px'><datalist id=towns><option>Bern<option>Basel<option disabled>Bonn</datalist>
<input id=plain style='top:220px'>
<script>
window.heard = [];
for (const type of ["input", "change", "focus"])
  addEventListener(type, ({ target }) => target.id && heard.push(`${type} ${target.id}`), true);
</script>"""


async def wish(rig: Rig, person: Person, on: bool = True) -> None:
    """What is asked of the page afterwards is answered behind what the wish has changed in it."""
    await person.say("own", on=on)
    await person.next("input", s=await person.do("move", x=5, y=5))
    for _ in range(2):
        await rig.ask("1")


async def asked(person: Person, y: int, kind: str) -> dict:
    await person.click(120, y)
    return await person.next("picker", kind=kind)


async def test_a_field_is_described_and_filled_with_its_events(rig: Rig) -> None:
    await rig.open(PAGE)
    watcher = await rig.join("watcher", may="watch")
    person = await rig.driver()
    await wish(rig, person)
    floor = await asked(person, 20, "one")
    assert (floor["label"], floor["all"]) == ("Floor", 3)
    assert floor["options"] == [
        ["Ground", "", False, True], ["First", "Above", False, False], ["Second", "Above", True, False],
    ]  # fmt: skip
    assert await rig.ask("[document.activeElement.id, one.matches(':open')].join()") == "one,false"
    await person.do("fill", chosen=[[1, "First"]])
    await rig.until("one.value", "1")
    assert await rig.ask("heard.join()") == "focus one,input one,change one"

    await asked(person, 70, "many")
    await person.do("fill", chosen=[[1, "b"], [2, "c"]])
    await rig.until("[...many.selectedOptions].map((option) => option.value).join()", "b,c")
    day = await asked(person, 140, "date")
    assert (day["value"], day["min"]) == ("2026-11-21", "2026-01-01")
    await person.do("fill", value="2026-12-24")
    await rig.until("day.value", "2026-12-24")
    town = await asked(person, 190, "suggested")
    assert town["options"] == [["Bern", "", False, False], ["Basel", "", False, False], ["Bonn", "", True, False]]
    await person.do("fill", value="Basel")
    await rig.until("town.value", "Basel")
    await rig.until("heard.slice(-2).join()", "input town,change town")
    assert not watcher.all("picker")


@pytest.mark.parametrize(("kind", "value"), [
    ("time", "08:30"), ("month", "2026-12"), ("week", "2026-W52"), ("datetime-local", "2026-12-24T08:30"),
    ("color", "#00ff00"),
])  # fmt: skip
async def test_every_kind_of_value_is_filled_with_its_events(rig: Rig, kind: str, value: str) -> None:
    await rig.open(PAGE.replace("id=day type=date", f"id=day type={kind}"))
    person = await rig.driver()
    await wish(rig, person)
    await asked(person, 140, kind)
    await person.do("fill", value=value)
    await rig.until("day.value", value)
    await rig.until("heard.join()", "focus day,input day,change day")


async def test_the_keys_that_open_a_list_ask_for_our_own(rig: Rig) -> None:
    await rig.open(PAGE)
    person = await rig.driver()
    await wish(rig, person)
    for field, kind, (code, key, mods) in (
        ("one", "one", ("Space", " ", 0)),
        ("one", "one", ("Enter", "Enter", 0)),
        ("many", "many", ("F4", "F4", 0)),
        ("day", "date", ("ArrowDown", "ArrowDown", 1)),
    ):
        await rig.ask(f"{field}.focus()")
        before = len(person.all("picker"))
        await person.stroke(code, key, mods)
        await person.until(lambda before=before: len(person.all("picker")) > before)
        assert person.all("picker")[-1]["kind"] == kind
    await rig.ask("town.focus()")
    await person.stroke("Space", " ")
    await rig.until("town.value", " ")
    assert await rig.ask("one.matches(':open')") is False
    assert len(person.all("picker")) == 4


async def test_a_script_that_chromium_runs_twice_in_a_document_speaks_once(rig: Rig) -> None:
    """As it does where it was brought while the page that it is for came up."""
    world, tab = rig.live._front.world, rig.tabs.active
    for part in world._parts:
        world._bring(part, tab.session)
    await rig.open(PAGE)
    person = await rig.driver()
    await wish(rig, person)
    await asked(person, 20, "one")
    await asked(person, 140, "date")
    assert len(person.all("picker")) == 2


async def test_a_list_that_changes_while_it_is_open_is_not_filled_wrongly(rig: Rig) -> None:
    await rig.open(PAGE)
    person = await rig.driver()
    await wish(rig, person)
    await asked(person, 20, "one")
    for change in ("one.options[1].label = 'Cellar'", "one.replaceChildren()", "one.remove()"):
        await rig.ask(change)
        refused = await person.do("fill", chosen=[[1, "First"]])
        why = (await person.next("refused", s=refused))["why"]
        assert why == "The field has changed meanwhile. Open it again."


async def test_twenty_thousand_options_with_markup_come_as_text(rig: Rig) -> None:
    await rig.open("<select id=list size=1 style='width:300px;height:40px'></select>")
    await rig.ask("list.append(...Array.from({length: 20000}, (_, n) => new Option(`<b>Option</b> ${n}`, n)))")
    person = await rig.driver()
    await wish(rig, person)
    await person.click(20, 20)
    listed = await person.next("picker", kind="one")
    assert listed["all"] == 20_000
    await person.do("fill", chosen=[[12_345, "<b>Option</b> 12345"]])
    await rig.until("list.value", "12345")


ALL_KINDS = """<style>select, input { position: absolute; left: 100px; width: 300px; height: 40px }</style>
<select id=one style='top:0'><option>a<option>b</select>
<select id=many multiple size=3 style='top:50px'><option selected>a<option>b<option>c</select>
<input id=date type=date value=2026-11-21 style='top:120px'>
<input id=time type=time value=10:30 style='top:170px'>
<input id=color type=color value='#ff0000' style='top:220px'>
<input id=suggested list=towns style='top:270px'><datalist id=towns><option>Bern<option>Basel</datalist>
<button style='position:absolute;left:100px;top:320px;width:300px;height:40px' onclick='sent += 1'>S</button>
<script>window.sent = 0</script>"""


@pytest.mark.parametrize(("kind", "y", "keys", "value"), [
    ("one", 20, ["ArrowDown"], "b"),
    ("many", 60, ["ArrowDown"], "b"),
    ("date", 140, ["ArrowUp"], "2026-12-21"),
    ("time", 190, ["ArrowUp"], "11:30"),
    ("color", 240, [], "#ff0000"),
    ("suggested", 290, ["KeyQ"], "q"),
])  # fmt: skip
async def test_who_closes_our_own_control_goes_on_in_the_page(
    rig: Rig, kind: str, y: int, keys: list[str], value: str
) -> None:
    """As by Cancel on a touch screen: nothing is said of it, and the field is as it was, with the focus."""
    await rig.open(ALL_KINDS)
    person = await rig.driver()
    await wish(rig, person)
    for times in (1, 2):
        await asked(person, y, kind)
        await person.until(lambda times=times: len(person.all("picker")) == times)  # type: ignore[misc]
        await rig.until("document.activeElement.id", kind)
        await person.click(120, 340)  # another part of the page
        await rig.until("window.sent", times)
    await rig.ask(f"{kind}.focus()")
    for key in keys:
        await person.stroke(key, key.removeprefix("Key").lower() if key.startswith("Key") else key)
    await rig.until(f"{kind}.value", value)
    await asked(person, y, kind)
    chosen = {"one": [[0, "a"]], "many": [[2, "c"]]}.get(kind)
    filled = {"date": "2026-01-02", "time": "08:00", "color": "#00ff00", "suggested": "Basel"}.get(kind)
    await person.do("fill", **({"chosen": chosen} if chosen else {"value": filled}))
    await rig.until(f"{kind}.value", filled or chosen[0][1])  # type: ignore[index]
    await fact(lambda: len(rig.compositor.windows()) == 1)


async def test_without_the_wish_pages_open_their_own_lists(rig: Rig) -> None:
    """A pen may be laid down for the mouse."""
    await rig.open(ALL_KINDS)
    person = await rig.driver()
    await wish(rig, person)
    await asked(person, 20, "one")
    await wish(rig, person, on=False)
    await person.click(120, 20)
    await rig.until("one.matches(':open')")
    assert len(person.all("picker")) == 1
    await person.stroke("ArrowDown", "ArrowDown")
    await person.stroke("Enter", "Enter")
    await rig.until("one.value", "b")
    refused = await person.do("fill", chosen=[[0, "a"]])
    assert "has changed meanwhile" in (await person.next("refused", s=refused))["why"]


async def test_a_page_is_kept_as_pdf_by_its_own_button_and_by_ours(rig: Rig) -> None:
    await rig.open(
        "<button onclick='print()' style='position:absolute;left:0;top:0;width:200px;height:80px'>P</button>"
    )
    person = await rig.driver()
    await wish(rig, person, on=False)
    await person.click(100, 40)
    await fact(lambda: rig.chromium.kept.get("page.pdf", b"").startswith(b"%PDF-"))
    rig.chromium.kept.clear()
    await rig.ask("setInterval(print, 1)")  # without end: once in a while is enough
    await person.do("print")
    await fact(lambda: rig.chromium.kept)


async def test_a_receipt_that_prints_itself_is_kept(rig: Rig) -> None:
    await wish(rig, await rig.driver(), on=False)
    await rig.open("<script>document.title = 'receipt'; print()</script>")
    await fact(lambda: any(b"(receipt)" in data for data in rig.chromium.kept.values()))


FORGES = """<iframe sandbox=allow-scripts srcdoc="<script>onmessage = () => {
  dispatchEvent(new Event('beforeprint'));
  parent.postMessage('done', '*');
}</script>"></iframe><script>onmessage = () => document.title = "forged"</script>"""


class Kept(dict[str, bytes]):
    """What is kept in a Chromium, also under one name."""

    def __init__(self, rig: Rig) -> None:
        self.all: list[bytes] = []
        rig.chromium.kept = self

    def __setitem__(self, name: str, data: bytes) -> None:
        self.all.append(data)

    async def is_ours_alone(self, rig: Rig, person: Person) -> None:
        """What our button asks for is done behind whatever was asked before."""
        for title in ("ours", "last"):
            await rig.ask(f"document.title = '{title}'")
            await person.do("print")
            await fact(lambda title=title: any(f"({title})".encode() in data for data in self.all))  # type: ignore[misc]
        assert len(self.all) == 2


@pytest.mark.security
async def test_t12_a_frame_cannot_have_the_page_around_it_kept(rig: Rig) -> None:
    await rig.open(FORGES)
    kept, person = Kept(rig), await rig.driver()
    await wish(rig, person, on=False)
    await rig.ask("document.querySelector('iframe').contentWindow.postMessage('', '*')")
    await rig.until("document.title", "forged")
    await kept.is_ours_alone(rig, person)


@pytest.mark.security
def test_t12_a_tab_behind_cannot_have_the_one_in_front_kept() -> None:
    tabs = SimpleNamespace(active=SimpleNamespace(session="front", frames=("frame",)), all=lambda: [])
    world = World(SimpleNamespace(listen=lambda *_: None), tabs)
    pickers = Pickers(world, lambda picker: None)
    printed: list[str] = []
    for session in ("behind", "frame", "front"):  # the last one prints again too soon
        pickers.printed = partial(printed.append, session)
        pickers._heard((session, 1), "print")
    assert printed == ["frame"]


@pytest.mark.security
async def test_t12_what_is_hidden_from_the_others_is_kept_only_by_the_drivers_own_wish(rig: Rig) -> None:
    await rig.open(
        "<button onclick='print()' style='position:absolute;left:0;top:0;width:200px;height:80px'>P</button>"
    )
    kept, person = Kept(rig), await rig.driver()
    await wish(rig, person, on=False)
    await person.say("hide", e=person.epoch, on=True)
    await person.next("private", on=True)
    await person.click(100, 40)
    await person.until(lambda: any("is hidden" in refusal["why"] for refusal in person.all("refused")))
    await kept.is_ours_alone(rig, person)
