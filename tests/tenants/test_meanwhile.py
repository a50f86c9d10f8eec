"""A form writes what its person has changed: what others did to the same row since it was read stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError
from django.db.models import QuerySet
from django.forms import BaseForm
from django.test import Client
from django.urls import reverse

from hitl.tenants.models import AuditEvent, User, Workspace
from tests.people import People

pytestmark = pytest.mark.django_db
Meanwhile = Callable[[Any, dict[str, Any]], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Somebody else changes the row once the form has read and checked it."""
    check = BaseForm.is_valid

    def changed(row: Any, changes: dict[str, Any]) -> None:
        def is_valid(form: BaseForm) -> bool:
            good = check(form)
            type(row).objects.filter(pk=row.pk).update(**changes)
            return good

        monkeypatch.setattr(BaseForm, "is_valid", is_valid)

    return changed


def of(row: Any, *names: str) -> dict[str, Any]:
    return dict(type(row).objects.filter(pk=row.pk).values(*names).get())


def as_it_stands(client: Client, page: str, form: str) -> dict[str, Any]:
    """All fields of the page's form, as a browser sends them."""
    shown = client.get(page).context[form]
    fields = {**getattr(shown, "form", shown).initial}
    return {name: "on" if value is True else value for name, value in fields.items() if value not in (None, False)}


@pytest.fixture
def staff(people: People, client: Client) -> Client:
    User.objects.filter(pk=people.sam.pk).update(is_staff=True, is_superuser=True)
    client.force_login(User.objects.get(pk=people.sam.pk))
    return client


@pytest.mark.security
def test_settings_make_no_revoked_link_work_again(people: People, client: Client, meanwhile: Meanwhile) -> None:
    client.force_login(people.ann)
    page, acme = reverse("settings", args=["acme"]), people.workspace
    fields = as_it_stands(client, page, "form") | {"name": "Renamed"}
    others = {
        "shares_renewed": 1,
        "embed_origins": ["https://a.example"],
        "sessions_at_once": 2,
        "links_allowed": False,
    }
    meanwhile(acme, others)
    assert client.post(page, fields).status_code == 302
    assert of(acme, "name", *others) == {"name": "Renamed", **others}
    assert acme.audit.get(verb="workspace.changed").detail == {"name": "Renamed"}


def test_settings_that_cannot_be_written_are_not_in_the_record(
    people: People, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(QuerySet, "update", fails)
    monkeypatch.setattr(Workspace, "save", fails)
    client.force_login(people.ann)
    with pytest.raises(DatabaseError, match="full"):
        client.post(reverse("settings", args=["acme"]), {"name": "Renamed", "zone": "UTC", "links_allowed": "on"})
    assert not AuditEvent.objects.filter(verb="workspace.changed").exists()


@pytest.mark.security
def test_a_name_lets_nobody_in_who_was_switched_off(people: People, client: Client, meanwhile: Meanwhile) -> None:
    client.force_login(people.bob)
    others = {"is_active": False, "password": "!changed"}
    meanwhile(people.bob, others)
    assert client.post(reverse("account"), {"name": "Robert"}).status_code == 302
    assert of(people.bob, "name", *others) == {"name": "Robert", **others}


@pytest.mark.security
def test_the_administration_of_workspaces_writes_what_was_changed(
    people: People, staff: Client, meanwhile: Meanwhile
) -> None:
    page, acme = reverse("admin:tenants_workspace_change", args=[people.workspace.pk]), people.workspace
    fields = as_it_stands(staff, page, "adminform") | {"executions_a_day": "7"}
    others = {"shares_renewed": 1, "embed_origins": ["https://a.example"], "links_allowed": False, "name": "Renamed"}
    meanwhile(acme, others)
    assert staff.post(page, fields).status_code == 302
    assert of(acme, "executions_a_day", *others) == {"executions_a_day": 7, **others}


@pytest.mark.security
def test_the_administration_of_people_writes_what_was_changed(
    people: People, staff: Client, meanwhile: Meanwhile
) -> None:
    page = reverse("admin:tenants_user_change", args=[people.bob.pk])
    fields = {"email": "bob@example.com", "name": "Robert", "is_active": "on"}
    for name in ("memberships-TOTAL_FORMS", "memberships-INITIAL_FORMS"):
        fields[name] = "0"
    others = {"is_active": False, "password": "!changed"}
    meanwhile(people.bob, others)
    assert staff.post(page, fields).status_code == 302
    assert of(people.bob, "name", *others) == {"name": "Robert", **others}
