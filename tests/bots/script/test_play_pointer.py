"""click, doubleClick, hover and scroll, in a real page."""

from __future__ import annotations

import pytest

from bots.script import Stage, StepError
from tests.bots.script.conftest import Play

pytestmark = pytest.mark.asyncio(loop_scope="session")
SAID = "document.getElementById('said').textContent"


async def said(stage: Stage) -> str:
    words: str = await stage.page.evaluate(SAID)
    return words


@pytest.mark.parametrize(
    "selectors",
    [
        "#save",
        [["aria/Save it"]],
        [["aria/Save it[role=\"button\"]"]],
        [["text/Save"]],
        [["xpath///*[@id=\"save\"]"]],
        [["xpath//html/body/p/button[1]"]],
        [["pierce/#save"]],
        [["#gone"], ["text/No such text"], ["xpath//html/body/p/button[1]"]],
        [["p", "#save"]],
    ],
    ids=str,
)
async def test_it_clicks_what_each_kind_of_selector_finds(do: Play, stage: Stage, selectors: object) -> None:
    await do("click", "controls.html", selectors=selectors)
    assert await said(stage) == "saved"
