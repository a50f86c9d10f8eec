"""What Chromium draws outside of the page is in the picture, and works there with mouse and keyboard."""

import asyncio
import io

import pytest
from PIL import Image, ImageChops

from .rig import PATIENCE, Rig, fact

FIELDS = """<style>body > * { position: absolute; left: 100px; width: 300px; height: 40px }</style>
<select id=list style='top:0'><option>a<option>b<optgroup label=more><option>c</optgroup></select>
<input id=day type=date value=2026-11-10 style='top:60px'>
<input id=clock type=time value=10:30 style='top:120px'>
<input id=month type=month value=2026-03 style='top:180px'>
<input id=week type=week value=2026-W10 style='top:240px'>
<input id=paint type=color value='#ff0000' style='top:300px'>
<input id=town list=towns style='top:360px'><datalist id=towns><option>Bern<option>Basel</datalist>
<script>
window.changed = [];
for (const type of ["input", "change"])
  addEventListener(type, ({ target }) => changed.push(`${type} ${target.id}`), true);
</script>"""


class Picture:
    """What stands on the compositor's output, in a part of it."""

    def __init__(self, rig: Rig, box: tuple[int, int, int, int] = (0, 0, 1280, 720)) -> None:
        self.rig, self.box = rig, box
        self.before = self.now()

    def now(self) -> Image.Image:
        return Image.open(io.BytesIO(self.rig.compositor.thumbnail(1280))).crop(self.box)

    def pixels(self) -> int:
        """How many are plainly others than before."""
        difference = ImageChops.difference(self.now(), self.before).convert("L").point(lambda value: 255 * (value > 40))
        return difference.histogram()[255]

    async def changes(self, by: int) -> None:
        await fact(lambda: self.pixels() > by)

    async def settles(self) -> None:
        """It stands still: what has just opened is there whole, and takes keys."""
        async with asyncio.timeout(PATIENCE):
            while ImageChops.difference(self.now(), await self._soon()).getbbox():
                pass

    async def _soon(self) -> Image.Image:
        """When the page, whose thread draws its pickers too, has drawn again, and that could reach the output."""
        await self.rig.painted()
        await asyncio.sleep(0.15)
        return self.now()


@pytest.mark.parametrize(("field", "y", "keys", "value"), [
    ("list", 20, ["ArrowDown", "ArrowDown", "Enter"], "c"),
    ("day", 80, ["ArrowRight", "Enter"], "2026-11-11"),
    ("clock", 140, ["ArrowDown", "Enter"], "11:30"),
    ("month", 200, ["ArrowRight", "Enter"], "2026-04"),
    ("week", 260, ["ArrowDown", "Enter"], "2026-W11"),
])  # fmt: skip
async def test_a_picker_opens_in_the_picture_and_is_worked_by_keyboard(
    rig: Rig, field: str, y: int, keys: list[str], value: str
) -> None:
    await rig.open(FIELDS)
    person = await rig.driver()
    below = Picture(rig, (100, y + 25, 400, y + 160))
    await person.click(385, y)  # its arrow, or the sign at its end
    await below.changes(2_000)
    await below.settles()
    for key in keys:
        await person.stroke(key, key)
    await rig.until(f"{field}.value", value)
    await rig.until(f"changed.includes('change {field}')")
    await fact(lambda: len(rig.compositor.windows()) == 1)


async def test_a_list_of_twenty_thousand_is_worked_by_keyboard_wheel_and_mouse(rig: Rig) -> None:
    await rig.open("<select id=list style='position:absolute;left:100px;top:0;width:300px;height:40px'></select>")
    await rig.ask("list.append(...Array.from({length: 20000}, (_, n) => new Option(`Option ${n}`, n)))")
    person = await rig.driver()
    below = Picture(rig, (100, 45, 400, 300))
    await person.click(385, 20)
    await below.changes(500)
    await below.settles()
    for key in ("End", "Enter"):
        await person.stroke(key, key)
    await rig.until("list.value", "19999")
    await fact(lambda: len(rig.compositor.windows()) == 1)

    await below.settles()
    below.before = below.now()
    await person.click(385, 20)
    await below.changes(500)
    await below.settles()
    below.before = below.now()
    await person.do("wheel", x=200, y=150, dx=0, dy=-2_000, mods=0)
    await below.changes(500)
    await below.settles()
    await person.click(200, 150)
    await rig.until("19_000 < Number(list.value) && Number(list.value) < 19_990")


async def test_several_options_are_chosen_by_mouse_with_ctrl_and_shift(rig: Rig) -> None:
    await rig.open(
        "<select id=list multiple size=6 style='position:absolute;left:100px;top:0;width:300px;height:240px'>"
        "<option>a<option>b<optgroup label=more><option>c<option>d</optgroup></select>"
        "<script>window.changed = 0; list.onchange = () => changed++</script>"
    )
    await rig.ask("window.at = (n) => { const { x, y, height } = list.options[n].getBoundingClientRect();"
                  " return [x + 20, y + height / 2] }; 0")  # fmt: skip
    person = await rig.driver()
    for option, mods, chosen in ((0, 0, "a"), (2, 2, "a,c"), (3, 0, "d"), (1, 8, "b,c,d"), (2, 2, "b,d")):
        await person.click(*await rig.ask(f"at({option})"), mods=mods)
        await rig.until("[...list.selectedOptions].map((option) => option.value).join()", chosen)
    await rig.until("changed", 5)


async def test_days_and_colours_are_chosen_by_mouse(rig: Rig) -> None:
    await rig.open(FIELDS)
    person = await rig.driver()
    calendar = Picture(rig, (100, 105, 400, 300))
    await person.click(385, 80)
    await calendar.changes(2_000)
    await calendar.settles()
    await person.click(160, 230)
    await rig.until("changed.includes('change day')")
    assert (await rig.ask("day.value")).startswith("2026-1")
    colours = Picture(rig, (100, 345, 400, 600))
    await person.click(120, 320)
    await colours.changes(2_000)
    await colours.settles()
    await person.click(180, 420)
    await rig.until("paint.value !== '#ff0000'")
    await person.stroke("Enter", "Enter")
    await rig.until("changed.includes('change paint')")


async def test_a_tooltip_and_a_complaint_about_a_field_are_in_the_picture(rig: Rig) -> None:
    await rig.open(
        "<p title='What it means' style='position:absolute;left:600px;top:84px;height:40px'>a word</p>"
        "<form><input required style='position:absolute;left:100px;top:100px;width:200px;height:40px'>"
        "<button style='position:absolute;left:100px;top:400px;width:200px;height:40px'>Send</button></form>"
    )
    person = await rig.driver()
    beside = Picture(rig, (600, 122, 900, 220))
    for x in (640, 645, 650):
        await person.next("input", s=await person.do("move", x=x, y=110))
    await beside.changes(60)
    below = Picture(rig, (60, 145, 400, 240))
    await person.click(200, 420)
    await below.changes(500)


async def test_a_sign_in_window_that_closes_itself_gives_the_page_back(rig: Rig) -> None:
    await rig.open("<button style='position:absolute;left:0;top:0;width:300px;height:100px'>Sign in</button>")
    button = (
        "<button style='position:fixed;inset:0;width:100%;height:100%' onclick='opener.token = 42; window.close()'>"
        "Yes, it is me</button>"
    )
    opened = "window.open('about:blank', 'signin', 'width=400,height=300')"
    await rig.ask(f"document.querySelector('button').onclick = () => {opened}.document.write(`{button}`)")
    person = await rig.driver()
    await person.click(100, 50)
    await person.until(lambda: [tab["active"] for tab in person.tabs()] == [False, True])
    await fact(lambda: [window.waiting for window in rig.compositor.windows()] == [False, False])
    async with asyncio.timeout(PATIENCE):
        while len(person.tabs()) == 2:  # it grows into its place meanwhile
            await person.click(600, 400)
            await person.next("input", s=person.s)
    assert person.tabs()[0]["active"]
    await rig.until("window.token", 42)
    await fact(lambda: len(rig.compositor.windows()) == 1)
