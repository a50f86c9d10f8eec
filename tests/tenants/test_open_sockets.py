"""T14: what is over for somebody is over on their open sockets, at the note about it: here, no heartbeat helps."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.test import Client
from django.urls import reverse

from alerts import guests
from alerts.models import Alert
from bots import ticketed
from hitl import push, tickets
from hitl.tenants.models import Membership, Role, User
from hitl.tenants.people import Person
from tests.administration import account, page
from tests.conftest import facts
from tests.people import PASSWORD, People
from tests.sockets import code, greets
from tests.tenants.routes import SITES, Place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.security]
FROM_HERE = {"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"}
SIGNED_OUT, FORBIDDEN, OVER = 4401, 4403, 4410


@pytest.fixture(autouse=True)
def _no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticketed, "HEARTBEAT", 3600)


class Device:
    """Where Bob is signed in, as the form does it."""

    def __init__(self, people: People) -> None:
        self.people, self.client = people, Client(headers=FROM_HERE)
        self.client.post(reverse("account_login"), {"login": people.bob.email, "password": PASSWORD})
        self.client.get(reverse("account"))

    @property
    def cookies(self) -> dict[str, str]:
        return {name: morsel.value for name, morsel in self.client.cookies.items()}

    def signs_out(self) -> None:
        self.client.post(reverse("account_logout"))

    def ends_the_other_sessions(self) -> None:
        self.client.post(reverse("usersessions_list"))

    def changes_the_password(self) -> None:
        new = {"oldpassword": PASSWORD, "password1": "another horse battery", "password2": "another horse battery"}
        assert self.client.post(reverse("account_change_password"), new).status_code == 302


async def opened(path: str, purpose: str, key: str, cookies: dict[str, str], **more: str) -> WebsocketCommunicator:
    line = await greets(path, cookies, tickets.issue(purpose, key), **more)
    assert (await line.receive_output(10))["type"] == "websocket.send"
    return line


async def inbox_and_browser(place: Place, cookies: dict[str, str]) -> list[WebsocketCommunicator]:
    slug, execution = place.people.workspace.slug, place.alert.execution.public_id
    bob = Person.member(place.people.bob).key
    return [
        await opened(f"/ws/w/{slug}/", f"inbox:{slug}", bob, cookies),
        await opened(f"/ws/live/{execution}/", execution, bob, cookies),
    ]


async def codes(lines: list[WebsocketCommunicator]) -> list[int]:
    return [await code(line) for line in lines]


@pytest.mark.parametrize("what", [Device.signs_out, Device.ends_the_other_sessions, Device.changes_the_password])
async def test_t14_a_session_that_ends_takes_its_sockets_along(people: People, what: Callable[[Device], None]) -> None:
    place: Place = await facts(Place.furnished, people)
    here: Device = await facts(Device, people)
    there: Device = await facts(Device, people)
    ending, other = (here, there) if what == Device.signs_out else (there, here)
    lines = await inbox_and_browser(place, ending.cookies)
    others = await inbox_and_browser(place, other.cookies)
    await facts(what, here)
    assert await codes(lines) == [SIGNED_OUT, SIGNED_OUT]
    if what == Device.changes_the_password:
        assert await codes(others) == [SIGNED_OUT, SIGNED_OUT]
    for line in others:
        await line.disconnect()


async def test_t14_a_closed_accounts_sockets_close(people: People, admin_client: Client) -> None:
    place: Place = await facts(Place.furnished, people)
    bob: Device = await facts(Device, people)
    lines = await inbox_and_browser(place, bob.cookies)
    await facts(admin_client.post, page(User, "change", people.bob.pk), account(people.bob))
    assert await codes(lines) == [SIGNED_OUT, SIGNED_OUT]


async def test_t14_who_is_no_member_any_more_is_shown_out_everywhere(people: People) -> None:
    place: Place = await facts(Place.furnished, people)
    here: Device = await facts(Device, people)
    there: Device = await facts(Device, people)
    lines = [*await inbox_and_browser(place, here.cookies), *await inbox_and_browser(place, there.cookies)]
    membership = await facts(Membership.objects.select_related("workspace", "user").get, user=people.bob)
    await facts(membership.remove, Person.member(people.ann), Role.OWNER)
    assert await codes(lines) == [FORBIDDEN] * 4


async def test_t14_a_lowered_member_gives_control_back(people: People) -> None:
    place: Place = await facts(Place.furnished, people)
    bob: Device = await facts(Device, people)
    inbox, live = await inbox_and_browser(place, bob.cookies)
    await live.send_to(text_data=json.dumps({"t": "take"}))
    await said_to(live, status="human_in_control")
    membership = await facts(Membership.objects.select_related("workspace", "user").get, user=people.bob)
    await facts(membership.change_role, Person.member(people.ann), "viewer", Role.OWNER)
    await said_to(live, status="waiting_for_human")
    for line in (inbox, live):
        await line.disconnect()


async def said_to(line: WebsocketCommunicator, status: str) -> None:
    while True:
        message: dict[str, Any] = json.loads(await line.receive_from(10))
        if message.get("execution", {}).get("status") == status:
            return


async def test_t14_a_revoked_links_browser_closes(people: People) -> None:
    place: Place = await facts(Place.furnished, people)
    key = await facts(guests_key, place)
    path, alert = f"/ws/guest/{place.alert.public_id}/", place.alert.public_id
    guest, given = await facts(guests.give_pass, place.made_link, SITES[:1])
    lines = [
        await opened(path, alert, key, place.cookies["guest"]),
        await opened(path, alert, guest.person.key, {}, **{"pass": given}),
    ]
    await facts(place.made_link.revoke, Person.member(people.ann))
    assert await codes(lines) == [FORBIDDEN, FORBIDDEN]


async def test_t16_a_frame_closes_with_the_leave_of_the_site_around_it(people: People) -> None:
    place: Place = await facts(Place.furnished, people)
    alert = place.alert.public_id
    lines = []
    for site in SITES:
        guest, given = await facts(guests.give_pass, place.made_link, [site])
        lines.append(await opened(f"/ws/guest/{alert}/", alert, guest.person.key, {}, **{"pass": given}))
    await facts(people.workspace.let_embed, Person.member(people.ann), SITES[1:])
    await facts(push.changed, "member", place.made_link.public_id, push.execution_group(place.alert.execution_id))
    assert await code(lines[0]) == FORBIDDEN
    await lines[1].send_to(text_data=json.dumps({"t": "take"}))
    await said_to(lines[1], status="human_in_control")
    await lines[1].disconnect()


async def test_a_guest_reads_how_it_ended_whichever_note_comes_first(people: People) -> None:
    """The link is over with its alert: that is no reason to be told that it is not valid."""
    place: Place = await facts(Place.furnished, people)
    alert = place.alert
    guest, given = await facts(guests.give_pass, place.made_link, SITES[:1])
    path = f"/ws/guest/{alert.public_id}/"
    line = await opened(path, alert.public_id, guest.person.key, {}, **{"pass": given})
    await facts(Alert.objects.filter(pk=alert.pk).update, status="completed")
    await facts(push.changed, "member", place.made_link.public_id, push.execution_group(alert.execution_id))
    assert await code(line) == OVER


def guests_key(place: Place) -> str:
    guest = guests.guest(place.alert.public_id, place.cookies["guest"])
    assert guest
    return guest.person.key
