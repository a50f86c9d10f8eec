"""What an operator does in Django's administration: by the product's own verbs, on record, with effect."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from asgiref.sync import async_to_sync
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alerts.models import AccessLink, Alert, Delivery
from bots import sessions
from bots.browser import client, launch
from bots.models import Bot, BrowserSession, Execution, Schedule, Secret
from hitl import clock, vault
from hitl.ids import new_id
from hitl.tenants.models import ApiKey, AuditEvent, Membership, Role, User, Workspace
from hitl.tenants.people import Person
from tests.administration import account, as_it_stands, does, page
from tests.alerts.pauses import browser_of, paused, running
from tests.people import People, signed_in, workspace
from tests.waiting import until

pytestmark = pytest.mark.django_db

CAPABILITIES = {"key", "sealed_token", "sealed_value", "data", "hash", "hashed", "digest", "token", "answers"}


@pytest.fixture
def operator(people: People) -> User:
    """Somebody who hosts hitl, and is a member of nothing."""
    return User.objects.create(email="ops@example.com", name="Olga", is_staff=True, is_superuser=True)


@pytest.fixture
def staff(operator: User) -> Client:
    client = signed_in(operator)
    client.get("/admin/")  # what a session notes on its first page is done
    return client


def recorded(verb: str) -> AuditEvent:
    event = AuditEvent.objects.get(verb=verb)
    assert event.actor == "Olga"
    return event


def session_of(execution: Execution, **server: Any) -> BrowserSession:
    """Its browser's row; without a server's address, one that is gone."""
    here = {"machine": sessions.MACHINE, "sealed_token": vault.seal("canary")}
    return browser_of(execution, **here | server)


def test_executions_are_cancelled(staff: Client, people: People) -> None:
    alert = paused(people.workspace)
    assert "1 cancelled" in does(staff, alert.execution, "cancel")
    alert.refresh_from_db()
    assert (alert.status, alert.execution.status) == ("cancelled", "cancelled")
    assert recorded("execution.cancelled").subject == alert.execution.public_id
    said = does(staff, alert.execution, "cancel")
    assert "cannot become cancelled" in said
    assert "0 cancelled" in said


def test_links_are_revoked(staff: Client, people: People) -> None:
    link = paused(people.workspace).share_link
    assert "1 revoked" in does(staff, link, "revoke")
    assert not AccessLink.objects.get(pk=link.pk).is_alive
    assert recorded("link.revoked").subject == link.public_id
    assert "0 revoked" in does(staff, link, "revoke")


def test_api_keys_are_revoked(staff: Client, people: People) -> None:
    key, _ = ApiKey.make(people.workspace, Person.member(people.ann), "Nightly import", "run", None)
    assert "1 revoked" in does(staff, key, "revoke")
    assert recorded("key.revoked").subject == key.public_id
    assert "0 revoked" in does(staff, key, "revoke")
    shown = staff.get(page(ApiKey, "change", key.pk)).content.decode()
    assert "Nightly import" in shown
    assert key.digest not in shown


def test_schedules_are_paused_and_resumed(staff: Client, people: People) -> None:
    bot = paused(people.workspace).execution.bot
    schedule = Schedule.make(bot, Person.member(people.ann), cron="0 9 * * *", zone="UTC")
    Schedule.objects.filter(pk=schedule.pk).update(next_at=clock.now())
    Schedule.objects.get(pk=schedule.pk).fire()
    assert "Started" in staff.get(page(Schedule, "change", schedule.pk)).content.decode()
    assert "1 paused" in does(staff, schedule, "pause")
    assert Schedule.objects.get(pk=schedule.pk).next_at is None
    recorded("schedule.paused")
    assert "1 resumed" in does(staff, schedule, "resume")
    assert Schedule.objects.get(pk=schedule.pk).next_at


@pytest.mark.security
def test_n9_a_secrets_value_is_not_shown(staff: Client, people: People) -> None:
    secret = Secret.make(people.workspace, Person.member(people.ann), "bank_password", "canary-4711")
    for shown in (page(Secret, "change", secret.pk), page(Secret, "changelist")):
        text = staff.get(shown).content.decode()
        assert "bank_password" in text
        assert "canary-4711" not in text
        assert secret.sealed_value not in text


def test_messages_are_tried_again(staff: Client, people: People) -> None:
    delivery = paused(people.workspace).deliveries.get(user=people.ann)
    Delivery.objects.filter(pk=delivery.pk).update(status=Delivery.Status.FAILED, tries=3, error="no such mailbox")
    assert "1 tried again" in does(staff, delivery, "retry")
    delivery.refresh_from_db()
    assert delivery.status == Delivery.Status.PENDING
    recorded("notice.retried")
    assert "0 tried again" in does(staff, Delivery.objects.exclude(pk=delivery.pk).get(), "retry")


@pytest.mark.django_db(transaction=True)
def test_n10_browsers_are_closed_for_good(staff: Client, people: People, settings: Any, chromium: str) -> None:
    alert = paused(people.workspace)
    folder, token = sessions.folder() / new_id("exe"), secrets.token_urlsafe(32)
    started = async_to_sync(client.start)(client.Config(token, folder, chromium))
    session = session_of(alert.execution, address=started.address, sealed_token=vault.seal(token), pid=started.pid)
    assert launch.is_served(folder)
    assert "1 closed" in does(staff, session, "close")
    session.refresh_from_db()
    assert session.ended_at
    assert until(lambda: not launch.is_served(folder))  # its last words are said before it has quite ended
    assert Execution.objects.get(pk=alert.execution_id).message == "Cancelled by Olga."
    assert recorded("browser.closed").subject == alert.execution.public_id


@pytest.mark.django_db(transaction=True)
def test_a_browser_that_is_gone_is_closed_in_the_books(staff: Client, people: People) -> None:
    execution, _ = running(people.workspace)
    session = session_of(execution)
    assert "1 closed" in does(staff, session, "close")
    session.refresh_from_db()
    assert (bool(session.ended_at), session.end_reason) == (True, "Cancelled by Olga.")
    assert "0 closed" in does(staff, session, "close")


def test_the_last_owner_stays(staff: Client, people: People) -> None:
    owner = Membership.objects.get(user=people.ann)
    answer = staff.post(page(Membership, "change", owner.pk), {"role": "viewer"})
    assert "The last owner cannot be lowered" in answer.content.decode()
    assert "The last owner cannot be removed" in does(staff, owner, "remove")
    Membership.objects.filter(user=people.bob).update(role=Role.OWNER)
    assert staff.post(page(Membership, "change", owner.pk), {"role": "viewer"}).status_code == 302
    assert people.workspace.role_of(people.ann) == Role.VIEWER
    assert recorded("member.changed").detail["before"] == "owner"


def test_an_account_is_closed_and_each_workspace_knows(staff: Client, people: People) -> None:
    assert staff.post(page(User, "change", people.bob.pk), account(people.bob)).status_code == 302
    assert not User.objects.get(pk=people.bob.pk).is_active
    assert recorded("account.changed").detail == {"member": "Bob", "fields": ["is_active"]}


@pytest.mark.security
def test_t17_an_address_that_was_replaced_lets_nobody_in(staff: Client, people: People) -> None:
    """Its mailbox may be somebody else's by now, and a code or a new password was still sent to it."""
    EmailAddress.objects.get_or_create(user=people.bob, email=people.bob.email, verified=True, primary=True)
    EmailAddress.objects.create(user=people.bob, email="bob@home.example", verified=True)
    moved = account(people.bob, email="Robert@Acme.example", is_active="on")
    assert staff.post(page(User, "change", people.bob.pk), moved).status_code == 302
    for address in (people.bob.email, "robert@acme.example"):
        Client().post(reverse("account_request_login_code"), {"email": address})
        Client().post(reverse("account_reset_password"), {"email": address})
    let_in = [sent for sent in mail.outbox if "no account with it" not in sent.body]
    assert [sent.to for sent in let_in] == [["robert@acme.example"]] * 2
    shown = EmailAddress.objects.filter(user=people.bob).order_by("email").values_list("email", "verified", "primary")
    assert list(shown) == [("bob@home.example", True, False), ("robert@acme.example", True, True)]
    taken = account(people.ann, email="Bob@home.example", is_active="on")
    refused = staff.post(page(User, "change", people.ann.pk), taken)
    assert "Somebody else has this address" in refused.content.decode()


@pytest.mark.security
def test_t12_a_lost_second_factor_is_taken_away_unseen(staff: Client, people: People) -> None:
    factor = Authenticator.objects.create(user=people.bob, type="totp", data={"secret": "canary"})
    assert "canary" not in staff.get(page(Authenticator, "change", factor.pk)).content.decode()
    assert "1 taken away" in does(staff, factor, "take_away")
    assert not Authenticator.objects.exists()
    assert recorded("account.changed").detail["member"] == "Bob"


def test_workspaces_and_their_limits_are_changed_on_record(staff: Client, people: People) -> None:
    url, changes = page(Workspace, "change", people.workspace.pk), {"name": "Renamed", "executions_a_day": "7"}
    assert staff.post(url, as_it_stands(staff, url) | changes).status_code == 302
    assert recorded("workspace.changed").detail == changes
    people.workspace.refresh_from_db()
    assert people.workspace.daily_limit == 7


@pytest.mark.parametrize("model", [Execution, Alert, Bot, AuditEvent, Membership], ids=lambda model: model.__name__)
def test_lists_are_narrowed_to_a_workspace(staff: Client, people: People, model: Any) -> None:
    paused(people.workspace)
    other = workspace("Third", owner=people.sam)
    found = {}
    for of in (people.workspace, other):
        listed = staff.get(page(model, "changelist"), {"workspace__id__exact": of.pk})
        found[of.name] = listed.context["cl"].result_count
    assert found["Acme"] >= 1
    assert found["Third"] == (1 if model is Membership else 0)


@pytest.mark.security
def test_t28_staff_who_may_only_look_cannot_act(people: People) -> None:
    olga = User.objects.create(email="look@example.com", name="Lo", is_staff=True)
    olga.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = signed_in(olga)
    alert = paused(people.workspace)
    does(client, alert.execution, "cancel")
    does(client, alert.share_link, "revoke")
    alert.refresh_from_db()
    assert (alert.execution.is_over, alert.share_link.is_alive) == (False, True)


@pytest.mark.security
@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model.__name__)
def test_t12_no_page_of_it_shows_a_capability(operator: User, model: Any) -> None:
    """Fields that open something are left out of every form, whoever adds a model."""
    request = RequestFactory().get("/admin/")
    request.user = operator
    shown = {name for _, options in admin.site._registry[model].get_fieldsets(request) for name in options["fields"]}
    assert shown & CAPABILITIES == set()


def make(people: People, alerts: int) -> None:
    """So many alerts, each with its people, links, steps and browser."""
    for _ in range(alerts):
        session_of(paused(people.workspace).execution)


@pytest.mark.parametrize(
    "model", [Execution, Alert, AccessLink, Delivery, BrowserSession, AuditEvent, Bot, Membership, User, Workspace],
    ids=lambda model: model.__name__,
)  # fmt: skip
def test_more_rows_are_not_more_questions(
    staff: Client, people: People, model: Any, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    def asked() -> int:
        with django_assert_max_num_queries(40) as questions:
            assert staff.get(page(model, "changelist")).status_code == 200
        return len(questions)

    make(people, alerts=1)
    for_few = asked()
    make(people, alerts=6)
    workspace("More", owner=people.ann, viewer=people.sam)
    assert asked() == for_few


@pytest.mark.parametrize("model", [Execution, Alert, User], ids=lambda model: model.__name__)
def test_a_page_asks_no_more_for_more_parts(staff: Client, people: People, model: Any) -> None:
    alert = paused(people.workspace)
    url = page(model, "change", {Execution: alert.execution, Alert: alert, User: people.ann}[model].pk)
    counted = []
    for number in (1, 2, 3):  # the first page also asks for what is kept in memory afterwards
        with CaptureQueriesContext(connection) as asked:
            assert staff.get(url).status_code == 200
        counted.append(len(asked))
        for attempt in range(5):
            alert.execution.step_runs.create(index=8 + number, attempt=attempt, type="click")
            alert.execution.history.create(status="running")
            alert.history.create(status="open")
            AccessLink.objects.create(alert=alert, role="watch")
            workspace(f"w{number}{attempt}", owner=people.ann)
    assert counted[-2] == counted[-1]
