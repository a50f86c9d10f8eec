"""The picture: decoded, drawn, acknowledged, mapped."""
import pytest

from .conftest import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_it_draws_a_jpeg_and_then_says_so(seat: Seat) -> None:
    line = await seat.open()
    await line.drawn(await line.picture("first.jpeg"))
    assert [await seat.colour(100, 100), await seat.colour(1200, 600)] == ["red", "white"]


async def test_it_offers_h264_where_the_browser_decodes_it(seat: Seat) -> None:
    line = await seat.open()
    assert line.all("hello")[0] == {"t": "hello", "v": 1, "ticket": "ticket-0", "codecs": ["h264", "jpeg"]}


async def test_it_decodes_h264_key_and_delta_frames(seat: Seat) -> None:
    line = await seat.open()
    await line.drawn(await line.picture("key.h264"))
    assert await seat.colour(100, 100) == "red"
    await line.drawn(await line.picture("delta.h264"))
    assert [await seat.colour(100, 100), await seat.colour(1200, 100)] == ["yellow", "green"]
