"""What Chromium draws outside of the page is in the picture, and works there with mouse and keyboard."""

import io

import pytest
from PIL import Image, ImageChops

from .rig import Rig, fact

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
    for key in keys:
        await person.stroke(key, key)
    await rig.until(f"{field}.value", value)
    await rig.until(f"changed.includes('change {field}')")
    await fact(lambda: len(rig.compositor.windows()) == 1)
