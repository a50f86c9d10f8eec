"""Who gets what at every address: a route without a row here fails (T8). A GET that acts, and a POST without the page's
own token, are looked for at every address too (T27)."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from hitl.tenants.models import Membership, User
from tests.people import People, person
from tests.tenants.routes import SITES, VISITORS, Place, cookie_of, routes

pytestmark = [pytest.mark.django_db, pytest.mark.security]

# Answers to GET and to POST (each with DATA below), in the order of VISITORS:
#                ann bob vic sam nobody guest
ALL_READ = ("200 200 200 200 200 200", "405 405 405 405 405 405")
MEMBERS_READ = ("200 200 200 404 302 302", "405 405 405 404 302 302")
MEMBERS_ASK = ("405 405 405 404 302 302", "200 200 200 404 302 302")
OPERATORS_ACT = ("405 405 403 404 302 302", "302 302 403 404 302 302")
OPERATORS_ANSWER = ("405 405 403 404 302 302", "200 200 403 404 302 302")
ADMINS_READ = ("200 403 403 404 302 302", "405 403 403 404 302 302")
ADMINS_ACT = ("405 403 403 404 302 302", "302 403 403 404 302 302")
ADMINS_ASK = ("405 403 403 404 302 302", "200 403 403 404 302 302")
ADMINS_WRITE = ("200 403 403 404 302 302", "302 403 403 404 302 302")
GUEST_ACTS = ("405 405 405 405 405 405", "404 404 404 404 404 200")
PRACTICE_GOES_ON = ("302 302 302 302 302 302", "405 405 405 405 405 405")
OWN_READ = ("200 200 200 200 302 302", "405 405 405 405 302 302")
SENT_ELSEWHERE = ("302 302 302 302 302 302", "302 302 302 302 302 302")  # to sign-in, or to "is it you?"
MOVED = ("301 301 301 301 301 301", "301 301 301 301 301 301")
NOTHING = ("404 404 404 404 404 404", "404 404 404 404 404 404")
OWN_MAILS = ("404 404 404 404 302 302", "405 405 405 405 405 405")

W = "w/<slug:workspace>/"
MATRIX = {
    "": ("302 302 302 302 302 302", "302 302 302 302 302 302"),
    # For machines: names and sentences, nothing of anybody's (tests/ops)
    "healthz": ALL_READ,
    "readyz": ("503 503 503 503 503 503", ALL_READ[1]),
    "metrics": ALL_READ,  # the tests' own machine
    # Sign-in and accounts: everybody's own, or nobody's
    "accounts/login/": ("302 302 302 302 200 200", "302 302 302 302 200 200"),
    "accounts/logout/": ("200 200 200 200 302 302", "302 302 302 302 302 302"),
    "accounts/inactive/": ALL_READ,
    "accounts/signup/": ("302 302 302 302 200 200", "302 302 302 302 200 200"),
    "accounts/reauthenticate/": ("200 200 200 200 302 302", "200 200 200 200 302 302"),
    "accounts/email/": ("200 200 200 200 302 302", "302 302 302 302 302 302"),
    "accounts/confirm-email/": SENT_ELSEWHERE,
    "accounts/password/change/": ("200 200 200 200 302 302", "200 200 200 200 302 302"),
    "accounts/password/set/": ("302 302 302 302 302 302", "302 302 302 302 302 302"),
    "accounts/password/reset/": ("200 200 200 200 200 200", "200 200 200 200 200 200"),
    "accounts/password/reset/done/": ALL_READ,
    r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": (ALL_READ[0], ALL_READ[0]),
    "accounts/password/reset/key/done/": ALL_READ,
    "accounts/login/code/confirm/": ("302 302 302 302 302 302", "302 302 302 302 302 302"),
    "accounts/login/code/": ("302 302 302 302 200 200", "302 302 302 302 200 200"),
    "accounts/2fa/": OWN_READ,
    "accounts/2fa/authenticate/": SENT_ELSEWHERE,
    "accounts/2fa/reauthenticate/": SENT_ELSEWHERE,
    "accounts/2fa/recovery-codes/": ("404 404 404 404 302 302", "405 405 405 405 302 302"),
    "accounts/2fa/recovery-codes/download/": ("404 404 404 404 302 302", "404 404 404 404 302 302"),
    "accounts/2fa/recovery-codes/generate/": SENT_ELSEWHERE,
    "accounts/2fa/totp/activate/": SENT_ELSEWHERE,
    "accounts/2fa/totp/deactivate/": ("404 404 404 404 302 302", "404 404 404 404 302 302"),
    "accounts/2fa/webauthn/": OWN_READ,
    "accounts/2fa/webauthn/add/": SENT_ELSEWHERE,
    "accounts/2fa/webauthn/keys/<int:pk>/edit/": SENT_ELSEWHERE,
    "accounts/2fa/webauthn/keys/<int:pk>/remove/": SENT_ELSEWHERE,
    "accounts/2fa/webauthn/login/": SENT_ELSEWHERE,
    "accounts/2fa/webauthn/reauthenticate/": SENT_ELSEWHERE,
    "accounts/3rdparty/": ("200 200 200 200 302 302", "200 200 200 200 302 302"),
    "accounts/3rdparty/login/cancelled/": ALL_READ,
    "accounts/3rdparty/login/error/": ("401 401 401 401 401 401", ALL_READ[1]),
    "accounts/3rdparty/signup/": SENT_ELSEWHERE,
    **{f"accounts/social/{old}/": MOVED for old in ("login/cancelled", "login/error", "signup", "connections")},
    r"accounts/oidc/^(?P<provider_id>[^/]+)/login/": NOTHING,  # no provider is configured
    r"accounts/oidc/^(?P<provider_id>[^/]+)/login/callback/": NOTHING,
    "accounts/sessions/": ("200 200 200 200 302 302", "302 302 302 302 302 302"),
    "workspaces/new/": ("200 200 200 200 302 302", "302 302 302 302 302 302"),
    "account/": ("200 200 200 200 302 302", "302 302 302 302 302 302"),
    "welcome/<str:token>/": (ALL_READ[0], "302 302 302 302 302 302"),
    # Alerts
    W + "alerts/": MEMBERS_READ,
    W + "alerts/open/": MEMBERS_READ,
    W + "alerts/rows/": MEMBERS_READ,
    W + "alerts/<id:alert>/": MEMBERS_READ,
    W + "alerts/<id:alert>/picture.jpg": MEMBERS_READ,
    W + "alerts/<id:alert>/on-it/": ("200 200 403 404 302 302", "302 302 403 404 302 302"),
    W + "alerts/<id:alert>/give-up/": OPERATORS_ACT,
    W + "alerts/<id:alert>/assign/": OPERATORS_ACT,
    W + "alerts/<id:alert>/whose/": MEMBERS_READ,
    W + "alerts/<id:alert>/answer/": ("200 200 403 404 302 302", "405 405 403 404 302 302"),
    W + "alerts/<id:alert>/notices/<int:delivery>/retry/": OPERATORS_ACT,
    W + "alerts/<id:alert>/links/": OPERATORS_ACT,
    W + "alerts/<id:alert>/links/<id:link>/revoke/": OPERATORS_ACT,
    W + "alerts/<id:alert>/done/": OPERATORS_ANSWER,
    W + "alerts/<id:alert>/decline/": OPERATORS_ANSWER,
    "t/<str:token>": (ALL_READ[0], "303 303 303 303 303 303"),  # whoever has the link
    "embed/hitl.js": ALL_READ,
    "embed/<str:token>": (ALL_READ[0], "403 403 403 403 403 403"),  # a POST names its origin: test_embedding.py
    "g/<id:alert>/": ("404 404 404 404 404 200", "405 405 405 405 405 405"),
    "g/<id:alert>/ticket/": GUEST_ACTS,
    "g/<id:alert>/files/<id:file>": ("404 404 404 404 404 200", "405 405 405 405 405 405"),
    "g/<id:alert>/done/": GUEST_ACTS,
    "g/<id:alert>/decline/": GUEST_ACTS,
    W: MEMBERS_READ,
    # Bots and executions
    W + "bots/": MEMBERS_READ,
    W + "bots/new/": ADMINS_WRITE,
    W + "bots/examples/": ADMINS_ACT,
    W + "bots/<id:bot>/": MEMBERS_READ,
    W + "bots/check/": ADMINS_ASK,
    W + "bots/format/": ADMINS_ASK,
    W + "bots/manual/": MEMBERS_READ,
    W + "bots/import/": ("200 403 403 404 302 302", "422 403 403 404 302 302"),
    W + "bots/<id:bot>/edit/": ADMINS_WRITE,
    W + "bots/<id:bot>/settings/": ADMINS_WRITE,
    W + "bots/<id:bot>/run/": OPERATORS_ACT,
    W + "bots/<id:bot>/archive/": ADMINS_ACT,
    W + "first-hour/": MEMBERS_READ,
    W + "first-hour/hide/": ADMINS_ACT,
    W + "bots/<id:bot>/try/": ADMINS_WRITE,
    W + "executions/<id:execution>/trial/": ("404 403 403 404 302 302", "404 403 403 404 302 302"),  # it is none
    W + "executions/<id:execution>/trial/keep/": ("405 403 403 404 302 302", "404 403 403 404 302 302"),
    W + "bots/<id:bot>/schedules/new/": ADMINS_WRITE,
    W + "schedules/preview/": ("200 200 403 404 302 302", "405 405 403 404 302 302"),
    W + "schedules/<id:schedule>/": ADMINS_WRITE,
    W + "schedules/<id:schedule>/pause/": OPERATORS_ACT,
    W + "schedules/<id:schedule>/resume/": OPERATORS_ACT,
    W + "schedules/<id:schedule>/remove/": ADMINS_ACT,
    W + "bots/<id:bot>/bring-back/": ADMINS_ACT,
    W + "bots/<id:bot>/duplicate/": ADMINS_ACT,
    W + "bots/<id:bot>/export/": MEMBERS_READ,
    W + "bots/<id:bot>/versions/": MEMBERS_READ,
    W + "bots/<id:bot>/versions/<int:number>/": MEMBERS_READ,
    W + "bots/<id:bot>/versions/<int:number>/restore/": ADMINS_ACT,
    W + "executions/": MEMBERS_READ,
    W + "executions.csv": MEMBERS_READ,
    W + "executions/cancel/": ("200 200 403 404 302 302", "302 302 403 404 302 302"),
    W + "executions/<id:execution>/": MEMBERS_READ,
    W + "executions/<id:execution>/progress/": MEMBERS_READ,
    W + "executions/<id:execution>/output.json": MEMBERS_READ,
    W + "executions/<id:execution>/cancel/": OPERATORS_ACT,
    W + "executions/<id:execution>/take-over/": OPERATORS_ACT,
    W + "executions/<id:execution>/steps/<int:run>.jpg": MEMBERS_READ,
    W + "executions/<id:execution>/files/<id:file>": MEMBERS_READ,
    W + "executions/<id:execution>/ticket/": MEMBERS_ASK,
    # The workspace
    W + "settings/keys/": ("200 403 403 404 302 302", "201 403 403 404 302 302"),
    W + "settings/keys/<id:api_key>/revoke/": ADMINS_ACT,
    # Before `settings/`, which gives it the name that is typed here: it would be deleted while the others are tried
    W + "settings/delete/": ("200 403 403 404 302 302", "422 403 403 404 302 302"),  # the name was not typed
    W + "settings/": ("200 200 200 404 302 302", "302 403 403 404 302 302"),
    W + "settings/secrets/": ("200 200 403 404 302 302", "302 403 403 404 302 302"),
    W + "settings/secrets/<id:secret>/": ADMINS_WRITE,
    W + "settings/secrets/<id:secret>/remove/": ADMINS_ACT,
    W + "settings/embedding/": ADMINS_WRITE,
    W + "settings/limits/": ADMINS_READ,
    W + "settings/record/": ADMINS_READ,
    W + "settings/record.csv": ADMINS_READ,
    W + "settings/record.json": ADMINS_READ,
    W + "settings/members/": ("200 200 200 404 302 302", "422 403 403 404 302 302"),
    W + "settings/members/<int:member>/role/": ADMINS_ACT,
    W + "settings/members/<int:member>/remove/": ("405 405 405 404 302 302", ADMINS_ACT[1]),  # everybody may leave
    W + "settings/members/invitations/<id:invitation>/again/": ADMINS_ACT,
    W + "settings/members/invitations/<id:invitation>/revoke/": ADMINS_ACT,
    # Whoever has the link reads it; it makes a member of the invited address alone, and an account of nobody signed in
    "invitations/<str:token>/": (ALL_READ[0], "403 403 403 403 422 422"),
    W + "settings/notices/drill/": OPERATORS_ACT,
    W + "settings/notices/": ("200 200 200 404 302 302", "302 302 302 404 302 302"),
    W + "ticket/": MEMBERS_ASK,
    # The practice site belongs to nobody; its mails are shown to whom they were sent
    "practice/": ALL_READ,
    "practice/login/": (ALL_READ[0], ALL_READ[0]),
    "practice/code/": ("302 302 302 302 302 302", "302 302 302 302 302 302"),
    "practice/phone/": ALL_READ,
    "practice/account/": PRACTICE_GOES_ON,
    "practice/card/": (PRACTICE_GOES_ON[0], PRACTICE_GOES_ON[0]),
    "practice/card/<str:receipt>/": ("404 404 404 404 404 404", "405 405 405 405 405 405"),
    "practice/leave/": ("405 405 405 405 405 405", "302 302 302 302 302 302"),
    "practice/order/": (ALL_READ[0], "302 302 302 302 302 302"),
    "practice/order/<str:receipt>/": ("404 404 404 404 404 404", "405 405 405 405 405 405"),
    "practice/moved/": (ALL_READ[0], "302 302 302 302 302 302"),
    "practice/moved/report/": ALL_READ,
    "practice/mail/": ("200 200 200 200 302 302", "405 405 405 405 405 405"),
    "practice/mail/<str:mail_id>/": OWN_MAILS,
    "practice/mail/<str:mail_id>/html/": OWN_MAILS,
}
DATA = {
    "pressed": "yes",
    "role": "watch",
    "label": "Auditor",
    "reason": "The phone is at home.",
    "scope": "read",
    "days": "30",
    "name": "Renamed",
    "emails": "eve@example.com",
    "links_allowed": "on",
    "value": "a value",
    "origins": "https://intranet.example",
    "minutes": "10",
    "email": "mine",
    "zone": "UTC",
    "cron": "0 9 * * *",
    "overlap": "queue",
    "version": "1",
    "source": '{"title": "Pay", "steps": [{"type": "navigate", "url": "https://shop.example/"}]}',
}
ACME = (b"Payer", b"Acme", b"Type the code", b"secret instructions")


@pytest.fixture
def place(people: People) -> Place:
    return Place.furnished(people)


def is_administration(route: str) -> bool:
    return route.startswith("admin/")


def is_api(route: str) -> bool:
    """It has a matrix of keys, in tests/api; no visitor's cookie opens anything there."""
    return route.startswith("api/v1/")


@pytest.fixture(autouse=True)
def _unprinted(caplog: pytest.LogCaptureFixture) -> None:
    """Each refusal is a warning with its stack."""
    caplog.set_level("ERROR")


def test_t8_every_route_has_its_row() -> None:
    assert {route for route in routes() if not is_administration(route) and not is_api(route)} == set(MATRIX)


@pytest.mark.parametrize("method", ["get", "post"])
def test_t8_it_answers_each_visitor_as_the_matrix_says(place: Place, method: str) -> None:
    answers = {route: answers_to(place, route, method) for route in MATRIX}
    said = {route: " ".join(str(answer.status_code) for answer in each) for route, each in answers.items()}
    assert said == {route: expected[method == "post"] for route, expected in MATRIX.items()}
    for route in WORKSPACES:
        sams = answers[route][VISITORS.index("sam")]
        assert not [words for words in ACME if words in sams.content], route


def answers_to(place: Place, route: str, method: str) -> list[Any]:
    """Each visitor's, who finds the place as the one before did."""
    cache.clear()
    answers = []
    for visitor in place.visitors().values():
        with transaction.atomic():
            answers.append(getattr(visitor, method)(place.url(route), DATA))
            transaction.set_rollback(True)
    return answers


WORKSPACES = [route for route in MATRIX if route.startswith(W)]
OWNERS_ALONE = {W + "settings/delete/"}


def test_t8_an_admin_gets_what_an_owner_gets_but_for_the_workspaces_end(place: Place) -> None:
    adam = person("Adam")
    Membership.objects.create(workspace=place.people.workspace, user=adam, role="admin")
    client = Client()
    client.cookies.load(cookie_of(adam))
    for route in WORKSPACES:
        for method, answers in zip(("get", "post"), MATRIX[route], strict=True):
            with transaction.atomic():
                answer = getattr(client, method)(place.url(route), DATA)
                transaction.set_rollback(True)
            expected = "403" if route in OWNERS_ALONE else answers.split()[0]
            assert str(answer.status_code) == expected, (method, route)


def test_t8_a_stranger_reaches_nothing_through_a_workspace_of_their_own(place: Place) -> None:
    """Acme's ids under Sam's workspace: nothing is found, and lists hold nothing of Acme's."""
    sam = place.visitors()["sam"]
    for route in WORKSPACES:
        url = place.url(route, workspace=place.people.other.slug)
        for answer in (sam.get(url), sam.post(url, DATA)):
            assert answer.status_code in ((404, 405) if route.count("<") > 1 else (200, 201, 302, 405, 422)), route
            assert not [words for words in ACME if words in getattr(answer, "content", b"")], route
    place.alert.refresh_from_db()
    assert place.alert.status == "open"
    assert not place.alert.execution.is_over


def test_t8_a_member_who_was_removed_is_a_stranger(place: Place) -> None:
    place.people.workspace.memberships.filter(user=place.people.ann).delete()
    ann = place.visitors()["ann"]
    for route in WORKSPACES:
        assert ann.get(place.url(route)).status_code == 404, route
        assert ann.post(place.url(route), DATA).status_code == 404, route


def test_t8_an_account_that_was_closed_is_signed_out(place: Place) -> None:
    User.objects.filter(pk=place.people.ann.pk).update(is_active=False)
    ann = place.visitors()["ann"]
    for route in WORKSPACES:
        for answer in (ann.get(place.url(route)), ann.post(place.url(route), DATA)):
            assert answer.status_code == 302, route
            assert answer.headers["Location"].startswith("/accounts/login/"), route


@pytest.mark.parametrize("visitor", VISITORS)
def test_t8_the_administration_is_for_staff(place: Place, visitor: str) -> None:
    """No role in a workspace opens it."""
    client = place.visitors()[visitor]
    for route in filter(is_administration, routes()):
        for answer in (client.get(place.url(route)), client.post(place.url(route))):
            assert answer.status_code in ((302, 403) if route == "admin/login/" else (302,)), route
            if answer.status_code == 302:
                assert answer.headers["Location"].startswith(("/admin/", "/accounts/login/")), route
                assert not answer.content, route


@pytest.mark.parametrize("visitor", ["ann", "nobody", "guest"])
def test_t16_no_page_can_be_framed(place: Place, visitor: str) -> None:
    """But for the practice site's mails, which our own page frames without an origin, and the page made for frames."""
    client = place.visitors()[visitor]
    for route in MATRIX.keys() - {"embed/<str:token>"}:
        answer = client.get(place.url(route))
        if answer.headers.get("Content-Type", "").startswith("text/html") and not route.endswith("/html/"):
            assert answer.headers["X-Frame-Options"] == "DENY", route
            policy = answer.headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in policy, route
            assert "unsafe" not in policy, route


@pytest.mark.parametrize("visitor", ["ann", "nobody", "guest"])
def test_t16_the_page_for_frames_names_its_workspaces_sites_and_no_other(place: Place, visitor: str) -> None:
    answer = place.visitors()[visitor].get(place.url("embed/<str:token>"))
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["frame-ancestors"].split() == SITES
    assert "unsafe" not in str(policy)
    assert "X-Frame-Options" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert not answer.cookies


def test_t27_no_post_comes_through_without_the_pages_own_token(place: Place) -> None:
    visitors = place.visitors(enforce_csrf_checks=True)
    for visitor in (visitors["ann"], visitors["guest"]):
        for route in routes():
            refusals = (401, 403, 404, 405) if is_api(route) else (403,)
            assert visitor.post(place.url(route), DATA).status_code in refusals, route


OF_SESSIONS = ("sessions.Session", "usersessions.UserSession")
TABLES_OF_SESSIONS = [apps.get_model(name)._meta.db_table for name in OF_SESSIONS]


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, but for sessions, when they were last seen, and the door's counter."""
    kept = [model for model in apps.get_models() if model._meta.label not in OF_SESSIONS]
    rows = {}
    for model in kept:
        columns = [field.attname for field in model._meta.concrete_fields if field.name != "seen"]
        rows[model._meta.label] = list(model._default_manager.order_by("pk").values_list(*columns))
    return rows


class Written:
    """The routes under which a row was written, but for sessions: `everything` after each would take minutes."""

    def __init__(self) -> None:
        self.route, self.routes = "", set[str]()

    def __call__(self, execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) and not any(table in sql for table in TABLES_OF_SESSIONS):
            self.routes.add(self.route)
        return execute(sql, *rest)


@pytest.mark.parametrize("visitor", VISITORS)
def test_t27_looking_changes_nothing(place: Place, visitor: str) -> None:
    """Ann is staff here, so that she sees the administration too."""
    User.objects.filter(pk=place.people.ann.pk).update(is_staff=True, is_superuser=True)
    before = everything()
    client = place.visitors()[visitor]
    looks = [client.get, client.head, client.options] if visitor == "ann" else [client.get]
    with connection.execute_wrapper(written := Written()):
        for written.route in routes():
            for look in looks:
                assert look(place.url(written.route)).status_code < 500 or written.route == "readyz", written.route
    assert everything() == before, written.routes
