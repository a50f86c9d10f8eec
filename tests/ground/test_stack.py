"""The real parts of the stories: they start together, and a person gets in."""

from __future__ import annotations

import pytest

from tests.conftest import SITTING_DOWN, facts
from tests.mailsink import MailSink
from tests.people import PASSWORD, People
from tests.person import PHONE
from tests.stack import Stack

pytestmark = [pytest.mark.story, pytest.mark.asyncio(loop_scope="session")]


async def test_it_signs_in_with_the_form_and_out_again(people: People, sits_down: SITTING_DOWN) -> None:
    ann = await sits_down()
    await ann.page.goto("/")
    await ann.page.get_by_label("E-mail address").fill("ann@example.com")
    await ann.page.get_by_label("Password").fill(PASSWORD)
    await ann.page.get_by_role("main").get_by_role("button", name="Sign in").click()
    await ann.page.wait_for_url("**/w/acme/**")
    await facts(people.ann.refresh_from_db)
    assert people.ann.last_login is not None
    await ann.page.get_by_text("Ann: your menu").click()
    await ann.page.get_by_role("button", name="Sign out").click()
    await ann.page.wait_for_url("**/accounts/**")


async def test_it_knows_people_who_sit_down(people: People, sits_down: SITTING_DOWN) -> None:
    bob = await sits_down(people.bob, device=PHONE)
    await bob.page.goto("/")
    await bob.page.wait_for_url("**/w/acme/**")


@pytest.mark.fault
async def test_f24_the_web_comes_back(people: People, stack: Stack, sits_down: SITTING_DOWN) -> None:
    bob = await sits_down(people.bob)
    await bob.page.goto("/practice/")
    stack.kill("web")
    assert not stack.runs("web")
    stack.start("web")
    answer = await bob.page.goto("/practice/")
    assert answer is not None
    assert answer.ok


async def test_its_worker_and_sweeper_are_well(stack: Stack, mail: MailSink) -> None:
    assert all(stack.runs(name) for name in ("broker", "web", "worker", "sweeper"))
    assert mail.received == []
