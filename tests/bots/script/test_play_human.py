"""Around a person's part: whether to ask, what is asked, and finding the page again afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser

from bots.script import BrowserLost, RequestHuman, Stage, StepError, load, play
from tests.bots.script.conftest import Play

pytestmark = pytest.mark.asyncio(loop_scope="session")
ASK = {"type": "requestHuman", "title": "Look"}


@pytest.fixture
def endpoint(whole_endpoint: str) -> str:
    """Here windows come and go, as only a whole Chromium has them."""
    return whole_endpoint


def request(**fields: Any) -> RequestHuman:
    step = load({"title": "", "steps": [ASK | fields]}).steps[0]
    assert isinstance(step, RequestHuman)
    return step


@pytest.mark.parametrize(
    ("page", "fields", "wanted"),
    [
        ("barrier.html", {}, True),
        ("barrier.html", {"when": "#captcha"}, False),
        ("barrier.html", {"when": "#never"}, False),
        ("barrier.html#late", {"when": [["#never"], ["text/Are you human?"]]}, True),
        ("barrier.html#frame", {"when": "#challenge"}, True),
    ],
)
async def test_it_asks_only_if_when_can_be_seen(
    stage: Stage, site: str, page: str, fields: dict[str, Any], wanted: bool
) -> None:
    await stage.page.goto(f"{site}/{page}")
    assert await request(**fields).wants_human(stage) is wanted


async def test_the_window_that_it_names_comes_to_the_front(do: Play, stage: Stage, site: str) -> None:
    await do("click", "windows.html", selectors="#later")  # it opens a moment afterwards
    asked = {"target": f"{site}/popup.html", "when": "#ok"}
    assert await request(**asked).wants_human(stage)
    await stage.page.bring_to_front()
    assert not await request(**asked | {"when": "#open"}).wants_human(stage), "that is in the other window"
    await stage.bring_up(request(**asked))
    assert (await Stage.of(stage.page.context.browser)).page.url.startswith(f"{site}/popup.html")  # type: ignore[arg-type]
    stage.timeout = 300
    with pytest.raises(StepError, match=r"No window with the address “.*/nowhere” opened within 0.3 s"):
        await stage.bring_up(request(target=f"{site}/nowhere"))
    assert not await request(target=f"{site}/nowhere", when="body").wants_human(stage)


async def test_it_fills_what_is_asked(stage: Stage) -> None:
    stage.variables, stage.answers = {"city": "Rome"}, {"code": "17"}
    asked = request(title="To {{city}}", instructions="{{city}}", fields=[{"name": "x", "label": "In {{city}}?"}])
    filled = asked.filled(stage)
    assert (filled.title, filled.instructions, filled.fields_as_dicts()[0]["label"]) == ("To Rome", "Rome", "In Rome?")


async def test_it_is_not_played(stage: Stage) -> None:
    with pytest.raises(TypeError, match="requestHuman is the runner's"):
        await play(request(), stage)


async def test_it_gives_answers_to_later_steps(do: Play, stage: Stage) -> None:
    script = {
        "title": "",
        "steps": [
            ASK | {"fields": [{"name": "who"}]},
            {"type": "change", "selectors": "#name", "value": "{{human.who}}"},
        ],
    }
    await do("waitForElement", "controls.html", selectors="#name")
    step = load(script).steps[1]
    with pytest.raises(StepError) as caught:
        await play(step, stage)
    assert str(caught.value).startswith("Step 2, value: {{human.who}} has no value. No person has been asked for it")
    stage.answers = {"who": "Ada"}
    await play(step, stage)
    assert await stage.page.input_value("#name") == "Ada"


async def test_it_masks_secrets_and_answers_in_what_it_says(do: Play, stage: Stage) -> None:
    stage.secrets = {"pin": "hunter22"}
    with pytest.raises(StepError) as caught:
        await do("change", "controls.html", selectors="#much", value="{{secrets.pin}}")
    assert str(caught.value) == "The field does not take “•••”. It takes a number such as 12.5."


async def test_it_takes_the_page_that_the_person_left_open(browser: Browser, site: str) -> None:
    """Somebody opened another tab and closed the bot's: the next attachment finds the one that is shown."""
    context = browser.contexts[0]
    old = context.pages[0]
    await old.goto(f"{site}/plain.html")
    new = await context.new_page()
    await new.goto(f"{site}/next.html")
    await new.bring_to_front()
    assert (await Stage.of(browser)).page is new
    await new.close()
    assert (await Stage.of(browser)).page is old


async def test_it_finds_another_page_when_its_own_is_gone(do: Play, stage: Stage, site: str) -> None:
    other = await stage.context.new_page()
    await other.goto(f"{site}/plain.html")
    await stage.page.close()
    await do("click", selectors="#press")
    assert await other.text_content("#press") == "Pressed"


async def test_it_opens_a_page_where_none_is_left(browser: Browser, site: str) -> None:
    stage = await Stage.of(browser)
    await stage.page.close()
    script = load({"title": "", "steps": [{"type": "navigate", "url": f"{site}/plain.html"}]})
    await play(script.steps[0], stage)
    assert await stage.page.title() == "Plain"


async def test_it_says_that_the_browser_is_lost(browser: Browser) -> None:
    stage = await Stage.of(browser)
    await browser.close()
    with pytest.raises(BrowserLost, match="The browser was lost; what was in the page is gone"):
        await play(load({"title": "", "steps": [{"type": "click", "selectors": "#a"}]}).steps[0], stage)
    with pytest.raises(BrowserLost):
        await Stage.of(browser)
