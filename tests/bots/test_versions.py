"""Every saved script is a version; two people who save at once lose nothing; an execution names what it ran."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from bots.models import Bot, Overtaken, Version
from hitl.tenants.people import Person
from tests.at_once import AtOnce
from tests.people import People, everybody


def script(title: str) -> str:
    return json.dumps({"title": title, "steps": [{"type": "navigate", "url": "https://shop.example/"}]})


@pytest.fixture
def ann(people: People) -> Person:
    return Person.member(people.ann)


@pytest.fixture
def bot(people: People, ann: Person) -> Bot:
    return Bot.make(people.workspace, ann, "Payer", script("one"))


def titles(bot: Bot) -> list[tuple[int, str, str]]:
    return [(v.number, json.loads(v.source)["title"], v.author) for v in bot.versions.order_by("number")]


def test_every_saved_script_is_kept_with_its_author(bot: Bot, people: People, ann: Person) -> None:
    bot.write(Person.member(people.bob), script("two"), base=1, note="Other address")
    bot.write(ann, script("three"), base=2)
    assert titles(bot) == [(1, "one", "Ann"), (2, "two", "Bob"), (3, "three", "Ann")]
    assert bot.versions.get(number=2).note == "Other address"
    bot.refresh_from_db()
    assert (bot.version, bot.source) == (3, script("three"))
    records = people.workspace.audit.filter(verb="bot.script_saved").order_by("pk")
    assert [(record.actor, record.detail["version"]) for record in records] == [("Bob", 2), ("Ann", 3)]


def test_saving_the_same_again_makes_no_version(bot: Bot, ann: Person) -> None:
    assert bot.write(ann, script("one"), base=1).number == 1
    assert bot.versions.count() == 1


def test_the_second_to_save_is_told_and_changes_nothing(bot: Bot, people: People, ann: Person) -> None:
    mine, theirs = Bot.objects.get(pk=bot.pk), Bot.objects.get(pk=bot.pk)
    theirs.write(Person.member(people.bob), script("theirs"), base=1)
    with pytest.raises(Overtaken, match="Bob has saved version 2") as overtaken:
        mine.write(ann, script("mine"), base=1)
    assert overtaken.value.current.source == script("theirs")
    assert titles(bot) == [(1, "one", "Ann"), (2, "theirs", "Bob")]


def test_an_execution_names_the_version_that_it_runs(bot: Bot, ann: Person) -> None:
    first = bot.start(ann, {})
    bot.write(ann, script("two"), base=1)
    second = bot.start(ann, {})
    assert [run.version.number for run in (first, second) if run.version] == [1, 2]
    first.refresh_from_db()
    assert first.steps.title == "one"


def test_a_bot_that_was_made_elsewhere_gets_its_first_version_when_it_is_needed(people: People, ann: Person) -> None:
    bot = Bot.objects.create(workspace=people.workspace, name="Old", source=script("one"))
    assert not bot.versions.exists()
    bot.write(ann, script("two"), base=1)
    assert titles(bot) == [(1, "one", ""), (2, "two", "Ann")]
    assert bot.versions.get(number=1).created_at == bot.created_at


def test_a_copy_has_the_same_settings_and_a_history_of_its_own(bot: Bot, people: People, ann: Person) -> None:
    Bot.objects.filter(pk=bot.pk).update(human_intervention_mode=False, response_window_seconds=90)
    bot.told.add(people.bob)
    bot.refresh_from_db()
    copy = bot.duplicate(ann, "Payer (copy)", bot.source)
    copy.refresh_from_db()
    assert (copy.name, copy.human_intervention_mode, copy.response_window_seconds) == ("Payer (copy)", False, 90)
    assert list(copy.told.all()) == [people.bob]
    assert titles(copy) == [(1, "one", "Ann")]


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_wins_and_one_is_told(at_once: AtOnce) -> None:
    people = everybody()
    bot = Bot.make(people.workspace, Person.member(people.ann), "Payer", script("one"))

    def save(title: str) -> Callable[[], Version]:
        return partial(Bot.objects.get(pk=bot.pk).write, Person.member(people.ann), script(title), base=1)

    outcomes = at_once(save("left"), save("right"), loses=Overtaken)
    assert {type(outcome) for outcome in outcomes} == {Version, Overtaken}
    assert Version.objects.filter(bot=bot).count() == 2


@pytest.mark.django_db
def test_bots_from_before_versions_were_kept_get_their_first_one(people: People) -> None:
    bot = Bot.objects.create(workspace=people.workspace, name="Old", source=script("one"))
    migration = MigrationExecutor(connection).loader.get_migration("bots", "0004_first_versions")
    migration.operations[0].code(apps, None)
    migration.operations[0].code(apps, None)
    assert titles(bot) == [(1, "one", "")]
