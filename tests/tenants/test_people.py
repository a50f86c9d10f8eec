"""Roles, persons, and the record of what they did."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError
from django.db.models import QuerySet

from bots.models import Bot
from hitl.tenants.models import AuditEvent, Membership, Role, Workspace
from hitl.tenants.people import PAGE, SYSTEM, Person
from tests.alerts.pauses import again, paused
from tests.people import People, person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [*Role])
@pytest.mark.parametrize("needed", [*Role])
def test_it_orders_roles(role: Role, needed: Role) -> None:
    rank = {"owner": 3, "admin": 2, "operator": 1, "viewer": 0}
    assert role.includes(needed) is (rank[role] >= rank[needed])


def test_it_knows_a_members_role_and_no_strangers(people: People) -> None:
    roles = [people.workspace.role_of(user) for user in (people.ann, people.bob, people.vic, people.sam)]
    assert roles == [Role.OWNER, Role.OPERATOR, Role.VIEWER, None]


def test_it_counts_only_members_who_may_still_sign_in(people: People) -> None:
    gone = person("Gone", is_active=False)
    Membership.objects.create(workspace=people.workspace, user=gone, role=Role.ADMIN)
    assert set(people.workspace.people_who(Role.OPERATOR)) == {people.ann, people.bob}
    assert list(people.workspace.people_who(Role.OWNER)) == [people.ann]


def test_it_shows_rows_to_members_alone(people: People) -> None:
    paused(people.workspace)
    for model in (Workspace, AuditEvent):
        mine = model.objects.visible_to(people.vic)
        assert mine.exists()
        assert not set(mine) & set(model.objects.visible_to(people.sam))


def test_it_has_one_membership_each(people: People) -> None:
    with pytest.raises(IntegrityError):
        Membership.objects.create(workspace=people.workspace, user=people.vic, role=Role.OWNER)


def test_it_tells_people_apart(people: People) -> None:
    two = Person.guest("lnk_1", "vis_1", "Auditor"), Person.guest("lnk_1", "vis_2", "Auditor")
    assert two[0].key != two[1].key
    assert Person.member(people.ann).key == Person.member(people.ann).key
    assert Person.guest("lnk_1", "vis_1", "").name == "Guest"
    assert [person.is_product for person in (SYSTEM, PAGE, two[0], Person.member(people.ann))] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.database
@pytest.mark.parametrize("length", [80, 254])
def test_it_bears_the_longest_name(people: People, length: int) -> None:
    """PostgreSQL minds a column's length, and a pause must not fail for it."""
    people.bob.name, people.bob.email = "", "b" * (length - 12) + "@example.com"
    people.bob.save()
    alert = paused(people.workspace)
    person = Person.member(people.bob)
    alert.claim(person)
    alert.complete(person, {})
    assert again(alert).closed_by == str(people.bob)[:160]


@pytest.mark.security
def test_t26_the_record_is_append_only(people: People) -> None:
    SYSTEM.did(people.workspace, "bot.made", "bot_1")
    event = AuditEvent.objects.get()
    event.verb = "nothing"
    for change in (
        event.save,
        event.delete,
        lambda: AuditEvent.objects.update(verb="nothing"),
        AuditEvent.objects.all().delete,
        lambda: AuditEvent.objects.bulk_update([event], ["verb"]),
        lambda: AuditEvent.objects.update_or_create(pk=event.pk, defaults={"verb": "nothing"}),
        lambda: AuditEvent.objects.bulk_create(
            [event], update_conflicts=True, update_fields=["verb"], unique_fields=["pk"]
        ),
    ):
        with pytest.raises(TypeError):
            change()
    assert AuditEvent.objects.get().verb == "bot.made"


def test_n8_each_effect_has_its_record_first(people: People) -> None:
    """In the same transaction, so neither is there without the other, and with an earlier number."""
    alert = paused(people.workspace)
    bob = Person.member(people.bob)
    alert.release(alert.claim(bob), bob)
    alert.claim(bob)
    alert.complete(bob, {})
    verbs = list(alert.workspace.audit.filter(subject=alert.public_id).order_by("pk").values_list("verb", "actor"))
    assert verbs == [
        ("control.taken", "Bob"),
        ("control.released", "Bob"),
        ("control.taken", "Bob"),
        ("alert.completed", "Bob"),
    ]


@pytest.mark.parametrize("verb", [Bot.archive, Bot.bring_back])
def test_n8_what_could_not_be_done_is_not_in_the_record(
    people: People, monkeypatch: pytest.MonkeyPatch, verb: Callable[[Bot, Person], None]
) -> None:
    bot = paused(people.workspace).execution.bot
    before = AuditEvent.objects.count()

    def fails(*_: Any, **__: Any) -> None:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(QuerySet, "update", fails)
    with pytest.raises(DatabaseError):
        verb(bot, Person.member(people.ann))
    assert AuditEvent.objects.count() == before
