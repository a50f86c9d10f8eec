"""T1 in a real page: what looks like code is typed, looked for and read as the text that it is."""

from __future__ import annotations

import pytest

from bots.script import Stage, load, play
from tests.bots.script.conftest import Play
from tests.bots.script.test_variables import EVIL

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.security]
ADD = """(text) => {
  const button = document.createElement("button");
  button.textContent = button.title = text;
  document.body.append(button);
}"""
TEXTS = [
    *EVIL,
    "'); alert(1); ('",
    '"] , body > * , [a="',
    "${alert(1)}",
    "</script><script>alert(1)</script>",
    ">> nth=0",
    "\\",
    'it\'s "both"',
]


async def test_t1_it_types_it_literally(do: Play, stage: Stage) -> None:
    await do("waitForElement", "controls.html", selectors="#text")
    for text in TEXTS:
        await do("change", selectors="#text", value=text)
        assert await stage.page.input_value("#text") == text


@pytest.mark.parametrize(
    "selector",
    [
        "text/{{evil}}",
        "aria/{{evil}}",
        'button[title="{{evil}}"]',
        "xpath///button[@title='{{evil}}']",
        "pierce/button[title='{{evil}}']",
    ],
)
async def test_t1_a_value_finds_the_element_that_says_just_that(stage: Stage, site: str, selector: str) -> None:
    await stage.page.goto(f"{site}/plain.html")
    step = {"type": "extract", "selectors": [selector], "name": "found", "attribute": "title"}
    script = load({"title": "", "steps": [step]})
    for text in TEXTS:
        await stage.page.evaluate(ADD, text)
        stage.variables = {"evil": text}
        outcome = await play(script.steps[0], stage)
        assert outcome.output == {"found": text}


async def test_t1_a_value_in_an_expression_is_a_string(stage: Stage, site: str) -> None:
    await stage.page.goto(f"{site}/plain.html")
    script = load({"title": "", "steps": [{"type": "waitForExpression", "expression": "given === '{{evil}}'"}]})
    for text in TEXTS:
        await stage.page.evaluate("(text) => { window.given = text; }", text)
        stage.variables = {"evil": text}
        await play(script.steps[0], stage)
