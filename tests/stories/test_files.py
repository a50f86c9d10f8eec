"""What is downloaded is kept: the bot's for what it does next, the person's with a link at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.async_api import expect

from bots.models import KeptFile
from tests.conftest import SITTING_DOWN, becomes, facts
from tests.people import People
from tests.stack import Stack
from tests.stories.desk import Canvas, over, waits

pytestmark = [pytest.mark.story, pytest.mark.asyncio(loop_scope="session")]

SAVE = """
(window.saved ??= (() => {
  window.save = (name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["1,2"]));
    link.download = name;
    link.click();
  };
  document.body.innerHTML = '<input type="file" id="field"><p>Click anywhere to save the list.</p>';
  document.documentElement.onclick = () => save("list.csv");
  save("report.csv");
  return true;
})())
"""


def fetching(base_url: str) -> str:
    return json.dumps({
        "title": "Fetch",
        "steps": [
            {"type": "navigate", "url": f"{base_url}/practice/moved/"},
            {"type": "waitForExpression", "expression": SAVE.strip()},
            {"type": "waitForDownload", "file": "rep*.csv"},
            {"type": "upload", "selectors": "#field", "files": ["report.csv"]},
            {"type": "waitForExpression", "expression": "field.files[0].name === 'report.csv'"},
            {"type": "requestHuman", "title": "Save the list"},
            {"type": "waitForExpression", "expression": "(window.last ??= (save('last.csv'), true))"},
        ],
    })  # fmt: skip


async def test_downloads_of_bot_and_person_are_kept_and_used(
    stack: Stack, people: People, sits_down: SITTING_DOWN
) -> None:
    execution, alert = await waits(people, "Fetch", fetching(stack.base_url))
    bob = await sits_down(people.bob)
    canvas = await Canvas.at_the_wheel(bob.page, alert)
    downloads = bob.page.locator('[data-part="downloads"]')
    await expect(downloads.get_by_role("link")).to_have_text("report.csv")
    await canvas.click(640, 400)
    await expect(downloads.get_by_role("link")).to_have_text(["list.csv", "report.csv"])
    async with bob.page.expect_download() as saved:
        await downloads.get_by_role("link", name="list.csv").click()
    assert Path(await (await saved.value).path()).read_text() == "1,2"  # noqa: ASYNC240
    await bob.page.get_by_role("button", name="Done", exact=True).click()
    assert await over(execution) == "succeeded"
    await becomes(lambda: execution.files.count(), 3)
    rows = await facts(lambda: list(KeptFile.objects.order_by("pk").values_list("name", "by", "alert__public_id")))
    assert rows == [("report.csv", "", None), ("list.csv", str(people.bob), alert.public_id), ("last.csv", "", None)]
    await bob.page.goto(await facts(execution.get_absolute_url))
    await expect(bob.page.locator("#files")).to_contain_text(f"fetched by {people.bob}")
