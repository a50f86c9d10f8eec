"""What workers are asked to do, against whom it may reach: a task without a row here fails (T8).

A task is told primary keys and nothing else. Whose thing that is, and who may still hear of it, it reads itself.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail

from alerts.models import Delivery
from bots.models import Execution, Secret
from bots.script import parse
from hitl import celery_app, clock
from hitl.tenants.models import Invitation, Membership, Role, User
from hitl.tenants.people import Person
from tests.alerts.pauses import browser_of, paused
from tests.people import People, person
from tests.tenants.test_matrix import everything

pytestmark = [pytest.mark.django_db, pytest.mark.security]
NOBODYS = 10**9  # no row has this key
celery_app.loader.import_default_modules()

# Each task with what it is told; "id": the primary key of one row.
MATRIX: dict[str, dict[str, str]] = {
    "alerts.deliver": {"delivery": "id"},
    "bots.canary": {},
    "bots.end_browser": {"session": "id"},
    "bots.end_orphan": {"address": "of a browser", "sealed_token": "which only our own key opens"},
    "bots.keep_files": {"session": "id"},
    "bots.run": {"execution": "id"},
    "tenants.mail_invitation": {"invitation": "id"},
}


def task(name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = celery_app.tasks[name].run
    return found


def test_t8_every_task_has_its_row() -> None:
    assert {name for name in celery_app.tasks if not name.startswith("celery.")} == set(MATRIX)


@pytest.mark.parametrize("name", MATRIX)
def test_t8_a_task_is_told_ids_alone(name: str) -> None:
    told = inspect.signature(task(name)).parameters
    assert set(told) == set(MATRIX[name])
    assert all(told[one].annotation in (int, "int") for one, what in MATRIX[name].items() if what == "id")


@pytest.mark.parametrize("name", ["alerts.deliver", "bots.end_browser", "bots.keep_files", "tenants.mail_invitation"])
def test_t8_an_id_of_nothing_does_nothing(people: People, name: str) -> None:
    paused(people.workspace)
    before = everything()
    task(name)(NOBODYS)
    assert everything() == before
    assert mail.outbox == []


def everybody(people: People) -> dict[str, User]:
    """A person of each sort; Lea was an owner until a moment ago, Cleo's account is closed."""
    adam, lea, cleo = person("Adam"), person("Lea"), person("Cleo", is_active=False)
    for user, role in ((adam, "admin"), (cleo, "owner"), (lea, "owner")):
        Membership.objects.create(workspace=people.workspace, user=user, role=role)
    Membership.objects.filter(user=lea).delete()
    return {user.name: user for user in (people.ann, adam, people.bob, people.vic, lea, cleo, people.sam)}


def test_t8_a_message_reaches_those_alone_who_may_act(people: People) -> None:
    alert = paused(people.workspace)
    alert.deliveries.all().delete()
    for user in everybody(people).values():
        message = Delivery.objects.create(alert=alert, kind=Delivery.OPENED, user=user)
        task("alerts.deliver")(message.pk)
    assert [sent.to[0] for sent in mail.outbox] == ["ann@example.com", "adam@example.com", "bob@example.com"]


@pytest.mark.parametrize("what", ["withdrawn", "of somebody who may not invite any more", "of somebody who has left"])
def test_t8_an_invitation_that_is_over_is_not_mailed(people: People, what: str) -> None:
    adam = person("Adam")
    row = Membership.objects.create(workspace=people.workspace, user=adam, role="admin")
    invitation = Invitation.make(people.workspace, Person.member(adam), "new@example.com", "viewer")
    if what == "withdrawn":
        invitation.revoke(Person.member(people.ann))
    elif what == "of somebody who has left":
        row.remove(Person.member(adam), Role.ADMIN)
    else:
        row.change_role(Person.member(people.ann), "operator", Role.OWNER)
    task("tenants.mail_invitation")(invitation.pk)
    assert mail.outbox == []


def test_t8_a_run_opens_the_secrets_of_its_own_workspace_alone(people: People) -> None:
    """The same name in both; what a runner is given is asked for as it asks."""
    Secret.make(people.workspace, Person.member(people.ann), "pin", "acme-4711")
    Secret.make(people.other, Person.member(people.sam), "pin", "sams-4242")
    script = parse('{"title": "T", "steps": [{"type": "change", "selectors": ["#a"], "value": "{{secrets.pin}}"}]}')
    execution: Execution = paused(people.workspace).execution
    given = Secret.objects.filter(workspace=execution.workspace_id).opened(script)  # type: ignore[attr-defined]
    assert given["secrets"] == {"pin": "acme-4711"}


def test_t8_a_browser_that_has_ended_is_not_asked_again(people: People) -> None:
    execution = paused(people.workspace).execution
    session = browser_of(execution, ended_at=clock.now())
    before = everything()
    task("bots.end_browser")(session.pk)
    assert everything() == before


def test_t8_a_token_that_is_not_ours_ends_no_browser() -> None:
    with pytest.raises(ValueError):
        task("bots.end_orphan")("127.0.0.1:1", "made up")
