"""The browser's bar: where a person may go, and the icons of tabs."""

import base64
import io

import pytest
from PIL import Image

from bots.live.icons import drawn

from .conftest import Server, Site
from .viewer import Viewer


def png(side: int, colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, "PNG")
    return out.getvalue()


@pytest.mark.security
async def test_t31_the_address_bar_leads_to_the_web_and_nowhere_else(server: Server, site: Site) -> None:
    site.files["/icon.png"] = png(64)
    site.pages["/icons"] = "<title>Icons</title><link rel=icon href='javascript:1' type=image/svg+xml>"
    site.pages["/icons"] += "<link rel='shortcut icon' href=/icon.png><p>with an icon</p>"
    async with Viewer(server) as ann:
        await server.call("grant", epoch=1, viewer=ann.id, name="Ann")
        for typed, why in [
            ("file:///etc/passwd", "Addresses that begin with file: are not opened here"),
            ("words", "words are not sent to a search engine"),
            ("10.1.2.3", "10.1.2.3 is not on the public internet, and the operator has not listed it."),
            ("0x7f.1:1", "0x7f.1 is not on the public internet"),
        ]:
            await ann.act(1, "visit", typed=typed)
            assert why in (await ann.hear("refused", s=ann.last))["why"]

        await ann.act(1, "visit", typed=f"{site.target}/icons")
        tab = await ann.tab(title="Icons", loading=False, back=True)  # its history is told after its title
        assert tab["url"] == site.url("/icons")
        icon = await ann.hear("icon", id=tab["id"])
        with Image.open(io.BytesIO(base64.b64decode(icon["png"]))) as picture:
            assert (picture.format, picture.size) == ("PNG", (32, 32))

        await ann.act(1, "newtab")
        await ann.tab(url="about:blank", active=True)
        with site.silence("/next"):
            await ann.act(1, "visit", typed=site.url("/next"))
            await ann.tab(active=True, loading=True)
            await ann.act(1, "go", to="stop")
            await ann.tab(active=True, loading=False)


@pytest.mark.security
@pytest.mark.parametrize("data", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", png(8)[:40], png(1100)])
def test_t15_an_icon_that_is_no_small_picture_is_none(data: bytes) -> None:
    assert drawn(data) is None
