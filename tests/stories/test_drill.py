"""A fire drill for real: the browser, the mail and the page of whoever comes."""

import pytest
from django.urls import reverse
from playwright.async_api import expect

from tests.conftest import SITTING_DOWN
from tests.mailsink import MailSink
from tests.people import People
from tests.stack import Stack

pytestmark = [pytest.mark.story, pytest.mark.asyncio(loop_scope="session")]


async def test_a_fire_drill_goes_through_everything(
    stack: Stack, people: People, sits_down: SITTING_DOWN, mail: MailSink
) -> None:
    bob, ann = await sits_down(people.bob), await sits_down(people.ann)
    await ann.page.goto(reverse("inbox", args=["acme"]))
    await bob.page.goto(reverse("settings_notices", args=["acme"]))
    await bob.page.get_by_role("button", name="Start a fire drill").click()
    row = bob.page.locator("#drill tr", has_text="Ann")
    await expect(row).to_contain_text("By e-mail after")
    await mail.to("ann@example.com")
    await mail.to("bob@example.com")  # before Ann's answer makes it needless
    await ann.page.get_by_role("button", name="Answer here: Fire drill: press Done").click()
    await ann.page.get_by_label("What did not work?").fill("Nothing")
    await ann.page.get_by_role("button", name="Done", exact=True).click()
    await expect(row).to_contain_text("Came after")
    await expect(bob.page.locator("#drill")).to_contain_text("See the alert")
    assert {received.recipients[0] for received in mail.received} == {"ann@example.com", "bob@example.com"}
