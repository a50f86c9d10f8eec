"""While an installation is updated its old code runs on, and writes next to the new schema until the last restart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import models
from django.db.migrations import AddField, Migration, RunPython
from django.db.migrations.loader import MigrationLoader

from hitl.tenants.models import Workspace
from tests.alerts.pauses import paused
from tests.people import People

LANDED = {"alerts": 9, "bots": 12, "tenants": 10}  # the newest of each app before the rule; nobody edits those


def faults(migration: Migration) -> list[str]:
    """What of it CONTRIBUTING.md rules out."""
    added = [each for each in migration.operations if isinstance(each, AddField)]
    unfilled = [each for each in added if not (each.field.null or each.field.has_db_default())]
    names = [f"{each.model_name}.{each.name}" for each in unfilled if not each.field.many_to_many]
    found = [f"{name}: give it null or a db_default" for name in names]
    if any(isinstance(each, RunPython) for each in migration.operations) and len(migration.operations) > 1:
        found.append("what goes through rows stands in a migration of its own")
    return found


def new_ones() -> Iterator[Migration]:
    for (app, name), migration in sorted(MigrationLoader(None).disk_migrations.items()):
        if app in LANDED and int(name[:4]) > LANDED[app]:
            yield migration


def test_old_code_can_write_next_to_every_new_column() -> None:
    wrong = {str(migration): found for migration in new_ones() if (found := faults(migration))}
    assert not wrong


def adding(*fields: Any) -> Migration:
    migration = Migration("0099_more", "bots")
    migration.operations = [AddField("bot", "more", field) for field in fields]
    return migration


def test_the_rule_is_looked_at() -> None:
    assert faults(adding(models.CharField(blank=True, default=""))) == ["bot.more: give it null or a db_default"]
    good = [models.CharField(db_default=""), models.IntegerField(null=True), models.ManyToManyField("tenants.User")]
    assert faults(adding(*good)) == []
    migration = adding(models.IntegerField(null=True))
    migration.operations.append(RunPython(RunPython.noop))
    assert faults(migration) == ["what goes through rows stands in a migration of its own"]


def old(app: str, migration: str, model: str) -> Any:
    """The model as the code knew it when this was its app's newest migration."""
    return MigrationLoader(None).project_state((app, migration)).apps.get_model(app, model).objects


@pytest.mark.database
@pytest.mark.django_db
def test_old_code_writes_next_to_the_columns_of_a_day(people: People) -> None:
    alert = paused(people.workspace)
    execution = alert.execution
    theirs = {"bot_id": execution.bot_id, "workspace_id": people.workspace.pk, "script": {}, "window_seconds": 60}
    made = old("bots", "0011_by_status", "execution").create(**theirs)
    assert type(execution).objects.get(pk=made.pk).told_in_vain == 0
    made = old("alerts", "0008_a_links_maker", "alertchange").create(row_id=alert.pk, status="open")
    assert alert.history.get(pk=made.pk).who == ""
    made = old("alerts", "0006_reminder_at_half_time", "accesslink").create(alert_id=alert.pk, role="watch", label="Cy")
    assert alert.links.get(pk=made.pk).picture_kind == ""
    wish = {"workspace_id": people.workspace.pk, "user_id": people.bob.pk}
    made = old("alerts", "0005_plurals", "noticewish").create(**wish)
    assert people.workspace.notice_wishes.get(pk=made.pk).half_time
    made = old("tenants", "0007_pictures_days", "workspace").create(name="Early", slug="early")
    early = Workspace.objects.get(pk=made.pk)
    assert (early.embed_origins, early.shares_renewed) == ([], 0)
