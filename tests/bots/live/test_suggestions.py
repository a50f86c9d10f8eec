"""What text fields suggest: drawn in the picture, and chosen from there with mouse and keyboard."""

import pytest

from .rig import Person, Rig, fact
from .test_native import Picture
from .test_pickers import wish

PAGE = """<style>input, button { position: absolute; left: 100px; width: 300px; height: 40px }</style>
<input id=town list=towns style='top:20px'>
<datalist id=towns><option>Bern<option value=Basel>on the Rhine<option disabled>Bonn<option>Genf</datalist>
<button id=under style='top:64px;height:160px'>Send it off</button>
<input id=plain style='top:400px'>
<script>
window.heard = [];
for (const type of ["input", "change", "pointerdown", "mousedown", "click"])
  addEventListener(type, ({ target }) => heard.push(`${type} ${target.id}`), true);
for (const type of ["ArrowDown", "Enter"])
  addEventListener("keydown", ({ key }) => key === type && heard.push(key), true);
</script>"""
DISABLED = "[...towns.options].map((option) => Number(option.disabled)).join('')"


async def begin(rig: Rig, page: str = PAGE) -> tuple[Person, Picture]:
    await rig.open(page)
    return await rig.driver(), await below_of(rig)


async def below_of(rig: Rig) -> Picture:
    """What stands below the field, where its list is to be: first as it is without."""
    below = Picture(rig, (95, 68, 420, 300))
    await below.settles()
    below.before = below.now()
    return below


async def settled(rig: Rig, below: Picture) -> None:
    """Chromium has had time for a list of its own, and the options are as the page has them."""
    await below.settles()
    await rig.until(DISABLED, "0010")


async def test_they_are_chosen_by_keyboard(rig: Rig) -> None:
    person, below = await begin(rig)
    await person.click(200, 40)
    await below.changes(500)
    await person.type("b")
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        await person.stroke(key, key)
    await rig.until("town.value", "Basel")
    assert (await rig.ask("heard")).count("input town") == 2
    assert (await rig.ask("heard"))[-2:] == ["input town", "change town"]
    assert "Enter" not in await rig.ask("heard")
    await settled(rig, below)
    assert below.pixels() == 0  # neither ours nor Chromium's


async def test_they_are_chosen_by_mouse_and_what_lies_below_is_not_pressed(rig: Rig) -> None:
    person, below = await begin(rig)
    await person.click(200, 40)
    await below.changes(500)
    await below.settles()
    heard = await rig.ask("heard.length")
    await person.click(160, 82)
    await rig.until("town.value", "Bern")
    assert (await rig.ask("heard"))[heard:] == ["input town", "change town"]
    assert await rig.ask("document.activeElement.id") == "town"
    await settled(rig, below)
    assert below.pixels() < 100  # the button is drawn otherwise where the pointer is over it
    await person.click(200, 100)
    await rig.until("heard.includes('click under')")


FIELD = "<input list=towns><datalist id=towns><option>Bern<option>Basel</datalist>"
WHOLE = """<style>dialog, [popover] { inset: 0; margin: 0; border: 0; padding: 0; width: 600px; height: 500px }
input { position: absolute; left: 100px; top: 20px; width: 300px; height: 40px }</style>"""
# One with the field in it, and one around it.
COMPONENTS = f"""<script>
const define = (name, html) => customElements.define(name, class extends HTMLElement {{
  constructor() {{ super(); this.attachShadow({{ mode: "open" }}).innerHTML = `{WHOLE}${{html}}`; }}
}});
define("my-field", `{FIELD}`);
define("my-dialog", "<dialog><slot></slot></dialog>");
</script>"""


@pytest.mark.parametrize("page", [
    pytest.param(f"<dialog>{FIELD}</dialog>", id="dialog"),
    pytest.param("<dialog><my-field></my-field></dialog>", id="component in dialog"),
    pytest.param(f"<my-dialog>{FIELD}</my-dialog>", id="dialog in component"),
    pytest.param(f"<div popover>{FIELD}</div>", id="popover"),
    pytest.param("<div popover><my-field></my-field></div>", id="component in popover"),
    pytest.param("<my-field popover></my-field>", id="component that is a popover"),
])  # fmt: skip
async def test_the_list_belongs_to_the_dialog_or_popover_of_its_field(rig: Rig, page: str) -> None:
    await rig.open(WHOLE + page + COMPONENTS)
    await rig.ask("""{
      const inside = document.querySelector("my-field, my-dialog")?.shadowRoot;
      window.over = document.querySelector("dialog, [popover]") ?? inside.querySelector("dialog");
      window.field = document.querySelector("input") ?? inside.querySelector("input");
      over.popover ? over.showPopover() : over.showModal();
    }""")
    await rig.painted()
    person, below = await rig.driver(), await below_of(rig)
    await person.click(200, 40)
    await below.changes(500)
    await below.settles()
    await person.click(160, 82)
    await rig.until("field.value", "Bern")
    assert await rig.ask("over.matches(':modal, :popover-open')")


@pytest.mark.parametrize("how", ["escape", "elsewhere", "revoked"])
async def test_the_list_goes_and_leaves_nothing(rig: Rig, how: str) -> None:
    person, below = await begin(rig)
    shape = await rig.ask("document.documentElement.outerHTML")
    await person.click(200, 40)
    await below.changes(500)
    if how == "escape":
        await person.stroke("Escape", "Escape")
    elif how == "elsewhere":
        await person.click(200, 420)
    else:
        await person.say("revoke", epoch=1)
    await fact(lambda: below.pixels() == 0)
    await settled(rig, below)
    assert below.pixels() == 0
    assert await rig.ask("document.documentElement.outerHTML") == shape


async def test_a_page_that_fills_its_list_while_somebody_types_is_followed(rig: Rig) -> None:
    fill = """<script>
    towns.replaceChildren();
    const fill = () => towns.replaceChildren(...["x1", "x2"].map((value) => new Option("", value)));
    town.oninput = () => setTimeout(fill, 150);
    </script>"""
    person, below = await begin(rig, PAGE + fill)
    await person.click(200, 40)
    await person.stroke("KeyX", "x")
    await below.changes(500)
    await below.settles()
    await person.click(160, 82)
    await rig.until("town.value", "x1")


async def test_with_own_controls_it_is_not_drawn_twice(rig: Rig) -> None:
    person, below = await begin(rig)
    await wish(rig, person)
    await person.click(200, 40)
    await person.next("picker", kind="suggested")
    await settled(rig, below)
    assert below.pixels() == 0


@pytest.mark.security
async def test_a_page_cannot_press_the_list_nor_see_into_it(rig: Rig) -> None:
    person, below = await begin(rig)
    await person.click(200, 40)
    await below.changes(500)
    hosts = await rig.ask("""[...document.querySelectorAll('[popover]')].map((host) => {
      for (const type of ['mousedown', 'click'])
        host.dispatchEvent(new MouseEvent(type, { bubbles: true, clientX: 160, clientY: 82 }));
      return host.shadowRoot;
    })""")
    assert hosts == [None]
    assert await rig.ask("town.value") == ""
