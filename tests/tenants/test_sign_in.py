"""The way in: nobody is sent elsewhere by it, and one link signs in once (T25)."""

from functools import partial
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from hitl.tenants.models import AuditEvent, User
from hitl.tenants.welcome import holder_of, sign_in_link, spend
from tests.at_once import AtOnce
from tests.people import PASSWORD, People

pytestmark = pytest.mark.django_db

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    r"/\evil.example",
    r"\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "http:///evil.example",
    "%2f%2fevil.example",
    "/%2fevil.example",
    "\t//evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "data:text/html,boo",
    "https://127.0.0.1:8000@evil.example/",
    "https://testserver.evil.example/",
]


def stays_here(location: str) -> bool:
    """As browsers read it: backslashes are slashes, tabs are nothing."""
    address = urlsplit(location.replace("\\", "/").replace("\t", "").strip())
    return address.scheme in ("", "http") and address.netloc in ("", "testserver")


@pytest.mark.security
@pytest.mark.parametrize("where", ELSEWHERE)
def test_t25_sign_in_sends_nobody_elsewhere(client: Client, people: People, where: str) -> None:
    login = reverse("account_login")
    for url, extra in ((f"{login}?next={where}", {}), (login, {"next": where})):
        client.logout()
        answer = client.post(url, {"login": people.ann.email, "password": PASSWORD, **extra})
        assert answer.status_code == 302
        assert stays_here(answer.headers["Location"]), answer.headers["Location"]
    again = client.get(login, {"next": where})
    assert again.status_code == 302
    assert stays_here(again.headers["Location"])


@pytest.mark.security
@pytest.mark.parametrize("where", ELSEWHERE)
def test_t25_nor_do_sign_out_and_the_second_look_at_a_password(client: Client, people: People, where: str) -> None:
    client.force_login(people.ann)
    known = client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": where})
    assert stays_here(known.headers["Location"])
    out = client.post(reverse("account_logout"), {"next": where})
    assert stays_here(out.headers["Location"])


def test_it_leads_back_to_where_somebody_wanted_to_go(client: Client, people: People) -> None:
    wanted = reverse("inbox", args=["acme"])
    asked = client.get(wanted)
    answer = client.post(asked.headers["Location"], {"login": people.vic.email, "password": PASSWORD})
    assert answer.headers["Location"] == wanted


def test_it_makes_no_account_where_that_is_not_open(client: Client) -> None:
    client.post(reverse("account_signup"), {"email": "new@example.com", "password1": PASSWORD})
    assert not User.objects.exists()


def token_of(user: User) -> str:
    link = sign_in_link(user)
    assert link.startswith(settings.BASE_URL)
    return link.rstrip("/").rpartition("/")[2]


@pytest.mark.security
def test_t7_a_scanner_spends_no_sign_in_link(client: Client, people: People) -> None:
    url = reverse("welcome", args=[token_of(people.ann)])
    for _ in range(3):
        assert client.get(url).status_code == 200
    assert "_auth_user_id" not in client.session
    assert client.post(url).status_code == 302
    assert client.session["_auth_user_id"] == str(people.ann.pk)
    assert Client().post(url).status_code == 410


@pytest.mark.security
@pytest.mark.parametrize("token", ["", "wrong", "a:b:c", "x" * 5000])
def test_it_signs_nobody_in_by_a_wrong_link(token: str) -> None:
    assert holder_of(token) is None
    assert spend(token) is None


def test_it_signs_nobody_in_whose_account_was_closed(people: People) -> None:
    token = token_of(people.ann)
    User.objects.update(is_active=False)
    assert spend(token) is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
@pytest.mark.parametrize("has_signed_in_before", [False, True])
def test_f28_one_link_signs_in_one(people: People, at_once: AtOnce, has_signed_in_before: bool) -> None:
    if has_signed_in_before:
        assert spend(token_of(people.ann))
        people.ann.refresh_from_db()
    for _ in range(20):
        token = token_of(User.objects.get(pk=people.ann.pk))
        won = at_once(*[partial(spend, token)] * 2)
        assert sorted(each is not None for each in won) == [False, True]


def test_n8_a_sign_in_by_link_is_written_down(client: Client, people: People) -> None:
    client.post(reverse("welcome", args=[token_of(people.ann)]))
    event = AuditEvent.objects.get(verb="member.signed_in")
    assert (event.actor, event.workspace) == ("Ann", people.workspace)
