"""resumeWhen conditions: selectors as the Recorder writes them, in every frame, and the words for what is missing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bots.browser.conditions import alternatives, aria, matches
from tests.bots.browser.conftest import Attach, Server, Site

PAGE = """
<title>Bank</title>
<h1 id=head class="big title">Welcome   back,
  Ann</h1>
<button aria-label="Send the money">OK</button>
<label>Amount <input id=amount></label>
<a href="#">Log <b>out</b></a>
<p id=gone style="display: none">Loading</p>
<p id=unseen style="visibility: hidden">Unseen</p>
<p id=empty></p>
<div id=host></div>
<script>
  const shadow = document.querySelector("#host").attachShadow({mode: "open"});
  shadow.innerHTML = "<section class=inner><em>In the shade</em></section>";
</script>
<iframe srcdoc="<p id=framed>Inside a frame</p>"></iframe>
"""

SHOWN = [
    "#head",
    "css/h1.big",
    "aria/Send the money",
    'aria/Send the money[role="button"]',
    "aria/[role='textbox']",
    "aria/Amount",
    "text/Welcome back, Ann",
    "text/Log out",
    "text/In the shade",
    "xpath///h1[contains(., 'Ann')]",
    "pierce/.inner em",
    "pierce/.inner",
    "#framed",
    "text/Inside a frame",
    ["#nowhere", "#head"],
    [["#nowhere"], ["#host", ".inner"]],
    [["#host", ".inner", "em"]],
]
NOT_SHOWN = [
    "#nowhere",
    "#gone",
    "#unseen",
    "text/Loading",
    "#empty",
    ".inner",
    "aria/OK",
    'aria/Send the money[role="link"]',
    "text/Nobody wrote this",
    "xpath///h2",
    "<<no selector>>",
    "xpath/[[[",
    [["#host", ".outer"]],
]


@pytest.fixture
async def bank(server: Server, attach: Attach, site: Site) -> Server:
    site.pages["/bank"] = PAGE
    await (await attach()).contexts[0].pages[0].goto(site.url("/bank?step=2"))
    return server


async def test_it_finds_what_is_shown_and_nothing_else(bank: Server) -> None:
    async def missing(**condition: Any) -> list[str]:
        found: list[str] = (await bank.call("check", condition=condition))["missing"]
        return found

    for selector in SHOWN:
        assert await missing(visible=selector) == [], selector
        assert await missing(hidden=selector) != [], selector
    for selector in NOT_SHOWN:
        assert await missing(visible=selector) != [], selector
        assert await missing(hidden=selector) == [], selector


async def test_it_says_in_sentences_what_is_missing(bank: Server) -> None:
    condition = {"url": "/done", "visible": ["#receipt", "aria/Your receipt"], "hidden": "text/Log out"}
    assert (await bank.call("check", condition=condition))["missing"] == [
        "The address does not match “/done” yet.",
        "The page does not show “Your receipt” yet.",
        "The page still shows “Log out”.",
    ]
    met = {"url": "*/bank?step=2", "visible": "#head", "hidden": "#gone"}
    assert (await bank.call("check", condition=met))["missing"] == []


async def test_it_looks_at_the_tab_in_front(bank: Server, attach: Attach, site: Site) -> None:
    page = (await attach(epoch=2)).contexts[0].pages[0]
    async with page.expect_popup() as popup:
        await page.evaluate("window.open('/next')")
    await (await popup.value).wait_for_load_state()
    await bank.until(url=site.url("/next"))
    assert (await bank.call("check", condition={"visible": "text/the next page"}))["missing"] == []
    assert (await bank.call("check", condition={"visible": "#head"}))["missing"] != []


async def test_the_page_cannot_fool_it_and_does_not_notice_it(bank: Server, attach: Attach) -> None:
    page = (await attach(epoch=2)).contexts[0].pages[0]
    await page.evaluate("""() => {
        window.calls = 0;
        document.querySelectorAll = () => { window.calls++; return []; };
        Element.prototype.checkVisibility = () => { window.calls++; return false; };
    }""")
    assert (await bank.call("check", condition={"visible": "#head"}))["missing"] == []
    assert await page.evaluate("window.calls") == 0


async def test_it_tells_once_when_a_watched_condition_is_met(bank: Server, attach: Attach, site: Site) -> None:
    page = (await attach(epoch=2)).contexts[0].pages[0]
    await bank.call("watch", name="alt_1", condition={"url": "/next", "visible": "text/the next page"})
    assert (await bank.call("status"))["condition"] == {"id": "alt_1", "met": False}
    await page.goto(site.url("/next"))
    assert (await bank.event("condition")) == {"event": "condition", "id": "alt_1", "met": True}
    assert (await bank.call("status"))["condition"] == {"id": "alt_1", "met": True}
    await bank.call("watch", name="alt_2", condition={"hidden": "p"})
    await page.evaluate("document.querySelector('p').remove()")  # no page event: the slow tick sees it
    assert (await bank.event("condition"))["id"] == "alt_2"


async def test_it_forgets_a_condition_that_is_no_longer_watched(bank: Server, attach: Attach, site: Site) -> None:
    page = (await attach(epoch=2)).contexts[0].pages[0]
    await bank.call("watch", name="alt_1", condition={"url": "/next"})
    await bank.call("runner", epoch=2)  # the bot goes on
    await page.goto(site.url("/next"))
    await bank.call("watch", name="alt_2", condition={"url": "/next"})
    assert (await bank.event("condition"))["id"] == "alt_2"
    await bank.call("runner", epoch=2)
    assert (await bank.call("status"))["condition"] is None


async def test_a_frame_of_another_site_is_looked_into(bank: Server, attach: Attach, site: Site) -> None:
    page = (await attach(epoch=2)).contexts[0].pages[0]
    other = site.url("/next").replace("127.0.0.1", "localhost")
    site.pages["/outer"] = f"<h1>Outer</h1><iframe src='{other}'></iframe>"
    await page.goto(site.url("/outer"))
    async with asyncio.timeout(20):
        while (await bank.call("check", condition={"visible": "text/the next page"}))["missing"]:
            await page.wait_for_load_state("networkidle")


# Without a browser


@pytest.mark.parametrize(
    ("url", "pattern", "fits"),
    [
        ("https://a.example/done?x=1", "/done", True),
        ("https://a.example/done?x=1", "https://a.example/*", True),
        ("https://a.example/done?x=1", "*/done?x=*", True),
        ("https://a.example/done?x=1", "*/done", False),
        ("https://a.example/doneXx=1", "*/done?x=*", False),
        ("https://a.example/[1]", "*/[1]", True),
        ("https://a.example/1", "*/[1]", False),
        ("https://a.example/", "/done", False),
    ],
)
def test_an_address_fits_a_part_or_a_pattern(url: str, pattern: str, fits: bool) -> None:
    assert matches(url, pattern) is fits


def test_aria_selectors_are_read_as_the_recorder_writes_them() -> None:
    assert aria("aria/Send") == {"accessibleName": "Send"}
    assert aria('aria/Send[role="button"]') == {"accessibleName": "Send", "role": "button"}
    assert aria('aria/[name="Send"][role="button"]') == {"accessibleName": "Send", "role": "button"}
    assert aria("aria/[role='button']") == {"role": "button"}


def test_a_selector_may_be_one_or_alternatives_or_chains() -> None:
    assert alternatives("#a") == [["#a"]]
    assert alternatives(["#a", ["#b", ".c"]]) == [["#a"], ["#b", ".c"]]
