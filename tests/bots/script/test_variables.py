"""{{name}} becomes its value and nothing else; nothing is ever evaluated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.script import (
    Script,
    ScriptError,
    asked_for,
    export,
    load,
    missing_from,
    names_used,
    parse,
    secrets_of,
    variables,
    variables_of,
    with_defaults,
)
from bots.script.problems import Wrong
from bots.script.schema import Change, Step
from bots.script.selectors import question, xpath_literal
from bots.script.variables import Missing, filled, texts_of
from tests.bots.script import every_step

EVIL = [
    "{{7*7}}",
    "${7*7}",
    "{0.__class__}",
    "`id`",
    "$(touch /tmp/hitl-pwn)",
    "%s %(a)s",
    "{% if 1 %}",
    "<%= 7*7 %>",
    "#{7*7}",
]
# Fields whose text is free; selectors and addresses have a grammar, which the tests below them look at.
FREE = {
    "change": ["value"],
    "requestHuman": ["title", "instructions"],
    "assert": ["text", "url", "title"],
    "upload": ["files"],
    "waitForDownload": ["file"],
    "extract": ["attribute"],
    "waitForExpression": ["expression"],
    "customStep": ["name", "parameters"],
    "waitForElement": ["attributes", "properties"],
}


def step_with(kind: str, **fields: Any) -> Step:
    example = next(step for step in every_step.STEPS if step["type"] == kind)
    return load(every_step.flow(example | fields)).steps[0]


def shaped(field: str, text: str) -> Any:
    """The text in the shape that the field takes."""
    return {"files": [text], "parameters": {"deep": [text]}, "attributes": {"a": text}, "properties": {"a": text}}.get(
        field, text
    )


@pytest.mark.security
@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind, fields in FREE.items() for field in fields])
@given(evil=st.sampled_from(EVIL), around=st.text(st.characters(categories=["L", "N", "P"]), max_size=8))
def test_t1_it_echoes_what_looks_like_code(kind: str, field: str, evil: str, around: str) -> None:
    text = f"x{around.replace('{', '').replace('}', '')}{evil}"
    step = step_with(kind, **{field: shaped(field, text)})
    assert filled(step, {"a": "49"}) == step
    assert text in [value for _, value in texts_of(step)]
    script = load(every_step.flow(step.dump()))
    assert load(export(script)) == script
    assert not Path("/tmp/hitl-pwn").exists()


@pytest.mark.security
@pytest.mark.parametrize("evil", [*EVIL, "{{again}}", "{{secrets.key}}", "{{human.code}}"])
def test_t1_it_does_not_look_into_a_value(evil: str) -> None:
    values = {"a": evil, "again": "nested", "secrets.key": "s3cret", "human.code": "1"}
    step = filled(step_with("change", value="<{{a}}>"), values)
    assert step.dump()["value"] == f"<{evil}>"


@pytest.mark.security
@given(value=st.text(max_size=40))
def test_t1_a_value_stays_one_string_of_javascript(value: str) -> None:
    """What stands in quotes reads back as the value, whatever it holds; JSON's strings are JavaScript's."""
    step = filled(step_with("waitForExpression", expression='document.title === "{{a}}"'), {"a": value})
    literal = step.dump()["expression"].removeprefix("document.title === ")
    assert json.loads(literal).encode("utf-16", "surrogatepass") == value.encode("utf-16", "surrogatepass")


@pytest.mark.security
@given(value=st.text(max_size=40))
def test_t1_a_value_stays_one_word_of_css(value: str) -> None:
    step = filled(step_with("hover", selectors=['a[href="{{a}}"] > b']), {"a": value})
    css = step.dump()["selectors"][0][0].removeprefix('a[href="').removesuffix('"] > b')
    assert not set(css.replace("\\", "")) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_ ")


@pytest.mark.security
@given(value=st.text(max_size=40))
def test_t1_a_value_stays_a_name_in_aria_and_text(value: str) -> None:
    step = filled(step_with("hover", selectors=[["aria/Open {{a}}"], ["text/Open {{a}}"]]), {"a": value})
    aria, text = json.loads(question(step.selectors).removeprefix("hitl="))["ways"]  # type: ignore[attr-defined]
    assert aria == [{"how": "aria", "what": f"Open {value}".strip(), "role": ""}]
    assert text == [{"how": "text", "what": f"Open {value}"}]


@pytest.mark.parametrize(
    ("selector", "value", "expected"),
    [
        ("xpath///a[.='{{a}}']", "plain", 'xpath///a[.="plain"]'),
        ("xpath///a[.='{{a}}']", "it's", 'xpath///a[.="it\'s"]'),
        ("xpath///a[.='{{a}}']", 'a "b"', "xpath///a[.='a \"b\"']"),
        ("xpath///a[.='{{a}}']", "'\"", 'xpath///a[.=concat("\'", \'"\', "")]'),
        ("xpath///tr[{{a}}]", "3", "xpath///tr[3]"),
    ],
)
def test_it_writes_a_value_as_xpath_can_say_it(selector: str, value: str, expected: str) -> None:
    assert filled(step_with("hover", selectors=[selector]), {"a": value}).dump()["selectors"] == [[expected]]


@pytest.mark.security
@pytest.mark.parametrize("value", ["1] | //b[1", "position()", "a b", ""])
def test_t1_a_value_cannot_become_xpath(value: str) -> None:
    with pytest.raises(Wrong, match="stands outside of quotes in an XPath"):
        filled(step_with("hover", selectors=["xpath///tr[{{a}}]"]), {"a": value})


@given(text=st.text(alphabet="a'\" ", max_size=10))
def test_it_finds_an_xpath_literal_for_any_text(text: str) -> None:
    literal = xpath_literal(text)
    pieces = (
        literal.removeprefix("concat(").removesuffix(")").split(", ") if literal.startswith("concat") else [literal]
    )
    assert "".join(piece[1:-1] for piece in pieces) == text


@pytest.mark.parametrize(
    ("url", "value", "expected"),
    [
        ("{{a}}", "https://example.com/?x=1&y=2", "https://example.com/?x=1&y=2"),
        ("https://example.com/?q={{a}}", "a b&c=d#e", "https://example.com/?q=a%20b%26c%3Dd%23e"),
        ("https://example.com/{{a}}", "x/y?z", "https://example.com/x/y%3Fz"),
    ],
)
def test_it_keeps_a_value_in_its_part_of_an_address(url: str, value: str, expected: str) -> None:
    assert filled(step_with("navigate", url=url), {"a": value}).dump()["url"] == expected


@pytest.mark.parametrize(
    ("value", "text"), [("x", "x"), (True, "true"), (False, "false"), (None, ""), (12.5, "12.5"), (["a", "b"], "a\nb")]
)
def test_it_writes_answers_and_outputs_as_text(value: object, text: str) -> None:
    assert filled(step_with("change", value="{{ a }}"), {"a": value}).dump()["value"] == text


def test_it_says_which_value_is_missing() -> None:
    with pytest.raises(Missing) as caught:
        filled(step_with("change", value="{{a}}{{b}}"), {"a": 1})
    assert (caught.value.field, caught.value.name) == ("value", "b")


def test_t11_values_that_would_fill_a_workers_memory_are_refused() -> None:
    """What a page had to say, many thousand times: gigabytes, in a process that drives others' bots too."""
    step = load({"steps": [{"type": "change", "selectors": "#a", "value": "{{page}}" * 30}]}).steps[0]
    with pytest.raises(Wrong, match="more than 1,000,000 characters together"):
        filled(step, {"page": "x" * 1_000_000})


def test_t11_all_fields_of_a_step_share_that_room() -> None:
    selectors = [["#{{page}}"]] * 6
    step = load({"steps": [{"type": "change", "selectors": selectors, "value": "{{page}}"}]}).steps[0]
    with pytest.raises(Wrong, match="together"):
        filled(step, {"page": "x" * 150_000})


def test_the_longest_output_may_stand_in_a_step() -> None:
    step = load({"steps": [{"type": "change", "selectors": "#a", "value": "{{page}}"}]}).steps[0]
    assert isinstance(step, Change)
    assert filled(step, {"page": "x" * 1_000_000}).value == "x" * 100_000  # which is as much as a field takes


def test_t11_what_a_script_of_very_many_variables_lacks_is_found_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by looking through the whole script for each of them: a start took hours."""
    value = "".join(f"{{{{v{number}}}}}" for number in range(100))
    script = load({"steps": [{"type": "change", "selectors": "#a", "value": value}]})
    looked, names = [], variables.names_used
    monkeypatch.setattr(variables, "names_used", lambda script: looked.append(script) or names(script))
    assert len(missing_from(script, {"v0": "there"})) == 99
    assert len(looked) < 5


def test_it_knows_what_a_script_needs() -> None:
    ask = {"type": "requestHuman", "title": "For {{city}}", "fields": [{"name": "code", "label": "{{customer}}"}]}
    read = {"type": "extract", "selectors": "#a", "name": "total"}
    fill = {"type": "change", "selectors": "#{{id}}", "value": "{{human.code}}{{secrets.pin}}{{total}}{{city}}"}
    script = parse(json.dumps(every_step.flow(ask, read, fill)))
    assert names_used(script) == ["city", "customer", "id", "human.code", "secrets.pin", "total"]
    assert variables_of(script) == ["city", "customer", "id"]
    assert secrets_of(script) == ["pin"]


@pytest.mark.security
def test_t22_a_value_cannot_break_a_line_that_is_one() -> None:
    step = filled(step_with("requestHuman", title="Pay {{a}}"), {"a": "1\r\nBcc: x@example.com\u202e" + "y" * 300})
    assert step.label.startswith("Pay 1 Bcc: x@example.com y")
    assert len(step.label) == 200


def described(**declared: object) -> Script:
    step = {"type": "change", "selectors": "#a", "value": "{{city}} {{street}}"}
    return load({"title": "T", "variables": [{"name": "city", **declared}], "steps": [step]})


def test_a_script_may_say_how_its_variables_are_asked_for() -> None:
    script = described(label="City", help="Where it is.", default="Oslo", multiline=True)
    city, street = asked_for(script)
    assert (city.label, city.help, city.default, city.multiline) == ("City", "Where it is.", "Oslo", True)
    assert (street.name, street.label) == ("street", "")
    assert with_defaults(script, {"street": "1"}) == {"city": "Oslo", "street": "1"}
    assert missing_from(script, {}) == ["street"]
    assert missing_from(script, {"street": ""}) == []


def test_a_description_of_nothing_is_noted() -> None:
    script = load({"title": "T", "variables": [{"name": "cty"}], "steps": [{"type": "close"}]})
    assert script.notes == ("variables: No step uses {{cty}}; nobody is asked for it.",)


def test_descriptions_come_back_from_chrome() -> None:
    script = described(default="Oslo")
    assert load(export(script)) == script


@pytest.mark.parametrize("twice", [[{"name": "a"}, {"name": "a"}], [{"name": "human"}], [{"label": "x"}], 3])
def test_bad_descriptions_are_refused(twice: object) -> None:
    with pytest.raises(ScriptError, match="variables"):
        load({"title": "T", "variables": twice, "steps": [{"type": "close"}]})
