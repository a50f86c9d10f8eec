"""A page that wants to keep the person asks whether to leave it, whichever way that is; in the end its tab closes."""

from functools import partial

import pytest

from .rig import LOG, Person, Rig

KEEPS = """<a href='about:blank#link' style='position:absolute;left:0;top:0;width:300px;height:60px'>away</a>
<script>
window.asked = 0;
addEventListener("beforeunload", (event) => {
  asked += 1;
  event.preventDefault();
});
</script>"""


@pytest.fixture
async def person(rig: Rig) -> Person:
    """In control, on a page that keeps whoever has pressed something in it."""
    await rig.open(KEEPS)
    person = await rig.driver()
    await pressed(rig, person)
    return person


async def pressed(rig: Rig, person: Person) -> None:
    """The page in front hears what is pressed in it."""
    script = LOG.removeprefix("<script>").removesuffix("</script>")
    await rig.ask(f"void (() => {{ if (window.seen) seen.length = 0; else {{ {script} }} }})()")
    await rig.painted()
    await person.click(600, 400)
    await person.stroke("KeyQ", "q")
    await rig.until("seen.includes('click 0') && seen.includes('keyup q')")


def shown(person: Person) -> str | None:
    """The kind of the dialog that this person sees now."""
    dialogs = person.all("dialog")
    return dialogs[-1]["kind"] if dialogs else None


async def asked(person: Person, times: int) -> None:
    """By so many questions so far."""
    await person.until(lambda: sum(said["kind"] == "beforeunload" for said in person.all("dialog")) == times)
    assert shown(person) == "beforeunload"


async def answers(person: Person, leave: bool) -> None:
    await person.do("dialog", accept=leave)
    await person.until(lambda: shown(person) is None)


WAYS = {
    "address": lambda person: person.do("visit", typed="about:blank"),
    "reload": lambda person: person.do("go", to="reload"),
    "back": lambda person: person.do("go", to="back"),
    "link": lambda person: person.click(100, 30),
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_page_is_left_or_not_as_the_person_answers(rig: Rig, person: Person, way: str) -> None:
    there = await rig.ask("location.href")
    await WAYS[way](person)
    await asked(person, 1)
    await answers(person, leave=False)
    await pressed(rig, person)
    assert await rig.ask("[location.href, asked].join()") == f"{there},1"
    await WAYS[way](person)
    await asked(person, 2)
    await answers(person, leave=True)
    left = {"reload": there, "link": "about:blank#link"}.get(way, "about:blank")
    await rig.until(f"location.href === {left!r} && !globalThis.asked")
    await person.until(lambda: not person.tabs()[0]["loading"])
    await pressed(rig, person)
    assert not person.all("refused")


async def open_another(person: Person) -> None:
    await person.do("newtab")
    await person.until(lambda: [tab["active"] for tab in person.tabs()] == [False, True])


async def test_who_goes_to_another_tab_stays_with_the_page_and_the_other_can_be_used(rig: Rig, person: Person) -> None:
    """Chromium's own question, which is in the picture too, would keep the mouse from all tabs."""
    await person.do("go", to="reload")
    await asked(person, 1)
    await open_another(person)
    await person.until(lambda: shown(person) is None)
    await pressed(rig, person)
    await person.do("tab", id=person.tabs()[0]["id"])
    await person.until(lambda: person.tabs()[0]["active"])
    await pressed(rig, person)
    assert await rig.ask("asked") == 1


@pytest.mark.security
async def test_t15_a_tab_behind_that_asks_is_the_one_that_is_told_to_be_in_front(rig: Rig, person: Person) -> None:
    """Chromium brings it there: else its picture would stand under another one's address, which gets the keys."""
    await rig.ask("addEventListener('visibilitychange', () => setTimeout(() => location.reload()), { once: true })")
    await person.do("newtab")
    await asked(person, 1)
    await person.until(lambda: [tab["active"] for tab in person.tabs()] == [True, False])
    await answers(person, leave=False)
    await pressed(rig, person)
    assert await rig.ask("[document.hidden, asked].join()") == "false,1"


@pytest.mark.parametrize("others", [0, 1])
async def test_the_cross_of_a_tab_asks_its_page_which_comes_to_the_front(rig: Rig, person: Person, others: int) -> None:
    keeps = person.tabs()[0]["id"]
    if others:
        await open_another(person)
    cross = partial(person.do, "closetab", id=keeps)
    await cross()
    await asked(person, 1)
    await person.until(lambda: person.tabs()[0]["active"])
    await answers(person, leave=False)
    await pressed(rig, person)
    await person.until(lambda: len(person.tabs()) == 1 + others)
    await cross()
    await asked(person, 2)
    await answers(person, leave=True)
    await person.until(lambda: len(person.tabs()) == 1 and person.tabs()[0]["id"] != keeps)
    await pressed(rig, person)


async def test_a_page_that_asks_nothing_is_closed_at_once(rig: Rig) -> None:
    await rig.open("")
    person = await rig.driver()
    for number in range(2):
        await person.do("newtab")
        await person.until(lambda number=number: len(person.tabs()) == 2)  # type: ignore[misc]
        closed = await person.do("closetab", id=person.tabs()[number]["id"])
        await person.until(lambda: len(person.tabs()) == 1)
        await person.next("input", s=closed, acted=True)


HOSTILE = {
    "never answers": "for (;;);",
    "says something else": "setTimeout(() => { while (true) alert('Stay!') }); event.preventDefault()",
    "goes elsewhere": "setInterval(() => { location = 'about:blank#' + Math.random() }, 1); event.preventDefault()",
    "asks without end": "event.preventDefault()",
}


@pytest.mark.own_chromium
@pytest.mark.security
@pytest.mark.parametrize("others", [0, 1])
@pytest.mark.parametrize("does", HOSTILE)
async def test_no_page_keeps_a_tab_against_the_persons_will(rig: Rig, does: str, others: int) -> None:
    hold = "for (;;);" if does == "never answers" else ""
    await rig.open(
        f"<script>addEventListener('beforeunload', (event) => {{ {HOSTILE[does]} }});"
        f"for (const gone of ['pagehide', 'unload']) addEventListener(gone, () => {{ {hold} }})</script>"
    )
    person = await rig.driver()
    await pressed(rig, person)
    keeps = person.tabs()[0]["id"]
    if others:
        await open_another(person)
    await person.do("closetab", id=keeps)
    await person.until(lambda: shown(person) or keeps not in [tab["id"] for tab in person.tabs()])
    if shown(person):
        await person.do("dialog", accept=True)
    await person.until(lambda: len(person.tabs()) == 1 and person.tabs()[0]["id"] != keeps)
    await pressed(rig, person)


@pytest.mark.security
async def test_the_cross_that_is_pressed_while_a_page_asks_closes_it(
    rig: Rig, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.live.leaving._ONE_PRESS", 0)
    keeps = person.tabs()[0]["id"]
    await person.do("closetab", id=keeps)
    await asked(person, 1)
    await person.do("closetab", id=keeps)
    await person.until(lambda: [tab["id"] for tab in person.tabs()] not in ([], [keeps]))
    await person.until(lambda: shown(person) is None)


async def test_a_cross_that_is_pressed_twice_by_a_slip_asks_all_the_same(rig: Rig, person: Person) -> None:
    keeps = person.tabs()[0]["id"]
    for _ in range(2):
        await person.do("closetab", id=keeps)
    await asked(person, 1)
    await person.do("closetab", id=keeps)
    await answers(person, leave=False)
    await pressed(rig, person)
    await person.until(lambda: [tab["id"] for tab in person.tabs()] == [keeps])


@pytest.mark.parametrize("takes", [0, 300])
async def test_a_page_whose_question_finds_nobody_in_control_stays_and_stands_still_for_nobody(
    rig: Rig, person: Person, takes: int
) -> None:
    """The bot goes on with it, and has not heard of the question."""
    keeps = person.tabs()[0]["id"]
    busy = f"for (const began = performance.now(); performance.now() - began < {takes};);"
    await rig.ask(f"addEventListener('beforeunload', () => {{ {busy} }})")
    await person.do("closetab", id=keeps)
    if not takes:
        await asked(person, 1)  # else the question is still to come
    await person.say("revoke", epoch=person.epoch)
    await person.next("control", viewer=None)
    await person.until(lambda: "beforeunload" in [said["kind"] for said in person.all("dialog")])
    await person.until(lambda: shown(person) is None)
    await rig.until("asked", 1)
    await person.until(lambda: [tab["id"] for tab in person.tabs()] == [keeps])
