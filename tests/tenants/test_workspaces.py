"""Workspaces: several per person, limits that hold, and an end that leaves nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.test import Client
from django.urls import reverse

from bots import farewell, sessions
from bots.models import Bot, BrowserSession, CannotStart, Execution
from hitl import clock
from hitl.tenants.models import DeletedWorkspace, Role, User, Workspace
from hitl.tenants.people import Person
from tests.administration import as_it_stands, operator, page
from tests.alerts.pauses import browser_of, paused
from tests.people import People

pytestmark = pytest.mark.django_db
NAVIGATE = '{"title": "Pay", "steps": [{"type": "navigate", "url": "https://shop.example/"}]}'


def bot_in(workspace: Workspace) -> Bot:
    return Bot.objects.create(workspace=workspace, name="Payer", source=NAVIGATE)


def limited(people: People, **limits: int) -> Workspace:
    """As the operator does it in the administration."""
    staff, url = operator(people.sam), page(Workspace, "change", people.workspace.pk)
    assert staff.post(url, as_it_stands(staff, url) | limits).status_code == 302
    return Workspace.objects.get(pk=people.workspace.pk)


def holding(execution: Execution) -> BrowserSession:
    return browser_of(execution, timedelta(hours=1), machine=sessions.MACHINE)


def test_who_is_in_several_workspaces_goes_from_one_to_another(people: People, client: Client) -> None:
    people.other.memberships.create(user=people.bob, role=Role.VIEWER)
    client.force_login(people.bob)
    assert client.get("/").headers["Location"] == people.workspace.get_absolute_url()
    for here, there in ((people.workspace, people.other), (people.other, people.workspace)):
        page = client.get(here.get_absolute_url()).content.decode()
        assert f'<a href="{here.get_absolute_url()}" aria-current="true">' in page
        assert f'<a href="{there.get_absolute_url()}">' in page
    assert client.get(reverse("settings_secrets", args=["acme"])).status_code == 200
    assert client.get(reverse("settings_secrets", args=["other"])).status_code == 403, "each has its own role"


def test_an_owner_sees_the_limits_with_the_use_so_far(people: People, client: Client) -> None:
    workspace = limited(people, sessions_at_once=1, executions_a_day=3, retention_days=30)
    holding(bot_in(workspace).start(Person.member(people.ann), {}))
    client.force_login(people.ann)
    page = " ".join(client.get(reverse("settings_limits", args=["acme"])).content.decode().split())
    for words in (
        "<strong>1</strong> of 1 in use",
        "full",
        "<strong>1</strong> of 3",
        "<strong>30</strong> days, then",
    ):
        assert words in page


def test_somebody_makes_another_workspace_and_owns_it(people: People, client: Client) -> None:
    client.force_login(people.vic)
    for name, slug in (("Müller & Söhne", "muller-sohne"), ("Acme", "acme-"), ("株式会社", "workspace")):
        answer = client.post(reverse("new_workspace"), {"name": name})
        made = Workspace.objects.latest("pk")
        assert answer.headers["Location"] == made.get_absolute_url()
        assert made.slug.startswith(slug)
        assert made.role_of(people.vic) == Role.OWNER
    assert b"New workspace" in client.get(made.get_absolute_url()).content


def test_the_operator_can_keep_that_to_staff(people: People, client: Client, settings: Any) -> None:
    settings.NEW_WORKSPACES = False
    client.force_login(people.vic)
    assert client.post(reverse("new_workspace"), {"name": "Mine"}).status_code == 403
    assert b"New workspace" not in client.get(reverse("account")).content


def test_executions_within_a_day_are_limited_with_a_sentence(people: People, client: Client) -> None:
    bot = bot_in(limited(people, executions_a_day=2))
    ann = Person.member(people.ann)
    first = bot.start(ann, {})
    bot.start(ann, {})
    with pytest.raises(CannotStart, match="started 2 executions within 24 hours, which is its limit"):
        bot.start(ann, {})
    client.force_login(people.ann)
    assert b"which is its limit" in client.post(reverse("run_bot", args=["acme", bot.public_id]), follow=True).content
    assert b"reached" in client.get(reverse("settings_limits", args=["acme"])).content
    Execution.objects.filter(pk=first.pk).update(created_at=clock.now() - timedelta(hours=25))
    bot.start(ann, {})


@pytest.mark.django_db(transaction=True)
def test_browsers_at_once_are_limited_for_this_workspace_alone(people: People) -> None:
    acme = limited(people, sessions_at_once=1)
    ann, sam = Person.member(people.ann), Person.member(people.sam)
    first, second = (bot_in(acme).start(ann, {}) for _ in range(2))
    others = bot_in(people.other).start(sam, {})
    reserve = async_to_sync(sessions.reserve)
    held = holding(first)
    assert [reserve(each) for each in (first, second, others)] == [True, False, True]
    held.ended()
    assert reserve(second)
    for each in (second, others):
        sessions.unreserve(each)


@pytest.mark.django_db(transaction=True)
def test_two_that_look_for_room_at_once_do_not_both_find_the_last(people: People) -> None:
    acme = limited(people, sessions_at_once=1)
    first, second = (bot_in(acme).start(Person.member(people.ann), {}) for _ in range(2))

    async def at_once() -> list[bool]:
        return await asyncio.gather(*(sessions.reserve(each) for each in (first, second, first)))

    assert async_to_sync(at_once)() == [True, False, False]
    sessions.unreserve(first)


@pytest.mark.security
@pytest.mark.django_db(transaction=True)
def test_t11_no_workspace_takes_a_machines_last_place_while_there_are_others(people: People, settings: Any) -> None:
    settings.MAX_SESSIONS = 3
    ann, sam = Person.member(people.ann), Person.member(people.sam)
    holding(bot_in(people.workspace).start(ann, {}))
    second, third = (bot_in(people.workspace).start(ann, {}) for _ in range(2))
    others = bot_in(people.other).start(sam, {})
    reserve = async_to_sync(sessions.reserve)
    assert [reserve(each) for each in (second, third, others)] == [True, False, True]
    sessions.unreserve(others)
    people.other.delete()
    assert reserve(third)  # whoever is alone has them all
    for each in (second, third):
        sessions.unreserve(each)


@pytest.mark.django_db(transaction=True)
def test_a_machine_that_is_emptied_begins_no_browser_and_goes_on_with_those_it_has(
    people: People, settings: Any
) -> None:
    settings.MAX_SESSIONS = 0
    first, second = (bot_in(people.workspace).start(Person.member(people.ann), {}) for _ in range(2))
    holding(first)
    assert [async_to_sync(sessions.reserve)(each) for each in (first, second)] == [True, False]


def test_an_installations_limit_holds_where_a_workspace_has_none(people: People, settings: Any) -> None:
    settings.EXECUTIONS_A_DAY, settings.WORKSPACE_SESSIONS, settings.RETENTION_DAYS = 5, 3, 30
    acme = people.workspace
    assert (acme.daily_limit, acme.session_limit, acme.kept_days) == (5, 3, 30)
    acme.executions_a_day, acme.sessions_at_once, acme.retention_days = 0, 7, 1
    assert (acme.daily_limit, acme.session_limit, acme.kept_days) == (None, 7, 1)


def rows_of(workspace: int) -> list[str]:
    """Tables that still hold something of this workspace."""
    found = []
    for model in apps.get_models():
        fields = [field for field in model._meta.concrete_fields if field.related_model is Workspace]
        found += [model.__name__ for field in fields if model._base_manager.filter(**{field.attname: workspace})]
    return found


@pytest.mark.django_db(transaction=True)
def test_deleting_leaves_no_row_and_no_picture(people: People, settings: Any, client: Client) -> None:
    holding(paused(people.workspace).execution)
    paused(people.other)
    pictures = [
        Path(settings.MEDIA_ROOT, str(each.pk), "exe_1", "pic.jpg") for each in (people.workspace, people.other)
    ]
    for picture in pictures:
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(b"jpeg")
    client.force_login(people.ann)
    page, pk = reverse("settings_delete", args=["acme"]), people.workspace.pk
    wrong = client.post(page, {"name": "acme"})
    assert wrong.status_code == 422
    assert "It is “Acme”." in wrong.content.decode()
    assert rows_of(pk)
    assert client.post(page, {"name": "Acme"}).status_code == 302
    assert rows_of(pk) == []
    assert [picture.exists() for picture in pictures] == [False, True]
    assert rows_of(people.other.pk)
    left = DeletedWorkspace.objects.get()
    assert (left.name, left.actor, left.held["executions"], left.held["members"]) == ("Acme", "Ann", 1, 3)
    assert User.objects.filter(pk=people.bob.pk).exists()


def test_a_picture_that_came_too_late_is_swept_up(people: People, settings: Any) -> None:
    pk = people.workspace.pk
    farewell.delete(people.workspace, Person.member(people.ann))
    late = Path(settings.MEDIA_ROOT, str(pk), "exe_2", "pic.jpg")
    late.parent.mkdir(parents=True)
    late.write_bytes(b"jpeg")
    assert farewell.sweep_pictures() == [pk]
    assert not late.exists()
    assert farewell.sweep_pictures() == []
