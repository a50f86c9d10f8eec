"""Invitations: one address, once, in time; whoever else has the link gets a sentence."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.core import mail
from django.test import Client
from django.urls import reverse

from hitl import clock
from hitl.tenants import sweeper
from hitl.tenants.letters import letter
from hitl.tenants.models import AskedMail, Invitation, Membership, NotInvited, Role, User, Workspace
from hitl.tenants.models.invitation import MAILS_TO_ONE
from hitl.tenants.people import Person
from hitl.tenants.tasks import mail_invitation
from tests.at_once import AtOnce
from tests.people import PASSWORD, People, person, signed_in

pytestmark = pytest.mark.django_db
JOINING = {"name": "Dana", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _nobody_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeper, "_told_at", {})


def invited(people: People, email: str = "dana@example.com", role: str = Role.OPERATOR) -> Invitation:
    return Invitation.make(people.workspace, Person.member(people.ann), email, role)


def at(client: Client, invitation: Invitation, **data: str) -> Any:
    url = reverse("invitation", args=[invitation.token])
    return client.post(url, data) if data else client.get(url)


def test_somebody_new_reads_it_and_joins_where_sign_up_is_closed(people: People, client: Client) -> None:
    invitation = invited(people)
    page = at(client, invitation).content.decode()
    assert "Ann invites you to Acme" in page
    assert "operator" in page
    assert at(client, invitation, **JOINING).headers["Location"] == people.workspace.get_absolute_url()
    dana = get_user(client)  # type: ignore[arg-type]
    assert people.workspace.role_of(dana) == Role.OPERATOR
    assert dana.emailaddress_set.get().verified
    assert dana.check_password(PASSWORD)
    assert list(people.workspace.audit.values_list("verb", "actor")) == [
        ("member.joined", "Dana"),
        ("member.invited", "Ann"),
    ]


def test_a_weak_password_makes_nothing_and_loses_nothing(people: People, client: Client) -> None:
    invitation = invited(people)
    answer = at(client, invitation, name="Dana", password="short")
    assert answer.status_code == 422
    assert b'value="Dana"' in answer.content
    assert not User.objects.known_as(invitation.email).exists()
    assert Invitation.objects.open().count() == 1


def test_somebody_with_an_account_signs_in_and_accepts(people: People, client: Client) -> None:
    invitation = invited(people, people.sam.email)
    assert b"Sign in" in at(client, invitation).content
    assert at(client, invitation, **JOINING).status_code == 200  # no second account, and nobody is let in
    assert people.workspace.role_of(people.sam) is None
    assert at(signed_in(people.sam), invitation, pressed="yes").status_code == 302
    assert people.workspace.role_of(people.sam) == Role.OPERATOR


@pytest.mark.security
def test_another_address_is_told_so_and_does_not_come_in(people: People) -> None:
    invitation = invited(people)
    sam = signed_in(people.sam)
    assert b"You are signed in as <strong>sam@example.com</strong>" in at(sam, invitation).content
    refused = at(sam, invitation, pressed="yes")
    assert refused.status_code == 403
    assert b"Sign out and come back" in refused.content
    assert people.workspace.role_of(people.sam) is None
    assert Invitation.objects.open().count() == 1


def withdrawn(invitation: Invitation) -> None:
    invitation.revoke(Person.member(invitation.invited_by))


def used(invitation: Invitation) -> None:
    at(Client(), invitation, **JOINING)


def late(invitation: Invitation) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=clock.now() - timedelta(seconds=1))


@pytest.mark.security
@pytest.mark.parametrize(
    ("ended", "said"), [(withdrawn, "withdrawn"), (used, "has been used"), (late, "they are over")]
)
def test_what_is_over_says_so_and_lets_nobody_in(
    people: People, client: Client, ended: Callable[[Invitation], None], said: str
) -> None:
    invitation = invited(people)
    ended(invitation)
    before = Membership.objects.count()
    for answer in (at(client, invitation), at(client, invitation, **JOINING)):
        assert answer.status_code == 410
        assert said in answer.content.decode()
    assert Membership.objects.count() == before


@pytest.mark.security
@pytest.mark.parametrize("wrong", ["x", "a.b", "x" * 3000, "é.é"])
def test_a_token_of_ones_own_making_is_nothing(people: People, client: Client, wrong: str) -> None:
    invitation = invited(people)
    own = invitation.token.partition(".")[0]
    for token in (wrong, f"{own}.{wrong}", f"{own}."):
        assert client.get(reverse("invitation", args=[token])).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
@pytest.mark.security
def test_it_is_accepted_once_by_two_presses_at_the_same_moment(people: People, at_once: AtOnce) -> None:
    invitation = invited(people, people.sam.email)

    def press() -> Callable[[], Any]:
        mine = Invitation.of(invitation.token)
        assert mine is not None
        return partial(mine.accept, Person.member(people.sam))

    outcomes = at_once(press(), press(), loses=NotInvited)
    assert sorted(isinstance(outcome, NotInvited) for outcome in outcomes) == [False, True]
    assert people.workspace.audit.filter(verb="member.joined").count() == 1


def test_inviting_again_replaces_and_members_are_not_invited(people: People) -> None:
    first, second = invited(people), invited(people, role=Role.VIEWER)
    first.refresh_from_db()
    assert first.why_not
    assert not second.why_not
    with pytest.raises(NotInvited, match="member already"):
        invited(people, "BOB@example.com")


@pytest.mark.security
def test_t30_nobody_is_flooded(people: People) -> None:
    invitation = invited(people)
    for _ in range(MAILS_TO_ONE - 1):
        invitation.send_again(Person.member(people.ann))
    with pytest.raises(NotInvited, match="tomorrow"):
        invitation.send_again(Person.member(people.ann))
    with pytest.raises(NotInvited, match="tomorrow"):
        Invitation.make(people.other, Person.member(people.sam), invitation.email, Role.VIEWER)


@pytest.mark.security
def test_t30_a_workspace_that_is_deleted_begins_no_day_anew(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = Person.member(people.ann)
    for _ in range(MAILS_TO_ONE):
        throwaway = Workspace.make(ann, "Throwaway")
        Invitation.make(throwaway, ann, "dana@example.com", Role.VIEWER)
        throwaway.delete()
    with pytest.raises(NotInvited, match="was sent 5"):
        invited(people)
    monkeypatch.setattr("hitl.tenants.models.invitation.MAILS_A_DAY", MAILS_TO_ONE)
    with pytest.raises(NotInvited, match="You have sent 5"):
        invited(people, "eve@example.com")
    Invitation.make(people.other, Person.member(people.sam), "eve@example.com", Role.VIEWER)
    assert "dana" not in str(list(AskedMail.objects.values()))
    AskedMail.objects.update(at=clock.now() - timedelta(days=1))
    assert sweeper.forget() == MAILS_TO_ONE + 1
    invited(people)


def test_what_an_admin_sent_ends_with_their_role(people: People) -> None:
    dan = Membership.objects.create(workspace=people.workspace, user=person("Dan"), role=Role.ADMIN)
    invitation = Invitation.make(people.workspace, Person.member(dan.user), "dana@example.com", Role.ADMIN)
    dan.change_role(Person.member(people.ann), Role.OPERATOR, Role.OWNER)
    invitation.refresh_from_db()
    assert invitation.why_not == "This invitation was withdrawn."


@pytest.mark.security
def test_t17_it_lets_nobody_in_as_what_its_sender_may_not_give_any_more(people: People, client: Client) -> None:
    cora = Membership.objects.create(workspace=people.workspace, user=person("Cora"), role=Role.OWNER)
    as_owner, as_viewer = (
        Invitation.make(people.workspace, Person.member(cora.user), f"{role}@example.com", role)
        for role in (Role.OWNER, Role.VIEWER)
    )
    cora.change_role(Person.member(people.ann), Role.ADMIN, Role.OWNER)
    assert at(client, as_owner, **JOINING).status_code == 410  # withdrawn with her role; an admin may invite a viewer
    as_owner = Invitation.make(people.workspace, Person.member(people.ann), as_owner.email, Role.OWNER)
    with pytest.raises(NotInvited, match="Only an owner can"):
        as_owner.send_again(Person.member(cora.user))
    User.objects.filter(pk=cora.user_id).update(is_active=False)
    refused = at(client, as_viewer, **JOINING)
    assert refused.status_code == 410
    assert b"may not invite any more" in refused.content
    as_viewer.send_again(Person.member(people.ann))  # who answers for it from now on
    assert at(client, as_viewer, **JOINING).status_code == 302


def test_its_mail_says_who_and_where_in_html_and_text(people: People) -> None:
    people.ann.name = "Ann\n<script>"
    people.ann.save()
    invitation = invited(people)
    mail_invitation(invitation.pk)
    mail_invitation(invitation.pk)  # told twice, sent once
    (sent,) = mail.outbox
    assert sent.subject == "Ann <script> invites you to Acme on hitl"
    html = str(sent.alternatives[0][0])  # type: ignore[attr-defined]
    assert invitation.url in sent.body
    assert invitation.url in html
    assert "<script>" not in html
    invitation.refresh_from_db()
    assert invitation.sent_at


def test_the_sweeper_sends_what_was_refused_for_the_moment(people: People, settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        1,
    )
    invitation = invited(people)
    mail_invitation(invitation.pk)
    invitation.refresh_from_db()
    assert invitation.trouble.startswith("The mail server did not take it")
    assert sweeper.sweep() == 0
    Invitation.objects.update(asked_at=clock.now() - timedelta(minutes=1))
    assert sweeper.sweep() == 1


def asked_ago(**ago: float) -> None:
    Invitation.objects.update(asked_at=clock.now() - timedelta(**ago))


def test_f22_a_slow_mail_server_gets_it_once(people: People) -> None:
    first, second = invited(people), Invitation.objects.get()
    assert first.claim_mail()
    asked_ago(minutes=1)  # and the server has not said anything yet
    assert sweeper.sweep() == 0
    assert not Invitation.objects.get().claim_mail()
    asked_ago(minutes=6)  # whoever was sending it must have died
    second.refresh_from_db()
    assert second.claim_mail()
    second.mailed()
    first.mailed(trouble="The mail server did not take it")  # it lived after all, and is not heard any more
    assert Invitation.objects.exclude(sent_at=None).filter(trouble="").exists()


def test_f22_messages_that_waited_for_a_worker_are_one_try(people: People) -> None:
    """A worker was away for long, and so is the mail server when it comes back."""
    invitation = invited(people)
    for _ in range(10):
        row = Invitation.objects.get(pk=invitation.pk)
        if row.claim_mail():
            row.mailed(trouble="The mail server did not take it")
    assert Invitation.objects.get().tries == 1


def test_f5_where_no_worker_comes_it_is_said_now_and_then(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    invited(people)
    asked_ago(minutes=1)
    assert [sweeper.sweep() for _ in range(5)] == [1, 0, 0, 0, 0]
    later = time.monotonic() + sweeper.AGAIN_AFTER + 1
    monkeypatch.setattr("hitl.tenants.sweeper.time.monotonic", lambda: later)
    assert sweeper.sweep() == 1


def test_the_token_is_in_no_column(people: People) -> None:
    invitation = invited(people)
    secret = invitation.token.partition(".")[2]
    assert not [value for value in Invitation.objects.values_list().get() if secret in str(value)]
    assert invitation.url in str(letter(invitation).body)


@pytest.mark.security
def test_t15_names_are_text_wherever_they_stand(people: People, client: Client) -> None:
    attack = '"><img src=x onerror=alert(1)>'
    Workspace.objects.filter(pk=people.workspace.pk).update(name=attack)
    User.objects.filter(pk=people.ann.pk).update(name=attack)
    people.ann.refresh_from_db()
    people.workspace.refresh_from_db()
    invitation = invited(people)
    invitation.refresh_from_db()
    client.force_login(people.ann)
    pages = [reverse(f"settings{page}", args=["acme"]) for page in ("", "_members", "_limits", "_audit", "_delete")]
    pages += [reverse("account"), reverse("invitation", args=[invitation.token])]
    for page in pages:
        text = client.get(page).content.decode()
        assert "&lt;img src=x" in text, page
        assert "<img src=x" not in text, page
    assert "<img src=x" not in str(letter(invitation).alternatives[0][0])  # type: ignore[attr-defined]
