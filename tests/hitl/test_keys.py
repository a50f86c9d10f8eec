"""Keys change without anything being lost: the newest seals, each of them opens, and one command seals all anew."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import override_settings

from bots.models import Bot, BrowserSession, Execution, Secret
from hitl import vault
from hitl.tenants.people import Person
from tests.alerts.pauses import browser_of
from tests.people import People

OLD, NEW = "old" * 12, "new" * 12


def test_the_newest_key_seals_and_every_key_opens() -> None:
    before = vault.seal("4242")
    with override_settings(KEYS=[NEW, OLD]):
        assert vault.unseal(before) == "4242"  # under SECRET_KEY, when there were no keys
        sealed = vault.seal("4242")
    with override_settings(KEYS=[NEW], SECRET_KEY="another"):
        assert vault.unseal(sealed) == "4242"
        with pytest.raises(ValueError, match="another SECRET_KEY"):
            vault.unseal(before)


def test_resealing_changes_what_is_sealed_and_nothing_else() -> None:
    first, foreign = vault.seal("one"), "gAAAAA" + "x" * 94 + "=="
    with override_settings(KEYS=[NEW]):
        fresh = vault.resealed(f"a {first} b {foreign}")
        assert fresh.startswith("a gAAAAA")
        assert fresh.endswith(f"b {foreign}")
        assert vault.resealed(fresh) == fresh
    with override_settings(KEYS=[NEW], SECRET_KEY="another"):
        assert vault.unseal(fresh.split()[1]) == "one"


def said() -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue()


@pytest.mark.database
@pytest.mark.django_db
def test_one_command_seals_secrets_answers_and_tokens_anew(people: People) -> None:
    bot = Bot.objects.create(workspace=people.workspace, name="B", source=json.dumps({"title": "B", "steps": [
        {"type": "navigate", "url": "https://shop.example/"}]}))  # fmt: skip
    execution = bot.start(Person.member(people.bob), {})
    Execution.objects.filter(pk=execution.pk).update(answers={"code": {"sealed": vault.seal("11")}, "note": "plain"})
    browser_of(execution)
    Secret.make(people.workspace, Person.member(people.ann), "pin", "4242")
    with override_settings(KEYS=[NEW]):
        assert sorted(line.split(":")[0] for line in said().splitlines()) == [
            "bots.BrowserSession", "bots.Execution", "bots.Secret",
        ]  # fmt: skip
        assert "Everything is sealed by the newest key" in said()
    with override_settings(KEYS=[NEW], SECRET_KEY="another"):
        assert Secret.objects.get().value == "4242"
        assert BrowserSession.objects.get().token == "t"
        execution.refresh_from_db()
        assert execution.plain_answers() == {"code": "11", "note": "plain"}
