"""The page as a list, and working it without the picture."""

import asyncio
from typing import Any

import pytest

from .rig import PATIENCE, Person, Rig

PAGE = """<h1>Sign in</h1><p>A code was <b>sent</b> to you.</p>
<a href="#help" onclick="seen.push('helped')">Help</a>
<label>Name <input id=name value=Ann></label><label>Password <input id=pin type=password value=old-secret></label>
<label><input id=keep type=checkbox> Stay signed in</label>
<label>Account <select id=account onchange="seen.push('chose ' + this.value)">
<option value=1>Current<option value=2>Savings</select></label>
<button onclick="seen.push('pressed')">Go on</button><button disabled>Later</button>
<div onclick="seen.push('clicked')" role=button>No focus</div>
<iframe srcdoc="<button onclick='parent.seen.push(`framed`)'>In a frame</button>"></iframe>"""


async def outline(person: Person, name: str) -> dict[str, dict[str, Any]]:
    """The newest list, by name, once it holds this one; asked for again and again, as an open list does."""
    async with asyncio.timeout(PATIENCE):
        while name not in (found := newest(person)):
            await person.say("outline")
            await asyncio.sleep(0.1)
    return found


def newest(person: Person) -> dict[str, dict[str, Any]]:
    lists = person.all("outline")
    return {entry["name"]: entry for entry in lists[-1]["entries"]} if lists else {}


async def test_a_page_is_a_list_that_can_be_worked(rig: Rig) -> None:
    await rig.open(PAGE)
    driver = await rig.driver()
    page = await outline(driver, "Sign in")
    kinds = {name: entry["kind"] for name, entry in page.items()}
    assert list(kinds.items())[:4] == [
        ("Sign in", "heading"),
        ("A code was", "text"),
        ("sent", "text"),
        ("to you.", "text"),
    ]
    assert {"Help": "link", "Name": "field", "Password": "field", "Stay signed in": "check"}.items() <= kinds.items()
    assert {"Account": "choice", "Go on": "button", "In a frame": "button"}.items() <= kinds.items()
    assert (page["Sign in"]["level"], page["Later"]["disabled"], page["Stay signed in"]["checked"]) == (1, True, False)
    assert (page["Account"]["value"], page["Account"]["options"]) == ("Current", ["Current", "Savings"])
    assert "old-secret" not in str(driver.heard)
    assert "Ann" not in str(driver.all("outline"))
    for name in ("Go on", "Help", "Stay signed in", "No focus", "In a frame"):
        await driver.do("pressentry", id=page[name]["id"])
    await driver.do("fillentry", id=page["Account"]["id"], text="Savings")
    await rig.until(
        "['pressed', 'helped', 'clicked', 'framed', 'chose 2'].every((one) => seen.includes(one)) && keep.checked"
    )
    await driver.do("fillentry", id=page["Name"]["id"], text="Größe 😀")
    await rig.until("name.value ?? document.getElementById('name').value", "Größe 😀")
    await driver.do("fillentry", id=page["Password"]["id"], text="")
    await rig.until("pin.value", "")


async def test_only_what_is_new_is_told_and_nothing_to_whom_the_picture_is_hidden(rig: Rig) -> None:
    await rig.open(PAGE)
    watcher, driver = await rig.join("watcher", may="watch"), await rig.driver()
    page = await outline(watcher, "Sign in")
    await watcher.do("pressentry", id=page["Go on"]["id"])
    assert "watch" in (await watcher.next("refused"))["why"]
    await watcher.say("outline")
    await rig.ask("document.querySelector('h1').textContent = 'Welcome'")
    await outline(watcher, "Welcome")
    assert len(watcher.all("outline")) == 2
    await driver.say("hide", e=driver.epoch, on=True)
    await watcher.next("private", on=True)
    await rig.ask("document.querySelector('h1').textContent = 'Secret'")
    await watcher.say("outline")
    await outline(driver, "Secret")
    assert "Secret" not in str(watcher.heard)


SLOW = """<button onclick="
    window.pressed = (window.pressed ?? 0) + 1;
    for (const began = performance.now(); performance.now() - began < 50;);
">Pay</button>"""


async def revoked(driver: Person) -> None:
    await driver.say("revoke", epoch=driver.epoch)
    await driver.next("control", viewer=None)


@pytest.mark.security
async def test_n9_what_waits_for_its_turn_is_not_done_after_control_has_ended(rig: Rig) -> None:
    await rig.open(SLOW)
    driver = await rig.driver()
    page = await outline(driver, "Pay")
    numbers = [await driver.do("pressentry", id=page["Pay"]["id"]) for _ in range(30)]
    assert "Too much" in (await driver.next("refused", s=numbers[-1]))["why"]
    await rig.until("window.pressed > 0")
    await revoked(driver)
    await driver.until(lambda: any("Control ended" in m["why"] for m in driver.all("refused")))
    done = await rig.ask("window.pressed")
    assert done < 10
    await rig.painted()
    assert await rig.ask("window.pressed") == done
    assert await rig.ask("seen.filter((one) => one == 'keydown Enter').length") == await rig.ask(
        "seen.filter((one) => one == 'keyup Enter').length"
    )


@pytest.mark.security
async def test_n9_a_field_is_not_filled_after_control_has_ended(rig: Rig) -> None:
    await rig.open("""<label>Name <input id=field onfocus="
        window.focused = true;
        for (const began = performance.now(); performance.now() - began < 500;);
    "></label>""")
    driver = await rig.driver()
    page = await outline(driver, "Name")
    s = await driver.do("fillentry", id=page["Name"]["id"], text="493 021")
    await driver.next("input", s=s)
    await revoked(driver)
    assert "Control ended" in (await driver.next("refused", s=s))["why"]
    await rig.until("window.focused")
    await rig.painted()
    assert await rig.ask("field.value") == ""


async def test_what_is_meant_for_one_page_is_not_written_into_another(rig: Rig) -> None:
    """A field's page may bring another to the front as soon as it has the focus."""
    await rig.open("""<label>Name <input id=field onfocus="
        const other = window.open('about:blank');
        other.document.write('<input id=field>');
        other.field.focus();
    "></label>""")
    driver = await rig.driver()
    page = await outline(driver, "Name")
    s = await driver.do("fillentry", id=page["Name"]["id"], text="493 021")
    assert "not on the page any more" in (await driver.next("refused", s=s))["why"]
    await rig.until("field.value", "")


async def test_a_page_that_has_cut_its_texts_in_the_middle_of_a_letter_is_told_all_the_same(rig: Rig) -> None:
    await rig.open("<button id=b></button><script>b.textContent = document.title = 'A party \\ud83d'</script>")
    driver = await rig.driver()
    assert (await outline(driver, "A party ?"))["A party ?"]["kind"] == "button"
    await rig.ask("void setTimeout(() => alert('Welcome \\ud83d'))")
    assert "Welcome" in (await driver.next("dialog", kind="alert"))["text"]
