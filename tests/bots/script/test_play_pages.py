"""navigate, close, targets, frames, setViewport, network conditions, and pages that misbehave."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page

from bots.script import Stage, StepError, load, play
from bots.script.stage import MOST_WINDOWS
from tests.bots.script.conftest import Play
from tests.waiting import soon

pytestmark = pytest.mark.asyncio(loop_scope="session")
NAVIGATION = [{"type": "navigation", "url": "https://example.com/recorded", "title": "As recorded"}]


@pytest.fixture
def endpoint(whole_endpoint: str) -> str:
    """Here windows come and go, as only a whole Chromium has them."""
    return whole_endpoint


async def test_it_navigates(do: Play, stage: Stage, site: str) -> None:
    outcome = await do("navigate", url=f"{site}/plain.html", assertedEvents=NAVIGATION)
    assert (await stage.page.title(), outcome.notes) == ("Plain", ())


async def test_it_waits_for_the_navigation_that_a_click_leads_to(do: Play, stage: Stage) -> None:
    await do("click", "plain.html", selectors="#on", assertedEvents=NAVIGATION)
    assert await stage.page.title() == "Next"


async def test_it_takes_a_jump_within_the_page_for_a_navigation(do: Play, stage: Stage) -> None:
    await do("click", "plain.html", selectors="#same", assertedEvents=NAVIGATION)
    assert stage.page.url.endswith("#there")


async def test_it_waits_for_the_navigation_of_the_enter_key(do: Play, stage: Stage) -> None:
    await do("change", "plain.html", selectors="#query", value="birds")
    await do("keyDown", key="Enter", assertedEvents=NAVIGATION)
    assert stage.page.url.endswith("/next.html?q=birds")


async def test_it_says_when_the_navigation_does_not_come(do: Play) -> None:
    with pytest.raises(StepError, match=r"The page did not go on to another one within 0\.7 s, as it did"):
        await do("click", "plain.html", selectors="#press", assertedEvents=NAVIGATION, timeout=700)


async def test_it_goes_on_when_a_page_never_stops_loading(do: Play, stage: Stage, site: str) -> None:
    outcome = await do("navigate", url=f"{site}/endless", timeout=1_500)
    assert await stage.page.text_content("#top") == "Here already"
    assert outcome.notes == ("The page was still loading after 1.5 s; the bot went on.",)


async def test_it_says_when_a_page_does_not_come(do: Play, site: str) -> None:
    with pytest.raises(StepError, match=r"“.+/slow” did not load within 0\.7 s\."):
        await do("navigate", url=f"{site}/slow?key=hidden", timeout=700)


async def test_it_takes_a_download_for_done(do: Play, stage: Stage, site: str) -> None:
    outcome = await do("navigate", "plain.html", url=f"{site}/download")
    assert stage.page.url == f"{site}/plain.html"
    assert outcome.notes == ("The page started a download: “report.csv”.",)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/gone", "could not be opened: the site closed the connection without an answer"),
        ("/nothing", "sent no page to show"),
    ],
)
async def test_it_says_why_an_address_gives_no_page(do: Play, site: str, path: str, sentence: str) -> None:
    with pytest.raises(StepError) as caught:
        await do("navigate", "plain.html", url=f"{site}{path}")
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "https://no-such-host.invalid/x?secret=1",
            "“https://no-such-host.invalid/x” could not be opened: its name is",
        ),
        ("http://127.0.0.1:9/", "“http://127.0.0.1:9/” could not be opened:"),
    ],
)
async def test_it_says_why_a_site_cannot_be_reached(do: Play, url: str, sentence: str) -> None:
    with pytest.raises(StepError) as caught:
        await do("navigate", url=url)
    assert str(caught.value).startswith(sentence)
    assert "secret" not in str(caught.value)


async def test_it_says_why_the_way_out_of_the_browser_is_closed(do: Play, stage: Stage, site: str) -> None:
    told = []
    stage.is_refusal = lambda *seen: told.append(seen) or True  # type: ignore[func-returns-value]
    with pytest.raises(StepError) as caught:
        await do("navigate", url=f"{site}/refused")
    assert str(caught.value) == f"“{site}/refused” could not be opened. 10.0.0.1 is a private address."
    assert told == [(f"{site}/refused", "1", "10.0.0.1 is a private address.")]


async def test_t15_a_site_cannot_say_so_itself(do: Play, site: str) -> None:
    outcome = await do("navigate", url=f"{site}/refused")
    assert outcome.notes == (f"“{site}/refused” answered with status 403.",)


async def test_it_notes_an_answer_that_is_an_error(do: Play, site: str) -> None:
    outcome = await do("navigate", url=f"{site}/missing.html")
    assert outcome.notes == (f"“{site}/missing.html” answered with status 404.",)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "FILE:/etc/passwd", "javascript:1", "view-source:http://x", "chrome://version"]
)
async def test_t4_it_opens_no_file_that_a_variable_names(stage: Stage, url: str) -> None:
    stage.variables = {"where": url}
    script = load({"title": "", "steps": [{"type": "navigate", "url": "{{where}}"}]})
    with pytest.raises(StepError, match="cannot be opened: a bot goes to http"):
        await play(script.steps[0], stage)


async def test_it_acts_in_the_window_that_a_target_names(do: Play, stage: Stage, site: str) -> None:
    await do("click", "windows.html", selectors="#later")
    await do("change", selectors="#typed", value="here", target=f"{site}/popup.html")
    popup = stage.context.pages[-1]
    assert await popup.input_value("#typed") == "here"
    await do("keyDown", key="x", target=f"{site}/popup.html")
    assert await popup.input_value("#typed") == "herex"
    await do("close", target=f"{site}/popup.html")
    assert popup.is_closed()
    await do("click", selectors="#open", target="main")


async def test_it_knows_a_window_again_whose_query_has_changed(do: Play, stage: Stage, site: str) -> None:
    await do("click", "windows.html", selectors="#open")
    await do("change", selectors="#typed", value="here", target=f"{site}/popup.html?session=recorded")
    await do("change", selectors="#typed", value="there", target=f"{site}/pop*")
    assert await stage.context.pages[-1].input_value("#typed") == "there"


async def test_it_says_when_the_window_does_not_open(do: Play, site: str) -> None:
    with pytest.raises(StepError) as caught:
        await do("click", "plain.html", selectors="#ok", target=f"{site}/popup.html", timeout=700)
    message = f"No window with the address “{site}/popup.html” opened within 0.7 s. Open are: “{site}/plain.html”."
    assert str(caught.value) == message


async def test_it_is_done_when_a_click_closes_its_window(do: Play, stage: Stage, site: str) -> None:
    await do("click", "windows.html", selectors="#open")
    await do("click", selectors="#ok", target=f"{site}/popup.html", assertedEvents=NAVIGATION)
    await do("hover", selectors="#open")
    assert len(stage.context.pages) == 1


async def test_it_says_when_a_window_closes_itself(do: Play, site: str) -> None:
    opened = "window.open('popup.html#closing')"
    await do("waitForExpression", "windows.html", expression=opened)
    with pytest.raises(StepError, match=r"^The window was closed while the bot was at this step\."):
        await do("waitForElement", selectors="#never", target=f"{site}/popup.html#closing")


async def test_it_empties_the_last_window_instead_of_closing_it(do: Play, stage: Stage) -> None:
    outcome = await do("close", "plain.html")
    assert (stage.page.url, stage.page.is_closed()) == ("about:blank", False)
    assert outcome.notes == ("The last window was emptied instead of closed.",)


async def test_it_survives_fifty_windows(do: Play, stage: Stage) -> None:
    came: list[Page] = []
    stage.context.on("page", lambda page: came.append(page))
    with pytest.raises(StepError, match=r"^The page opened more than 20 windows; the newest were closed again\."):
        await do("click", "windows.html", selectors="#flood")
    await soon(lambda: len(came) >= 50)
    assert stage.flood() is None  # those that came after it was said are no fault of the next step
    await do("waitForExpression", expression="true")


async def test_a_flood_under_a_persons_hands_is_no_fault_of_the_next_step(browser: Browser, site: str) -> None:
    context = browser.contexts[0]
    for _ in range(MOST_WINDOWS):
        await context.new_page()
    stage = await Stage.of(browser)
    await stage.page.goto(f"{site}/windows.html")
    async with context.expect_page() as opening:
        await stage.page.evaluate("void open('about:blank')")
    page = await opening.value
    await soon(page.is_closed)
    assert stage.flood() is None


async def test_it_acts_in_frames(do: Play, stage: Stage) -> None:
    await do("click", "frames.html", selectors=[["aria/Press"]], frame=[0])
    await do("click", selectors=[["aria/Press"]], frame=[1, 0])
    texts = [await frame.text_content("#press") for frame in stage.page.frames if "plain" in frame.url]
    assert texts == ["Pressed", "Pressed"]


async def test_it_says_when_a_frame_is_missing(do: Play) -> None:
    with pytest.raises(StepError, match=r"^The page has no frame 0 → 4; the bot waited 0\.7 s\."):
        await do("click", "frames.html", selectors="#press", frame=[0, 4], timeout=700)


async def test_it_sets_the_viewport(do: Play, stage: Stage) -> None:
    await do("setViewport", "plain.html", width=640, height=480)
    assert await stage.page.evaluate("[innerWidth, innerHeight]") == [640, 480]


async def test_it_makes_a_phone_of_it(do: Play, stage: Stage) -> None:
    phone = {"deviceScaleFactor": 2, "isMobile": True, "hasTouch": True, "isLandscape": False}
    await do("setViewport", "plain.html", width=390, height=800, **phone)
    assert await stage.page.evaluate("[devicePixelRatio, navigator.maxTouchPoints > 0]") == [2, True]


async def test_it_switches_the_network_off_and_on(do: Play, site: str) -> None:
    await do("emulateNetworkConditions", "plain.html", download=0, upload=0, latency=0)
    with pytest.raises(StepError, match="the network is off"):
        await do("navigate", url=f"{site}/next.html")
    await do("emulateNetworkConditions", download=1e6, upload=1e6, latency=1)
    await do("navigate", url=f"{site}/next.html")


@pytest.mark.parametrize(
    ("button", "kind", "said"),
    [("#alert", "alert", "told"), ("#confirm", "confirm", "false"), ("#prompt", "prompt", "null")],
)
async def test_it_says_no_to_dialogs_and_notes_them(do: Play, stage: Stage, button: str, kind: str, said: str) -> None:
    outcome = await do("click", "dialogs.html", selectors=button)
    assert await stage.page.text_content("#said") == said
    assert [f"({kind}); the bot dismissed it." in note for note in outcome.notes] == [True]


async def test_it_leaves_a_page_that_asks_to_stay(do: Play, stage: Stage, site: str) -> None:
    await do("change", "dialogs.html", selectors="#draft", value="unsaved")
    await do("navigate", url=f"{site}/plain.html")
    assert await stage.page.title() == "Plain"


async def test_it_opens_a_page_that_greets_with_a_dialog(do: Play, site: str) -> None:
    outcome = await do("navigate", url=f"{site}/dialogs.html#onload")
    assert outcome.notes == ("The page asked “Welcome” (alert); the bot dismissed it.",)
