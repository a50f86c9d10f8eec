"""The outsider's door opens for a person's press, however it is made, and for no script."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from alerts.links import token_for
from hitl.tenants.models import AuditEvent
from tests.conftest import facts
from tests.pages.conftest import SITTING_DOWN, Reader
from tests.pages.rows import Rows
from tests.person import PHONE

pytestmark = [pytest.mark.security, pytest.mark.asyncio(loop_scope="session")]


async def at_the_door(rows: Rows, reader: SITTING_DOWN) -> Reader:
    guest = await reader(device=PHONE)
    await guest.reads(f"/t/{token_for(rows.link.public_id, rows.link.key)}")
    return guest


async def test_t20_the_enter_key_opens_it(rows: Rows, reader: SITTING_DOWN) -> None:
    guest = await at_the_door(rows, reader)
    await guest.page.get_by_role("button", name="Open the browser").focus()
    await guest.page.keyboard.press("Enter")
    await guest.page.wait_for_url("**/g/*/")
    await expect(guest.page.get_by_role("navigation")).to_have_count(0)


@pytest.mark.parametrize(
    "script",
    [
        "document.forms[0].requestSubmit()",
        "document.forms[0].submit()",
        "document.querySelector('main button').click()",
        "document.querySelector('main button').dispatchEvent(new MouseEvent('click', {cancelable: true}))",
    ],
)
async def test_t20_a_script_does_not(rows: Rows, reader: SITTING_DOWN, script: str) -> None:
    guest = await at_the_door(rows, reader)
    async with guest.page.expect_navigation():
        await guest.page.evaluate(script)
    await expect(guest.page.get_by_role("alert")).to_contain_text("only when a person presses")
    assert "/t/" in guest.page.url
    assert not await facts(AuditEvent.objects.filter(verb="link.opened").exists)
    await guest.page.get_by_role("button", name="Open the browser").tap()
    await guest.page.wait_for_url("**/g/*/")
