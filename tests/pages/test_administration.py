"""Django's administration: what may be changed there, what may only be read, and what is not even shown."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client

from alerts.models import AccessLink, Alert, Delivery
from bots.models import Bot, BrowserSession, Execution, Schedule, Secret
from hitl import vault
from hitl.tenants.models import AuditEvent, Membership, User
from hitl.tenants.people import Person
from tests.administration import does, operator, page
from tests.alerts.pauses import browser_of
from tests.pages.rows import Rows
from tests.people import signed_in

RECORDS = [Alert, AccessLink, Delivery, Execution, AuditEvent, Schedule, Secret]


@pytest.fixture
def staff(rows: Rows) -> Client:
    return operator(rows.people.ann)


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model.__name__)
def test_every_list_can_be_read_and_searched(staff: Client, model: type) -> None:
    assert staff.get(page(model, "changelist")).status_code == 200
    assert staff.get(page(model, "changelist"), {"q": "a"}).status_code == 200


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_records_can_be_read_and_not_changed(staff: Client, model: type[Alert]) -> None:
    row = model.objects.first()
    assert row is not None
    assert staff.get(page(model, "change", row.pk)).status_code == 200
    assert staff.post(page(model, "change", row.pk), {}).status_code == 403
    assert staff.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert staff.get(page(model, "add")).status_code == 403


def test_what_opens_a_browser_is_not_shown(staff: Client, rows: Rows) -> None:
    link = rows.link
    shown = staff.get(page(AccessLink, "change", link.pk)).content.decode()
    assert link.key not in shown
    assert link.token not in shown
    sealed = vault.seal("canary")
    session = browser_of(rows.executions["queued"], sealed_token=sealed)
    assert sealed not in staff.get(page(BrowserSession, "change", session.pk)).content.decode()


def form_of(bot: Bot, **changes: object) -> dict[str, object]:
    fields = {"workspace": bot.workspace_id, "name": bot.name, "source": bot.source, "response_window_seconds": ""}
    return {**fields, "base": bot.version, "ask_human_on_failure": "on", **changes}


def test_human_intervention_mode_can_be_switched(staff: Client, rows: Rows) -> None:
    assert staff.post(page(Bot, "change", rows.bot.pk), form_of(rows.bot)).status_code == 302
    rows.bot.refresh_from_db()
    assert not rows.bot.human_intervention_mode
    record = AuditEvent.objects.first()
    assert record is not None
    assert (record.verb, record.actor, record.subject) == ("bot.changed", "Ann", rows.bot.public_id)
    assert record.detail["fields"] == ["human_intervention_mode"]


def test_a_bad_script_is_refused_there_too(staff: Client, rows: Rows) -> None:
    answer = staff.post(page(Bot, "change", rows.bot.pk), form_of(rows.bot, source='{"steps": 3}'))
    assert answer.status_code == 200
    assert "steps" in str(answer.context["adminform"].form.errors["source"])


def test_a_form_that_stood_open_undoes_no_script_of_a_colleague(staff: Client, rows: Rows) -> None:
    change = page(Bot, "change", rows.bot.pk)
    form = staff.get(change).context["adminform"].form
    seen = {name: form[name].value() for name in ("base", "source")}
    bot = Bot.objects.get(pk=rows.bot.pk)
    bot.write(Person.member(rows.people.bob), bot.source + "\n", bot.version)
    theirs = bot.source
    answer = staff.post(change, form_of(rows.bot, **seen))
    assert answer.status_code == 200
    said = str(answer.context["adminform"].form.errors["source"])
    assert "Bob has saved version 2 in the meantime. Open this page anew" in said
    bot.refresh_from_db()
    assert (bot.version, bot.source, bot.human_intervention_mode) == (2, theirs, True)
    as_sent = theirs.replace("\n", "\r\n")
    assert staff.post(change, form_of(bot, base=1, source=as_sent)).status_code == 302, "that is what is there"
    assert staff.post(change, form_of(bot, base=2, source=f"{as_sent} ")).status_code == 302
    bot.refresh_from_db()
    assert (bot.version, bot.source, bot.human_intervention_mode) == (3, f"{theirs} ", False)


def test_those_who_may_only_look_see_a_bot(rows: Rows) -> None:
    User.objects.filter(pk=rows.people.bob.pk).update(is_staff=True)
    bob = User.objects.get(pk=rows.people.bob.pk)
    bob.user_permissions.add(Permission.objects.get(codename="view_bot"))
    assert signed_in(bob).get(page(Bot, "change", rows.bot.pk)).status_code == 200


def test_bots_are_archived_and_not_deleted(staff: Client, rows: Rows) -> None:
    assert staff.post(page(Bot, "delete", rows.bot.pk), {"post": "yes"}).status_code == 403
    does(staff, rows.bot, "archive")
    rows.bot.refresh_from_db()
    assert rows.bot.archived_at


def test_members_are_written_into_the_record(staff: Client, rows: Rows) -> None:
    fields = {"workspace": rows.people.workspace.pk, "user": rows.people.sam.pk, "role": "viewer"}
    staff.post(page(Membership, "add"), fields)
    member = Membership.objects.get(user=rows.people.sam, workspace=rows.people.workspace)
    staff.post(page(Membership, "change", member.pk), {**fields, "role": "operator"})
    does(staff, member, "remove")
    assert not Membership.objects.filter(pk=member.pk).exists()
    verbs = rows.people.workspace.audit.filter(verb__startswith="member").values_list("verb", flat=True)
    assert list(verbs) == ["member.removed", "member.changed", "member.added"]


def test_members_of_workspaces_are_not_let_in(rows: Rows) -> None:
    assert signed_in(rows.people.ann).get("/admin/").status_code == 302
