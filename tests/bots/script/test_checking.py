"""What an editor is told: every problem at its place, in JSON and YAML, however long the script is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bots.script import as_json, as_yaml, checked


def marked(text: str) -> list[tuple[str, str]]:
    """(what is marked, the beginning of the sentence)."""
    units = text.encode("utf-16-le")  # as a browser counts
    return [
        (units[2 * p["from"] : 2 * p["to"]].decode("utf-16-le"), p["message"].split(":")[0])
        for p in checked(text)["problems"]
    ]


def test_it_marks_the_field_in_yaml() -> None:
    text = 'title: x\nsteps:\n  - {type: clik, selectors: "#a"}\n  - type: change\n    selectors: ["aria/ß𝔘", "#b["]\n'
    assert marked(text) == [
        ("type: clik", "Step 1, type"),
        ('"#b["', "Step 2, selectors[1]"),
        ("type: change", "Step 2, value"),
    ]


def test_it_marks_the_field_in_json() -> None:
    text = """\ufeff{"title":"𝔘",
\t"steps":[{"type":"click","selectors":["#b[", "𝔘"]},
 {"type":"click",\n"selectrs":"#a"}, 3]}"""
    assert marked(text) == [
        ('"#b["', "Step 1, selectors[0]"),
        ('{"type":"click",', "Step 2, selectors"),
        ("3", "Step 3"),
    ]


def test_it_marks_what_stands_inside() -> None:
    step = {"type": "requestHuman", "title": "Look", "fields": [{"name": "a"}, {"name": "b", "type": "choice"}]}
    for text in (as_json({"title": "", "steps": [step]}), as_yaml({"title": "", "steps": [step]})):
        (one,) = marked(text)
        assert one[0].lstrip("{- ").strip('"').startswith("name")
        assert one[1] == "Step 1, fields[1].choices"


@pytest.mark.parametrize(
    ("text", "spot"),
    [
        ('{"title": "x" "steps": []}', '"'),
        ("steps: [\n", "s"),
        ("a: *b", "*"),
        ("title: x\nsteps:\n\t- a", "\t"),
        ("", ""),
        ("[]", "[]"),
    ],
)
def test_it_marks_where_the_text_breaks_off(text: str, spot: str) -> None:
    ((found, _),) = marked(text)
    assert found == spot or spot in found


def test_it_says_what_a_good_script_uses() -> None:
    script = {
        "title": "T",
        "steps": [{"type": "change", "selectors": "#a", "value": "{{city}} {{secrets.pin}} {{a b}}"}],
    }
    told = checked(json.dumps(script))
    assert (told["title"], told["steps"], told["variables"], told["secrets"]) == ("T", 1, ["city"], ["pin"])
    (note,) = told["problems"]
    assert note["severity"] == "info"
    assert "“{{a b}}” is not a variable" in note["message"]


def test_a_megabyte_is_marked_to_its_end() -> None:
    steps: list[dict[str, Any]] = [{"type": "change", "selectors": "#a", "value": "v" * 440}] * 1_998
    script = {"title": "x", "steps": [*steps, {"type": "clik"}]}
    text = json.dumps(script)
    assert 980_000 < len(text) < 1_000_000
    assert marked(text) == [('"type": "clik"', "Step 1999, type")]


@pytest.mark.security
@pytest.mark.parametrize(
    ("url", "is_open"),
    [
        ("{{shop}}", True),
        ("https://{{shop}}/login", True),
        ("https://{{shop}}.example/", True),
        ("https://shop.example/{{page}}", False),
        ("https://shop.example?q={{word}}", False),
    ],
)
def test_it_notes_a_site_that_a_variable_chooses_for_secrets(url: str, is_open: bool) -> None:
    steps = [
        {"type": "navigate", "url": url},
        {"type": "change", "selectors": ["#pin"], "value": "{{secrets.pin}}"},
    ]
    said = checked(as_json({"title": "x", "steps": steps}))["problems"]
    assert [(p["severity"], p["message"][:44]) for p in said] == (
        [("info", "Step 1, url: Whoever gives this variable its")] if is_open else []
    )
    assert checked(as_json({"title": "x", "steps": steps[:1]}))["problems"] == []
