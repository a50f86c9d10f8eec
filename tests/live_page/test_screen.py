"""The picture: decoded, drawn, acknowledged, mapped."""

import pytest

from .conftest import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_it_draws_a_jpeg_and_then_says_so(seat: Seat) -> None:
    line = await seat.open()
    await line.drawn(await line.picture("first.jpeg"))
    assert [await seat.colour(100, 100), await seat.colour(1200, 600)] == ["red", "white"]


async def test_it_offers_every_kind_that_the_browser_decodes(seat: Seat) -> None:
    line = await seat.open()
    hello = line.all("hello")[0]
    assert hello == {"t": "hello", "v": 1, "ticket": "ticket-0", "viewer": "v-me", "codecs": hello["codecs"]}
    assert {"h264", "h264-444", "vp8", "vp9", "jpeg"} <= set(hello["codecs"])


async def test_it_decodes_h264_key_and_delta_frames(seat: Seat) -> None:
    line = await seat.open()
    await line.drawn(await line.picture("key.h264"))
    assert await seat.colour(100, 100) == "red"
    await line.drawn(await line.picture("delta.h264"))
    assert [await seat.colour(100, 100), await seat.colour(1200, 100)] == ["yellow", "green"]


async def test_it_takes_another_profile_and_size_in_the_middle_of_the_stream(seat: Seat) -> None:
    line = await seat.open()
    await line.drawn(await line.picture("key.h264"))
    await line.say("size", w=800, h=600)
    await line.drawn(await line.picture("small-key.h264", 800, 600))
    canvas = await seat.part("canvas").evaluate("(canvas) => [canvas.width, canvas.height]")
    assert (canvas, await seat.colour(700, 500)) == ([800, 600], "white")


async def test_it_keeps_the_last_picture_until_one_of_the_new_size_is_there(seat: Seat) -> None:
    line = await seat.watch()
    await line.say("size", w=800, h=600)
    await line.say("ping", n=1)
    await line.next("pong")
    assert await seat.colour(100, 100) == "red"
    await line.drawn(await line.picture("small.jpeg", 800, 600))
    assert await seat.part("canvas").evaluate("(canvas) => canvas.width") == 800


async def test_it_draws_a_stripe_at_its_row(seat: Seat) -> None:
    line = await seat.watch()
    await line.drawn(await line.picture("stripe.jpeg", 1280, 80, y=400))
    await line.drawn(await line.picture("stripe.jpeg", 1280, 80, y=0))
    assert [await seat.colour(100, y) for y in (390, 410, 470, 490)] == ["blue", "black", "black", "blue"]
    assert [await seat.colour(100, 40), await seat.colour(100, 90)] == ["black", "red"]


async def test_stripes_of_one_moment_are_all_drawn(seat: Seat) -> None:
    line = await seat.watch()
    numbers = [await line.picture("stripe.jpeg", 1280, 80, y=y) for y in range(0, 720, 80)]
    await line.drawn(numbers[-1])
    assert [await seat.colour(1200, y) for y in range(40, 720, 80)] == ["black"] * 9


async def test_a_stripe_that_was_under_way_when_the_size_changed_is_not_drawn(seat: Seat) -> None:
    line = await seat.watch()
    await line.say("size", w=800, h=600)
    await line.drawn(await line.picture("stripe.jpeg", 1280, 80, y=80))
    assert await seat.colour(100, 100) == "red"


async def test_f25_it_acknowledges_every_frame_in_order_and_ends_with_the_newest(seat: Seat) -> None:
    line = await seat.watch()
    numbers = [await line.picture(name) for name in ("second.jpeg", "first.jpeg") * 5]
    last = await line.picture("second.jpeg")
    await line.drawn(last)
    assert [ack["n"] for ack in line.all("ack")] == [1, *numbers, last]
    assert await seat.colour(100, 100) == "yellow"


async def test_it_acknowledges_what_it_cannot_use(seat: Seat) -> None:
    line = await seat.watch()
    await line.drawn(await line.picture("delta.h264"))
    await line.frame("jpeg", b"no picture at all", 1280, 720, 0, 50)
    await line.drawn(50)
    assert await seat.colour(100, 100) == "red"


@pytest.mark.parametrize(("profile", "kind"), [(b"\x42\xc0\x1f", "h264"), (b"\xf4\0\x1f", "h264-444")])
async def test_it_asks_for_another_kind_after_the_decoder_has_failed(seat: Seat, profile: bytes, kind: str) -> None:
    line = await seat.open()
    await line.drawn(await line.picture("key.h264"))
    before = line.all("hello")[0]["codecs"]
    await line.frame("key", b"\0\0\0\1\x67" + profile + b"\0\0\1\x65broken", 1280, 720, 0, 9)
    again = await seat.far.line(1)
    assert again.all("hello")[0]["codecs"] == [each for each in before if each != kind]
    await again.hello()
    await again.drawn(await again.picture("second.jpeg"))
    assert await seat.colour(100, 100) == "yellow"


async def test_it_asks_for_jpeg_where_there_is_no_secure_context(own: Seat) -> None:
    await own.page.add_init_script("delete window.VideoDecoder")
    line = await own.open()
    assert line.all("hello")[0]["codecs"] == ["jpeg"]


async def test_it_goes_on_acknowledging_while_the_page_is_hidden(seat: Seat) -> None:
    line = await seat.watch()
    await seat.page.evaluate("""() => {
      Object.defineProperty(document, 'hidden', {value: true});
      window.requestAnimationFrame = () => 1;
    }""")
    await line.picture("first.jpeg")
    await line.drawn(await line.picture("second.jpeg"))
    assert await seat.colour(100, 100) == "yellow"


async def test_it_shows_the_remote_pointer_to_who_drives(seat: Seat) -> None:
    line = await seat.drive()
    await line.say("cursor", css="pointer")
    await seat.page.wait_for_function("() => document.querySelector('canvas').style.cursor === 'pointer'")
    await line.say("cursor", png="iVBORw0KGgo=", x=3, y=4)
    await seat.page.wait_for_function("() => document.querySelector('canvas').style.cursor.includes('3 4')")


async def test_t15_it_takes_no_address_for_a_pointer(seat: Seat) -> None:
    line = await seat.drive()
    await line.say("cursor", css="crosshair")
    await line.say("cursor", css="url(https://evil.example/x.png), auto")
    await line.say("cursor", png='x") 0 0, url("https://evil.example/x.png', x=0, y=0)
    await line.drawn(await line.picture("second.jpeg"))  # what came before it has been read
    assert await seat.page.evaluate("document.querySelector('canvas').style.cursor") == "crosshair"


async def test_malformed_messages_and_frames_change_nothing(seat: Seat) -> None:
    line = await seat.watch()
    for text in ("", "{", "null", '{"t":"hello","w":"wide"}', '{"t":"constructor"}', '{"t":"tabs","tabs":[null]}'):
        await line.socket.send(text)
    for data in (b"", b"\1", b"\x09" * 40):
        await line.socket.send(data)
    await line.drawn(await line.picture("second.jpeg"))
    assert await seat.part("words").inner_text() == "The bot waits for you. Nobody is in control."
