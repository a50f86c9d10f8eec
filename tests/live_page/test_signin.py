"""A site asks for a name and a password by HTTP: our own form."""

import pytest
from playwright.async_api import expect

from .conftest import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASKED = {"site": "http://intranet.example", "realm": "<b>Staff</b>", "again": False, "n": 1}


async def test_a_name_and_a_password_go_to_the_site_that_asks(seat: Seat) -> None:
    line = await seat.drive()
    await line.say("signin", **ASKED)
    dialog = seat.page.get_by_role("dialog", name="Sign in to this site")
    await expect(dialog).to_contain_text("http://intranet.example asks for a name and a password.")
    await expect(seat.part("signin-realm")).to_have_text("<b>Staff</b>")
    assert await seat.axe() == []
    await dialog.get_by_label("Name").fill("ann")
    await dialog.get_by_label("Password").fill("wrong")
    await seat.page.keyboard.press("Enter")
    sent = await line.next("signin")
    assert (sent["n"], sent["name"], sent["password"]) == (1, "ann", "wrong")
    await line.say("signin", **ASKED | {"again": True, "n": 2})
    await expect(dialog.get_by_role("alert")).to_have_text("This name and password were not accepted.")
    await expect(dialog.get_by_label("Name")).to_have_value("ann")
    await expect(dialog.get_by_label("Password")).to_have_value("")
    await seat.page.keyboard.press("Escape")
    sent = await line.next("signin", 1)
    assert (sent["n"], "name" in sent) == (2, False)
    await expect(dialog).to_be_hidden()
    assert line.all("key") == []


@pytest.mark.security
async def test_t15_what_was_typed_for_one_site_is_not_there_for_the_next(seat: Seat) -> None:
    line = await seat.drive()
    await line.say("signin", **ASKED)
    dialog = seat.page.get_by_role("dialog", name="Sign in to this site")
    await dialog.get_by_label("Name").fill("ann")
    await dialog.get_by_label("Password").fill("sec")
    await line.say("signin", **ASKED)  # told again, as when another tab asks: nobody loses what they typed
    await line.say("signin", **ASKED | {"site": "http://evil.example", "again": True, "n": 2})
    await expect(dialog).to_contain_text("http://evil.example asks")
    for label in ("Name", "Password"):
        await expect(dialog.get_by_label(label)).to_have_value("")
    await expect(dialog.get_by_label("Name")).to_be_focused()  # and not where the password was being typed
    await seat.page.keyboard.press("Escape")
    assert (await line.next("signin"))["n"] == 2


async def test_a_page_with_dialog_after_dialog_can_be_closed(seat: Seat) -> None:
    line = await seat.drive()
    await line.say("dialog", kind="alert", text="Hello", default="", again=False)
    await expect(seat.part("dialog-yes")).to_be_visible()
    await expect(seat.part("dialog-leave")).to_be_hidden()
    await line.say("dialog", kind="alert", text="Hello", default="", again=True)
    await seat.page.get_by_role("button", name="Close the tab").click()
    assert (await line.next("closetab"))["id"] == "t1"
    assert line.all("dialog") == []
