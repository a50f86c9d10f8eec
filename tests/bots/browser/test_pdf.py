"""A PDF is a page among others: looked at, copied from, followed, left; its buttons open nothing of the server's."""

from __future__ import annotations

import asyncio
import io
import struct
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from PIL import Image, ImageChops

from tests.bots.browser.conftest import Server, Site
from tests.bots.browser.viewer import Viewer

LINES = ["The first page", "The second page", "The third page"]
SHOP = "<title>Shop</title><a href='/doc.pdf' style='position:absolute;left:0;top:0;width:300px;height:100px'>doc</a>"
PAPER = (375, 60, 1190, 720)  # where the viewer of PDFs shows the document
FIRST = (440, 130, 840, 200)  # its first line
BLANK, LINK = (1100, 650), (640, 400)  # places on its first page
SAVE, PRINT, BEFORE_SAVE = (1176, 28), (1212, 28), (1140, 28)  # the viewer's buttons, and where it sent the file away
CONTROL = 2


def pdf(link: str) -> bytes:
    """Three pages of a line each; the first has a link."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(LINES)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(LINES)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, line in enumerate(LINES):
        text = f"BT /F1 40 Tf 60 700 Td ({line}) Tj ET"
        box = "/Rect [50 400 500 650] /Border [0 0 0]"
        action = f"/A << /S /URI /URI ({link}) >>"
        notes = f"/Annots [<< /Type /Annot /Subtype /Link {box} {action} >>]" if not number else ""
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * number} 0 R"
            f" /Resources << /Font << /F1 3 0 R >> >> {notes} >>",
            f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF"
    return out + f"xref\n0 {size}\n0000000000 65535 f \n{table}{end}".encode()


class Eye(Viewer):
    """Somebody who looks at the picture."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.picture = Image.new("RGB", (1280, 720))

    async def _take(self, data: str | bytes) -> None:
        if isinstance(data, bytes):
            y = struct.unpack(">BBHHHII", data[:16])[4]
            self.picture.paste(Image.open(io.BytesIO(data[16:])), (0, y))
            await self._news.tell()
        await super()._take(data)

    def ink(self, box: tuple[int, int, int, int] = PAPER) -> int:
        """How many pixels there are black, as words are on paper."""
        return sum(self.picture.crop(box).convert("L").histogram()[:30])

    async def sees(self, first_line: bool) -> None:
        await self.until(lambda: (self.ink(FIRST) > 500) is first_line and self.ink() > 500)

    async def goes(self, code: str, first_line: bool) -> None:
        """By a key, pressed until it leads there: the viewer of PDFs shows its paper before it hears anything."""
        async with asyncio.timeout(20):
            while True:
                await self.press(1, *BLANK)
                await self.stroke(code)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.sees(first_line), 1)
                    return

    async def follows_link(self) -> None:
        """Pressed until it leads on, likewise."""
        async with asyncio.timeout(20):
            while True:
                await self.press(1, *LINK)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.tab(title="Next", loading=False), 1)
                    return

    async def selects_first_line(self) -> None:
        """Drawn over until it is marked, likewise."""
        async with asyncio.timeout(20):
            while True:
                await self.act(1, "move", x=460, y=165)
                await self.act(1, "down", x=460, y=165, button=0, clicks=1, mods=0)
                await self.act(1, "move", x=820, y=165)
                await self.act(1, "up", x=820, y=165, button=0, clicks=1, mods=0)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.until(lambda: self.blue() > 5_000), 1)
                    return

    def blue(self) -> int:
        """How many pixels of the first line there are marked."""
        red, _, blue = self.picture.crop(FIRST).split()
        return sum(ImageChops.subtract(blue, red).histogram()[30:])

    async def has(self, name: str, size: int) -> None:
        """A file of this name is among the downloads, whole."""
        line = {"name": name, "size": size, "state": "done"}
        await self.until(
            lambda: any(line.items() <= each.items() for said in self.all("downloads") for each in said["downloads"])
        )

    async def has_kept(self, names: list[str]) -> None:
        await self.until(lambda: [each["name"] for each in self.all("downloads")[-1]["downloads"]] == names)

    async def zoom(self, percent: int) -> None:
        await self._send("zoom", e=self._server.epoch(1), percent=percent)

    async def stroke(self, code: str, key: str | None = None, mods: int = 0) -> None:
        for down in (True, False):
            held = {"mods": mods, "repeat": False, "location": 0}
            await self.act(1, "key", down=down, code=code, key=key or code, **held)


@pytest.fixture
async def reader(server: Server, site: Site) -> AsyncIterator[Eye]:
    """In control, at a PDF that a link has opened."""
    site.pages["/"] = SHOP
    site.documents["/doc.pdf"] = pdf(site.url("/next"))
    async with Eye(server) as reader:
        await server.call("grant", epoch=1, viewer=reader.id, name="Ann")
        await reader.act(1, "visit", typed=site.url())
        await reader.tab(title="Shop", loading=False)
        await reader.press(1, 100, 50)
        await reader.tab(url=site.url("/doc.pdf"), loading=False)
        await reader.sees(first_line=True)
        yield reader


async def test_a_pdf_is_scrolled_by_wheel_and_keys_and_enlarged(reader: Eye) -> None:
    await reader.act(1, "wheel", x=640, y=400, dx=0, dy=600, mods=0)
    await reader.sees(first_line=False)
    await reader.goes("Home", first_line=True)
    await reader.goes("PageDown", first_line=False)
    await reader.goes("Home", first_line=True)
    before = reader.ink(FIRST)
    await reader.zoom(150)
    await reader.until(lambda: reader.ink() > 1.5 * before)


async def test_words_of_a_pdf_are_copied_to_the_person(reader: Eye) -> None:
    await reader.selects_first_line()
    await reader.stroke("KeyC", "c", CONTROL)
    assert (await reader.hear("clipboard"))["text"] == LINES[0]
    await reader.press(1, *BLANK)
    await reader.until(lambda: not reader.blue())
    await reader.stroke("KeyA", "a", CONTROL)
    await reader.until(lambda: reader.blue() > 5_000)
    await reader.stroke("KeyC", "c", CONTROL)
    await reader.until(lambda: len(reader.all("clipboard")) == 2)
    assert reader.all("clipboard")[-1]["text"].splitlines() == LINES


async def test_a_link_of_a_pdf_leads_on_and_back_leads_back(reader: Eye, site: Site) -> None:
    await reader.follows_link()
    await reader.act(1, "go", to="back")
    await reader.tab(url=site.url("/doc.pdf"), loading=False)
    await reader.sees(first_line=True)
    await reader.act(1, "go", to="back")
    await reader.tab(title="Shop", loading=False)


@pytest.mark.security
async def test_t31_the_buttons_of_the_viewer_of_pdfs_lead_to_our_downloads_or_nowhere(
    reader: Eye, server: Server, site: Site
) -> None:
    await reader.press(1, *BEFORE_SAVE)
    await reader.press(1, *PRINT)
    for key in "ps":
        await reader.stroke(f"Key{key.upper()}", key, CONTROL)
    await reader.press(1, *SAVE)
    await reader.has("doc.pdf", len(site.documents["/doc.pdf"]))
    await reader.act(1, "print")
    await reader.has_kept(["doc.pdf", "doc.pdf"])
    await reader.follows_link()
    await server.until(tabs=1, windows=1)
