"""An outsider's story: the link from an e-mail, on a phone, without an account; and what scanners may not do."""

import re

import pytest
from playwright.async_api import Browser, expect

from alerts.models import AccessLink, Alert
from bots.models import Execution
from hitl.tenants.people import Person as Actor
from tests.conftest import SITTING_DOWN, becomes, facts
from tests.mailsink import MailSink
from tests.people import People
from tests.person import PHONE
from tests.stack import Stack
from tests.stories.desk import Canvas, Twin, example, make_bot, status

pytestmark = [pytest.mark.story, pytest.mark.asyncio(loop_scope="session")]

LINK = re.compile(r"https?://[^\s\"<>]+/t/[\w.\-]+")


async def paused(stack: Stack, people: People, name: str = "order") -> tuple[Execution, Alert]:
    """An execution of an example bot that has begun to wait for a person."""
    bot = await facts(make_bot, people.workspace, "Order", example(name, stack.base_url))
    execution = await facts(bot.start, Actor.member(people.bob), {})
    await becomes(lambda: status(execution), "waiting_for_human")
    return execution, await facts(execution.alerts.get)


async def test_it_lets_an_outsider_take_over_from_a_phone(
    stack: Stack, people: People, mail: MailSink, sits_down: SITTING_DOWN, browser: Browser
) -> None:
    execution, alert = await paused(stack, people)
    received = await mail.to(people.bob.email)
    for kind in ("plain", "html"):
        assert alert.title in received.part(kind)
    link = LINK.search(received.part("plain"))
    assert link
    assert link.group() in received.part("html")

    phone = await sits_down(device=PHONE)
    await phone.page.goto(link.group())
    await expect(phone.page.locator("main")).to_contain_text(alert.title)
    await phone.page.get_by_role("button", name="Open the browser").tap()
    await phone.page.wait_for_url(f"**/g/{alert.public_id}/")
    assert "/t/" not in phone.page.url

    canvas = Canvas(phone.page)
    await canvas.shows_a_picture()
    await phone.page.reload()  # the same visitor may refresh
    await canvas.shows_a_picture()
    await phone.page.get_by_role("button", name="Take control").tap()
    await expect(phone.page.get_by_role("button", name="Release control")).to_be_visible()

    # The page is the bot's own; a tap on it counts as input and stops the clock for good.
    twin = await Twin.at(browser, f"{stack.base_url}/practice/order/")
    await canvas.tap(*await twin.middle_of("h1"))
    await becomes(lambda: Alert.objects.get().deadline, None)
    await phone.page.get_by_role("button", name="Done", exact=True).tap()
    assert await becomes(lambda: status(execution), "succeeded", "failed") == "succeeded"

    # The link has died with its alert, and nothing of the workspace was ever open to the guest.
    ended = await phone.page.request.get(link.group())
    assert ended.status == 404
    assert (await phone.page.request.get(f"/w/{people.workspace.slug}/alerts/", max_redirects=0)).status in (302, 404)


async def test_t7_a_scanner_that_runs_scripts_and_submits_forms_changes_nothing(
    stack: Stack, people: People, sits_down: SITTING_DOWN
) -> None:
    execution, alert = await paused(stack, people)
    link: AccessLink = await facts(lambda: alert.share_link)
    before = alert.deadline
    scanner = await sits_down()
    for _ in range(3):
        await scanner.page.goto(link.url)
    async with scanner.page.expect_navigation():
        await scanner.page.evaluate("() => { for (const form of document.forms) form.requestSubmit(); }")
    await expect(scanner.page.get_by_role("alert")).to_contain_text("not a press of the button")
    async with scanner.page.expect_navigation():
        await scanner.page.evaluate("() => { document.querySelector('form button').click(); }")
    await facts(alert.refresh_from_db)
    assert (alert.status, alert.deadline) == ("open", before)
    assert f"/g/{alert.public_id}" not in scanner.page.url
    assert await facts(status, execution) == "waiting_for_human"

    person = await sits_down()
    await person.page.goto(link.url)
    await person.page.get_by_role("button", name="Open the browser").click()
    await Canvas(person.page).shows_a_picture()


async def test_a_watch_link_watches(stack: Stack, people: People, sits_down: SITTING_DOWN) -> None:
    _, alert = await paused(stack, people)
    link = await facts(AccessLink.objects.create, alert=alert, role="watch", label="Auditor")
    guest = await sits_down()
    await guest.page.goto(await facts(lambda: link.url))
    await guest.page.get_by_role("button", name="Open the browser").click()
    await Canvas(guest.page).shows_a_picture()
    await expect(guest.page.get_by_role("button", name="Take control")).to_have_count(0)
    answer = await guest.page.request.post(f"/g/{alert.public_id}/done/")
    assert answer.status in (403, 404)

    await facts(link.revoke, Actor.member(people.ann))
    await expect(guest.page.locator("main")).to_contain_text(re.compile("no longer|not valid|revoked", re.I))
