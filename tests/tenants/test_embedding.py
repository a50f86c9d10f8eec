"""Live browsers in frames on a workspace's own sites (T16): which sites, and the pass that is the cookie's stand-in."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from alerts import guests
from alerts.models import AccessLink
from alerts.views.links import MOST_A_MINUTE
from hitl import clock, limits, logs, tickets
from hitl.tenants.models import AuditEvent, Workspace
from hitl.tenants.people import Person
from tests.alerts.pauses import again, moved, paused
from tests.conftest import facts
from tests.people import People
from tests.sockets import IN, OUT, greets, outcome
from tests.tenants.routes import SITES, Place

pytestmark = [pytest.mark.django_db, pytest.mark.security]
HERE = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
PRESSED = {"pressed": "yes"}


@pytest.fixture
def place(people: People) -> Place:
    return Place.furnished(people)


def frame(link: AccessLink) -> str:
    return reverse("embed", args=[link.token])


def stranger() -> Client:
    """A browser that sends no cookie at all, and a server that asks for every token."""
    return Client(enforce_csrf_checks=True)


def pressed(link: AccessLink, *around: str) -> dict[str, str]:
    fields = PRESSED | ({"around": " ".join(around)} if around else {})
    answer = stranger().post(frame(link), fields, headers=HERE)
    assert answer.status_code == 200, answer.content
    assert not answer.cookies
    given: dict[str, str] = answer.json()
    return given


def calls(place: Place, **headers: str) -> list[int]:
    """What a ticket, Done, Can't do this and a file are answered with."""
    client, alert = stranger(), place.alert.public_id
    file = place.alert.files.get().public_id
    return [
        client.post(reverse("guest_ticket", args=[alert]), headers=headers).status_code,
        client.post(reverse("guest_decline", args=[alert]), headers=headers).status_code,
        client.get(reverse("guest_file", args=[alert, file]), headers=headers).status_code,
    ]


# Which sites


def test_an_owner_names_the_sites_and_the_record_keeps_it(people: People, client: Client) -> None:
    client.force_login(people.ann)
    page = reverse("settings_embedding", args=["acme"])
    typed = "HTTPS://Intranet.Example:443/\nhttps://desk.example:8443, https://intranet.example"
    assert client.post(page, {"origins": typed}).status_code == 302
    assert Workspace.objects.get(slug="acme").embed_origins == SITES
    assert b"https://intranet.example\nhttps://desk.example:8443</textarea>" in client.get(page).content
    event = AuditEvent.objects.get(verb="workspace.embedding_changed")
    assert (event.actor, event.detail) == ("Ann", {"origins": SITES, "before": []})
    assert b"changed which sites may show live browsers" in client.get(reverse("settings_audit", args=["acme"])).content
    client.post(page, {"origins": "\n".join(SITES)})
    assert AuditEvent.objects.filter(verb="workspace.embedding_changed").count() == 1
    assert client.post(page, {"origins": ""}).status_code == 302
    assert Workspace.objects.get(slug="acme").embed_origins == []


def test_each_wrong_line_gets_its_sentence_and_nothing_typed_is_lost(people: People, client: Client) -> None:
    client.force_login(people.ann)
    typed = "https://good.example\nhttp://bad.example\nhttps://*.example"
    answer = client.post(reverse("settings_embedding", args=["acme"]), {"origins": typed})
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "“http://bad.example”: http:// is for localhost alone" in said
    assert "“https://*.example”: name each site in full" in said
    assert typed in said
    many = "\n".join(f"https://site-{number}.example" for number in range(21))
    answer = client.post(reverse("settings_embedding", args=["acme"]), {"origins": many})
    assert b"These are 21 sites; 20 are the most." in answer.content
    assert Workspace.objects.get(slug="acme").embed_origins == []


# The page


def assert_opens_nothing(answer: Any, status: int = 404) -> None:
    """A sentence that any site may frame, for there is nothing in it: no script, nothing to press, no cookie."""
    assert answer.status_code == status
    page = answer.content.decode()
    assert "<h1>" in page
    assert [tag for tag in ("<a", "<script", "<form", "<button", "<input", "<iframe") if tag in page] == []
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";"))
    assert (policy["default-src"], policy["style-src"], policy["form-action"]) == ("'none'", "'self'", "'none'")
    assert policy["frame-ancestors"] == "*"
    assert "X-Frame-Options" not in answer.headers
    assert not answer.cookies


def test_t16_without_a_site_there_is_nothing_to_frame(people: People) -> None:
    link = paused(people.workspace).share_link
    assert link.embed_url is None
    assert_opens_nothing(Client().get(frame(link)))
    assert stranger().post(frame(link), PRESSED, headers=HERE).status_code == 404


def test_t7_links_that_open_nothing_are_all_alike_and_guessing_is_stopped(place: Place) -> None:
    alert = place.alert
    dead = {name: AccessLink.objects.create(alert=alert, role="control", label=name) for name in ("revoked", "late")}
    dead["revoked"].revoke(Person.member(place.people.ann))
    moved(dead["late"], expires_at=-1)
    tokens = ["x.y", f"{place.made_link.token[:-1]}x", *(link.token for link in dead.values())]
    answers = [Client().get(reverse("embed", args=[token])) for token in tokens]
    for answer in answers:
        assert_opens_nothing(answer)
    assert len({answer.content for answer in answers}) == 1
    assert b"This link does not open anything any more" in answers[0].content
    assert place.people.workspace.name.encode() not in answers[0].content
    for _ in range(limits.WRONG_TRIES):
        last = Client().get(reverse("embed", args=["x.y"]))
    assert_opens_nothing(last, status=429)
    assert Client().get(reverse("door", args=["x.y"])).headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("headers", "fields", "status"),
    [
        ({}, PRESSED, 403),
        ({"Origin": "null"}, PRESSED, 403),
        ({"Origin": SITES[0]}, PRESSED, 403),
        ({"Origin": "http://testserver.evil.example"}, PRESSED, 403),
        (HERE | {"Sec-Fetch-Site": "cross-site"}, PRESSED, 400),
        (HERE, {}, 400),
        (HERE, {"pressed": ""}, 400),
    ],
)
def test_t20_only_a_press_in_the_frame_itself_opens_it(
    place: Place, headers: dict[str, str], fields: dict[str, str], status: int
) -> None:
    events = AuditEvent.objects.count()
    answer = stranger().post(frame(place.made_link), fields, headers=headers)
    assert answer.status_code == status
    assert b"pass" not in answer.content
    assert AuditEvent.objects.count() == events


def test_t11_a_press_that_comes_too_often_gets_no_pass(place: Place) -> None:
    cache.clear()  # they have come in by it before
    passes = AuditEvent.objects.filter(verb="link.opened", detail__embedded=True)
    before = passes.count()
    with time_machine.travel(clock.now(), tick=False):
        for _ in range(MOST_A_MINUTE):
            pressed(place.made_link)
        answer = stranger().post(frame(place.made_link), PRESSED, headers=HERE)
    assert answer.status_code == 429
    assert passes.count() == before + MOST_A_MINUTE


def test_the_door_itself_still_wants_the_pages_own_token(place: Place) -> None:
    assert stranger().post(f"/t/{place.made_link.token}", PRESSED, headers=HERE).status_code == 403


# The pass


def test_a_pass_stands_for_the_cookie(place: Place) -> None:
    given = pressed(place.made_link)
    guest = guests.holder(place.alert.public_id, given["pass"])
    assert guest is not None
    assert (guest.link, guest.may) == (place.made_link, "control")
    assert AuditEvent.objects.filter(verb="link.opened", detail__embedded=True).exists()
    assert calls(place, **{guests.HEADER: given["pass"]}) == [200, 422, 200]
    client = stranger()
    client.post(
        reverse("guest_decline", args=[place.alert.public_id]),
        {"reason": "The phone is at home."}, headers={guests.HEADER: given["pass"]},
    )  # fmt: skip
    assert (again(place.alert).status, again(place.alert).closed_by) == ("declined", "Outsider")


def test_a_pass_opens_nothing_once_its_link_its_alert_or_the_workspaces_leave_is_over(place: Place) -> None:
    ann, alert = Person.member(place.people.ann), place.alert
    revoked, other = pressed(place.made_link)["pass"], pressed(alert.share_link)["pass"]
    place.made_link.revoke(ann)
    assert calls(place, **{guests.HEADER: revoked}) == [404, 404, 404]
    assert calls(place, **{guests.HEADER: other}) == [200, 422, 200]
    place.people.workspace.let_embed(ann, [])
    assert calls(place, **{guests.HEADER: other}) == [404, 404, 404]
    place.people.workspace.let_embed(ann, SITES)
    alert.cancel("No longer needed.")
    assert guests.holder(alert.public_id, other) is None


def test_t16_a_pass_ends_where_a_site_around_its_frame_is_taken_off_the_list(place: Place) -> None:
    ann, link, workspace = Person.member(place.people.ann), place.made_link, place.people.workspace
    first, second, both = pressed(link, SITES[0]), pressed(link, SITES[1]), pressed(link, *SITES)
    untold, alone = pressed(link), stranger().post(frame(link), PRESSED | {"around": ""}, headers=HERE).json()

    def opened(*given: dict[str, str]) -> list[int]:
        return [calls(place, **{guests.HEADER: each["pass"]})[0] for each in given]

    workspace.let_embed(ann, [*SITES, "https://third.example"])
    assert opened(first, second, both, untold, alone) == [200] * 5
    workspace.let_embed(ann, SITES[1:])
    assert opened(first, second, both, untold, alone) == [404, 200, 404, 404, 200]
    often = pressed(link, *SITES[1:] * 500)
    assert len(often["pass"]) - len(second["pass"]) < 20, "a site that is named often counts once"
    # A frame that was loaded before has its button still.
    for around in (SITES[0], " ".join(SITES), "null", "https://elsewhere.example"):
        answer = stranger().post(frame(link), PRESSED | {"around": around}, headers=HERE)
        assert (answer.status_code, b"pass" in answer.content) == (404, False), around


def test_t27_whoever_shows_a_pass_is_its_holder_or_nobody(place: Place) -> None:
    """A cookie that comes along counts for nothing, so that the header is no way around the page's own token."""
    guest = place.visitors(enforce_csrf_checks=True)["guest"]
    url = reverse("guest_ticket", args=[place.alert.public_id])
    assert guest.post(url).status_code == 403
    elsewhere = pressed(paused(place.people.workspace).share_link)["pass"]
    for shown in ("", "nonsense", guest.cookies.output(), elsewhere, next(iter(guest.cookies.values())).value):
        assert guest.post(url, headers={guests.HEADER: shown.replace("\r\n", " ")}).status_code == 404, shown


def test_a_pass_is_taken_from_no_address_form_or_cookie(place: Place) -> None:
    given = pressed(place.made_link)["pass"]
    client = Client()
    client.cookies[guests.cookie_name(place.alert.public_id)] = given
    url = reverse("guest_ticket", args=[place.alert.public_id])
    for answer in (client.post(f"{url}?pass={given}"), client.post(url, {"pass": given, guests.HEADER: given})):
        assert answer.status_code == 404


def test_t7_no_log_holds_the_frames_address(place: Place) -> None:
    assert logs.without_capabilities(f"GET {frame(place.made_link)} 200") == "GET /embed/… 200"


@pytest.mark.django_db(transaction=True)
async def test_t14_a_socket_takes_the_pass_in_its_hello_and_ends_with_it(people: People) -> None:
    place: Place = await facts(Place.furnished, people)
    alert = place.alert.public_id
    given = await facts(pressed, place.made_link)
    cookies, path = place.cookies["guest"], f"/ws/guest/{alert}/"

    async def answer(jar: dict[str, str], shown: Any, ticket: str) -> str:
        return await outcome(await greets(path, jar, ticket, **{"pass": shown}))

    async def ticket(shown: str) -> str:
        guest = await facts(guests.holder, alert, shown)
        return tickets.issue(alert, guest.person.key)

    assert await answer({}, given["pass"], given["ticket"]) == IN
    assert await answer({}, given["pass"], given["ticket"]) == OUT  # a ticket opens once
    for wrong in (None, "", 5, "\ud800", [], given["pass"][:-1]):
        assert await answer({}, wrong, await ticket(given["pass"])) == OUT
    cookies_ticket = tickets.issue(alert, (await facts(guests.guest, alert, cookies)).person.key)
    assert await answer(cookies, "nonsense", cookies_ticket) == OUT
    await facts(place.made_link.revoke, Person.member(people.ann))
    assert await answer({}, given["pass"], given["ticket"]) == OUT


# The module


def test_the_module_is_for_any_site_and_stands_alone(client: Client) -> None:
    answer = client.get("/embed/hitl.js", headers={"Origin": "https://anywhere.example"})
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age=3600" in answer.headers["Cache-Control"]
    source = answer.content.decode()
    assert "export function attach" in source
    assert not [line for line in source.splitlines() if line.startswith("import")]
    unchanged = client.get("/embed/hitl.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert unchanged.status_code == 304
    assert not client.options("/embed/x.y", headers={"Origin": SITES[0]}).headers.get("Access-Control-Allow-Origin")
