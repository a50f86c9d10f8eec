"""F9: PostgreSQL goes away under the running stack while a person drives, and comes back."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from playwright.async_api import Browser, Page, expect

from hitl.up.home import CODE
from tests.mailsink import MailSink
from tests.person import DESKTOP, Person
from tests.postgres import Cluster, found, running_cluster
from tests.stack import Stack
from tests.stories.desk import Canvas

pytestmark = [
    pytest.mark.story,
    pytest.mark.fault,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(found() is None, reason="PostgreSQL's initdb was not found"),
]


ROWS = "main a[href*='/alerts/alt_']"


def sign_in_link(stack: Stack) -> str:
    """The first owner's, of a database that is made here, with the static files."""
    link = stack.var / "sign-in"
    prepare = [sys.executable, str(CODE / "manage.py"), "prepare", "--sign-in", str(link)]
    subprocess.run(prepare, env=stack.environment, check=True)
    return link.read_text()


async def drives_a_paused_bot(page: Page, link: str) -> tuple[Canvas, str]:
    """From the sign-in to the wheel; the address of the execution."""
    await page.goto(link)
    await page.get_by_role("button", name="Sign in").click()
    await page.goto("/w/team/bots/")
    await page.get_by_role("link", name=re.compile("^Order")).first.click()
    await page.get_by_role("button", name="Run", exact=True).click()
    await page.wait_for_url("**/executions/*/")
    shown = page.locator("[data-execution-status]").first
    await expect(shown).to_have_attribute("data-execution-status", "waiting_for_human", timeout=60_000)
    await expect(page.locator("#stage[data-answers]")).to_be_visible()  # loaded anew, with what is asked
    execution = page.url
    await page.goto("/w/team/alerts/")
    await page.locator(ROWS).first.click()
    canvas = Canvas(page)
    await canvas.shows_a_picture()
    await page.get_by_role("button", name="Take control").click()
    await expect(page.get_by_role("button", name="Release control")).to_be_visible()
    return canvas, execution


async def says_that_it_comes_back(page: Page) -> None:
    answer = await page.goto("/w/team/alerts/")
    assert answer is not None
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    await expect(page.get_by_role("heading")).to_have_text("hitl cannot reach its database")
    called = await page.request.get("/api/v1/bots", headers={"Authorization": "Bearer hitl_any"})
    assert (called.status, called.headers["retry-after"]) == (503, "5")
    assert "Nothing is lost" in (await called.json())["detail"]


async def test_f9_a_database_that_restarts_costs_nothing(
    browser: Browser, chromium: str, mail_server: MailSink
) -> None:
    var = Path(settings.VAR) / "database-away"
    var.mkdir(mode=0o711)
    with running_cluster() as cluster:
        stack = Stack(var, cluster.url, mail_server.url, chromium, settings.SECRET_KEY, var / "static")
        stack.environment["HITL_CONTROL_KEPT"] = "120"  # longer than the database is away
        link = sign_in_link(stack)
        with stack:
            bob = await Person.at(browser, stack.base_url, DESKTOP)
            try:
                await lives_through_a_restart(cluster, bob, link)
            except BaseException:
                print({name: stack.said(name)[-6000:] for name in ("web", "worker", "sweeper")}, bob.report())
                raise
            finally:
                await bob.context.close()


async def lives_through_a_restart(cluster: Cluster, bob: Person, link: str) -> None:
    canvas, execution = await drives_a_paused_bot(bob.page, link)
    other = await bob.context.new_page()
    cluster.stop()
    await canvas.click(640, 600)
    await says_that_it_comes_back(other)
    cluster.start()
    await expect(other.get_by_role("heading", name="Alerts", level=1)).to_be_visible()  # by itself
    await expect(bob.page.get_by_role("button", name="Release control")).to_be_visible()
    await bob.page.get_by_role("button", name="Done", exact=True).click()
    await expect(bob.page.locator("main")).to_contain_text("Thank you. The bot goes on by itself")
    await other.goto(execution)
    shown = other.locator("[data-execution-status]").first
    await expect(shown).to_have_attribute("data-execution-status", "succeeded")
    await other.goto("/w/team/alerts/?view=closed")
    await expect(other.locator(ROWS).first).to_be_visible()
    found = {await row.get_attribute("href") for row in await other.locator(ROWS).all()}
    assert len({re.sub(r"(alt_\w+).*", r"\1", str(address)) for address in found}) == 1, found
    assert [error for error in bob.errors if "503" not in error] == []  # what it asked meanwhile was refused for now
