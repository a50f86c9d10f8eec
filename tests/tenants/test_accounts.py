"""Accounts: codes by mail, the second factor, sessions, sign-in by others; strangers are told nothing (T17)."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings as product
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from hitl.oidc import oidc_app
from hitl.tenants.models import Invitation, Role, User
from hitl.tenants.people import Person
from tests.people import PASSWORD, People

pytestmark = pytest.mark.django_db


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def signs_in(client: Client, user: User) -> Any:
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def code_in(sent: Any) -> str:
    found = re.search(r"^([A-Z0-9-]{4,16})$", sent.body, re.MULTILINE)
    assert found
    return found[1]


def shown(key: str, half_minutes: int = 0) -> str:
    """What an authenticator app with this key shows."""
    return format_hotp_value(hotp_value(key, int(time.time()) // 30 + half_minutes))


def with_app(client: Client, user: User) -> str:
    """Signed in, and an authenticator app set up; its key."""
    signs_in(client, user)
    page = client.get(reverse("mfa_activate_totp"), follow=True)
    assert page.redirect_chain  # is it you?
    page = client.post(page.redirect_chain[-1][0], {"password": PASSWORD}, follow=True)
    key = page.context["form"].secret
    assert client.post(reverse("mfa_activate_totp"), {"code": shown(key)}).status_code == 302
    return key


@pytest.mark.security
@pytest.mark.django_db(transaction=True)  # the notice goes out when the change is committed
def test_t17_the_second_factor_is_asked_for_and_a_code_works_once(people: People) -> None:
    key = with_app(Client(), people.ann)
    assert "[hitl] Authenticator App Activated" in [sent.subject for sent in mail.outbox]
    stranger = Client()
    assert signs_in(stranger, people.ann).headers["Location"] == reverse("mfa_authenticate")
    assert not is_in(stranger)
    assert stranger.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    code = shown(key, 1)
    assert stranger.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert is_in(stranger)
    replayed = Client()
    signs_in(replayed, people.ann)
    replayed.post(reverse("mfa_authenticate"), {"code": code})
    assert not is_in(replayed)


@pytest.mark.security
def test_keys_are_sealed_and_recovery_codes_work_once(people: People) -> None:
    owner = Client()
    key = with_app(owner, people.ann)
    codes = owner.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    kept = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert key not in kept
    assert not [code for code in codes if code in kept]
    for client, expected in ((Client(), True), (Client(), False)):
        signs_in(client, people.ann)
        client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert is_in(client) is expected


@pytest.mark.security
def test_t17_the_administration_is_behind_the_same_sign_in(people: People) -> None:
    User.objects.filter(pk=people.ann.pk).update(is_staff=True, is_superuser=True)
    key = with_app(Client(), people.ann)
    client = Client()
    asked = client.post("/admin/login/", {"username": people.ann.email, "password": PASSWORD})
    assert asked.headers["Location"].startswith(reverse("account_login"))
    signs_in(client, people.ann)
    assert client.get("/admin/").status_code == 302
    client.post(reverse("mfa_authenticate"), {"code": shown(key, 1)})
    assert client.get("/admin/").status_code == 200


def test_a_code_by_mail_signs_in(people: People, client: Client) -> None:
    asked = client.post(reverse("account_request_login_code"), {"email": people.bob.email})
    assert asked.headers["Location"] == reverse("account_confirm_login_code")
    (sent,) = mail.outbox
    html = str(sent.alternatives[0][0])  # type: ignore[attr-defined]
    assert code_in(sent) in html
    assert "Your sign-in code" in html
    assert b"code from your mail" in client.get(asked.headers["Location"]).content
    client.post(asked.headers["Location"], {"code": code_in(sent)})
    assert is_in(client)


def test_a_new_account_shows_its_address_first(client: Client, settings: Any) -> None:
    settings.SIGNUP_OPEN = True
    made = client.post(reverse("account_signup"), {"email": "eve@example.com", "password1": PASSWORD})
    assert not is_in(client)
    assert made.headers["Location"] == reverse("account_email_verification_sent")
    client.post(made.headers["Location"], {"code": code_in(mail.outbox[0])})
    assert is_in(client)
    assert User.objects.get().emailaddress_set.get().verified


@pytest.mark.security
def test_t17_a_reset_link_begins_with_the_configured_address(people: People, client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    client.post(reverse("account_reset_password"), {"email": people.bob.email}, headers={"Host": "evil.example"})
    (sent,) = mail.outbox
    assert "evil" not in str(sent.message())
    link = re.search(r"^http\S+$", sent.body, re.MULTILINE)
    assert link
    assert link[0].startswith(product.BASE_URL + "/accounts/password/reset/key/")
    choosing = client.get(urlsplit(link[0]).path)
    new = {"password1": "another horse battery", "password2": "another horse battery"}
    client.post(choosing.headers["Location"], new)
    people.bob.refresh_from_db()
    assert people.bob.check_password("another horse battery")


@pytest.mark.security
@pytest.mark.parametrize("page", ["account_reset_password", "account_request_login_code"])
def test_t17_known_and_unknown_addresses_are_answered_alike(people: People, page: str) -> None:
    answers = [Client().post(reverse(page), {"email": email}) for email in (people.bob.email, "no@example.com")]
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert len(mail.outbox) == 2


@pytest.mark.security
def test_t17_trying_passwords_is_stopped_whatever_the_client_says_of_its_address(people: People) -> None:
    for number in range(12):
        wrong = {"login": people.ann.email, "password": "wrong"}
        Client().post(reverse("account_login"), wrong, headers={"X-Forwarded-For": f"10.0.0.{number}"})
    client = Client()
    signs_in(client, people.ann)
    assert not is_in(client)


@pytest.mark.security
def test_t14_signing_out_everywhere_else_ends_the_others(people: People) -> None:
    browser = {"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"}
    here, there = Client(headers=browser), Client(headers=browser)
    for client in (here, there):
        signs_in(client, people.ann)
        client.get(reverse("account"))
    assert UserSession.objects.filter(user=people.ann).count() == 2
    assert b"Firefox on Linux" in here.get(reverse("usersessions_list")).content
    here.post(reverse("usersessions_list"))
    assert is_in(here)
    assert there.get(reverse("account")).status_code == 302


def test_a_mail_server_that_is_away_is_said_in_a_sentence(people: People, client: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    answer = client.post(reverse("account_request_login_code"), {"email": people.bob.email}, follow=True)
    assert b"the mail server does not answer" in answer.content


def test_the_one_page_leads_to_everything(people: People, client: Client) -> None:
    client.force_login(people.vic)
    page = client.get(reverse("account")).content.decode()
    for name in ("account_email", "account_change_password", "mfa_index", "mfa_list_webauthn", "usersessions_list"):
        assert f'href="{reverse(name)}"' in page
    client.post(reverse("account"), {"name": "Victoria"})
    people.vic.refresh_from_db()
    assert people.vic.name == "Victoria"


class Provider(BaseHTTPRequestHandler):
    """As much of an OpenID provider as a sign-in needs."""

    def do_GET(self) -> None:
        base = f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]
        known = {name: f"{base}/{name}" for name in ("authorize", "token", "userinfo", "jwks")}
        metadata = {
            "issuer": base, "authorization_endpoint": known["authorize"], "token_endpoint": known["token"],
            "userinfo_endpoint": known["userinfo"], "jwks_uri": known["jwks"],
        }  # fmt: skip
        person = {"sub": "42", "email": "eve@company.example", "email_verified": True, "name": "Eve"}
        self._answer(person if self.path.startswith("/userinfo") else metadata)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer({"access_token": "secret", "token_type": "Bearer"})

    def _answer(self, said: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def provider(settings: Any) -> Iterator[dict[str, Any]]:
    server = HTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    said = {"id": "company", "name": "Company", "client_id": "hitl", "client_secret": "s", "signup": True}
    said["server"] = f"http://127.0.0.1:{server.server_port}"
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [oidc_app(said)]}}
    yield said
    server.shutdown()
    server.server_close()


def test_openid_connect_signs_in_whom_the_provider_knows(provider: dict[str, Any], client: Client, db: None) -> None:
    assert b"Sign in with Company" in client.get(reverse("account_login")).content
    begun = client.post("/accounts/oidc/company/login/")
    asked = parse_qs(urlsplit(begun.headers["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    client.get("/accounts/oidc/company/login/callback/", {"code": "c", "state": asked["state"][0]})
    assert is_in(client)
    user = User.objects.get()
    assert (user.email, user.has_usable_password()) == ("eve@company.example", False)
    assert user.emailaddress_set.get().verified


@pytest.mark.security
def test_t17_an_account_made_under_ones_address_by_way_of_another_provider_is_ones_own_alone(
    provider: dict[str, Any], client: Client, settings: Any, db: None
) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [oidc_app(provider | {"trust_email": True})]}}
    made = User.objects.create_user("eve@company.example", PASSWORD)
    EmailAddress.objects.create(user=made, email=made.email, primary=True)
    SocialAccount.objects.create(user=made, provider="believes-any-address", uid="its maker's")
    begun = client.post("/accounts/oidc/company/login/")
    state = parse_qs(urlsplit(begun.headers["Location"]).query)["state"][0]
    client.get("/accounts/oidc/company/login/callback/", {"code": "c", "state": state})
    made.refresh_from_db()
    assert not made.has_usable_password()
    assert [account.provider for account in made.socialaccount_set.all()] == ["company"]


def test_a_provider_that_lacks_something_is_refused_at_the_start() -> None:
    with pytest.raises(ImproperlyConfigured, match="lacks server, client_secret"):
        oidc_app({"id": "x", "name": "X", "client_id": "y"})


@pytest.mark.security
def test_t17_whoever_signed_up_with_somebody_elses_address_is_out_when_its_holder_comes(
    client: Client, settings: Any
) -> None:
    settings.SIGNUP_OPEN = True
    client.post(reverse("account_signup"), {"email": "eve@example.com", "password1": PASSWORD})
    made = User.objects.get()
    SocialAccount.objects.create(user=made, provider="company", uid="believes-any-address")
    holder = Client()
    mail.outbox.clear()
    holder.post(reverse("account_request_login_code"), {"email": made.email})
    said = holder.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[0])}, follow=True)
    assert is_in(holder)
    assert b"it is gone" in said.content
    made.refresh_from_db()
    assert made.emailaddress_set.get().verified
    assert not made.has_usable_password()
    assert not SocialAccount.objects.exists()
    own = "my own horse battery"
    holder.post(reverse("account_set_password"), {"password1": own, "password2": own})
    made.refresh_from_db()
    assert made.check_password(own)
    again = Client()
    mail.outbox.clear()
    again.post(reverse("account_request_login_code"), {"email": made.email})
    again.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[0])})
    made.refresh_from_db()
    assert made.check_password(own)  # an account that is somebody's keeps it


@pytest.mark.security
def test_t17_so_are_they_when_its_holder_chooses_a_password_or_is_invited(
    people: People, client: Client, settings: Any
) -> None:
    settings.SIGNUP_OPEN = True
    for email in ("eve@example.com", "dana@example.com"):
        Client().post(reverse("account_signup"), {"email": email, "password1": PASSWORD})
        SocialAccount.objects.create(user=User.objects.get(email=email), provider="company", uid=email)
    mail.outbox.clear()
    client.post(reverse("account_reset_password"), {"email": "eve@example.com"})
    link = re.search(r"^http\S+$", str(mail.outbox[0].body), re.MULTILINE)
    assert link
    new = "another horse battery"
    client.post(client.get(urlsplit(link[0]).path).headers["Location"], {"password1": new, "password2": new})
    invitation = Invitation.make(people.workspace, Person.member(people.ann), "dana@example.com", Role.VIEWER)
    assert client.post(urlsplit(invitation.url).path, {"name": "Dana", "password": new}).status_code == 302
    assert is_in(client)
    for user in User.objects.filter(email__in=("eve@example.com", "dana@example.com")):
        assert user.check_password(new)
        assert not user.socialaccount_set.exists()
    assert people.workspace.people_who(Role.VIEWER).get(email="dana@example.com").emailaddress_set.get().verified
