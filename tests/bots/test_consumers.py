"""A live view's socket between person and browser server: what falls by itself is noticed and taken up again."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from autobahn.exception import Disconnected
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from websockets.asyncio.server import ServerConnection, serve

from alerts.models import Alert
from bots import ticketed
from bots.admission import Admission
from bots.driving import Driving
from bots.live import wire
from bots.models import BrowserSession
from hitl import push, tickets
from hitl.tenants.people import Person
from hitl.up.ports import free_port
from tests.alerts.pauses import again, browser_of, moved, paused
from tests.conftest import facts
from tests.people import People
from tests.sockets import at_the_door, code, greets
from tests.tenants.routes import cookie_of

pytestmark = pytest.mark.django_db(transaction=True)
AWAY = 4503


class BrowserServer:
    """A fake one: lines that come are kept, and say what the test has them say."""

    def __init__(self) -> None:
        self.lines: asyncio.Queue[tuple[str, ServerConnection]] = asyncio.Queue()

    async def serve(self, line: ServerConnection) -> None:
        await self.lines.put((line.request.path if line.request else "", line))
        await line.wait_closed()

    async def next_two(self) -> dict[str, ServerConnection]:
        """A viewer's line and the one for its events, by their paths."""
        async with asyncio.timeout(10):
            return dict([await self.lines.get(), await self.lines.get()])


@pytest.fixture
async def browser(people: People) -> AsyncIterator[BrowserServer]:
    fake = BrowserServer()
    async with serve(fake.serve, "127.0.0.1", 0) as server:
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await facts(_waits_at, people, address)
        yield fake


def _waits_at(people: People, address: str) -> None:
    """An execution that waits for a person, whose browser is there."""
    browser_of(paused(people.workspace, resume_when={"url": "/done"}).execution, address=address)


async def sits_down(people: People, who: str = "bob") -> WebsocketCommunicator:
    """Bob, or somebody else, at the live view."""
    alert = await facts(Alert.objects.select_related("execution").get)
    execution, user = alert.execution.public_id, getattr(people, who)
    ticket = tickets.issue(execution, Person.member(user).key)
    return await greets(f"/ws/live/{execution}/", await facts(cookie_of, user), ticket)


async def heard(line: ServerConnection) -> Any:
    """What the browser hears next."""
    return await asyncio.wait_for(line.recv(), 10)


async def at_the_browser(
    people: People, browser: BrowserServer, who: str = "bob"
) -> tuple[WebsocketCommunicator, ServerConnection]:
    """Bob at the live view, and his line as the browser has it: he has joined. Or somebody else."""
    person = await sits_down(people, who)
    line = (await browser.next_two())["/live"]
    assert json.loads(await heard(line))["t"] == "join"
    return person, line


async def at_the_wheel(
    people: People, browser: BrowserServer
) -> tuple[WebsocketCommunicator, ServerConnection, dict[str, Any]]:
    """Bob in control, and what the browser was told of it."""
    bob, line = await at_the_browser(people, browser)
    await bob.send_to(text_data='{"t": "take"}')
    grant = json.loads(await heard(line))
    assert grant["t"] == "grant"
    return bob, line, grant


async def test_a_line_that_came_again_is_listened_to_once(people: People, browser: BrowserServer) -> None:
    bob = await sits_down(people)
    first = await browser.next_two()
    await first["/live"].close()
    second = await browser.next_two()
    await asyncio.wait_for(first["/control"].wait_closed(), 10)
    assert second["/control"].close_code is None
    await bob.disconnect()


async def test_a_socket_whose_work_has_failed_is_closed(people: People, browser: BrowserServer) -> None:
    """Left alone, it would show no pictures any more, or look no more whether the person may be here."""
    bob = await sits_down(people)
    await (await browser.next_two())["/live"].send("what nobody understands")
    assert await code(bob) == AWAY
    await bob.disconnect()


@pytest.mark.parametrize(("code_of_it", "words"), [(1011, ["away"]), (4410, [])], ids=["silently", "and says so"])
async def test_n7_a_browser_that_goes_is_said_to_be_away_at_once(
    people: People, browser: BrowserServer, code_of_it: int, words: list[str]
) -> None:
    """Nobody has written down yet that it is dead: its last picture must not look live until then."""
    bob, line = await at_the_browser(people, browser)
    await line.close(code_of_it)
    again = (await browser.next_two())["/live"]
    await again.send(json.dumps({"t": "ping", "n": 1}))
    said = []
    async with asyncio.timeout(10):
        while (kind := json.loads((await bob.receive_output(10))["text"])["t"]) != "ping":
            said.append(kind)
    assert [kind for kind in said if kind != "state"] == words
    await bob.disconnect()


async def test_n7_a_browser_that_does_not_answer_is_said_to_be_away_with_each_try(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To whoever comes meanwhile, too; and a page that is told the state alone takes its line for a dead one."""
    monkeypatch.setattr(ticketed, "HEARTBEAT", 0.1)
    await facts(_waits_at, people, f"127.0.0.1:{free_port()}")
    bob = await sits_down(people)
    for _ in range(3):
        await told(bob, "away")
    await bob.disconnect()


async def test_n7_a_browser_that_has_said_that_it_ends_is_not_said_to_be_away(
    people: People, browser: BrowserServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever read it goes on reading it until that is written down."""
    monkeypatch.setattr(ticketed, "HEARTBEAT", 0.1)
    bob, line = await at_the_browser(people, browser)
    await facts(BrowserSession.objects.update, address=f"127.0.0.1:{free_port()}")
    await line.close(4410)
    said = [json.loads((await bob.receive_output(10))["text"])["t"] for _ in range(6)]
    assert said == ["state"] * 6
    await bob.disconnect()


async def test_whoever_did_nothing_for_long_reads_why_control_has_gone(
    people: People, browser: BrowserServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticketed, "HEARTBEAT", 0.1)
    bob, line, grant = await at_the_wheel(people, browser)
    await facts(moved, await facts(Alert.objects.get), last_input_at=-settings.CONTROL_IDLE - 1)
    assert json.loads(await heard(line)) == {"t": "revoke", "epoch": grant["epoch"]}
    assert (await told(bob, "refused"))["why"].startswith("Nothing was done here for a while")
    await bob.disconnect()


async def test_control_is_handed_over_by_whoever_has_it(people: People, browser: BrowserServer) -> None:
    ann, anns_line = await at_the_browser(people, browser, "ann")
    bob, line, grant = await at_the_wheel(people, browser)
    hand = json.dumps({"t": "hand", "to": "vwr_ann"})
    await ann.send_to(text_data=hand)  # who has nothing to hand over
    await ann.send_to(text_data='{"t": "ask"}')
    assert json.loads(await heard(anns_line)) == {"t": "ask"}  # and nothing before it
    await bob.send_to(text_data=hand)
    assert json.loads(await heard(line)) == {"t": "revoke", "epoch": grant["epoch"]}
    assert json.loads(await heard(line)) == {"t": "offer", "viewer": "vwr_ann"}
    assert await facts(lambda: Alert.objects.get().status) == "open"
    await ann.send_to(text_data='{"t": "take"}')  # as her page does when it is offered
    assert json.loads(await heard(anns_line))["epoch"] == grant["epoch"] + 1
    for person in (ann, bob):
        await person.disconnect()


async def test_control_is_taken_back_by_role(people: People, browser: BrowserServer) -> None:
    bob, _, first = await at_the_wheel(people, browser)
    vic, _ = await at_the_browser(people, browser, "vic")
    ann, anns_line = await at_the_browser(people, browser, "ann")
    await vic.send_to(text_data='{"t": "takeback"}')
    assert (await told(vic, "refused"))["why"] == "You may watch, but not take control."
    await ann.send_to(text_data='{"t": "takeback"}')
    grant = json.loads(await heard(anns_line))
    assert (grant["t"], grant["epoch"]) == ("grant", first["epoch"] + 1)
    await bob.send_to(text_data='{"t": "takeback"}')
    assert "Your role does not let you take control" in (await told(bob, "refused"))["why"]
    assert await facts(lambda: Alert.objects.get().holder) == Person.member(people.ann).key
    for person in (ann, bob, vic):
        await person.disconnect()


async def test_a_browsers_last_word_to_a_viewer_is_passed_on(people: People, browser: BrowserServer) -> None:
    bob = await sits_down(people)
    await (await browser.next_two())["/live"].close(4409)
    assert await code(bob) == 4409
    await bob.disconnect()


@pytest.mark.security
@pytest.mark.parametrize("kind", wire.FROM_WEB)
async def test_t13_nobody_gives_themselves_control_in_the_words_of_the_web_process(
    people: People, browser: BrowserServer, kind: str
) -> None:
    bob, browser_line = await at_the_browser(people, browser)
    await bob.send_to(text_data=json.dumps({"t": kind, "epoch": 9, "viewer": "vwr_bob", "name": "Bob"}))
    assert await code(bob) == 4400
    await bob.disconnect()
    async with asyncio.timeout(10):
        assert [message async for message in browser_line] == []


async def told(line: WebsocketCommunicator, kind: str) -> dict[str, Any]:
    """The next message of this kind; what comes before is passed over."""
    async with asyncio.timeout(10):
        while (message := json.loads((await line.receive_output(10))["text"]))["t"] != kind:
            continue
    return dict(message)


async def test_members_are_told_by_what_their_pages_are_known_and_guests_are_not(
    people: People, browser: BrowserServer
) -> None:
    """By one link many may come."""
    bob = await sits_down(people)
    you = (await told(bob, "state"))["you"]
    await bob.disconnect()
    assert you["viewer"].startswith(f"{you['own']}.")
    guest = Admission(Person.guest("lnk_1", "vis_1", "Gus"), "control", (), lambda: "control", alert_id="alt_1")
    assert guest.own(guest.viewer_id("vwr_1")) is None


@pytest.mark.security
async def test_t11_long_messages_come_from_whoever_drives_and_are_refused_from_others(
    people: People, browser: BrowserServer
) -> None:
    bob, browser_line = await at_the_browser(people, browser)
    paste = json.dumps({"t": "paste", "e": 1, "s": 1, "text": "\x01" * 100_000})
    await bob.send_to(text_data=paste)
    assert "while you are in control" in (await told(bob, "refused"))["why"]
    await bob.send_to(text_data='{"t": "take"}')
    for _ in range(3):  # one after the other, as nobody does by hand
        await bob.send_to(text_data=paste)
    assert json.loads(await heard(browser_line))["t"] == "grant"
    assert [await heard(browser_line) for _ in range(3)] == [paste] * 3
    await bob.disconnect()


@pytest.mark.security
async def test_t11_pieces_of_files_flow_from_whoever_drives_and_soon_end_from_others(
    people: People, browser: BrowserServer
) -> None:
    bob, browser_line, _ = await at_the_wheel(people, browser)
    piece = bytes(64 * 1024)
    for _ in range(200):
        await bob.send_to(bytes_data=piece)
        assert await heard(browser_line) == piece
    await bob.send_to(text_data='{"t": "release"}')
    taking = asyncio.create_task(take_all(browser_line))
    for _ in range(200):
        await bob.send_to(bytes_data=piece)
    assert await code(bob) == 4429
    await bob.disconnect()
    await asyncio.wait_for(taking, 10)


async def test_what_a_person_does_waits_for_nobodys_question_to_the_database(
    people: People, browser: BrowserServer
) -> None:
    """All sockets of the process ask in the same thread."""
    bob, browser_line, _ = await at_the_wheel(people, browser)
    strokes = [
        json.dumps({"t": "key", "e": 1, "s": 1, "code": "KeyA", "key": "a", "down": down}) for down in (True, False)
    ]
    await bob.send_to(text_data=strokes[0])
    assert await heard(browser_line) == strokes[0]  # so what his own press on Take control asks is answered
    answered = threading.Event()
    asking = asyncio.create_task(facts(answered.wait))
    await bob.send_to(text_data=strokes[1])
    try:
        assert await heard(browser_line) == strokes[1]
    finally:
        answered.set()
        await asking
    await bob.disconnect()


async def test_control_that_comes_back_by_itself_while_it_is_asked_for_is_taken_once(
    people: People, browser: BrowserServer
) -> None:
    """What is done in between would be refused, as meant for an earlier turn."""
    bob, browser_line = await at_the_browser(people, browser)
    alert = await facts(Alert.objects.get)
    await facts(alert.claim, Person.member(people.bob))
    answered = threading.Event()
    asking = asyncio.create_task(facts(answered.wait))
    await bob.send_to(text_data='{"t": "take"}')
    await browser_line.send(json.dumps({"t": "hello", "control": None}))
    assert (await told(bob, "hello"))["control"] is None
    answered.set()
    await asking
    stroke = json.dumps({"t": "key", "e": 1, "s": 1, "code": "KeyA", "key": "a", "down": True})
    await bob.send_to(text_data=stroke)
    assert json.loads(await heard(browser_line))["t"] == "grant"
    assert await heard(browser_line) == stroke
    await bob.disconnect()


async def test_whoever_drives_goes_on_driving_on_a_browser_line_that_came_again(
    people: People, browser: BrowserServer
) -> None:
    bob, browser_line, first = await at_the_wheel(people, browser)
    await browser_line.close()
    second = (await browser.next_two())["/live"]
    assert json.loads(await heard(second))["t"] == "join"
    await second.send(json.dumps({"t": "hello", "control": None}))
    assert json.loads(await heard(second)) == first | {"epoch": first["epoch"] + 1}
    await bob.disconnect()


async def take_all(line: ServerConnection) -> None:
    async for _ in line:
        continue


async def test_what_comes_for_somebody_who_is_just_leaving_is_no_fault(
    people: People, browser: BrowserServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Daphne refuses it between the page's goodbye and its own; whoever runs hitl need not read of it."""

    async def refuses(*_: object, **__: object) -> None:
        raise Disconnected("Attempt to send on a closed protocol")

    bob = await sits_down(people)
    lines = await browser.next_two()
    monkeypatch.setattr(ticketed.TicketConsumer, "send", refuses)
    await lines["/live"].send(b"a picture")
    assert await code(bob) == AWAY
    await bob.disconnect()
    assert "a socket is closed" not in caplog.text


async def test_f13_a_note_that_is_not_understood_closes_the_socket_with_all_that_it_held(
    people: People, browser: BrowserServer
) -> None:
    """Left alone, its tasks would keep control for a person whose page has no line."""
    bob = await sits_down(people)
    lines = await browser.next_two()
    group = push.execution_group((await facts(Alert.objects.get)).execution_id)
    await get_channel_layer().group_send(group, {"type": "changed"})
    assert await code(bob) == AWAY
    await bob.disconnect()
    for line in lines.values():
        await asyncio.wait_for(line.wait_closed(), 10)


async def test_f6_the_browser_is_let_go_although_redis_is_away(
    people: People, browser: BrowserServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(group: str, channel: str) -> None:
        raise ConnectionError("Redis is away")

    bob = await sits_down(people)
    lines = await browser.next_two()
    monkeypatch.setattr(get_channel_layer(), "group_discard", away)
    await bob.disconnect()
    for line in lines.values():
        await asyncio.wait_for(line.wait_closed(), 10)


async def test_a_page_that_is_slow_to_greet_is_not_told_that_it_is_signed_out(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticketed, "HELLO_WITHIN", 0)
    assert await code(await at_the_door("/ws/w/acme/", {})) == AWAY


@pytest.mark.parametrize("acted", [False, True])
async def test_the_response_clock_goes_on_where_control_was_given_back_with_nothing_touched(
    people: People, browser: BrowserServer, acted: bool
) -> None:
    """Its page lets go of all keys before, and is told that this was dealt with."""
    bob, browser_line = await at_the_browser(people, browser)
    await bob.send_to(text_data='{"t": "take"}')
    epoch = json.loads(await heard(browser_line))["epoch"]
    await bob.send_to(text_data=json.dumps({"t": "keysup", "e": epoch, "s": 1}))
    assert json.loads(await heard(browser_line))["t"] == "keysup"
    await browser_line.send(json.dumps({"t": "input", "e": epoch, "s": 1, "acted": acted}))
    assert (await told(bob, "input"))["s"] == 1
    await bob.send_to(text_data='{"t": "release"}')
    assert json.loads(await heard(browser_line))["t"] == "revoke"
    while (await told(bob, "state"))["alert"]["status"] != "open":
        continue
    after = await facts(Alert.objects.get)
    assert (after.deadline is None, after.first_input_at is not None) == (acted, acted)
    await bob.disconnect()


# What they hold


def driving(people: People, alert: Alert) -> Driving:
    person = Person.member(people.bob)
    return Driving(Admission(person, "control", (), lambda: "control", alert.execution_id), "vwr_bob")


async def test_whoever_acts_again_just_before_the_idle_limit_keeps_control(people: People) -> None:
    alert = await facts(paused, people.workspace)
    bob = driving(people, alert)
    assert await bob.take() == ""
    assert bob.epoch
    await facts(moved, alert, last_input_at=-settings.CONTROL_IDLE - 1)
    await bob.input_arrived(bob.epoch, acted=True)
    assert await bob.keep()
    await facts(moved, alert, last_input_at=-settings.CONTROL_IDLE - 1)
    assert not await bob.keep()


@pytest.mark.parametrize(("condition_of", "status"), [("an earlier alert", "open"), ("this one", "completed")])
async def test_a_condition_completes_the_alert_that_waits_for_it(
    people: People, condition_of: str, status: str
) -> None:
    alert = await facts(paused, people.workspace, resume_when={"url": "/done"})
    await driving(people, alert).condition_met(alert.public_id if condition_of == "this one" else "alt_earlier")
    found: Any = await facts(again, alert)
    assert found.status == status


def test_what_everybody_is_told_every_few_seconds_is_read_without_scripts_and_outputs(people: People) -> None:
    alert = paused(people.workspace)
    bob = driving(people, alert)
    with CaptureQueriesContext(connection) as asked:
        assert bob._state().message()["alert"]["id"] == alert.public_id
    read = " ".join(query["sql"] for query in asked)
    assert not [name for name in ("bots_bot", "script", "variables", "output", "answers") if f'"{name}"' in read]
