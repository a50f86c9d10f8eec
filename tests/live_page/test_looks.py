"""Usable by everybody: axe finds nothing, nothing overflows, the strict policy holds, in both themes and all widths."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from .browser_side import ME
from .conftest import Seat
from .site import ROOT

pytestmark = pytest.mark.asyncio(loop_scope="session")

WINDOWS = [
    {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True, "is_mobile": True},
    {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
]
IDS = ["1280 light", "1280 dark", "390 light", "390 dark"]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def check(seat: Seat) -> None:
    assert await seat.axe() == []
    assert await seat.page.evaluate(OVERFLOW) <= 0


@pytest.mark.parametrize("window", WINDOWS, ids=IDS)
async def test_every_standing_is_accessible(seats: Callable[..., Any], window: dict[str, Any]) -> None:
    seat = await seats(**window)
    line = await seat.watch(alert={"deadline": "2026-11-21T10:12:00+00:00"})
    await line.say(
        "people",
        people=[{"viewer": ME, "name": "Alice", "may": "control"}, {"viewer": "v-b", "name": "Bob", "may": "watch"}],
    )
    await line.say(
        "tabs",
        tabs=[
            {"id": str(n), "title": f"A tab with a title {n}", "url": "https://bank.example/", "active": n == 1}
            for n in range(9)
        ],
    )
    await seat.page.wait_for_selector("text=A tab with a title 8", state="attached")
    await check(seat)
    await line.grant()
    await line.say("clipboard", text="copied")
    await seat.page.wait_for_selector("text=Something was copied in the live browser.")
    await check(seat)
    await line.say("dialog", kind="prompt", text="Which floor?", default="")
    await seat.page.wait_for_selector("text=Which floor?")
    await check(seat)
    await seat.page.keyboard.press("Escape")
    seat.site.answers["/done"] = (422, {"missing": ["The page still shows the field for the code."]})
    await seat.page.get_by_role("button", name="Done").click()
    await seat.page.wait_for_selector("text=The page still shows the field for the code.")
    await check(seat)
    await line.state(alert={"status": "completed"}, execution="running")
    await seat.page.wait_for_selector('[data-phase="closed"]')
    await check(seat)


async def test_the_keyboard_reaches_everything_from_the_top(seat: Seat) -> None:
    await seat.watch()
    reached = []
    for _ in range(9):
        await seat.page.keyboard.press("Tab")
        reached.append(
            await seat.page.evaluate(
                "(({ariaLabel, name, textContent}) => (ariaLabel ?? name) || textContent)(document.activeElement)"
            )
        )
    assert reached == [
        "Take control",
        "BBank",  # the tab, and the letter in place of its icon
        "Picture",
        "Live browser",
        "The page as a list",
        "answer.account",
        "answer.which",
        "answer.checked",
        "Done",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_on_a_phone_what_is_said_can_be_read_over_the_picture(seats: Callable[..., Any], scheme: str) -> None:
    """The bar stays at the thumb while a tall picture lies behind it, also when one watches or it is over."""
    seat = await seats(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme=scheme)
    line = await seat.watch()
    ground = "getComputedStyle(document.querySelector('.live-bar')).backgroundColor"
    assert not (await seat.page.evaluate(ground)).startswith("rgba")
    await line.state(alert={"status": "completed"}, execution="running")
    await seat.page.wait_for_selector('[data-phase="closed"]')
    assert not (await seat.page.evaluate(ground)).startswith("rgba")


async def test_modules_are_written_so_that_hashed_names_work() -> None:
    imports: dict[str, set[str]] = {}
    for module in (ROOT / "static/live").glob("*.js"):
        lines = [text for text in module.read_text().splitlines() if text.startswith("import")]
        assert all(re.search(r"from '\./[\w]+\.js';$", text) for text in lines), module.name
        imports[module.name] = {re.findall(r"\./(\w+\.js)", text)[0] for text in lines}

    def depth(name: str, above: tuple[str, ...] = ()) -> int:
        assert name not in above, f"{name} imports itself by way of {above}"
        return 1 + max((depth(other, (*above, name)) for other in imports[name]), default=0)

    assert depth("page.js") <= 5
