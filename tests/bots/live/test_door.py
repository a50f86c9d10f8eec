"""At the door: joining, who may act, leaving. Real compositor, real Chromium, real socket."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from websockets.asyncio.client import connect

from bots.live.viewer import Patience

from .rig import Rig
from .test_driving import BUTTON


async def test_it_greets_and_shows_a_picture_at_once(rig: Rig) -> None:
    person = await rig.join()
    hello = person.all("hello")[0]
    assert (hello["v"], hello["w"], hello["h"]) == (1, 1280, 720)
    assert [tab["active"] for tab in hello["tabs"]] == [True]
    assert hello["control"] is None
    assert (await person.frame()).kind == 1


async def test_the_first_input_is_reported_at_once(rig: Rig) -> None:
    epochs: list[int] = []
    rig.live.on_input(epochs.append)
    person = await rig.driver(epoch=7)
    s = await person.do("move", x=5, y=5)
    assert await person.next("input") == {"t": "input", "e": 7, "s": s, "acted": True}
    last = [await person.do("move", x=5, y=y) for y in range(20)][-1]
    await person.next("input", s=last)
    assert epochs == [7]


UP = {"x": 5, "y": 5, "button": 0, "clicks": 1, "mods": 0}


@pytest.mark.parametrize(("t", "fields"), [
    ("keysup", {}),
    ("up", UP),
    ("down", UP),
    ("key", {"down": False, "code": "KeyQ", "key": "q", "mods": 0, "repeat": False, "location": 0}),
    ("compose", {"text": "", "caret": 0}),
    ("dragaway", {}),
    ("file", {"batch": 1, "number": 1, "path": "never handed over", "size": 9}),
    ("visit", {"typed": "no address at all"}),
    ("visit", {"typed": "127.0.0.1:9"}),
])  # fmt: skip
async def test_what_does_nothing_to_the_browser_is_no_first_input(rig: Rig, t: str, fields: dict) -> None:
    """The viewer lets go of all by itself before it gives control back: the response clock goes on then."""
    epochs: list[int] = []
    rig.live.on_input(epochs.append)
    person = await rig.driver()
    s = await person.do(t, **fields)
    assert (await person.next("input", s=s))["acted"] is (t == "down")
    if t == "visit":
        await person.next("refused", s=s)
    assert (epochs, rig.live.control.input_epoch) == (([1], 1) if t == "down" else ([], None))
    last = await person.do("move", x=5, y=6)
    await person.until(lambda: any(m["s"] == last and m["acted"] for m in person.all("input")))
    assert epochs == [1]


async def test_what_took_chromiums_answer_is_the_first_input_once_it_is_done(rig: Rig) -> None:
    epochs: list[int] = []
    rig.live.on_input(epochs.append)
    person = await rig.driver()
    await person.do("newtab")
    await person.until(lambda: any(m["acted"] for m in person.all("input")))
    await person.until(lambda: len(person.tabs()) == 2)
    assert epochs == [1]


class Torrent:
    """A line on which the next message always waits already."""

    def __init__(self) -> None:
        self.read = 0

    async def recv(self) -> str:
        return '{"t": "join", "viewer": "w1.1", "name": "Will", "may": "watch", "codecs": ["jpeg"]}'

    def __aiter__(self) -> "Torrent":
        return self

    async def __anext__(self) -> str:
        self.read += 1
        if self.read > 1_000:
            raise StopAsyncIteration
        return '{"t": "picture", "quality": 20, "kind": null}'

    async def send(self, data: str | bytes) -> None: ...
    async def close(self, code: int, reason: str) -> None: ...


@pytest.mark.security
async def test_t11_whoever_floods_leaves_the_others_their_turn(rig: Rig) -> None:
    torrent = Torrent()
    serving = asyncio.create_task(rig.live.serve(torrent))  # type: ignore[arg-type]
    while not torrent.read:
        await asyncio.sleep(0)
    assert torrent.read < 10
    await serving


async def test_n6_input_of_an_old_epoch_is_refused(rig: Rig) -> None:
    await rig.open(BUTTON)
    person = await rig.driver(epoch=4)
    await rig.give(person, 5)
    person.epoch = 4
    await person.click(200, 140)
    assert "earlier turn" in (await person.next("refused", s=1))["why"]
    person.epoch = 5
    await person.press("KeyQ", "q")
    await rig.until("seen.includes('keydown q')")
    assert await rig.ask("seen") == ["keydown q"]


async def test_n6_input_that_comes_twice_is_done_once(rig: Rig) -> None:
    await rig.open("")
    person = await rig.driver()
    await person.press("KeyQ", "q")
    person.s = 0
    await person.press("KeyQ", "q")
    assert "twice" in (await person.next("refused"))["why"]
    person.s = 1
    await person.press("KeyQ", "q", down=False)
    await rig.until("seen.join()", "keydown q,keyup q")


async def test_t13_a_watcher_and_a_stranger_to_control_are_refused(rig: Rig) -> None:
    await rig.open(BUTTON)
    driver = await rig.driver("driver", epoch=3)
    watcher = await rig.join("watcher", may="watch")
    other = await rig.join("other")
    for person in (watcher, other):
        person.epoch = 3
        await person.click(200, 140)
    assert "watch" in (await watcher.next("refused"))["why"]
    assert "Driver is in control" in (await other.next("refused"))["why"]
    await driver.press("KeyQ", "q")
    await rig.until("seen.join()", "keydown q")


async def test_t13_a_grant_of_an_old_epoch_is_refused(rig: Rig) -> None:
    person = await rig.driver(epoch=9)
    await person.say("grant", epoch=8, viewer="other", name="Other")
    assert "too old" in (await person.next("refused"))["why"]
    assert rig.live.control.holder.viewer == person.id


async def held(rig: Rig) -> object:
    """A person who holds a key, Shift and the left button down on the page."""
    await rig.open("")
    person = await rig.driver()
    await person.press("KeyQ", "q")
    await person.do("down", x=50, y=50, button=0, clicks=1, mods=0)
    await rig.until("seen.join()", "keydown q,mousedown 0")
    return person


RELEASED = "keydown q,mousedown 0,mouseup 0,click 0,keyup q"


async def test_revoking_releases_what_is_held(rig: Rig) -> None:
    person = await held(rig)
    rig.live.control.revoke(1)
    await person.next("control", viewer=None)
    await rig.until("seen.join()", RELEASED)


async def test_losing_the_line_releases_what_is_held_and_keeps_control_for_the_return(rig: Rig) -> None:
    person = await held(rig)
    await person.line.close()
    await rig.until("seen.join()", RELEASED)
    assert rig.live.control.holder.viewer == person.id  # the database decides how long it is kept
    again = await rig.join(person.id)
    assert (await again.frame()).kind == 1
    assert again.all("hello")[0]["control"]["viewer"] == person.id


async def test_losing_the_focus_releases_what_is_held(rig: Rig) -> None:
    person = await held(rig)
    await person.do("keysup")
    await rig.until("seen.join()", RELEASED)


@pytest.mark.own_chromium
async def test_a_crashed_page_is_told_until_it_was_reloaded(rig: Rig) -> None:
    person = await rig.driver()
    rig.cdp.post("Page.crash", {}, rig.tabs.active.session)
    await person.until(lambda: person.tabs()[0]["crashed"])
    late = await rig.join("late")
    assert late.tabs()[0]["crashed"]
    await person.do("go", to="reload")
    await person.until(lambda: not person.tabs()[0]["crashed"])


async def test_people_see_who_is_there(rig: Rig) -> None:
    person = await rig.join("one")
    other = await rig.join("two", may="watch")
    await person.next("people", people=[{"viewer": "one", "name": "One", "may": "control"},
                                        {"viewer": "two", "name": "Two", "may": "watch"}])  # fmt: skip
    await other.line.close()
    await person.until(lambda: len(person.all("people")[-1]["people"]) == 1)


async def test_the_same_viewer_replaces_its_own_line(rig: Rig) -> None:
    first = await rig.join()
    await rig.join()
    await first.reading
    assert first.line.close_code == 4409
    assert rig.live.viewers == 1


@pytest.mark.security
async def test_t11_one_person_or_link_has_only_so_many_pages_and_all_together_too(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.live.door.MOST_OF_ONE", 3)
    monkeypatch.setattr("bots.live.door.MOST", 5)
    driver = await rig.driver("link.1")
    others = [await rig.join(f"link.{number}") for number in (2, 3, 4)]
    await others[0].reading
    assert others[0].line.close_code == 4409  # the oldest but for the one who drives
    assert [await rig.join(name) for name in ("ann.1", "bob.1")]
    full = await rig.knock("eve.1")
    await full.reading
    assert full.line.close_code == 4423
    assert not full.heard
    assert (await rig.join("bob.1")).all("hello")  # the same page's new line takes the place of its old one
    await driver.press("KeyQ", "q")
    assert not driver.all("refused")
    assert sorted(person["viewer"] for person in driver.people()) == ["ann.1", "bob.1", "link.1", "link.3", "link.4"]


async def test_t11_a_full_house_keeps_out_nobody_who_drives_or_may(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.live.door.MOST", 3)
    driver = await rig.driver("ann.1")
    watches, acts = await rig.join("bob.1", may="watch"), await rig.join("cleo.1")
    late = await rig.join("dana.1")  # may act: whoever only watches goes
    await watches.reading
    assert watches.line.close_code == 4423
    driver.line.transport.abort()
    await acts.until(lambda: len(acts.people()) == 2)
    await rig.join("eve.1")
    assert (await rig.join("ann.1")).all("hello")  # the driver is back, and the oldest of the others goes
    await acts.reading
    assert acts.line.close_code == 4423
    assert sorted(person["viewer"] for person in late.people()) == ["ann.1", "dana.1", "eve.1"]


async def test_malformed_messages_are_refused_with_a_sentence(rig: Rig) -> None:
    person = await rig.driver()
    await person.line.send("{")
    await person.do("move", x=1280, y=0)
    await person.until(lambda: len(person.all("refused")) == 2)
    assert [m["why"] for m in person.all("refused")] == [
        "The message is not JSON.",
        "The point lies outside the picture of 1280 by 720.",
    ]


async def test_who_does_not_join_first_is_sent_away(rig: Rig) -> None:
    person = await rig.join()
    port = rig.server.sockets[0].getsockname()[1]
    async with connect(f"ws://127.0.0.1:{port}/live", proxy=None) as line:
        await line.send('{"t": "ack", "n": 1}')
        await line.wait_closed()
        assert line.close_code == 4400
    assert person.all("people")[-1]["people"][0]["viewer"] == "v1"


async def test_f26_a_silent_holder_is_closed(rigs: Callable[..., Awaitable[Rig]]) -> None:
    rig = await rigs(Patience(beat=0.05, silent=60, holder_silent=0.1, stalled=60))
    watcher = await rig.join("watcher", may="watch")
    await rig.driver("driver", draws=False)
    person = rig.people[1]
    await person.until(lambda: person.reading.done() or person.line.close_code)
    assert person.line.close_code == 4408
    await watcher.until(lambda: len(watcher.all("people")[-1]["people"]) == 1)


async def test_the_end_is_told(rig: Rig) -> None:
    person = await rig.join()
    await rig.live.end("The browser has ended.")
    assert (await person.next("gone"))["reason"] == "The browser has ended."
    await person.line.wait_closed()
    assert person.line.close_code == 4410
