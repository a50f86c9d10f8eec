"""The line: how it comes back, and that nothing is acknowledged before it is drawn."""

import asyncio

import pytest
from playwright.async_api import Route, expect

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


async def test_the_first_return_is_at_once_and_the_waits_grow_to_a_limit(own: Seat) -> None:
    await own.page.add_init_script(NOTE_WAITS)
    line = await own.watch()
    own.far.refuse = 1011
    await line.socket.close(1011)
    await own.page.wait_for_function("() => window.waits.length >= 8")
    assert (await own.page.evaluate("window.waits"))[:8] == [0, 10, 20, 40, 40, 40, 40, 40]
    own.far.refuse = None
    again = await own.far.line(1)
    await again.hello()
    await again.drawn(await again.picture("first.jpeg"))
    await expect(own.part("cover")).to_be_hidden()


async def test_a_line_that_falls_while_its_ticket_is_fetched_comes_back_once(own: Seat) -> None:
    await own.page.clock.install()
    await own.page.add_init_script("""
      window.lines = window.fallen = 0;
      window.chance = 1;
      Math.random = () => window.chance;
      window.WebSocket = class extends WebSocket {
        constructor(url) {
          super(url);
          window.lines += 1;
          this.addEventListener('close', () => { window.fallen += 1; });
        }
      };
    """)
    line = await own.watch()
    asked: asyncio.Future[Route] = asyncio.get_running_loop().create_future()
    await own.page.route("**/ticket", lambda route: asked.set_result(route), times=1)
    await line.socket.close(1011)
    await own.page.wait_for_function("() => window.fallen === 1")
    await own.page.clock.run_for(10)
    route = await asked
    await own.far.lines[1].socket.close(1011)
    await own.page.wait_for_function("() => window.fallen === 2")
    await own.page.evaluate("window.chance = 0.01")  # the ticket's try is sooner than the line's
    async with own.page.expect_response("**/ticket"):
        await route.fulfill(status=429)
    await own.page.clock.run_for(20_000)
    await own.far.line(2)
    assert await own.page.evaluate("window.lines") == 3


async def test_f12_a_line_that_falls_silent_is_given_up(own: Seat) -> None:
    await own.page.clock.install()
    line = await own.watch()
    await line.say("ping", n=1)
    await line.next("pong")
    await own.page.clock.run_for(16_000)
    await own.far.line(1)


async def test_f14_a_browser_that_is_silent_is_given_up_whatever_the_web_process_says(own: Seat) -> None:
    """It tells the state every few seconds, which says nothing of whether there still are pictures to come."""
    await own.page.clock.install()
    line = await own.watch()
    await line.say("ping", n=1)
    await line.next("pong")
    for _ in range(3):
        await own.page.clock.run_for(4_000)
        await line.state(execution="running")
    await own.page.wait_for_selector('[data-execution-status="running"]')
    await own.page.clock.run_for(5_000)
    await own.far.line(1)


async def test_whoever_opens_their_laptop_again_sees_no_old_picture_as_if_it_were_live(own: Seat) -> None:
    """While a machine sleeps its timers stand still, and what the others sent to end the line is lost."""
    line = await own.watch()
    await line.say("ping", n=1)
    await line.next("pong")
    await own.page.evaluate("() => { const now = Date.now; Date.now = () => now() + 3_600_000; }")
    await expect(own.part("cover-title")).to_have_text("Reconnecting…")
    await own.far.line(1)


async def test_a_quiet_line_of_a_server_that_never_pings_is_kept(own: Seat) -> None:
    await own.page.clock.install()
    line = await own.watch()
    await own.page.clock.run_for(120_000)
    await line.say("ping", n=1)
    await line.next("pong")
    assert len(own.far.lines) == 1


async def test_it_returns_as_soon_as_the_machine_is_online_again(own: Seat) -> None:
    await own.page.add_init_script("Math.random = () => 1")
    line = await own.watch()
    own.far.refuse = 1011
    async with own.page.expect_websocket(), own.page.expect_websocket():
        await line.socket.close(1011)
    own.far.refuse = None
    await own.page.evaluate("window.dispatchEvent(new Event('online'))")
    await own.far.line(1)


async def test_a_device_that_goes_offline_says_so_and_keeps_its_line(seat: Seat) -> None:
    """It comes back by itself, or is given up a while later."""
    line = await seat.watch()
    await seat.page.evaluate("window.dispatchEvent(new Event('offline'))")
    await expect(seat.part("notice")).to_have_text("Your device is offline: what you see may be old.")
    await line.say("ping", n=1)
    await line.next("pong")
    assert len(seat.far.lines) == 1


async def test_f25_it_acknowledges_after_drawing_never_before(own: Seat) -> None:
    await own.page.add_init_script("""
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
    line = await own.watch()
    await line.drawn(await line.picture("key.h264"))
    await line.drawn(await line.picture("delta.h264"))
    assert await own.page.evaluate("window.story") == ["drawn", "ack"] * 3


async def test_a_stalled_page_catches_up_with_the_newest_picture(seat: Seat) -> None:
    line = await seat.watch()
    await seat.page.evaluate("() => { window.requestAnimationFrame = (act) => { window.frame = act; return 1; }; }")
    numbers = [await line.picture(name) for name in ("first.jpeg", "first.jpeg", "second.jpeg")]
    await line.drawn(numbers[-2])  # drawn at once, or overtaken; the newest waits for its animation frame
    assert not [ack for ack in line.all("ack") if ack["n"] == numbers[-1]]
    await seat.page.evaluate("window.frame()")
    await line.drawn(numbers[-1])
    assert await seat.colour(100, 100) == "yellow"
