"""waitForElement, waitForExpression, assert, extract, screenshot, customStep, in a real page."""

from __future__ import annotations

from typing import Any

import pytest

from bots.script import Stage, StepError
from bots.script.kinds import UNSTORABLE
from tests.bots.script.conftest import Play

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOLDS: list[dict[str, Any]] = [
    {"selectors": ".row"},
    {"selectors": ".row", "count": 3, "operator": "=="},
    {"selectors": ".row", "count": 2, "operator": "==", "visible": True},
    {"selectors": ".row", "count": 3, "operator": "<="},
    {"selectors": "#never", "visible": False},
    {"selectors": "#late", "visible": False},
    {"selectors": "#never", "count": 0, "operator": "=="},
    {"selectors": "#total", "attributes": {"title": "in euros"}},
    {"selectors": "#save", "properties": {"disabled": False, "style": {"width": ""}}},
    {"selectors": [["#never"], ["text/One"]]},
]
LATE = "did not come within 0.7 s."
HOLDS_NOT: list[tuple[dict[str, Any], str]] = [
    ({"selectors": "#never"}, f"At least 1 element {LATE} Nothing on the page matches."),
    ({"selectors": ".row", "count": 2, "operator": "<="}, f"At most 2 elements {LATE} 3 elements match."),
    ({"selectors": "#late", "visible": True}, f"At least 1 visible element {LATE} One element matches."),
    ({"selectors": "#total", "attributes": {"title": "yen"}}, "At least 1 element with the wanted attributes did not"),
    ({"selectors": "#save", "visible": False}, "The end of “at least 1 visible element” did not come"),
    ({"selectors": "#save", "properties": {"disabled": True}}, "At least 1 element with the wanted attributes did not"),
]


@pytest.mark.parametrize("condition", HOLDS, ids=str)
async def test_it_waits_for_elements(do: Play, condition: dict[str, Any]) -> None:
    await do("waitForElement", "controls.html", **condition)


@pytest.mark.parametrize(("condition", "sentence"), HOLDS_NOT, ids=str)
async def test_it_says_what_was_there_instead(do: Play, condition: dict[str, Any], sentence: str) -> None:
    with pytest.raises(StepError) as caught:
        await do("waitForElement", "controls.html", timeout=700, **condition)
    assert str(caught.value).startswith(sentence)


async def test_it_waits_for_what_comes_late(do: Play) -> None:
    await do("waitForElement", "controls.html#late", selectors="#late", visible=True)


@pytest.mark.parametrize(
    "expression",
    ["window.ready", "new Promise((done) => setTimeout(() => done(true), 200))", "ready && state.isConnected"],
)
async def test_it_waits_for_an_expression_in_the_page(do: Play, expression: str) -> None:
    await do("waitForExpression", "strict.html", expression=expression)


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("false", "The condition was not true within 0.7 s."),
        ("new Promise(() => {})", "The condition was not true within 0.7 s."),
        (
            "not.there",
            "The condition was not true within 0.7 s. In the page it says: “ReferenceError: not is not defined”.",
        ),
        ("1 +", "The condition was not true within 0.7 s. In the page it says: “SyntaxError:"),
    ],
)
async def test_it_says_when_an_expression_is_never_true(do: Play, expression: str, sentence: str) -> None:
    with pytest.raises(StepError) as caught:
        await do("waitForExpression", "controls.html", expression=expression, timeout=700)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    "claim",
    [
        {"selectors": "#total", "text": "1,249"},
        {"selectors": ".row", "count": 3},
        {"selectors": ".row", "count": 2, "visible": True},
        {"selectors": "#late", "visible": False},
        {"url": "/controls.html"},
        {"url": "http://*/controls.html"},
        {"title": "Contr"},
        {"title": "Controls", "url": "controls", "selectors": "h1", "text": "Controls"},
    ],
    ids=str,
)
async def test_it_asserts(do: Play, claim: dict[str, Any]) -> None:
    await do("assert", "controls.html", **claim)


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        (
            {"selectors": "#total", "text": "9.99"},
            f"At least 1 element with the text “9.99” {LATE} One element matches, with the text “1,249.00”.",
        ),
        ({"selectors": ".row", "count": 4}, "Exactly 4 elements did not come within 0.7 s. 3 elements match."),
        ({"url": "/account"}, "The page is not at “/account”; the bot waited 0.7 s. It is at “http://"),
        ({"title": "Account"}, "The page's title does not hold “Account”; the bot waited 0.7 s. It is “Controls”."),
    ],
)  # fmt: skip
async def test_it_says_what_an_assert_found_instead(do: Play, claim: dict[str, Any], sentence: str) -> None:
    with pytest.raises(StepError) as caught:
        await do("assert", "controls.html", timeout=700, **claim)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ({"selectors": [["aria/nothing"], ["#total"]]}, "1,249.00"),
        ({"selectors": "#total", "attribute": "title"}, "in euros"),
        ({"selectors": ".row", "all": True}, ["One", "Two", "Three"]),
        ({"selectors": ".row", "attribute": "data-kind", "all": True}, ["a", "b", ""]),
        ({"selectors": "#news", "attribute": "value"}, "weekly"),
    ],
    ids=str,
)
async def test_it_extracts(do: Play, stage: Stage, what: dict[str, Any], found: object) -> None:
    outcome = await do("extract", "controls.html", name="found", **what)
    assert outcome.output == {"found": found}
    assert stage.outputs == {"found": found}


async def test_it_extracts_what_was_filled_in(do: Play) -> None:
    await do("change", "controls.html", selectors="#city", value="rom")
    assert (await do("extract", selectors="#city", name="city")).output == {"city": "Rome"}


async def test_numbers_of_a_page_are_read_as_texts(do: Play, stage: Stage, site: str) -> None:
    await stage.page.goto(f"{site}/plain.html")
    await stage.page.evaluate("document.body.innerHTML = '<ol><li value=3>c</ol><progress value=0.5></progress>'")
    outcome = await do("extract", selectors="li, progress", attribute="value", all=True, name="found")
    assert outcome.output == {"found": ["3", "0.5"]}


async def test_an_output_has_an_end(do: Play, stage: Stage, site: str) -> None:
    """It is one value of one row, which is written and read as a whole."""
    await stage.page.goto(f"{site}/plain.html")
    await stage.page.evaluate("document.body.innerHTML = '<p></p>'.repeat(100)")
    await stage.page.evaluate("for (const p of document.querySelectorAll('p')) p.textContent = 'x'.repeat(99_999)")
    with pytest.raises(StepError) as caught:
        await do("extract", selectors="p", all=True, name="found")
    assert str(caught.value) == (
        "With this the execution's output would hold more than 1,000,000 characters, which is all that fits. "
        "Read fewer elements, or only the part that is needed, or divide it among bots."
    )
    ten = await do("extract", selectors="p:nth-child(-n + 10)", all=True, name="found")
    assert [len(text) for text in ten.output["found"]] == [99_999] * 10
    with pytest.raises(StepError, match="would hold more than 1,000,000 characters"):
        await do("extract", selectors="p", name="more")
    await do("extract", selectors="p:nth-child(-n + 10)", all=True, name="found")
    assert list(stage.outputs) == ["found"]


async def test_what_is_cut_is_said(do: Play, stage: Stage, site: str) -> None:
    await stage.page.goto(f"{site}/plain.html")
    await stage.page.evaluate("document.body.innerHTML = `<p>${'x'.repeat(300_001)}</p>`.repeat(2)")
    outcome = await do("extract", selectors="p", all=True, name="found")
    assert [len(text) for text in outcome.output["found"]] == [100_000] * 2
    assert outcome.notes == ("A text of more than 100,000 characters was cut there.",) * 2


async def test_a_page_that_asks_in_a_loop_is_noted_shortly(do: Play, stage: Stage, site: str) -> None:
    await stage.page.goto(f"{site}/plain.html")
    await stage.page.evaluate("for (let i = 0; i < 25; i++) alert(i)")
    outcome = await do("extract", selectors="body", name="found")
    assert len(outcome.notes) == 21
    assert outcome.notes[0] == "The page asked “0” (alert); the bot dismissed it."
    assert outcome.notes[-1] == "5 more such notes were left out."
    assert (await do("extract", selectors="body", name="found")).notes == ()


async def test_it_says_when_there_is_no_such_attribute(do: Play) -> None:
    with pytest.raises(StepError, match="The element has no attribute “href”"):
        await do("extract", "controls.html", selectors="#total", attribute="href", name="link")


async def test_it_takes_a_picture(do: Play) -> None:
    outcome = await do("screenshot", "plain.html", name="before")
    assert outcome.picture is not None
    assert outcome.picture.startswith(b"\x89PNG")


async def test_it_passes_over_custom_steps_of_others(do: Play) -> None:
    outcome = await do("customStep", "plain.html", name="lighthouse", parameters={"deep": [1]})
    assert outcome.notes == ("The custom step “lighthouse” is not known here; it was passed over, as in Chrome.",)


CUT = "'a party \\ud83d'"  # as a site leaves it that cuts a text in the middle of an emoji
SHOWS = f"data:text/html,<p id=p></p><i>b</i><button>Go</button><script>const cut = {CUT} + '\\u0000';"
SHOWS += "p.textContent = cut; p.title = cut; document.querySelector('button').onclick = () => alert(cut)</script>"


async def test_what_a_page_has_cut_in_the_middle_of_a_letter_can_be_stored(do: Play, stage: Stage) -> None:
    await stage.page.goto(SHOWS)
    one = await do("extract", selectors="#p", name="one")
    assert one.output == {"one": "a party ?�"}
    assert (await do("extract", selectors="#p", attribute="title", name="title")).output == {"title": "a party ?�"}
    assert (await do("extract", selectors="p, i", all=True, name="all")).output == {"all": ["a party ?�", "b"]}
    with pytest.raises(StepError) as caught:
        await do("assert", selectors="#p", text="Balance", timeout=100)
    notes = (await do("click", selectors="button")).notes
    for text in (str(caught.value), caught.value.message, caught.value.hint, *notes):
        assert not UNSTORABLE.search(text)
    assert "a party" in caught.value.hint
    assert "a party" in " ".join(notes)
