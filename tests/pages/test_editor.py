"""The script editor in a real browser: completion, marks, keyboard, a megabyte, a recording, two people at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.async_api import Page, expect

from bots.models import Bot, Secret
from hitl.tenants.people import Person
from tests.conftest import facts
from tests.pages.conftest import SITTING_DOWN, Reader
from tests.pages.rows import Rows
from tests.people import PASSWORD
from tests.person import PHONE

pytestmark = pytest.mark.asyncio(loop_scope="session")

RECORDINGS = Path(__file__).parent.parent / "bots" / "script" / "recordings"
SCRIPT = {"title": "Pay", "steps": [{"type": "navigate", "url": "https://shop.example/"}]}


async def editor_of(reader: Reader, path: str) -> Page:
    page = await reader.reads(path)
    await expect(page.get_by_role("textbox", name="Script")).to_be_visible()
    return page


async def write(page: Page, text: str) -> None:
    """Pastes a text in the place of all that is there; at once, as the page may bring the field anew meanwhile."""
    await page.locator(".cm-content").evaluate(
        """(field, text) => {
            field.focus();
            const selectAll = {key: "a", code: "KeyA", keyCode: 65, ctrlKey: true, bubbles: true, cancelable: true};
            field.dispatchEvent(new KeyboardEvent("keydown", selectAll));
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            const all = {bubbles: true, composed: true, cancelable: true};
            field.dispatchEvent(new ClipboardEvent("paste", {clipboardData, ...all}));
        }""",
        text,
    )


def said(page: Page) -> Any:
    return page.locator("[data-said]")


async def test_it_completes_marks_and_saves(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await reader(rows.people.ann)
    page = await editor_of(ann, rows.path("bots", rows.bot.public_id, "edit"))
    await write(page, 'title: x\nsteps:\n  - {type: navigate, url: "https://shop.example/"}\n')
    await page.keyboard.type("  - typ")
    await page.locator(".cm-completionLabel", has_text="type").click()
    await page.keyboard.type("cli")
    await expect(page.locator(".cm-completionInfo")).to_have_text("Clicks an element as soon as it can be clicked.")
    await page.locator(".cm-completionLabel").first.click()
    await expect(page.locator(".cm-activeLine .cm-lintRange-error")).not_to_have_count(0)
    assert "".join(await page.locator(".cm-activeLine .cm-lintRange-error").all_inner_texts()) == "type: click"
    await expect(said(page)).to_contain_text("1 problem. Step 2, selectors: This is missing.")
    await page.keyboard.press("Enter")
    await page.keyboard.type('selectors: "#pay"')
    await expect(said(page)).to_have_text("2 steps, asks for no values.")
    await page.get_by_role("button", name="As JSON").click()
    await expect(page.locator(".cm-content")).to_contain_text('{"type": "click", "selectors": "#pay"}')
    await page.get_by_label("What have you changed?").fill("Pays now")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Version 2 is saved.")).to_be_visible()
    version = await facts(lambda: rows.bot.versions.get(number=2))
    assert (version.author, version.note) == ("Ann", "Pays now")
    assert json.loads(version.source)["steps"][1] == {"type": "click", "selectors": "#pay"}


async def test_the_keyboard_gets_in_and_out(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await reader(rows.people.ann)
    page = await editor_of(ann, rows.path("bots", rows.bot.public_id, "edit"))
    await page.get_by_text("Script", exact=True).last.click()
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "editor-field"
    await page.keyboard.press("Escape")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") != "editor-field"


async def test_a_megabyte_is_pasted_and_checked_while_typing_goes_on(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await reader(rows.people.ann)
    page = await editor_of(ann, rows.path("bots", rows.bot.public_id, "edit"))
    steps: list[dict[str, Any]] = [{"type": "change", "selectors": "#a", "value": "v" * 420}] * 1_990
    text = json.dumps({"title": "Big", "steps": [*steps, {"type": "clik"}]})
    assert 900_000 < len(text) < 1_000_000
    await write(page, text)
    await expect(said(page)).to_contain_text("1 problem. Step 1991, type: There is no step type “clik”.")
    await page.get_by_role("button", name="Next problem").click()
    await expect(page.locator(".cm-lintRange-error").first).to_contain_text("clik")
    await page.get_by_role("button", name="Tidy up").click()
    await expect(page.locator(".cm-line").nth(3)).to_have_text("    {")
    await write(page, text + " " * 100_000)
    await page.get_by_role("button", name="Save").click()
    await expect(said(page)).to_contain_text("at most 1,000,000 fit")
    assert page.url.endswith("/edit/")


async def drop(page: Page, name: str, text: str) -> None:
    """A file that is let go over the editor."""
    await page.evaluate(
        """([name, text]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], name, {type: "application/json"}));
            const target = document.querySelector(".editor-field");
            target.dispatchEvent(new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true}));
        }""",
        [name, text],
    )


async def test_a_recording_is_looked_over_before_it_is_a_script(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await reader(rows.people.ann)
    page = await editor_of(ann, rows.path("bots", "new"))
    recording = json.loads((RECORDINGS / "checkout.json").read_text())
    password = {"type": "change", "selectors": [["aria/Your PIN"], ["#pin"]], "value": "4711"}
    recording["steps"].append(password)
    await drop(page, "checkout.json", json.dumps(recording))
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("listitem")).to_have_count(len(recording["steps"]))
    number = len(recording["steps"])
    await expect(dialog.get_by_label(f"Its name, step {number}")).to_have_value("your_pin")
    assert await ann.wrongs() == []
    await expect(dialog.get_by_label(f"What was typed in step {number}")).to_have_value("secret")
    await dialog.get_by_label(f"Its name, step {number}").fill("no name")
    await dialog.get_by_role("button", name="Put it into the editor").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("“no name” cannot be a name")
    await dialog.get_by_label(f"Its name, step {number}").fill("pin")
    await dialog.get_by_role("button", name="Put it into the editor").click()
    await expect(dialog).to_be_hidden()
    await expect(said(page)).to_have_text(f"{number} steps, asks for no values.")
    await expect(page.get_by_label("Name")).to_have_value(recording["title"])
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("is saved. Try it out with Run.")).to_be_visible()
    bot = await facts(Bot.objects.get, name=recording["title"])
    assert "4711" not in bot.source
    assert json.loads(bot.source)["steps"][-1]["value"] == "{{secrets.pin}}"
    assert await facts(lambda: Secret.objects.get(workspace=rows.people.workspace, name="pin").value) == "4711"
    assert await facts(bot.versions.count) == 1


async def test_two_people_who_edit_one_bot_lose_nothing(rows: Rows, reader: SITTING_DOWN) -> None:
    """In a narrow window, with the comparison in one column."""
    ann = await reader(rows.people.ann, {"viewport": PHONE["viewport"]})
    source = 'title: x\nsteps:\n  - {type: navigate, url: "https://shop.example/"}\n  - {type: close}\n'
    bot = await facts(lambda: Bot.objects.create(workspace=rows.people.workspace, name="Shared", source=source))
    page = await editor_of(ann, rows.path("bots", bot.public_id, "edit"))
    bob = Person.member(rows.people.bob)
    await facts(lambda: bot.write(bob, source.replace("title: x", "title: theirs"), 1, "A title"))
    await write(page, source.replace("{type: close}", "{type: screenshot}"))
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("Bob was faster.")
    await expect(page.locator(".compared del")).not_to_have_count(0)
    assert await ann.wrongs() == []
    await page.get_by_role("button", name="Merge both").click()
    await expect(page.get_by_role("alert")).to_contain_text("do not touch each other")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Version 3 is saved.")).to_be_visible()
    merged = await facts(lambda: bot.versions.get(number=3).source)
    assert merged == source.replace("title: x", "title: theirs").replace("{type: close}", "{type: screenshot}")


async def test_a_trials_script_is_written_in_the_same_editor(rows: Rows, reader: SITTING_DOWN) -> None:
    """Its part of the page comes later, and again where what was sent is refused: nothing that was written is lost."""
    ann = await reader(rows.people.ann)
    page = await editor_of(ann, rows.path("executions", rows.trial.public_id))
    await write(page, json.dumps({"title": "Pay", "steps": [{"type": "clik"}]}))
    await expect(said(page)).to_contain_text("1 problem. Step 1, type: There is no step type “clik”.")
    await page.get_by_role("button", name="Save to the bot").click()
    await expect(page.get_by_role("alert")).to_contain_text("The script has 1 problem.")
    await expect(page.locator(".cm-content")).to_contain_text("clik")
    await expect(page.locator(".editor-field")).to_have_count(1)
    await write(page, json.dumps(SCRIPT))
    await page.get_by_role("button", name="Save to the bot").click()
    await expect(page.get_by_text("saved as the bot's newest version")).to_be_visible()
    await facts(rows.bot.refresh_from_db)
    assert json.loads(rows.bot.source) == SCRIPT


async def test_without_scripts_there_is_a_plain_field(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await reader(rows.people.ann)
    await ann.page.route("**/editor/page*.js", lambda route: route.abort())
    page = await ann.reads(rows.path("bots", rows.bot.public_id, "edit"))
    await page.locator("textarea[name=source]").fill(json.dumps(SCRIPT))
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Version 2 is saved.")).to_be_visible()
    ann.complaints.clear()


PLACES: list[tuple[str, list[object], str, bool]] = [
    ('{"ti', [], "ti", True),
    ('{"title": "x", "steps": [{"type": "click", "sel', ["steps", 0], "sel", True),
    ('{"steps": [{"type": "click"}, {"type": "cl', ["steps", 1], "cl", False),
    ('{"steps": [{"type": "requestHuman", "fields": [{"name": "a"}, {"ty', ["steps", 0, "fields", 1], "ty", True),
    ('{"steps": [{"type": "requestHuman", "resumeWhen": {"', ["steps", 0, "resumeWhen"], "", True),
    ("ti", [], "ti", True),
    ("title: x\nsteps:\n  - type: cl", ["steps", 0], "cl", False),
    ("title: x\nsteps:\n- type: click\n- type: change\n  sel", ["steps", 1], "sel", True),
    ("steps:\n  - {type: click}\n  - {type: cl", ["steps", 1], "cl", False),
    ("steps:\n  - type: requestHuman\n    fields:\n      - name: a\n        ty", ["steps", 0, "fields", 0], "ty", True),
    (
        "steps:\n  - type: requestHuman\n    # why\n\n    resumeWhen:\n      vis",
        ["steps", 0, "resumeWhen"],
        "vis",
        True,
    ),
    ("steps:\n  - type: requestHuman\n    resumeWhen: {vis", ["steps", 0, "resumeWhen"], "vis", True),
    ("steps:\n  - type: change\n    selectors:\n      - [aria/X]\n    val", ["steps", 0], "val", True),
]


async def test_it_knows_where_the_cursor_stands_in_broken_off_text(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await reader(rows.people.ann)
    page = await editor_of(ann, rows.path("bots", "new"))
    places = await page.evaluate(
        """async (texts) => {
            const page = document.querySelector("script[src*='editor/page']").src;
            const {placeAt} = await import(page.replace(/page[^/]*$/, "place.js"));
            return texts.map((text) => placeAt(text));
        }""",
        [text for text, *_ in PLACES],
    )
    found = [(place["path"], place["word"], place["isName"]) for place in places]
    assert found == [(path, word, is_name) for _, path, word, is_name in PLACES]


async def test_what_was_written_survives_a_session_that_has_ended(rows: Rows, reader: SITTING_DOWN) -> None:
    ann = await reader(rows.people.ann)
    page = await editor_of(ann, rows.path("bots", "new"))
    await write(page, "title: Kept\nsteps:\n  - {type: close}\n")
    await page.get_by_label("Name").fill("Kept")
    await page.get_by_label("Human Intervention Mode").uncheck()
    await facts(Session.objects.all().delete)
    await page.get_by_role("button", name="Save").click()
    await page.get_by_label("E-mail").fill(rows.people.ann.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_text("What you had written is here again")).to_be_visible()
    await expect(page.get_by_label("Human Intervention Mode")).not_to_be_checked()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Kept is saved.")).to_be_visible()
    assert await facts(lambda: Bot.objects.get(name="Kept").source) == "title: Kept\nsteps:\n  - {type: close}\n"
