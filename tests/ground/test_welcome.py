"""The first start: an owner, a workspace, three bots, and a link that signs in once."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from bots.management.commands.prepare import follow_address
from bots.models import Bot
from hitl.tenants.models import AuditEvent, Role, User
from hitl.tenants.welcome import first_owner, first_workspace, sign_in_link
from tests.people import People


def path_of(user: User) -> str:
    return sign_in_link(user).removeprefix("http://127.0.0.1:8000")


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.django_db
def test_it_makes_the_first_owner_once() -> None:
    workspace = first_workspace()
    owner = first_owner()
    assert workspace is not None
    assert owner is not None
    assert workspace.role_of(owner) is Role.OWNER
    assert owner.is_superuser
    assert not owner.has_usable_password()
    assert first_workspace() is None


def test_it_makes_nobody_where_somebody_is(people: People) -> None:
    assert first_workspace() is None
    assert first_owner() == people.ann


@pytest.mark.security
def test_t7_looking_at_the_link_changes_nothing(people: People) -> None:
    path, client = path_of(people.ann), Client()
    for _ in range(2):
        page = client.get(path)
        assert page.status_code == 200
        assert "ann@example.com" in page.content.decode()
    assert client.head(path).status_code == 405
    assert not signed_in(client)
    assert client.post(path).status_code == 302
    assert signed_in(client)


@pytest.mark.security
def test_t7_the_link_works_once(people: People) -> None:
    path = path_of(people.ann)
    Client().post(path)
    second = Client()
    assert second.post(path).status_code == 410
    assert second.get(path).status_code == 410
    assert not signed_in(second)


@pytest.mark.security
def test_t7_the_link_is_short_lived(people: People) -> None:
    with time_machine.travel("2026-11-01 12:00 +0000", tick=False):
        path = path_of(people.ann)
    with time_machine.travel("2026-11-01 12:29 +0000", tick=False):
        assert Client().get(path).status_code == 200
    with time_machine.travel("2026-11-01 12:31 +0000", tick=False):
        assert Client().post(path).status_code == 410


@pytest.mark.security
def test_t7_nobody_else_gets_in(people: People) -> None:
    path = path_of(people.ann)
    assert Client().post("/welcome/made-up/").status_code == 410
    assert Client().post(path.replace(path[-5:], "AAAA/")).status_code == 410
    people.ann.is_active = False
    people.ann.save()
    assert Client().post(path).status_code == 410


@pytest.mark.security
def test_t27_the_sign_in_takes_no_forged_form(people: People) -> None:
    assert Client(enforce_csrf_checks=True).post(path_of(people.ann)).status_code == 403


@pytest.mark.security
def test_t26_the_sign_in_is_on_record(people: People) -> None:
    Client().post(path_of(people.ann))
    event = AuditEvent.objects.get(verb="member.signed_in")
    assert (event.user, event.workspace, event.detail) == (people.ann, people.workspace, {"by": "link"})


def test_it_prints_a_link_for_somebody(people: People) -> None:
    said = StringIO()
    call_command("sign_in", "Bob@example.com", stdout=said)
    page = Client().get(said.getvalue().strip().removeprefix("http://127.0.0.1:8000"))
    assert "bob@example.com" in page.content.decode()
    with pytest.raises(CommandError, match="nobody called"):
        call_command("sign_in", "nobody@example.com")


@pytest.mark.django_db
def test_where_nobody_is_yet_it_says_what_makes_the_first_owner() -> None:
    with pytest.raises(CommandError, match=r"manage\.py prepare"):
        call_command("sign_in")


@pytest.mark.django_db
def test_it_brings_three_bots_and_does_not_bring_them_back(settings: Any) -> None:
    settings.PRACTICE = True
    call_command("prepare")
    assert Bot.objects.count() == 3
    for bot in Bot.objects.all():
        assert bot.script.title == bot.name
        assert f"{settings.BASE_URL}/practice/" in bot.source
    Bot.objects.all().delete()
    call_command("prepare")
    assert not Bot.objects.exists()


def test_its_bots_follow_the_address(people: People, settings: Any) -> None:
    settings.BASE_URL = "http://127.0.0.1:8003"
    source = '{"steps": [{"type": "navigate", "url": "http://127.0.0.1:8000/practice/order/"}]}'
    bot = Bot.objects.create(workspace=people.workspace, name="Mine", source=source)
    other = Bot.objects.create(workspace=people.workspace, name="Other", source="https://shop.example/practice/")
    follow_address()
    bot.refresh_from_db()
    other.refresh_from_db()
    assert "http://127.0.0.1:8003/practice/order/" in bot.source
    assert other.source == "https://shop.example/practice/"
