"""The preview of an imported recording."""

from __future__ import annotations

import json

import pytest

from bots.script import parse, preview
from bots.script.recorder import with_placeholders
from tests.bots.script import every_step


def is_marked(selector: object, value: str) -> bool:
    """Whether the preview takes it for a secret."""
    ask = {"type": "requestHuman", "title": "Who?", "fields": [{"name": "pass"}]}
    script = parse(json.dumps(every_step.flow(ask, {"type": "change", "selectors": [selector], "value": value})))
    return preview(script)[1].is_secret


@pytest.mark.parametrize(
    "selector",
    [
        "input[type=password]",
        "input[type='password']",
        ["aria/Password"],
        "#passwd",
        ["aria/PIN"],
        "#cvc",
        ["text/Passwort"],
    ],
)
def test_it_marks_passwords_that_were_typed(selector: object) -> None:
    assert is_marked(selector, "s3cret")


@pytest.mark.parametrize(
    ("selector", "value"),
    [
        ("#name", "Ada"),
        ("#shipping", "x"),
        ("#password", "{{secrets.bank}}"),
        ("#password", "{{ human.pass }}"),
        ("#password", ""),
    ],
)
def test_it_marks_nothing_else(selector: object, value: str) -> None:
    assert not is_marked(selector, value)


def test_it_says_what_each_step_became() -> None:
    steps = [
        {"type": "navigate", "url": "https://example.com/login?token=abc"},
        {"type": "change", "selectors": [["aria/Password"], ["#p"]], "value": "s3cret"},
        {"type": "click", "selectors": [["#go"], ["text/Sign in"]], "glow": 1},
        {"type": "keyDown", "key": "Enter"},
        {"type": "scroll", "y": 10},
    ]
    rows = preview(parse(json.dumps(every_step.flow(*steps))))
    assert [row.label for row in rows] == [
        "Go to https://example.com/login",
        "Fill in “Password”",
        "Click “Sign in”",
        "Press Enter",
        "Scroll the page",
    ]
    assert [len(row.notes) for row in rows] == [0, 1, 1, 0, 0]
    assert "Write {{secrets.NAME}} instead." in rows[1].notes[0]
    assert "s3cret" not in repr(rows)


def test_it_gives_every_step_a_label_of_one_short_line() -> None:
    labels = [step.label for step in parse(json.dumps(every_step.flow())).steps]
    assert all(label and len(label) <= 200 and "\n" not in label for label in labels)


def test_it_suggests_a_name_for_what_was_typed_and_puts_it_in_its_place() -> None:
    steps = [
        {"type": "change", "selectors": [["aria/Customer number"], ["#c"]], "value": "4711"},
        {"type": "change", "selectors": ["#user_pin"], "value": "1234"},
        {"type": "change", "selectors": [["xpath///*[1]"]], "value": "x"},
        {"type": "change", "selectors": ["#user_pin"], "value": "5678"},
        {"type": "change", "selectors": ["#user_pin"], "value": "1234"},
        {"type": "change", "selectors": ["#done"], "value": "{{done}}"},
        {"type": "click", "selectors": [["aria/Go", "#go"]]},
    ]
    data = every_step.flow(*steps)
    rows = preview(parse(json.dumps(data)))
    names = ["customer_number", "user_pin", "value", "user_pin_2", "user_pin", "", ""]
    assert [row.suggested for row in rows] == names
    assert [row.is_secret for row in rows] == [False, True, False, True, True, False, False]
    assert rows[-1].selector == "aria/Go › #go"
    replaced = with_placeholders(data, {2: "secrets.pin"})
    assert replaced["steps"][1]["value"] == "{{secrets.pin}}"
    assert replaced["steps"][0] == data["steps"][0]
    assert data["steps"][1]["value"] == "1234"
