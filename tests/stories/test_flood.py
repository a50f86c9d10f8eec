"""A site opens fifty windows, in a step and under a person's click: the session goes on, and both say what it was."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import expect

from bots import sessions
from bots.browser.tabs import MOST
from bots.models import BrowserSession
from hitl.tenants.people import Person as Actor
from tests.conftest import SITTING_DOWN, becomes, facts
from tests.people import People
from tests.stack import Stack
from tests.stories.desk import Canvas, over, waits
from tests.waiting import soon

pytestmark = [pytest.mark.story, pytest.mark.fault, pytest.mark.asyncio(loop_scope="session")]

FIFTY = "for (let i = 0; i < 50; i++) open('/practice/?' + i);"


def steps(base_url: str) -> list[dict[str, object]]:
    order = {"type": "navigate", "url": f"{base_url}/practice/order/"}
    return [
        order,
        {"type": "waitForExpression", "expression": f"(() => {{ {FIFTY} return true; }})()", "timeout": 30_000},
        order,
        {"type": "waitForExpression", "expression": f"(() => {{ onclick = () => {{ {FIFTY} }}; return true; }})()"},
        {"type": "requestHuman", "title": "Press something"},
        order,
        {"type": "extract", "name": "total", "selectors": ["#order-total"]},
    ]


async def tabs_are_bounded() -> None:
    """As soon as the last one that was refused has gone."""
    session: BrowserSession = await facts(BrowserSession.objects.get)

    async def are_bounded() -> bool:
        return bool((await sessions.ask(session, "status"))["tabs"] <= MOST)

    await soon(are_bounded)


async def test_fifty_windows_end_in_a_sentence_and_not_in_a_wedged_session(
    stack: Stack, people: People, sits_down: SITTING_DOWN
) -> None:
    source = json.dumps({"title": "Flood", "steps": steps(stack.base_url)})
    execution, alert = await waits(people, "Flood", source)
    assert "opened more than 20 windows" in alert.instructions
    await tabs_are_bounded()
    await facts(alert.complete, Actor.member(people.bob), {"choice": "skip"})
    await becomes(lambda: execution.alerts.active().filter(kind="other").exists(), True)

    alert = await facts(execution.alerts.active().get)
    bob = await sits_down(people.bob)
    canvas = await Canvas.at_the_wheel(bob.page, alert)
    basket = bob.page.locator("[data-part=tabs] button", has_text="Your basket").last
    await basket.click()  # the bot went on in the window that was in front, so an older one may show the basket too
    await expect(basket).to_have_attribute("aria-current", "true")
    await canvas.click(640, 600)
    await expect(bob.page.locator("main")).to_contain_text("more windows than fit here")
    await tabs_are_bounded()
    await bob.page.get_by_role("button", name="Done", exact=True).click()
    assert await over(execution) == "succeeded", execution.message
    assert execution.output["total"]
