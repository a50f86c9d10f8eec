"""A secret reaches its own sites alone and comes back in nothing that a step says."""

from __future__ import annotations

import threading
from typing import SupportsIndex
from urllib.parse import quote, urlsplit

import pytest

from bots.script import Stage, StepError, load, play
from bots.script.secrecy import is_on, masked, without_beginnings
from tests.bots.script.conftest import Play

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.security]

CANARY = 'CaNaRy "4k" zq81/ü\\'


@pytest.mark.parametrize(
    "text",
    [
        f"said {CANARY}.",
        f"https://a.example/?q={quote(CANARY, safe='')}",
        "in a script: CaNaRy \\u00224k\\u0022 zq81\\u002f\\u00fc\\u005c",
        'as JSON: CaNaRy \\"4k\\" zq81/\\u00fc\\\\',
        'cut: “CaNaRy "4k…”',
    ],
    ids=["plain", "address", "script", "json", "cut"],
)
async def test_it_is_masked_however_it_is_written(text: str) -> None:
    assert "CaNaRy" not in masked(text, [CANARY])


class Counted(str):
    """A text that knows how many of its characters were copied."""

    __slots__ = ()
    copied = 0

    def __getitem__(self, where: SupportsIndex | slice) -> str:
        piece = Counted(super().__getitem__(where))
        Counted.copied += len(piece)
        return piece

    def __add__(self, other: str) -> Counted:
        return Counted(super().__add__(other))


async def test_a_page_that_repeats_its_beginning_costs_no_more_than_its_length() -> None:
    """Each hit that copies the whole text takes seconds, of all executions of the worker."""
    for times in (500, 1_000, 2_000):
        Counted.copied = 0
        assert without_beginnings(Counted("CaNaRy, " * times), CANARY) == "•••, " * times
        assert Counted.copied <= 2 * len("CaNaRy, ") * times


async def test_where_beginnings_meet_each_is_masked() -> None:
    assert without_beginnings('CaNaRCaNaRyCaNaRy CaNaRy "4kCaNaR', CANARY) == "CaNaR•••••••••CaNaR"


async def test_of_a_persons_answer_only_the_whole_is_masked() -> None:
    text = "https://shop.example/ was answered; https://other.example/ was not"
    assert masked(text, [], ["https://shop.example/"]) == "••• was answered; https://other.example/ was not"


@pytest.mark.parametrize(
    ("address", "site", "on"),
    [
        ("https://bank.example/login", "bank.example", True),
        ("https://bank.example.evil.example/", "bank.example", False),
        ("https://www.bank.example/", "bank.example", False),
        ("https://www.bank.example/", "*.bank.example", True),
        ("https://bank.example/", "*.bank.example", False),
        ("https://evilbank.example/", "*.bank.example", False),
        ("https://bank.example@evil.example/", "bank.example", False),
        ("https://bank.example:8443/", "bank.example:8443", True),
        ("https://bank.example/", "bank.example:443", True),
        ("https://bank.example:8443/", "bank.example:443", False),
        ("https://evil.example\\@bank.example/", "bank.example", False),
        ("https://evil.example\\x.bank.example/", "*.bank.example", False),
        ("https://bank.example/a\\b", "bank.example", True),
        ("https://bank.example:x/", "bank.example", False),
        ("about:blank", "bank.example", False),
        ("data:text/html,bank.example", "bank.example", False),
    ],
)
async def test_a_site_is_a_host_and_nothing_that_looks_like_it(address: str, site: str, on: bool) -> None:
    assert is_on(address, site) is on


async def test_what_reads_it_back_gets_dots(stage: Stage, do: Play) -> None:
    stage.secrets = {"pin": CANARY}
    await do("change", page="controls.html", selectors="#name", value="{{secrets.pin}}")
    assert await stage.page.input_value("#name") == CANARY
    outcome = await do("extract", selectors="#name", name="back")
    assert outcome.output == stage.outputs == {"back": "•••"}
    outcome = await do("extract", selectors="#name", name="all", all=True)
    assert outcome.output == {"all": ["•••"]}


async def test_a_secret_answer_that_is_read_back_is_dots_and_another_is_not(stage: Stage, do: Play) -> None:
    stage.answers, stage.sealed = {"code": "778899", "city": "Utrecht"}, frozenset({"code"})
    await do("change", page="controls.html", selectors="#name", value="778899 in Utrecht")
    outcome = await do("extract", selectors="#name", name="back")
    assert outcome.output == stage.outputs == {"back": "••• in Utrecht"}


async def test_what_was_read_is_looked_through_beside_the_loop(stage: Stage, do: Play) -> None:
    """Nobody's lease is renewed while the loop is busy."""
    where: list[threading.Thread] = []

    class Watched:
        def __str__(self) -> str:
            where.append(threading.current_thread())
            return CANARY

    stage.secrets = {"pin": Watched()}
    await do("extract", page="controls.html", selectors="h1", name="title")
    assert where
    assert threading.current_thread() not in where


async def test_errors_show_dots(stage: Stage, do: Play) -> None:
    stage.secrets = {"pin": CANARY * 8}
    with pytest.raises(StepError) as wrong:
        await do("assert", page="controls.html", selectors="#name", text="{{secrets.pin}}", timeout=300)
    assert "CaNaRy" not in str(wrong.value)
    assert "•••" in str(wrong.value)


async def test_it_is_typed_on_its_own_sites_alone(stage: Stage, do: Play, site: str) -> None:
    stage.secrets, stage.sites = {"pin": CANARY}, {"pin": ["bank.example", "*.bank.example"]}
    here = urlsplit(site).netloc
    with pytest.raises(StepError, match=f"may only be typed on bank.example or .*; this is “{here}”"):
        await do("change", page="controls.html", selectors="#name", value="{{secrets.pin}}")
    assert await stage.page.input_value("#name") == ""
    with pytest.raises(StepError, match="may only be typed"):
        await do("navigate", url=f"{site}/controls.html?q={{{{secrets.pin}}}}")
    with pytest.raises(StepError, match="may only be typed"):
        await do("waitForExpression", expression="'{{secrets.pin}}'.length > 0")
    stage.sites = {"pin": [here]}
    await do("change", selectors="#name", value="{{secrets.pin}}")
    assert await stage.page.input_value("#name") == CANARY


async def test_a_frame_of_another_site_is_another_site(stage: Stage, site: str) -> None:
    other = site.replace("127.0.0.1", "localhost")
    await stage.page.goto(f"{site}/plain.html")
    await stage.page.evaluate(
        "url => { document.body.innerHTML = `<iframe src='${url}'></iframe>`; }", f"{other}/controls.html"
    )
    stage.secrets, stage.sites = {"pin": CANARY}, {"pin": [urlsplit(site).netloc]}
    step = {"type": "change", "selectors": ["#name"], "value": "{{secrets.pin}}", "frame": [0]}
    with pytest.raises(StepError, match="may only be typed"):
        await play(load({"title": "", "steps": [step]}).steps[0], stage)
