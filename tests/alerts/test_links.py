"""Takeover links: what a scanner may do, what a guest may do, and that nobody learns why a link is dead (T7)."""

from __future__ import annotations

import re
import secrets
import statistics
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from alerts.links import is_genuine, token_for
from alerts.models import AccessLink, Alert
from alerts.views.links import MOST_A_MINUTE, _link_of
from bots.live.picture import KINDS
from hitl import clock, limits
from hitl.ids import new_id
from hitl.tenants.models import Role, User, Workspace
from hitl.tenants.people import Person
from tests.administration import account, operator, page
from tests.alerts.pauses import again, moved, paused
from tests.people import People

pytestmark = [pytest.mark.django_db, pytest.mark.security]

NEVER_THE_SAME = [
    re.compile(rb'name="csrfmiddlewaretoken" value="\w+"'),
    re.compile(rb'data-now="[^"]*"'),
]
PRESSED = {"pressed": "yes"}
TIMED = ["one letter", "another's", "unknown", "expired", "revoked", "closed"]


@pytest.fixture
def link(alert: Alert) -> AccessLink:
    return alert.share_link


def door(link: AccessLink) -> str:
    return reverse("door", args=[link.token])


def let_in(link: AccessLink) -> Client:
    """Somebody who has pressed the button."""
    client = Client()
    answer = client.post(door(link), PRESSED)
    assert answer.status_code == 303, answer.content
    return client


def facts(alert: Alert) -> tuple[object, ...]:
    """All that a scanner must leave as it was."""
    alert = again(alert)
    return alert.status, alert.deadline, alert.first_input_at, alert.holder, alert.control_epoch, alert.history.count()


def body(answer: HttpResponse) -> bytes:
    text = answer.content
    for changing in NEVER_THE_SAME:
        text = changing.sub(b"", text)
    return text


def test_t7_a_scanner_opens_nothing_and_spoils_nothing(alert: Alert, link: AccessLink) -> None:
    before, audit = facts(alert), alert.workspace.audit.count()
    for agent in ("Mozilla/5.0 SafeLinks", "Slackbot-LinkExpanding 1.0", "curl/8"):
        scanner = Client(headers={"User-Agent": agent})
        assert scanner.head(door(link)).status_code == 200
        for _ in range(3):
            assert scanner.get(door(link)).status_code == 200
        assert scanner.post(door(link)).status_code == 400
        assert scanner.post(door(link), {"pressed": ""}).status_code == 400
        cross_site = scanner.post(door(link), PRESSED, headers={"Sec-Fetch-Site": "cross-site"})
        assert cross_site.status_code == 400
        assert not any(name.startswith("hitl_guest") for name in scanner.cookies)
        assert scanner.get(reverse("guest", args=[alert.public_id])).status_code == 404
    assert facts(alert) == before
    assert alert.workspace.audit.count() == audit
    link.refresh_from_db()
    assert link.seen == 12
    assert let_in(link)


def test_t7_the_button_needs_the_pages_own_token(link: AccessLink) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(door(link), PRESSED).status_code == 403


def test_t7_being_let_in_stops_no_clock(alert: Alert, link: AccessLink) -> None:
    before = facts(alert)
    guest = let_in(link)
    guest.get(reverse("guest", args=[alert.public_id]))
    guest.post(reverse("guest_ticket", args=[alert.public_id]))
    assert facts(alert) == before


def test_t7_it_goes_on_at_an_address_without_the_token(alert: Alert, link: AccessLink) -> None:
    answer = Client().post(door(link), PRESSED)
    assert answer.headers["Location"] == reverse("guest", args=[alert.public_id])
    cookie = answer.cookies[f"hitl_guest_{alert.public_id}"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
    assert link.token not in cookie.value


def test_t7_its_pages_are_kept_and_listed_nowhere(alert: Alert, link: AccessLink) -> None:
    guest = let_in(link)
    for answer in (guest.get(door(link)), guest.get(reverse("guest", args=[alert.public_id]))):
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin")
        assert link.token.encode() not in answer.content
    assert "noindex" in guest.get(door(link)).headers["X-Robots-Tag"]


def test_t7_the_same_visitor_may_come_again_and_stays_the_same(alert: Alert, link: AccessLink) -> None:
    guest = let_in(link)
    name = f"hitl_guest_{alert.public_id}"
    first = guest.cookies[name].value
    guest.post(door(link), PRESSED)
    assert guest.cookies[name].value.split(":")[0] == first.split(":")[0]
    assert let_in(link).cookies[name].value.split(":")[0] != first.split(":")[0]


def dead_tokens(people: People) -> dict[str, str]:
    """One token for each way in which a link may open nothing."""

    def made(**settings: object) -> AccessLink:
        return AccessLink.objects.create(alert=paused(people.workspace), role="control", **settings)

    expired = made(expires_at=clock.now() - timedelta(seconds=1))
    revoked, closed, taken, good = made(), made(), made(), made()
    revoked.revoke(Person.member(people.ann))
    closed.alert.complete(Person.member(people.ann), {})
    forbidden = AccessLink.objects.create(alert=paused(people.other), role="control")
    Workspace.objects.filter(pk=people.other.pk).update(links_allowed=False)
    fired = made(user=people.bob)
    return {
        "wrong": "nothing",
        "empty mac": taken.public_id.removeprefix("lnk_") + ".",
        "one letter": good.token[:-2] + ("A" if good.token[-2] != "A" else "B") + good.token[-1],
        "another's": token_for(good.public_id, taken.key),
        "unknown": token_for(new_id("lnk"), new_id("key")),
        "expired": expired.token,
        "revoked": revoked.token,
        "closed": closed.token,
        "links not allowed": forbidden.token,
        "left the team": fired.token,
        "very long": "x" * 3000,
        "odd letters": "\x00é😀",
    }


@pytest.mark.database
def test_t7_every_dead_link_gets_the_same_answer(people: People) -> None:
    tokens = dead_tokens(people)
    people.workspace.memberships.filter(user=people.bob).delete()
    expected = None
    for why, token in tokens.items():
        for ask in (Client().get, Client().head, Client().post):
            answer = ask(reverse("door", args=[token]), PRESSED)
            assert answer.status_code == 404, why
        said = body(Client().get(reverse("door", args=[token])))
        headers = dict(Client(headers={"X-Request-ID": "same"}).get(reverse("door", args=[token])).headers)
        expected = expected or (said, headers)
        assert (said, headers) == expected, why


def test_t7_guessing_meets_a_limit_and_real_links_go_on(link: AccessLink) -> None:
    client = Client()
    with time_machine.travel(clock.now(), tick=False):
        statuses = [client.get(f"/t/{new_id('guess')}.{new_id('x')}").status_code for _ in range(500)]
        last = client.get("/t/guess")
        genuine = client.get(door(link))
    assert statuses == [404] * limits.WRONG_TRIES + [429] * (500 - limits.WRONG_TRIES)
    assert last.headers["Retry-After"] == str(limits.SECONDS)
    assert genuine.status_code == 200


def guesses(link: AccessLink, number: int) -> Iterator[str]:
    """Tokens as an attacker tries them: of the right shape, of a link that exists, and the link's own but for a bit."""
    public_id, _, mac = link.token.partition(".")
    for n in range(number):
        random = secrets.token_urlsafe(20)
        place = n % (len(mac) - 1)  # the last letter has bits that mean nothing
        other = "A" if mac[place] != "A" else "B"
        yield [
            f"{secrets.token_urlsafe(16)}.{random}",
            f"{public_id}.{random}",
            f"{public_id}.{mac[:place]}{other}{mac[place + 1 :]}",
            f"{public_id}.{mac[: n % len(mac)]}",
        ][n % 4]


def test_t7_ten_thousand_guesses_open_nothing(link: AccessLink, monkeypatch: pytest.MonkeyPatch) -> None:
    """All by what decides, every fiftieth through the door, where no limit helps it this time."""
    monkeypatch.setattr(limits, "WRONG_TRIES", 1_000)
    client = Client()
    for n, token in enumerate(guesses(link, 10_000)):
        assert not is_genuine(token, link.public_id, link.key), token
        if n % 51 == 0:  # of each kind
            assert client.get(reverse("door", args=[token])).status_code == 404, token
    assert client.get(door(link)).status_code == 200


def test_t7_the_time_an_answer_takes_tells_nothing(people: People) -> None:
    """In turn, so that a busy machine is busy for all of them; medians compared."""
    tokens = {why: token for why, token in dead_tokens(people).items() if why in TIMED}
    took: dict[str, list[int]] = {why: [] for why in TIMED}
    for _ in range(60):
        for why, token in tokens.items():
            before = time.perf_counter_ns()
            assert _link_of(token) is None
            took[why].append(time.perf_counter_ns() - before)
    medians = {why: statistics.median(times) for why, times in took.items()}
    assert max(medians.values()) / min(medians.values()) < 2, medians


def test_t7_after_a_while_it_answers_again() -> None:
    client = Client()
    with time_machine.travel(clock.now(), tick=False) as clocks:
        for _ in range(limits.WRONG_TRIES + 1):
            last = client.get("/t/guess")
        assert last.status_code == 429
        clocks.shift(limits.SECONDS + 1)
        assert client.get("/t/guess").status_code == 404


WAYS_IN = {"guest": 200, "guest_ticket": 200, "guest_decline": 422, "guest_done": 200}  # for who has control


def ask(client: Client, name: str, alert: Alert) -> int:
    url = reverse(name, args=[alert.public_id])
    return (client.get(url) if name == "guest" else client.post(url)).status_code


def test_it_lets_a_guest_act_on_their_one_alert(alert: Alert, link: AccessLink) -> None:
    guest = let_in(link)
    assert {name: ask(guest, name, alert) for name in WAYS_IN} == WAYS_IN
    alert = again(alert)
    assert (alert.status, alert.closed_by) == ("completed", "Shared link")


def test_whoever_answered_by_a_link_is_not_told_the_links_name(alert: Alert, link: AccessLink, people: People) -> None:
    guest, page_of = let_in(link), reverse("guest", args=[alert.public_id])
    guest.post(reverse("guest_done", args=[alert.public_id]))
    assert "This is done. The bot has gone on" in guest.get(page_of).content.decode()
    other = paused(people.workspace)
    onlooker = let_in(other.share_link)
    other.complete(Person.member(people.ann), {})
    assert "This is done, by Ann." in onlooker.get(reverse("guest", args=[other.public_id])).content.decode()


def test_t7_a_guest_of_one_alert_gets_nothing_of_another(alert: Alert, link: AccessLink, people: People) -> None:
    guest = let_in(link)
    other = paused(people.workspace)
    assert {ask(guest, name, other) for name in WAYS_IN} == {404}
    stolen = guest.cookies[f"hitl_guest_{alert.public_id}"].value
    guest.cookies[f"hitl_guest_{other.public_id}"] = stolen
    assert {ask(guest, name, other) for name in WAYS_IN} == {404}
    assert again(other).status == "open"


def test_t7_a_watch_link_may_watch_and_not_act(alert: Alert) -> None:
    watcher = let_in(AccessLink.objects.create(alert=alert, role="watch", label="Auditor"))
    assert {name: ask(watcher, name, alert) for name in WAYS_IN} == {
        "guest": 200,
        "guest_ticket": 200,
        "guest_decline": 404,
        "guest_done": 404,
    }
    assert again(alert).status == "open"


@pytest.mark.parametrize("end", ["revoked", "expired", "links not allowed", "left the team"])
def test_t7_whoever_was_let_in_is_out_with_the_link(alert: Alert, people: People, end: str) -> None:
    link = alert.links.get(user=people.bob)
    guest = let_in(link)
    if end == "revoked":
        link.revoke(Person.member(people.ann))
    elif end == "expired":
        moved(link, expires_at=-1)
    elif end == "links not allowed":
        Workspace.objects.update(links_allowed=False)
    else:
        people.workspace.memberships.filter(user=people.bob).delete()
    assert {ask(guest, name, alert) for name in WAYS_IN} == {404}
    assert again(alert).status == "open"


@pytest.mark.parametrize("end", ["removed", "lowered", "switched off"])
def test_t7_whoever_leaves_the_team_keeps_no_link_that_they_have_made_or_read(
    alert: Alert, link: AccessLink, people: People, end: str
) -> None:
    ann, bobs = Person.member(people.ann), people.workspace.memberships.get(user=people.bob)
    own = AccessLink.make(alert, Person.member(people.bob), "control", "Me, later")
    anns = AccessLink.make(alert, ann, "control", "Dana")
    guests, doors = [let_in(each) for each in (own, link, anns)], [door(each) for each in (own, link, anns)]
    if end == "removed":
        bobs.remove(ann, Role.OWNER)
    elif end == "lowered":
        bobs.change_role(ann, Role.VIEWER, Role.OWNER)
    else:
        answer = operator(people.ann).post(page(User, "change", people.bob.pk), account(people.bob))
        assert answer.status_code == 302
    assert [ask(guest, "guest", alert) for guest in guests] == [404, 404, 200]
    assert [Client().get(url).status_code for url in doors] == [404, 404, 200]
    assert Client().get(door(again(alert).share_link)).status_code == 200  # the new one


def test_it_lets_a_guest_read_how_it_ended_and_do_nothing_more(alert: Alert, link: AccessLink, ann: Person) -> None:
    guest = let_in(link)
    alert.complete(ann, {})
    assert ask(guest, "guest", alert) == 200
    assert ask(guest, "guest_done", alert) == 409
    assert Client().post(door(link), PRESSED).status_code == 404


def test_n8_it_writes_down_who_came_in_before_they_are_in(alert: Alert, link: AccessLink) -> None:
    let_in(link)
    event = alert.workspace.audit.get(verb="link.opened")
    assert (event.subject, event.detail) == (link.public_id, {"alert": alert.public_id})


def test_t11_a_press_that_comes_too_often_writes_nothing_down(alert: Alert, link: AccessLink) -> None:
    with time_machine.travel(clock.now(), tick=False):
        for _ in range(MOST_A_MINUTE):
            let_in(link)
        answers = [Client().post(door(link) + query, PRESSED | {"minutes": "10"}) for query in ("", "?on-it")]
        assert Client().get(door(link)).status_code == 200
        assert Client(REMOTE_ADDR="203.0.113.9").post(door(link), PRESSED).status_code == 303  # nobody is shut out
    for answer in answers:
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, str(limits.SECONDS))
    assert alert.workspace.audit.filter(verb="link.opened").count() == MOST_A_MINUTE + 1
    assert not alert.workspace.audit.filter(verb="alert.on_it").exists()


def test_t7_the_database_alone_opens_nothing(alert: Alert, link: AccessLink) -> None:
    """No token stands in any column; the part that proves it is derived under the settings' key."""
    mac = link.token.partition(".")[2]
    assert len(mac) * 6 >= 128
    for row in (*AccessLink.objects.values_list(), *Alert.objects.values_list(), *alert.deliveries.values_list()):
        assert mac not in repr(row)


def test_t7_another_key_makes_other_tokens(link: AccessLink, settings: object) -> None:
    before = link.token
    settings.SECRET_KEY = "y" * 50  # type: ignore[attr-defined]
    assert link.token != before
    assert Client().get(reverse("door", args=[before])).status_code == 404


def test_a_link_says_how_its_holder_begins_to_see(client: Client, people: People, alert: Alert) -> None:
    client.force_login(people.bob)
    where = reverse("make_link", args=[alert.workspace.slug, alert.public_id])
    client.post(where, {"label": "Dana", "role": "watch", "picture_quality": "101"})
    assert not alert.links.filter(label="Dana").exists()
    made = client.post(where, {"label": "Dana", "role": "watch", "picture_quality": "30", "picture_kind": "jpeg"})
    assert made.url.partition("#")[2] == alert.links.get(label="Dana").public_id  # in sight, to be copied
    assert alert.links.get(label="Dana").picture == {"quality": 30, "kind": "jpeg"}
    assert alert.share_link.picture == {}


def test_links_know_the_kinds_that_the_live_view_has() -> None:
    assert tuple(AccessLink.PictureKind.values) == KINDS
