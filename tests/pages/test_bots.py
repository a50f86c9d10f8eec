"""A bot's pages without a browser: its start, settings that two change, versions, exports, imports, the archive."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bots.forms import RecordingForm
from bots.models import Bot, Secret
from bots.script import parse
from hitl.tenants.people import Person
from tests.pages.rows import Rows
from tests.pages.test_words import words

SITE = {"type": "navigate", "url": "https://shop.example/"}


def script(*steps: dict[str, Any], **head: Any) -> str:
    return json.dumps({"title": "Shop", **head, "steps": [SITE, *steps]})


def typing(value: str, selector: str = "#a") -> dict[str, Any]:
    return {"type": "change", "selectors": selector, "value": value}


@pytest.fixture
def bot(rows: Rows) -> Bot:
    described = [{"name": "city", "label": "City"}, {"name": "note", "default": "", "multiline": True}]
    source = script(typing("{{city}} {{note}}"), typing("{{pin}}"), variables=described)
    return Bot.make(rows.people.workspace, Person.member(rows.people.ann), "Shop", source)


def path(bot: Bot, *parts: object) -> str:
    return "/".join(["", "w", bot.workspace.slug, "bots", bot.public_id, *map(str, parts), ""])


def test_what_is_missing_is_said_in_a_sentence(ann: Client, bot: Bot) -> None:
    assert "City and pin have no value yet." in words(ann.get(path(bot)).content)
    answer = ann.post(path(bot, "run"), {"city": "Oslo", "note": "first\nsecond"})
    assert answer.status_code == 422
    assert "Not started. pin has no value yet." in words(answer.content)
    assert b">\nOslo</textarea>" in answer.content


def test_it_begins_with_the_values_of_last_time_but_never_with_secret_ones(ann: Client, bot: Bot) -> None:
    ann.post(path(bot, "run"), {"city": "Oslo", "pin": "4711-first"})
    ann.post(path(bot, "run"), {"city": "Lima", "note": "two\r\nlines", "pin": "4711-second"})
    second, first = bot.executions.all()
    page = ann.get(path(bot)).content.decode()
    assert ">\nLima</textarea>" in page
    assert "4711" not in page
    earlier = ann.get(path(bot), {"values": first.public_id}).content.decode()
    assert ">\nOslo</textarea>" in earlier
    assert "These are the values of" in words(earlier.encode())
    assert first.variables == {"city": "Oslo", "note": "", "pin": "4711-first"}
    assert "version 1" in words(ann.get(path(bot)).content)
    assert "version 1" in words(ann.get(second.get_absolute_url()).content)


def settings_of(bot: Bot, was: Bot, **changes: object) -> dict[str, object]:
    """The form as a browser sends it: what was shown, and what it is now."""
    shown = {"name": was.name, "human_intervention_mode": was.human_intervention_mode, "ask_human_on_failure": True}
    now = {**shown, "response_window_minutes": "", **changes}
    sent = {name: "on" if value is True else value for name, value in now.items() if value is not False}
    return sent | {f"initial-{name}": value for name, value in shown.items()}


def test_two_people_may_change_different_settings_at_once(ann: Client, bot: Bot, rows: Rows) -> None:
    shown = Bot.objects.get(pk=bot.pk)
    ann.post(path(bot, "settings"), settings_of(bot, shown, human_intervention_mode=False))
    ann.post(path(bot, "settings"), settings_of(bot, shown, name="Shop 2", response_window_minutes="5"))
    ann.post(path(bot, "settings"), settings_of(bot, shown, told=[rows.people.bob.pk]))
    bot.refresh_from_db()
    assert (bot.name, bot.human_intervention_mode, bot.response_window_seconds) == ("Shop 2", False, 300)
    assert bot.people_to_tell() == [rows.people.bob]
    fields = [record.detail["fields"] for record in rows.people.workspace.audit.filter(verb="bot.changed")]
    assert fields == [["told"], ["name", "response_window_seconds"], ["human_intervention_mode"]]


def test_the_settings_say_what_each_does(ann: Client, bot: Bot) -> None:
    text = words(ann.get(path(bot, "settings")).content)
    for sentence in (
        "Off: such steps are skipped at once",
        "The clock stops as soon as",
        "Nobody chosen: every operator",
    ):
        assert sentence in text
    answer = ann.post(path(bot, "settings"), {"name": "", "response_window_minutes": "0"})
    assert answer.status_code == 422
    assert "Please look at the marked fields." in words(answer.content)


def test_a_script_with_mistakes_is_not_saved_and_not_lost(ann: Client, bot: Bot) -> None:
    answer = ann.post(path(bot, "edit"), {"source": script({"type": "clik"}), "version": "1"})
    assert answer.status_code == 422
    assert "Step 2, type: There is no step type “clik”. Did you mean “click”?" in words(answer.content)
    assert b"clik" in answer.content.split(b"<textarea")[1]
    assert bot.versions.count() == 1


def test_a_version_is_compared_and_restored(ann: Client, bot: Bot, rows: Rows) -> None:
    first = bot.source
    ann.post(path(bot, "edit"), {"source": script(typing("{{town}}")), "version": "1", "note": "Town"})
    text = words(ann.get(path(bot, "versions")).content)
    assert "Version 2 Current Ann" in text
    assert "Town" in text
    page = ann.get(path(bot, "versions", 1), {"with": "2"}).content.decode()
    assert "<del>" in page
    assert "<ins>" in page
    ann.post(path(bot, "versions", 1, "restore"))
    bot.refresh_from_db()
    assert (bot.version, bot.source) == (3, first)
    assert bot.versions.get(number=3).note == "Version 1 restored"
    assert ann.get(path(bot, "versions", 99)).status_code == 404


def test_carriage_returns_of_browsers_are_no_change(ann: Client, bot: Bot) -> None:
    bot.write(Person.member(bot.workspace.memberships.all()[0].user), "title: x\nsteps:\n  - {type: close}\n", 1)
    ann.post(path(bot, "edit"), {"source": "title: x\r\nsteps:\r\n  - {type: close}\r\n", "version": "2"})
    bot.refresh_from_db()
    assert bot.version == 2


def test_the_second_to_save_may_keep_theirs_as_a_new_bot(ann: Client, bot: Bot, rows: Rows) -> None:
    bot.write(Person.member(rows.people.bob), script(typing("theirs")), 1)
    mine = {"source": script(typing("mine")), "version": "1"}
    answer = ann.post(path(bot, "edit"), mine)
    assert answer.status_code == 409
    assert "Bob was faster. Version 2 was saved" in words(answer.content)
    assert b"mine" in answer.content.split(b"<textarea")[1]
    ann.post(path(bot, "edit"), mine | {"as_new": "yes"})
    assert Bot.objects.get(name="Shop (mine)").source == mine["source"]
    conflict = ann.post(path(bot, "edit"), mine | {"merge": "1"}).content.decode()
    assert "&lt;&lt;&lt;&lt;&lt;&lt;&lt; yours" in conflict
    assert ann.post(path(bot, "edit"), mine | {"version": "2"}).status_code == 302
    assert bot.versions.count() == 3


@pytest.mark.parametrize("form", ["recorder", "json", "yaml", "nonsense"])
def test_a_script_is_downloaded_in_each_form(ann: Client, bot: Bot, form: str) -> None:
    answer = ann.get(path(bot, "export"), {"as": form, "version": "1"})
    ending = "yaml" if form == "yaml" else "json"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="shop.{ending}"'
    assert parse(answer.content) == bot.script


def test_a_bot_is_archived_and_brought_back(ann: Client, bot: Bot, rows: Rows) -> None:
    ann.post(path(bot, "archive"))
    assert path(bot).encode() not in ann.get(rows.path("bots")).content
    assert path(bot).encode() in ann.get(rows.path("bots"), {"archived": "1"}).content
    page = words(ann.get(path(bot)).content)
    assert "it stands on no list and cannot be run" in page
    assert ann.post(path(bot, "run"), {"city": "x", "pin": "y"}).status_code == 404
    assert ann.post(path(bot, "edit"), {"source": bot.source, "version": "1"}).status_code == 404
    ann.post(path(bot, "bring-back"))
    assert path(bot).encode() in ann.get(rows.path("bots")).content


def test_a_copy_has_a_history_of_its_own(ann: Client, bot: Bot) -> None:
    answer = ann.post(path(bot, "duplicate"))
    copy = Bot.objects.get(name="Shop (copy)")
    assert answer.headers["Location"] == path(copy)
    assert [version.number for version in copy.versions.all()] == [1]


RECORDING = script(typing("Ann", "#name"), typing("s3cret", "#password"))


def test_a_recording_is_imported_without_scripts_in_the_page_too(ann: Client, rows: Rows) -> None:
    file = SimpleUploadedFile("shop.json", RECORDING.encode())
    preview = ann.post(rows.path("bots", "import"), {"file": file})
    text = words(preview.content)
    assert "“Shop”: 3 steps" in text
    assert "A password was typed here" in text
    assert not Secret.objects.filter(workspace=rows.people.workspace, name="password").exists()
    chosen = {"recording": RECORDING, "use": "yes", "keep-2": "variable", "name-2": "who", "keep-3": "secret"}
    page = ann.post(rows.path("bots", "import"), chosen | {"name-3": "shop_password"}).content.decode()
    assert "s3cret" not in page
    assert "{{secrets.shop_password}}" in page
    assert "{{who}}" in page
    assert Secret.objects.get(name="shop_password").value == "s3cret"
    assert not Bot.objects.filter(name="Shop").exists()


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"keep-3": "secret", "name-3": "a b"}, "Step 3: “a b” cannot be a name."),
        ({"keep-3": "secret", "name-3": "taken"}, "The workspace has a secret “taken” with another value."),
        ({"keep-2": "variable", "name-2": "x", "keep-3": "variable", "name-3": "x"}, "Two different values have"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(ann: Client, rows: Rows, chosen: dict[str, str], sentence: str) -> None:
    Secret.make(rows.people.workspace, Person.member(rows.people.ann), "taken", "another")
    answer = ann.post(rows.path("bots", "import"), {"recording": RECORDING, "use": "yes", **chosen})
    assert answer.status_code == 422
    assert sentence in words(answer.content)
    assert not Secret.objects.filter(name="x").exists()


def test_a_recording_for_a_bot_comes_into_its_editor(ann: Client, bot: Bot, rows: Rows) -> None:
    data = {"recording": RECORDING, "use": "yes", "bot": bot.public_id}
    text = words(ann.post(rows.path("bots", "import"), data).content)
    assert "Saving makes a new version" in text
    assert bot.versions.count() == 1
    assert ann.post(rows.path("bots", "import"), {"recording": "{"}).status_code == 422
    assert ann.post(rows.path("bots", "import"), {"file": SimpleUploadedFile("x", b"\xff")}).status_code == 422


@pytest.mark.security
def test_t11_a_recording_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of gigabytes took several times as much memory of the web process, where everybody's pages come from."""
    file, read = SimpleUploadedFile("x", b" " * 1_000_001), list[object]()
    monkeypatch.setattr(SimpleUploadedFile, "read", lambda *size: read.append(size) or b"{}")
    form = RecordingForm({}, {"file": file})
    assert form.non_field_errors() == ["The file has 1,000,001 bytes; a recording of at most 1,000,000 fits."]
    assert read == []


def test_checking_and_tidying_change_nothing(ann: Client, rows: Rows) -> None:
    before = Bot.objects.count()
    told = ann.post(rows.path("bots", "check"), {"source": script({"type": "clik"})}).json()
    assert told["problems"][0]["message"].startswith("Step 2, type")
    tidy = ann.post(rows.path("bots", "format"), {"source": script(), "form": "yaml"}).json()
    assert tidy["source"] == "title: Shop\nsteps:\n- {type: navigate, url: 'https://shop.example/'}\n"
    assert "Look for" in ann.post(rows.path("bots", "format"), {"source": "{"}).json()["problem"]
    assert Bot.objects.count() == before


def test_the_manual_is_at_hand_where_scripts_are_written(ann: Client, bot: Bot, rows: Rows) -> None:
    assert rows.path("bots", "manual").encode() in ann.get(path(bot, "edit")).content
    page = ann.get(rows.path("bots", "manual")).content.decode()
    assert '<h3 id="requestHuman">' in page
    assert "{{human.name}}" in page


def test_a_script_that_only_an_earlier_hitl_took_can_be_looked_at_and_mended(rows: Rows, ann: Client, bot: Bot) -> None:
    execution = bot.start(Person.member(rows.people.ann), {"city": "Ulm", "pin": "1"})
    execution.begin_step(execution.claim("worker:1"), "navigate", "Open the shop")
    old = script({"type": "doubleTake"})
    Bot.objects.filter(pk=bot.pk).update(source=old)
    bot.versions.update(source=old)
    type(execution).objects.filter(pk=execution.pk).update(script=json.loads(old))
    why = "This version of hitl cannot run the script any more. Step 2, type:"
    mends = f'href="{bot.get_absolute_url()}edit/"'
    for path in ("", "schedules/new/"):
        page = ann.get(bot.get_absolute_url() + path).content.decode()
        assert why in page
        assert mends in page
        assert "asks for no values" not in page
    assert "?as=recorder" not in ann.get(bot.get_absolute_url()).content.decode()  # a download that would fail
    assert "?as=json&amp;version=1" in ann.get(f"{bot.get_absolute_url()}versions/1/").content.decode()
    assert why in ann.post(f"{bot.get_absolute_url()}run/", {"city": "Ulm"}).content.decode()
    assert ann.get(f"{bot.get_absolute_url()}edit/").status_code == 200
    began = words(ann.get(execution.get_absolute_url()).content)
    assert "1 Open the shop" in began  # as it was written down then
    assert "2 doubleTake" in began
    exported = ann.get(f"{bot.get_absolute_url()}export/?as=recorder", follow=True)
    assert "Chrome's Recorder cannot have this script" in words(exported.content)
