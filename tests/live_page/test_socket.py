"""The line: how it comes back, and that nothing is acknowledged before it is drawn."""

import pytest
from playwright.async_api import expect

from .conftest import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Chance is fixed at a hundredth, so that the waits are short; what was asked of the clock is noted.
NOTE_WAITS = """
  window.waits = [];
  Math.random = () => 0.01;
  const real = window.setTimeout;
  window.setTimeout = (act, wait, ...rest) => {
    if (String(act).includes('connect')) window.waits.push(Math.round(wait));
    return real(act, wait, ...rest);
  };
"""


async def test_the_first_return_is_at_once_and_the_waits_grow_to_a_limit(seat: Seat) -> None:
    await seat.page.add_init_script(NOTE_WAITS)
    line = await seat.watch()
    seat.far.refuse = 1011
    await line.socket.close(1011)
    await seat.page.wait_for_function("() => window.waits.length >= 8")
    assert (await seat.page.evaluate("window.waits"))[:8] == [0, 10, 20, 40, 40, 40, 40, 40]
    seat.far.refuse = None
    again = await seat.far.line(1)
    await again.hello()
    await again.drawn(await again.picture("first.jpeg"))
    await expect(seat.part("cover")).to_be_hidden()


async def test_f12_a_line_that_falls_silent_is_given_up(seat: Seat) -> None:
    await seat.page.clock.install()
    line = await seat.watch()
    await line.say("ping", n=1)
    await line.next("pong")
    await seat.page.clock.run_for(16_000)
    await seat.far.line(1)


async def test_a_quiet_line_of_a_server_that_never_pings_is_kept(seat: Seat) -> None:
    await seat.page.clock.install()
    line = await seat.watch()
    await seat.page.clock.run_for(120_000)
    await line.say("ping", n=1)
    await line.next("pong")
    assert len(seat.far.lines) == 1


async def test_it_returns_as_soon_as_the_machine_is_online_again(seat: Seat) -> None:
    await seat.page.add_init_script("Math.random = () => 1")
    line = await seat.watch()
    seat.far.refuse = 1011
    async with seat.page.expect_websocket(), seat.page.expect_websocket():
        await line.socket.close(1011)
    seat.far.refuse = None
    await seat.page.evaluate("window.dispatchEvent(new Event('online'))")
    await seat.far.line(1)


async def test_f25_it_acknowledges_after_drawing_never_before(seat: Seat) -> None:
    await seat.page.add_init_script("""
      window.story = [];
      const draw = CanvasRenderingContext2D.prototype.drawImage;
      CanvasRenderingContext2D.prototype.drawImage = function (...all) {
        window.story.push('drawn');
        return draw.apply(this, all);
      };
      const send = WebSocket.prototype.send;
      WebSocket.prototype.send = function (data) {
        if (data.includes('"ack"')) window.story.push('ack');
        return send.call(this, data);
      };
    """)
    line = await seat.watch()
    await line.drawn(await line.picture("key.h264"))
    await line.drawn(await line.picture("delta.h264"))
    assert await seat.page.evaluate("window.story") == ["drawn", "ack"] * 3


async def test_a_stalled_page_catches_up_with_the_newest_picture(seat: Seat) -> None:
    line = await seat.watch()
    await seat.page.evaluate("() => { window.requestAnimationFrame = (act) => { window.frame = act; return 1; }; }")
    numbers = [await line.picture(name) for name in ("first.jpeg", "first.jpeg", "second.jpeg")]
    await line.drawn(numbers[-2])  # drawn at once, or overtaken; the newest waits for its animation frame
    assert not [ack for ack in line.all("ack") if ack["n"] == numbers[-1]]
    await seat.page.evaluate("window.frame()")
    await line.drawn(numbers[-1])
    assert await seat.colour(100, 100) == "yellow"
