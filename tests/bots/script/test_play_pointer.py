"""click, doubleClick, hover and scroll, in a real page."""

from __future__ import annotations

import pytest

from bots.script import Stage, StepError
from tests.bots.script.conftest import Play

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def said(stage: Stage) -> str:
    words: str = await stage.page.evaluate("document.getElementById('said').textContent")
    return words


WAYS_TO_SAVE = [
    "#save",
    [["aria/Save it"]],
    [['aria/Save it[role="button"]']],
    [["text/Save"]],
    [['xpath///*[@id="save"]']],
    [["xpath//html/body/p/button[1]"]],
    [["pierce/#save"]],
    [["css/#save"]],
    [["#gone"], ["text/No such text"], ["xpath//html/body/p/button[1]"]],
    [["p", "#save"]],
]


@pytest.mark.parametrize("selectors", WAYS_TO_SAVE, ids=str)
async def test_it_clicks_what_each_kind_of_selector_finds(do: Play, stage: Stage, selectors: object) -> None:
    await do("click", "controls.html", selectors=selectors)
    assert await said(stage) == "saved"


@pytest.mark.parametrize(
    ("selectors", "clicked"),
    [
        ([["my-card", "my-row", "button"]], "inner"),
        ([["my-card", "button.outer"]], "outer"),
        ([["my-card", 'aria/Inside out[role="button"]']], "inner"),
        ([["my-card", "my-row", "text/Inside"]], "inner"),
        ([["pierce/.inner"]], "inner"),
        ([["aria/Outer"]], "outer"),
        ([["text/Inside out"]], "inner"),
        ([[".inner"]], "inner"),
        ([["aria/Outer", 'aria/[role="generic"]'], ["pierce/.outer"]], "outer"),
    ],
    ids=str,
)
async def test_it_follows_chains_through_shadow_roots(do: Play, stage: Stage, selectors: object, clicked: str) -> None:
    await do("click", "shadow.html", selectors=selectors)
    assert await said(stage) == clicked


async def test_it_takes_the_first_alternative_that_can_be_seen(do: Play, stage: Stage) -> None:
    await do("click", "controls.html", selectors=[["#late"], ["#save"]])
    assert await said(stage) == "saved"


async def test_it_waits_for_an_element_that_comes_late(do: Play, stage: Stage) -> None:
    await do("click", "controls.html#late", selectors=[["#never"], ["aria/Late"]])
    assert await said(stage) == "late"


@pytest.mark.parametrize(
    ("offset", "place"),
    [({"offsetX": 10, "offsetY": 7}, "10,7"), ({"offsetX": 400, "offsetY": 7}, "50,20"), ({}, "50,20")],
    ids=["inside", "outside: the middle", "none: the middle"],
)
async def test_it_clicks_at_the_recorded_point(do: Play, stage: Stage, offset: dict[str, int], place: str) -> None:
    await do("click", "controls.html", selectors="#corner", **offset)
    assert await said(stage) == place


async def test_it_presses_the_other_buttons_of_a_mouse(do: Play, stage: Stage) -> None:
    await do("click", "controls.html", selectors="#save", button="secondary", duration=20, deviceType="mouse")
    assert await said(stage) == "menu"


async def test_it_goes_back_and_forward_with_the_side_buttons(do: Play, stage: Stage, site: str) -> None:
    await do("navigate", "plain.html", url=f"{site}/next.html")
    await do("click", selectors="h1", button="back")
    assert stage.page.url == f"{site}/plain.html"
    await do("click", selectors="h1", button="forward")
    assert stage.page.url == f"{site}/next.html"


async def test_it_double_clicks(do: Play, stage: Stage) -> None:
    await do("doubleClick", "controls.html", selectors="#save", offsetX=4, offsetY=4)
    assert await said(stage) == "twice"


async def test_it_points(do: Play, stage: Stage) -> None:
    await do("hover", "controls.html", selectors=[["aria/Tip"]])
    assert await said(stage) == "over"


async def test_it_scrolls_the_page_and_elements(do: Play, stage: Stage) -> None:
    await do("scroll", "controls.html", y=1200)
    assert await stage.page.evaluate("scrollY") == 1200
    await do("scroll", selectors="#box", y=300)
    assert await stage.page.evaluate("box.scrollTop") == 300


@pytest.mark.parametrize(
    ("page", "selectors", "sentence"),
    [
        ("controls.html", [["aria/Sent"], ["#sent"]], "“Sent” was not found within 0.7 s. None of its 2 selectors"),
        ("controls.html", "#sent", "“#sent” was not found within 0.7 s. Its selector matches nothing on"),
        ("controls.html", "#off", "“#off” is there but switched off (disabled)"),
        ("controls.html", "#late", "“#late” is there but cannot be seen"),
        ("cover.html", "#under", "“#under” is covered by something else"),
        ("controls.html", "#busy", "The step was done on “#busy”, but the page was still busy with it after 0.7 s."),
        ("controls.html", "a:nope(1)", "“a:nope(1)” is not a valid CSS selector"),
        ("controls.html", "xpath///p[frob()]", "“//p[frob()]” is not a valid XPath selector"),
    ],
)  # fmt: skip
async def test_it_says_why_an_element_could_not_be_clicked(
    do: Play, page: str, selectors: object, sentence: str
) -> None:
    with pytest.raises(StepError) as caught:
        await do("click", page, selectors=selectors, timeout=700)
    assert str(caught.value).startswith(sentence)
    assert "Call log" not in str(caught.value)
    assert "hitl=" not in str(caught.value)
