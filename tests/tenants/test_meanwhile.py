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
from tests.administration import account, as_it_stands, operator, page
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


@pytest.fixture
def staff(people: People) -> Client:
    return operator(people.sam)


@pytest.mark.security
def test_settings_make_no_revoked_link_work_again(people: People, client: Client, meanwhile: Meanwhile) -> None:
    client.force_login(people.ann)
    url, acme = reverse("settings", args=["acme"]), people.workspace
    fields = as_it_stands(client, url, "form") | {"name": "Renamed"}
    others = {
        "shares_renewed": 1,
        "embed_origins": ["https://a.example"],
        "sessions_at_once": 2,
        "links_allowed": False,
    }
    meanwhile(acme, others)
    assert client.post(url, fields).status_code == 302
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
    url, acme = page(Workspace, "change", people.workspace.pk), people.workspace
    fields = as_it_stands(staff, url) | {"executions_a_day": "7"}
    others = {"shares_renewed": 1, "embed_origins": ["https://a.example"], "links_allowed": False, "name": "Renamed"}
    meanwhile(acme, others)
    assert staff.post(url, fields).status_code == 302
    assert of(acme, "executions_a_day", *others) == {"executions_a_day": 7, **others}


@pytest.mark.security
def test_the_administration_of_people_writes_what_was_changed(
    people: People, staff: Client, meanwhile: Meanwhile
) -> None:
    fields = account(people.bob, name="Robert", is_active="on")
    others = {"is_active": False, "password": "!changed"}
    meanwhile(people.bob, others)
    assert staff.post(page(User, "change", people.bob.pk), fields).status_code == 302
    assert of(people.bob, "name", *others) == {"name": "Robert", **others}
