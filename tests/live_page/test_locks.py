"""Caps Lock and Num Lock: what one's own keyboard makes of a key goes to the remote page, whatever its locks are."""

import pytest
from playwright.async_api import expect

from .conftest import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_letters_and_the_number_pad_go_as_the_persons_own_locks_have_them(seat: Seat) -> None:
    """Whatever was toggled where: the key says what it makes, and no lock is remembered."""
    line = await seat.drive()
    cdp = await seat.page.context.new_cdp_session(seat.page)
    keys = [("KeyA", "A", 0, 0), ("KeyB", "b", 8, 0), ("Numpad4", "4", 0, 3), ("Numpad4", "ArrowLeft", 0, 3)]
    for code, key, mods, location in keys:
        text = {"text": key} if len(key) == 1 else {}
        event = {"code": code, "key": key, "modifiers": mods, "isKeypad": location == 3}
        for kind in ("keyDown", "keyUp"):
            await cdp.send("Input.dispatchKeyEvent", {"type": kind, **event, **(text if kind == "keyDown" else {})})
    await line.next("key", 7)
    told = [key for key in line.all("key") if key["down"]]
    assert [(key["code"], key["key"], key["mods"], key["location"]) for key in told] == keys


async def test_caps_lock_is_said_once_where_what_is_typed_cannot_be_read(seat: Seat) -> None:
    """A page that would say so itself does not know of it."""
    line = await seat.drive()
    await line.field(mode="text", box=[0, 0, 10, 10])
    await seat.page.keyboard.press("A")
    await line.next("key", 1)
    await expect(seat.part("notice")).to_have_text("")
    for secret in (True, False, True):
        await line.field(mode="text", box=[0, 0, 10, 10], secret=secret)
    await line.say("ping", n=1)
    await line.next("pong")
    await seat.page.keyboard.press("1")
    await seat.page.keyboard.press("b")
    await line.next("key", 5)
    await expect(seat.part("notice")).to_have_text("")
    await seat.page.keyboard.press("C")  # without Shift: as Caps Lock makes it
    await expect(seat.part("notice")).to_have_text("Caps Lock is on.")
