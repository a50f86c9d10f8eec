"""Who gets in at every socket, each with a ticket made out to them: a socket without a row here fails (T8)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from alerts import guests
from alerts.models import AccessLink
from bots.flow import AT_ONCE, EACH_SECOND, Flow
from hitl import tickets
from hitl.asgi import sockets
from hitl.tenants.models import Membership
from hitl.tenants.people import Person
from tests.alerts.pauses import paused
from tests.conftest import facts
from tests.people import People, person
from tests.sockets import IN, OUT, at_the_door, code, greets, outcome
from tests.tenants.routes import Place, cookie_of, let_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.security]

VISITORS = ("ann", "bob", "vic", "sam", "nobody", "former", "guest", "watcher", "revoked", "other")
MEMBERS = f"{IN} {IN} {IN} {OUT} {OUT} {OUT} {OUT} {OUT} {OUT} {OUT}"
LINKS = f"{OUT} {OUT} {OUT} {OUT} {OUT} {OUT} {IN} {IN} {OUT} {OUT}"
MATRIX = {
    "ws/w/<slug:workspace>/": MEMBERS,
    "ws/live/<str:execution>/": MEMBERS,
    "ws/guest/<str:alert>/": LINKS,
}


def test_t8_every_socket_has_its_row() -> None:
    assert {str(socket.pattern) for socket in sockets} == set(MATRIX)


class Crowd:
    """Everybody who may come to the door, each with their cookies and the key that tickets are made out to."""

    def __init__(self, people: People) -> None:
        self.place = Place.furnished(people)
        self.cookies = dict(self.place.cookies)
        former = person("Former")
        Membership.objects.create(workspace=people.workspace, user=former, role="owner")
        self.cookies["former"] = cookie_of(former)
        Membership.objects.filter(user=former).delete()
        self.users = {"ann": people.ann, "bob": people.bob, "vic": people.vic, "sam": people.sam, "former": former}
        alert = self.place.alert
        self.cookies["watcher"] = let_in(AccessLink.objects.create(alert=alert, role="watch", label="Auditor"))
        revoked = AccessLink.objects.create(alert=alert, role="control", label="Outsider")
        self.cookies["revoked"] = let_in(revoked)
        revoked.revoke(Person.member(people.ann))
        elsewhere = paused(people.workspace)
        self.cookies["other"] = let_in(AccessLink.objects.create(alert=elsewhere, role="control", label="Outsider"))

    def key(self, name: str) -> str:
        if name in self.users:
            return Person.member(self.users[name]).key
        guest = guests.guest(self.place.alert.public_id, self.cookies[name])
        return guest.person.key if guest else "nobody"

    def address(self, route: str) -> tuple[str, str]:
        """The socket's path, and what its tickets are for."""
        slug, alert = self.place.people.workspace.slug, self.place.alert
        if "workspace" in route:
            return f"/ws/w/{slug}/", f"inbox:{slug}"
        if "execution" in route:
            return f"/ws/live/{alert.execution.public_id}/", alert.execution.public_id
        return f"/ws/guest/{alert.public_id}/", alert.public_id


@pytest.mark.parametrize("route", MATRIX)
async def test_t8_it_lets_in_whom_the_matrix_says(people: People, route: str) -> None:
    crowd: Crowd = await facts(Crowd, people)
    path, purpose = crowd.address(route)
    answers = {}
    for name in VISITORS:
        ticket = tickets.issue(purpose, await facts(crowd.key, name))
        answers[name] = await outcome(await greets(path, crowd.cookies[name], ticket))
    assert answers == dict(zip(VISITORS, MATRIX[route].split(), strict=True))


BAD_HELLOS = {
    "not JSON": ("{", 4400),
    "no object": ("[]", 4400),
    "too deep": ('{"t":' + "[" * 100_000, 4400),
    "too long": (json.dumps({"t": "hello", "ticket": "x" * 700_000}), 4400),
    "longer than a hello": (json.dumps({"t": "hello", "pad": "x" * 8_000}), 4400),
    "another kind": (json.dumps({"t": "take"}), 4400),
    "no ticket": (json.dumps({"t": "hello"}), 4401),
    "a ticket that is none": (json.dumps({"t": "hello", "ticket": {"a": [1]}}), 4401),
    "half a letter": ('{"t": "hello", "ticket": "\\ud800:x:y"}', 4401),
}


@pytest.mark.parametrize("why", BAD_HELLOS)
async def test_t11_a_stranger_who_says_nonsense_is_shown_out(people: People, why: str) -> None:
    text, code = BAD_HELLOS[why]
    crowd: Crowd = await facts(Crowd, people)
    for route in MATRIX:
        path, _ = crowd.address(route)
        assert await says(path, crowd.cookies["bob"], text) == str(code), route


@pytest.mark.parametrize("odd", [{"codecs": 5}, {"codecs": [{}, "h264"]}, {"codecs": None}, {"viewer": "\ud800"}])
async def test_an_odd_hello_of_a_member_is_met_with_a_picture_all_the_same(people: People, odd: dict[str, Any]) -> None:
    crowd: Crowd = await facts(Crowd, people)
    path, purpose = crowd.address("ws/live/<str:execution>/")
    hello = {"t": "hello", "ticket": tickets.issue(purpose, await facts(crowd.key, "bob"))} | odd
    assert await says(path, crowd.cookies["bob"], json.dumps(hello)) == IN


async def test_whoever_floods_a_socket_is_shown_out(people: People) -> None:
    crowd: Crowd = await facts(Crowd, people)
    path, purpose = crowd.address("ws/w/<slug:workspace>/")
    line = await greets(path, crowd.cookies["bob"], tickets.issue(purpose, await facts(crowd.key, "bob")))
    assert (await line.receive_output(10))["type"] == "websocket.send"
    for _ in range(2 * AT_ONCE):
        await line.send_to(text_data='{"t": "x"}')
    assert await code(line) == 4429
    await line.disconnect()


def test_a_socket_that_was_quiet_for_a_while_may_say_as_much_as_at_first() -> None:
    clock = [0.0]
    flow = Flow(lambda: clock[0])
    assert [flow.allows() for _ in range(AT_ONCE + 5)].count(True) == AT_ONCE
    clock[0] = 0.01
    assert [flow.allows() for _ in range(50)].count(True) == EACH_SECOND // 100
    clock[0] = 1_000
    assert [flow.allows() for _ in range(AT_ONCE + 5)].count(True) == AT_ONCE


def test_t11_long_messages_cost_more() -> None:
    """One of 699,000 characters takes 50 ms of the loop that serves all tenants."""
    clock = [0.0]
    flow = Flow(lambda: clock[0])
    assert [flow.allows(699_000) for _ in range(100)].count(True) == 4
    clock[0] = 1.0
    assert [flow.allows(699_000) for _ in range(100)].count(True) == 1


async def test_t11_nobody_has_the_server_read_nested_lists_without_end(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a slow machine nothing would flood.
    monkeypatch.setattr("bots.ticketed.Flow", lambda **how: Flow(lambda: 0.0, **how))
    crowd: Crowd = await facts(Crowd, people)
    path, purpose = crowd.address("ws/live/<str:execution>/")
    line = await greets(path, crowd.cookies["vic"], tickets.issue(purpose, await facts(crowd.key, "vic")))
    assert (await line.receive_output(10))["type"] == "websocket.send"
    nested = '{"t": "ack", "n": ' + "[" + "[]," * 20_000 + "[]]}"
    for _ in range(200):
        await line.send_to(text_data=nested)
    assert await code(line) == 4429
    await line.disconnect()


async def says(path: str, cookies: dict[str, str], text: str) -> str:
    """What becomes of somebody with these words."""
    line = await at_the_door(path, cookies)
    await line.send_to(text_data=text)
    return await outcome(line)
