"""What an editor is told: every problem at its place, in JSON and YAML, however long the script is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bots.script import as_json, as_yaml, checked, spots


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
    assert spot in found


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


@pytest.mark.security
@pytest.mark.parametrize(
    "value",
    ["{{}}" * 1_000, "{{human.nobody}}" * 1_000],
    ids=["notes", "problems"],
)
def test_t11_no_more_is_said_than_anybody_reads(value: str) -> None:
    """A quarter of a million sentences fit, and each was looked for in the text, and for each step of a recording."""
    steps = [{"type": "change", "selectors": "#a", "value": value}]
    assert len(checked(as_json({"title": "x", "steps": steps}))["problems"]) == 200


@pytest.mark.security
def test_t11_a_wrong_name_is_not_compared_with_very_many() -> None:
    fields = [[{"name": f"field_{step}_{field}"} for field in range(20)] for step in range(30)]
    asking = [{"type": "requestHuman", "title": "x", "fields": some} for some in fields]
    typing = {"type": "change", "selectors": "#a", "value": "{{human.field_1_x}}"}
    (few,) = checked(as_json({"title": "x", "steps": [*asking[:5], typing]}))["problems"]
    assert "Did you mean" in few["message"]
    (many,) = checked(as_json({"title": "x", "steps": [*asking, typing]}))["problems"]
    assert "Did you mean" not in many["message"]


@pytest.mark.security
def test_t11_places_in_yaml_are_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked, inside = [], spots._yaml_inside
    monkeypatch.setattr(spots, "_yaml_inside", lambda node: looked.append(node) or inside(node))
    steps = "".join(f"- {{type: change, selectors: '#a', value: '{{{{{number} }}}}'}}\n" for number in range(50))
    assert len(checked(f"steps:\n{steps}")["problems"]) == 50
    assert len(looked) == 2 + 50  # the whole, its steps, and each of those
