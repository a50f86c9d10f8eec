"""Members: invited in numbers, lowered, removed, leaving; there is always an owner."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.urls import reverse

from hitl.tenants.models import Invitation, Membership, NotAllowed, Role, User, Workspace
from hitl.tenants.people import Person
from tests.at_once import AtOnce
from tests.people import People, person, signed_in

pytestmark = pytest.mark.django_db


def membership(people: People, user: User) -> Membership:
    return people.workspace.memberships.get(user=user)


def joined(people: People, name: str, role: str) -> Membership:
    return Membership.objects.create(workspace=people.workspace, user=person(name), role=role)


def test_several_addresses_are_invited_as_people_paste_them(people: People) -> None:
    ann = signed_in(people.ann)
    page = reverse("settings_members", args=["acme"])
    text = "Dana@example.com; eve@example.com,\n<fay@example.com> eve@example.com bob@example.com"
    answer = ann.post(page, {"emails": text, "role": "viewer"})
    assert answer.status_code == 422
    assert b"bob@example.com is a member already." in answer.content
    assert answer.context["form"]["emails"].value() == "bob@example.com"
    emails = Invitation.objects.values_list("email", flat=True)
    assert sorted(emails) == ["dana@example.com", "eve@example.com", "fay@example.com"]
    wrong = ann.post(page, {"emails": "dana@example.com, not-one", "role": "viewer"})
    assert b"Not an e-mail address: not-one" in wrong.content
    assert b"dana@example.com, not-one" in wrong.content


@pytest.mark.security
def test_admins_make_no_owners_and_touch_none(people: People) -> None:
    admin = joined(people, "Dan", Role.ADMIN)
    dan = signed_in(admin.user)
    page = reverse("settings_members", args=["acme"])
    assert dan.post(page, {"emails": "eve@example.com", "role": "owner"}).status_code == 422
    for who, role in ((people.bob, "owner"), (people.ann, "viewer")):
        dan.post(reverse("settings_member_role", args=["acme", membership(people, who).pk]), {"role": role})
    dan.post(reverse("settings_member_remove", args=["acme", membership(people, people.ann).pk]))
    assert people.workspace.role_of(people.ann) == Role.OWNER
    assert people.workspace.role_of(people.bob) == Role.OPERATOR
    assert b"Only an owner can" in dan.get(page).content


def lower(row: Membership) -> None:
    row.change_role(Person.member(row.user), Role.VIEWER, Role.OWNER)


def leave(row: Membership) -> None:
    row.remove(Person.member(row.user), Role.OWNER)


@pytest.mark.parametrize("go", [lower, leave])
def test_the_last_owner_stays(people: People, go: Callable[[Membership], None]) -> None:
    with pytest.raises(NotAllowed, match="last owner"):
        go(membership(people, people.ann))
    other = joined(people, "Dan", Role.OWNER)
    User.objects.filter(pk=other.user_id).update(is_active=False)
    with pytest.raises(NotAllowed, match="last owner"):
        go(membership(people, people.ann))
    User.objects.filter(pk=other.user_id).update(is_active=True)
    go(membership(people, people.ann))
    assert list(people.workspace.people_who(Role.OWNER)) == [other.user]


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_two_owners_who_leave_at_the_same_moment_leave_one(people: People, at_once: AtOnce) -> None:
    rows = [membership(people, people.ann), joined(people, "Dan", Role.OWNER)]
    at_once(*(partial(leave, row) for row in rows), loses=NotAllowed)
    assert people.workspace.people_who(Role.OWNER).count() == 1


@pytest.mark.security
@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_t11_presses_at_the_same_moment_make_no_more_workspaces_than_one_person_may_own(
    people: People, at_once: AtOnce, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them had its own limits of what may run at once and in a day."""
    monkeypatch.setattr("hitl.tenants.models.workspace.OWNED", 2)  # Ann has one
    ann = Person.member(people.ann)
    at_once(*(partial(Workspace.make, ann, f"Another {number}") for number in range(4)), loses=NotAllowed)
    assert people.ann.memberships.filter(role=Role.OWNER).count() == 2


@pytest.mark.security
@pytest.mark.parametrize("do", ["lowered", "removed"])
def test_t8_an_admin_touches_nobody_who_has_become_an_owner_meanwhile(people: People, do: str) -> None:
    """The row was read while Bob was an operator; the press came a moment after an owner had made him another one."""
    read = people.workspace.memberships.get(user=people.bob)
    people.workspace.memberships.get(user=people.bob).change_role(Person.member(people.ann), Role.OWNER, Role.OWNER)
    admin = Person.member(joined(people, "Dan", Role.ADMIN).user)
    with pytest.raises(NotAllowed, match="Only an owner"):
        read.change_role(admin, Role.VIEWER, Role.ADMIN) if do == "lowered" else read.remove(admin, Role.ADMIN)
    assert people.workspace.role_of(people.bob) == Role.OWNER


def test_whoever_is_gone_is_said_to_be(people: People) -> None:
    read = people.workspace.memberships.get(user=people.bob)
    people.workspace.memberships.filter(user=people.bob).delete()
    with pytest.raises(NotAllowed, match="Bob is no longer a member"):
        read.change_role(Person.member(people.ann), Role.VIEWER, Role.OWNER)


def test_anybody_leaves_and_it_is_written_down(people: People) -> None:
    vic = signed_in(people.vic)
    other = reverse("settings_member_remove", args=["acme", membership(people, people.bob).pk])
    assert vic.post(other).status_code == 403
    vic.post(reverse("settings_member_remove", args=["acme", membership(people, people.vic).pk]))
    assert people.workspace.role_of(people.vic) is None
    event = people.workspace.audit.get()
    assert (event.verb, event.actor) == ("member.left", "Vic")


def test_a_change_names_both_roles(people: People) -> None:
    url = reverse("settings_member_role", args=["acme", membership(people, people.bob).pk])
    signed_in(people.ann).post(url, {"role": "admin"})
    event = people.workspace.audit.get()
    assert event.detail == {"member": "Bob", "role": "admin", "before": "operator"}
