"""Caps Lock and Num Lock are the person's own: what a key makes there is what it makes in the remote page."""

from typing import Any

from .rig import Person, Rig

SHIFT = 8
PAGE = """<input id=field style="position:absolute;left:10px;top:10px" autofocus><script>
window.pressed = [];
addEventListener('keydown', (event) => pressed.push([event.code, event.key, event.keyCode, event.location,
  event.shiftKey, event.getModifierState('CapsLock')].join()), true);
</script>"""


async def stroke(driver: Person, code: str, key: str, mods: int = 0, location: int = 0) -> None:
    for down in (True, False):
        held: dict[str, Any] = {"code": code, "key": key, "mods": mods, "location": location}
        await driver.do("key", down=down, repeat=False, **held)


async def at_the_field(rig: Rig) -> Person:
    await rig.open(PAGE)
    driver = await rig.driver()
    await driver.click(30, 20)
    await rig.until("document.activeElement === field")
    return driver


async def test_letters_are_as_caps_lock_has_them_and_the_remote_browser_knows_no_lock_of_its_own(rig: Rig) -> None:
    """One that was toggled elsewhere is right with the first letter: there is nothing that could be out of step."""
    driver = await at_the_field(rig)
    await stroke(driver, "KeyA", "A")  # it was on before
    await stroke(driver, "KeyB", "b", SHIFT)
    await stroke(driver, "CapsLock", "CapsLock")
    await stroke(driver, "KeyC", "c")
    await stroke(driver, "KeyD", "D", SHIFT)
    await stroke(driver, "Digit1", "1")
    await rig.until("field.value", "AbcD1")
    assert await rig.ask("pressed") == [
        "KeyA,A,65,0,false,false",
        "KeyB,b,66,0,true,false",
        "CapsLock,CapsLock,20,0,false,false",
        "KeyC,c,67,0,false,false",
        "KeyD,D,68,0,true,false",
        "Digit1,1,49,0,false,false",
    ]


async def test_the_number_pad_writes_or_moves_as_num_lock_has_it(rig: Rig) -> None:
    driver = await at_the_field(rig)
    for digit in "0123456789":
        await stroke(driver, f"Numpad{digit}", digit, location=3)
    await rig.until("field.value", "0123456789")
    assert await rig.ask("pressed.at(-1)") == "Numpad9,9,105,3,false,false"
    await stroke(driver, "NumLock", "NumLock")
    away = {
        "Numpad7": "Home",
        "Numpad6": "ArrowRight",
        "NumpadDecimal": "Delete",
        "Numpad1": "End",
        "Numpad4": "ArrowLeft",
    }
    for code, key in away.items():
        await stroke(driver, code, key, location=3)
    await stroke(driver, "Numpad5", "Clear", location=3)
    await rig.until("[field.value, field.selectionStart].join()", "023456789,8")
    assert await rig.ask("pressed.slice(-6).map((one) => one.split(',').slice(1, 4).join()).join(' ')") == (
        "Home,36,3 ArrowRight,39,3 Delete,46,3 End,35,3 ArrowLeft,37,3 Clear,12,3"
    )
    await stroke(driver, "NumpadEnter", "Enter", location=3)
    await rig.until("pressed.at(-1)", "NumpadEnter,Enter,13,3,false,false")
