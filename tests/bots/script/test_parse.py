# ruff: noqa: E501 - tables of sentences
"""What a script may be, and every sentence by which it is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bots.script import Script, ScriptError, load, parse
from bots.script.flow import STEPS
from bots.script.ours import RequestHuman
from bots.script.schema import Change, Click
from tests.bots.script import every_step

CLICK = {"type": "click", "selectors": ["#a"]}
ASK = {"type": "requestHuman", "title": "Code, please"}


def flow(*steps: dict[str, Any], **head: Any) -> str:
    return json.dumps({"title": "Flow", "steps": list(steps)} | head)


def refusal(text: str | bytes) -> list[str]:
    with pytest.raises(ScriptError) as caught:
        parse(text)
    return [str(problem) for problem in caught.value.problems]


def test_it_reads_a_step_into_its_class() -> None:
    script = parse(flow({"type": "change", "selectors": [["aria/Name"], "#name"], "value": "Ada", "timeout": 900}))
    step = Change(selectors=(("aria/Name",), ("#name",)), value="Ada", timeout=900)
    assert script == Script(title="Flow", steps=(step,))
    assert script.steps[0].number == 1


def test_it_reads_yaml_with_the_same_meaning() -> None:
    text = """
        title: Flow
        steps:
          - type: change
            selectors: [[aria/Name], "#name"]
            value: 2031-12-24
          - {type: change, selectors: "#zip", value: 01067}
          - {type: change, selectors: "#on", value: on}
          - type: requestHuman
            title: Look
            instructions: |
              Two lines
              of words
    """
    script = parse(text)
    assert [getattr(step, "value", None) for step in script.steps] == ["2031-12-24", "01067", "on", None]
    assert script.steps[3].instructions == "Two lines\nof words\n"  # type: ignore[attr-defined]


def test_it_reads_bytes_with_and_without_a_mark() -> None:
    assert parse(flow(CLICK).encode()) == parse("\ufeff" + flow(CLICK)) == parse(b"\xef\xbb\xbf" + flow(CLICK).encode())


def test_it_takes_a_single_selector_without_the_list() -> None:
    assert parse(flow({"type": "click", "selectors": "#a"})) == parse(flow(CLICK))


@pytest.mark.parametrize("number", [1, 2_000])
def test_it_takes_up_to_two_thousand_steps(number: int) -> None:
    assert len(parse(flow(*[CLICK] * number)).steps) == number


def test_it_counts_the_work_of_two_thousand_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time per step does not grow with their number: each step is read once, and no name is looked for twice."""
    reads: list[str] = []
    monkeypatch.setattr("bots.script.kinds.Part.read", lambda self, value: reads.append(value) or value)
    parse(flow(*[{"type": "click", "selectors": [["aria/A"], ["#a"], ["xpath///a"]]}] * 2_000))
    assert len(reads) == 6_000


WHOLE = [
    ("", "The script is empty. Write its steps as JSON or YAML, or paste a recording from Chrome."),
    ('{"title": "x",', "This is not JSON: Expecting property name enclosed in double quotes in line 1, column 15."),
    ("title: [x", "This is neither JSON nor YAML: did not find expected ',' or ']' in line 2, column 1."),
    ("- - title", 'A script is an object with "title" and "steps", not a list.'),
    ("just words", 'A script is an object with "title" and "steps", not text.'),
    ("[1]", 'A script is an object with "title" and "steps", not a list.'),
    (
        '{"title": "x", "title": "y", "steps": []}',
        "The name “title” stands twice in one object. Remove one of the two.",
    ),
    ("title: x\ntitle: y\nsteps: []", "The name “title” stands twice in one object. Remove one of the two."),
    # Each name with each other would be 10,000,000,000 comparisons.
    ("{" + "".join(f'"{n}":1,' for n in range(90_000)) + '"x":1,"x":1}', "The name “x” stands twice in one object."),
    ("a: &x [1]\nb: *x", "Aliases (& and *) are not possible in a script; line 1 has one. Write the part out."),
    ("1: x", "A name is text; “1” in line 1 is not. Put it in quotes."),
    ("a: !!python/object/apply:os.system [id]", "This is neither JSON nor YAML: could not determine a constructor for"),
    ('{"a": NaN}', "NaN is not a number that JSON knows."),
    ('{"a": 1e999}', "The number “1e999” is too big."),
    ('{"a": ' + "9" * 50 + "}", "The number “"),
    ("[" * 100_000, "The script is nested more than 20 deep; no step needs that."),
    ("a: " + "[" * 5_000, "The script is nested more than 20 deep; no step needs that."),
    (b"\xff\xfe{", "The file is not UTF-8 text (byte 0). Save it as UTF-8."),
    ("x" * 1_000_001, "The script has 1,000,001 bytes; at most 1,000,000 fit. Divide it into several bots"),
    ('{"title": "x"}', "steps: The script has no steps."),
    ('{"title": "x", "stepps": []}', "steps: The script has no steps. “stepps” is there instead."),
    ('{"title": "x", "steps": {}}', "steps: The steps are a list, not an object."),
    ('{"title": "x", "steps": []}', "steps: The script has no steps yet. Add at least one."),
    (flow(*[CLICK] * 2_001), "steps: The script has 2,001 steps; at most 2,000 fit. Divide it into several bots."),
    (flow(CLICK, title=7), 'title: This should be text, not a number. Put it in quotes: "7".'),
    (flow(CLICK, title="a\nb"), "title: This must be one line, without line breaks or control characters."),
    (flow(CLICK, timeout="5s"), "timeout: This should be a number, not text."),
]


@pytest.mark.parametrize(("text", "sentence"), WHOLE, ids=range(len(WHOLE)))
def test_it_refuses_what_is_no_script(text: str | bytes, sentence: str) -> None:
    assert refusal(text)[0].startswith(sentence)


STEP = [
    ("x", 'Step 1: A step is an object with a "type", not text.'),
    ({"typ": "click"}, 'Step 1, type: Each step has a "type", such as click or navigate. “typ” is there instead.'),
    ({"type": "clik"}, "Step 1, type: There is no step type “clik”. Did you mean “click”?"),
    ({"type": "frobnicate"}, "Step 1, type: There is no step type “frobnicate”. Known are setViewport, navigate,"),
    ({"type": "goto"}, "Step 1, type: There is no step type “goto”. Here it is called “navigate”."),
    ({"type": "waitForSelector"}, "Step 1, type: There is no step type “waitForSelector”. Here it is called “waitForElement”."),
    ({"type": "requestHumans"}, "Step 1, type: There is no step type “requestHumans”. Did you mean “requestHuman”?"),
    ({"type": "click"}, "Step 1, selectors: This is missing. Every click step needs it."),
    ({"type": "click", "selector": "#a"}, "Step 1, selectors: This is missing. Every click step needs it. “selector” is there"),
    (CLICK | {"selectors": []}, "Step 1, selectors: This list is empty. It needs at least one entry."),
    (CLICK | {"selectors": 7}, "Step 1, selectors: This should be a list, not a number. Write it in brackets: […]."),
    (CLICK | {"selectors": [7]}, "Step 1, selectors[0]: A selector is text, or a list of texts, not a number."),
    (CLICK | {"selectors": [[]]}, "Step 1, selectors[0]: This list is empty. It needs at least one entry."),
    (CLICK | {"selectors": [["a", 7]]}, "Step 1, selectors[0][1]: This should be text, not a number."),
    (CLICK | {"selectors": "#a["}, "Step 1, selectors[0]: “[” is not closed in “#a[”."),
    (CLICK | {"selectors": "#a)"}, "Step 1, selectors[0]: “)” closes nothing in “#a)”."),
    (CLICK | {"selectors": "a[b='c]"}, "Step 1, selectors[0]: A quote is not closed: ' is alone in"),
    (CLICK | {"selectors": " "}, "Step 1, selectors[0]: The selector is empty. Write what to look for."),
    (CLICK | {"selectors": "aria/"}, "Step 1, selectors[0]: The selector is empty. Write what to look for: aria/Sign in."),
    (CLICK | {"selectors": "//div"}, "Step 1, selectors[0]: “//div” looks like XPath. Put xpath/ in front: xpath///div"),
    (CLICK | {"selectors": "arai/Save"}, "Step 1, selectors[0]: “arai/” is no way to look for an element."),
    (CLICK | {"selectors": "a >>> b"}, "Step 1, selectors[0]: “>>” is not CSS."),
    (CLICK | {"selectors": "> a"}, "Step 1, selectors[0]: “> a” is not a CSS selector: it begins or ends with"),
    (CLICK | {"selectors": "#1a"}, "Step 1, selectors[0]: “#1a” is not a CSS selector: a name after # or . begins"),
    (CLICK | {"selectors": 'aria/A[rolle="x"]'}, "Step 1, selectors[0]: An aria/ selector has a name and [role="),
    (CLICK | {"selectors": "xpath///a[b"}, "Step 1, selectors[0]: “[” is not closed in “//a[b”."),
    (CLICK | {"selectors": "xpath//a"}, "Step 1, selectors[0]: xpath//a looks at the page's root alone. For an element anywhere in it write xpath///a"),
    (CLICK | {"selectors": [["a"] * 21]}, "Step 1, selectors[0]: This list has 21 entries; at most 20 fit."),
    (CLICK | {"button": "left"}, "Step 1, button: “left” is not possible here. Write primary, secondary, auxiliary, back or"),
    (CLICK | {"offsetX": "3"}, "Step 1, offsetX: This should be a number, not text."),
    (CLICK | {"timeout": 0}, "Step 1, timeout: 0 is out of range. Write 1 to 600,000 milliseconds."),
    (CLICK | {"timeout": 1.5}, "Step 1, timeout: This should be a whole number, not 1.5."),
    (CLICK | {"timeout": True}, "Step 1, timeout: This should be a number, not true or false."),
    (CLICK | {"frame": "0"}, "Step 1, frame: This should be a list, not text. Write it in brackets: […]."),
    (CLICK | {"frame": [-1]}, "Step 1, frame[0]: -1 is out of range. Write 0 to 1,000."),
    (CLICK | {"assertedEvents": "x"}, "Step 1, assertedEvents: This should be a list, not text."),
    (CLICK | {"assertedEvents": [7]}, 'Step 1, assertedEvents[0]: An event is an object with "type": "navigation".'),
    ({"type": "change", "selectors": "#a", "value": 7}, 'Step 1, value: This should be text, not a number. Put it in quotes: "7".'),
    ({"type": "change", "selectors": "#a", "value": "\0"}, "Step 1, value: This holds a character that cannot be stored"),
    ({"type": "change", "selectors": "#a", "value": "\ud800"}, "Step 1, value: This holds a character that cannot be stored"),
    ({"type": "navigate", "url": "example.com"}, "Step 1, url: “example.com” is not a full address. Begin it with https://"),
    ({"type": "navigate", "url": "https://evil.example\\@bank.example/"}, "Step 1, url: “https://evil.example\\@bank.example/” has a \\ in its host"),
    ({"type": "navigate", "url": "localhost:8000/x"}, "Step 1, url: “localhost:8000/x” is not a full address."),
    ({"type": "navigate", "url": "file:///etc/passwd"}, "Step 1, url: “file:///etc/passwd” cannot be opened: a bot goes to"),
    ({"type": "navigate", "url": "javascript:alert(1)"}, "Step 1, url: “javascript:alert(1)” cannot be opened"),
    ({"type": "navigate", "url": ""}, "Step 1, url: This is empty. Write some text."),
    ({"type": "keyDown", "key": "Entr"}, "Step 1, key: “Entr” is not a key. Write a name such as Enter, Tab, ArrowDown, or one"),
    ({"type": "setViewport", "width": 0, "height": 9}, "Step 1, width: 0 is out of range. Write 1 to 10,000 pixels."),
    ({"type": "waitForElement", "selectors": "a", "operator": ">"}, "Step 1, operator: “>” is not possible here. Write >=, == or"),
    ({"type": "waitForElement", "selectors": "a", "visible": "no"}, "Step 1, visible: This should be true or false, not “no”."),
    ({"type": "waitForElement", "selectors": "a", "attributes": {"a": 1}}, "Step 1, attributes.a: This should be text, not a"),
    ({"type": "waitForElement", "selectors": "a", "properties": []}, "Step 1, properties: This should be an object, not a list."),
    ({"type": "waitForExpression", "expression": " "}, "Step 1, expression: This is empty. Write some text."),
    ({"type": "emulateNetworkConditions", "download": -1, "upload": 1, "latency": 0}, "Step 1, download: -1 is out of range."),
    ({"type": "requestHuman"}, "Step 1, title: This is missing. Every requestHuman step needs it."),
    (ASK | {"title": "a\r\nBcc: x"}, "Step 1, title: This must be one line, without line breaks or control characters."),
    (ASK | {"titel": "x"}, "Step 1, titel: There is no such field here. Did you mean “title”?"),
    (ASK | {"kind": "captchas"}, "Step 1, kind: “captchas” is not possible here. Write captcha, otp, login, approval, review,"),
    (ASK | {"timeout": 999}, "Step 1, timeout: 999 is out of range. Write 1,000 to 604,800,000 milliseconds"),
    (ASK | {"onTimeout": "stop"}, "Step 1, onTimeout: “stop” is not possible here. Write fail or skip."),
    (ASK | {"resumeWhen": {}}, "Step 1, resumeWhen: This says nothing. Give url, visible or hidden."),
    (ASK | {"resumeWhen": {"shown": "#a"}}, "Step 1, resumeWhen.shown: There is no such field. Known are url, visible or hidden."),
    (ASK | {"resumeWhen": {"visible": "#a["}}, "Step 1, resumeWhen.visible: “[” is not closed in “#a[”."),
    (ASK | {"when": "//a"}, "Step 1, when[0]: “//a” looks like XPath."),
    (ASK | {"fields": [{}]}, "Step 1, fields[0].name: This is missing."),
    (ASK | {"fields": [{"name": "a b"}]}, "Step 1, fields[0].name: “a b” is not a name. Use letters, digits, _ and -"),
    (ASK | {"fields": [{"name": "a", "typ": "text"}]}, "Step 1, fields[0].typ: There is no such field."),
    (ASK | {"fields": [{"name": "a", "type": "choice"}]}, "Step 1, fields[0].choices: A choice needs at least two different"),
    (ASK | {"fields": [{"name": "a", "choices": ["b"]}]}, "Step 1, fields[0].choices: Only a field of type choice has choices"),
    (ASK | {"fields": [{"name": "a"}, {"name": "a"}]}, "Step 1, fields: Two fields have the name “a”. Give each its own."),
    ({"type": "extract", "selectors": "a", "name": "human"}, "Step 1, name: “human” is taken for {{human.…}}. Choose another"),
    ({"type": "assert"}, "Step 1, selectors: An assert checks something: give selectors, url or title."),
    ({"type": "assert", "url": "x", "text": "y"}, "Step 1, text: This says something about an element: give selectors as well."),
    ({"type": "upload", "selectors": "a", "files": []}, "Step 1, files: This list is empty. It needs at least one entry."),
    ({"type": "screenshot", "nam": "x"}, "Step 1, nam: There is no such field here. Did you mean “name”?"),
    ({"type": "customStep", "name": "extract", "parameters": {}}, "Step 1, selectors: This is missing. Every extract step needs it."),
    ({"type": "customStep", "name": "x", "parameters": [[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]}, "Step 1, parameters: This is nested"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "sentence"), STEP, ids=range(len(STEP)))
def test_it_refuses_a_step_and_says_what_would_be_right(step: Any, sentence: str) -> None:
    assert refusal(flow(step))[0].startswith(sentence)


NAMES = [
    ([{"type": "change", "selectors": "a", "value": "{{human.code}}"}], "Step 1, value: No earlier requestHuman has a field “code”."),
    (
        [ASK | {"fields": [{"name": "code"}]}, {"type": "change", "selectors": "a", "value": "{{human.cod}}"}],
        "Step 2, value: No earlier requestHuman has a field “cod”. Did you mean “code”?",
    ),
    (
        [{"type": "change", "selectors": "a", "value": "{{human.code}}"}, ASK | {"fields": [{"name": "code"}]}],
        "Step 1, value: {{human.code}} is asked for by a later step. Move that requestHuman before this step.",
    ),
    (
        [{"type": "navigate", "url": "{{link}}"}, {"type": "extract", "selectors": "a", "name": "link"}],
        "Step 1, url: {{link}} is read by step 2, which comes later. Move it before this one.",
    ),
    (
        [ASK | {"fields": [{"name": "code", "type": "secret"}]}, ASK | {"title": "Look {{human.code}}"}],
        "Step 2, title: {{human.code}} would be shown to whoever is asked. Secrets stand only in steps that the bot does",
    ),
    ([ASK | {"instructions": "Type {{secrets.pin}}"}], "Step 1, instructions: {{secrets.pin}} would be shown to whoever is"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "sentence"), NAMES, ids=range(len(NAMES)))
def test_it_refuses_variables_that_cannot_have_a_value(steps: list[dict[str, Any]], sentence: str) -> None:
    assert refusal(flow(*steps))[0].startswith(sentence)


def test_it_names_all_problems_at_once_in_the_order_of_the_steps() -> None:
    broken = [{"type": "clik"}, CLICK, CLICK | {"timeout": 0, "button": "x"}, {"type": "change", "selectors": "#a["}]
    assert [sentence.split(":")[0] for sentence in refusal(flow(*broken))] == [
        "Step 1, type",
        "Step 3, timeout",
        "Step 3, button",
        "Step 4, selectors[0]",
        "Step 4, value",
    ]


def test_it_names_two_hundred_problems_at_most() -> None:
    assert len(refusal(flow(*[{"type": "clik"}] * 2_000))) == 200


def test_it_names_twenty_strange_fields_of_a_step_at_most() -> None:
    strange = {f"strange{number}": 1 for number in range(5_000)}
    assert len(parse(flow(CLICK | strange)).notes) == 20
    assert len(refusal(flow(ASK | strange))) == 20


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(data=JSON)
def test_it_refuses_any_data_with_sentences_that_can_be_sent(data: Any) -> None:
    with pytest.raises(ScriptError) as caught:
        load(data)
    assert str(caught.value).encode()


@given(step=st.sampled_from(every_step.STEPS), value=JSON, data=st.data())
def test_it_reads_or_refuses_any_value_in_any_field(step: dict[str, Any], value: Any, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(list(step)))
    try:
        script = load(every_step.flow(step | {name: value}))
    except ScriptError as error:
        assert str(error).encode()  # noqa: PT017
    else:
        assert load(json.loads(json.dumps(script.dump()))) == script


@given(text=st.text(alphabet=st.sampled_from("{}[]:-,\"'&*!|>? \nab1"), max_size=60))
def test_it_reads_or_refuses_any_text(text: str) -> None:
    with pytest.raises(ScriptError) as caught:
        parse(text)
    assert str(caught.value).encode()


def test_it_leaves_out_what_a_newer_chrome_may_write_and_says_so() -> None:
    events = [{"type": "navigation", "url": "https://x", "since": 1}, {"type": "paint"}]
    script = parse(flow(CLICK | {"pressure": 1, "tiemout": 5, "assertedEvents": events}, version=2))
    assert script.notes == (
        "version: This field is not known and is left out.",
        "Step 1, pressure: This field is not known and is left out.",
        "Step 1, tiemout: This field is not known and is left out. Did you mean “timeout”?",
        "Step 1, assertedEvents: Only navigation is waited for; other events are left out.",
    )
    assert isinstance(script.steps[0], Click)
    assert len(script.steps[0].asserted_events) == 1


def test_it_notes_what_only_looks_like_a_variable() -> None:
    script = parse(flow({"type": "change", "selectors": "#a", "value": "{{7*7}}"}))
    expected = "Step 1, value: “{{7*7}}” is not a variable and stays as it is. Variables look like {{name}}."
    assert script.notes == (expected,)


def test_it_takes_null_for_absent() -> None:
    assert parse(flow(CLICK | {"timeout": None, "target": None})) == parse(flow(CLICK))


def test_it_knows_every_step_of_the_recorder_and_ours() -> None:
    recorder = (
        "setViewport navigate click doubleClick hover change keyDown keyUp scroll close waitForElement "
        "waitForExpression customStep emulateNetworkConditions"
    )
    assert [name for name, cls in STEPS.items() if not cls.ours] == recorder.split()
    assert [name for name, cls in STEPS.items() if cls.ours] == [
        "requestHuman",
        "extract",
        "screenshot",
        "assert",
        "upload",
        "waitForDownload",
    ]


def test_it_reads_its_own_dump() -> None:
    script = parse(flow(CLICK, ASK | {"fields": [{"name": "a"}], "resumeWhen": {"url": "/x"}}))
    assert load(script.dump()) == script
    assert parse(yaml.safe_dump(script.dump())) == script


def test_it_gives_the_runner_what_a_request_holds() -> None:
    fields = [
        {"name": "the_code", "type": "secret", "required": True},
        {"name": "ok", "type": "choice", "choices": ["y", "n"]},
    ]
    step = parse(flow(ASK | {"fields": fields, "resumeWhen": {"hidden": "#login"}, "kind": "otp"})).steps[0]
    assert isinstance(step, RequestHuman)
    assert step.fields_as_dicts() == [
        {"name": "the_code", "type": "secret", "label": "The code", "required": True, "choices": []},
        {"name": "ok", "type": "choice", "label": "Ok", "required": False, "choices": ["y", "n"]},
    ]
    assert (step.resume_when_as_dict(), step.on_timeout, step.label) == ({"hidden": "#login"}, "fail", "Code, please")
