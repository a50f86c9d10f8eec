"""Passkeys in a real browser, with an authenticator that Chromium itself plays."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.pages.conftest import SITTING_DOWN, Reader
from tests.pages.rows import Rows
from tests.people import PASSWORD, People, everybody

pytestmark = pytest.mark.asyncio(loop_scope="session")
CANCELS = "() => { navigator.credentials.get = async () => { throw new DOMException('', 'NotAllowedError'); }; }"


@pytest.fixture
def people(db: None) -> People:
    return everybody()


async def has_a_fingerprint_reader(person: Reader) -> None:
    devtools = await person.context.new_cdp_session(person.page)
    await devtools.send("WebAuthn.enable")
    options: dict[str, Any] = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


async def test_a_passkey_is_added_signs_in_alone_and_can_be_removed(people: People, reader: SITTING_DOWN) -> None:
    bob = await reader()
    page = bob.page
    await has_a_fingerprint_reader(bob)
    await page.goto("/accounts/login/?next=/account/")
    await page.get_by_label("E-mail address").fill(people.bob.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("link", name="Add passkeys").click()
    await page.get_by_role("link", name="Add a key").click()
    await page.get_by_label("Password").fill(PASSWORD)  # is it you?
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_label("Name").fill("Bob's laptop")
    assert await bob.wrongs() == []
    await page.get_by_role("button", name="Go on").click()
    await expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    await page.goto("/accounts/2fa/webauthn/")
    await expect(page.locator("main")).to_contain_text("Bob's laptop passkey")
    assert await bob.wrongs() == []

    await bob.context.clear_cookies()
    await page.goto("/accounts/login/?next=/account/")
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.get_by_text("Bob: your menu")).to_be_attached()

    await page.goto("/accounts/2fa/webauthn/")
    await page.get_by_role("link", name="Remove Bob's laptop").click()
    await page.get_by_role("link", name="Use a security key").click()  # is it you?
    await page.get_by_role("button", name="Use a passkey").click()
    await page.get_by_role("button", name="Remove").click()
    await expect(page.get_by_text("None yet.")).to_be_visible()


async def test_who_cancels_reads_why_and_can_go_on(rows: Rows, reader: SITTING_DOWN) -> None:
    guest = await reader()
    await guest.page.goto("/accounts/login/")
    await guest.page.evaluate(CANCELS)
    await guest.page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(guest.page.get_by_role("alert")).to_contain_text("No passkey was used")
