"""The line: how it comes back, and that nothing is acknowledged before it is drawn."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Playwright, Route, expect

from .browser_side import ME, BrowserSide
from .conftest import WINDOW, Seat
from .site import Site

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


@pytest_asyncio.fixture(loop_scope="session")
async def historian(driver: Playwright, chromium: str, far: BrowserSide, site: Site) -> AsyncIterator[Seat]:
    """Before a browser that keeps pages for whoever goes back to them, as all do that no test has started."""
    browser = await driver.chromium.launch(
        executable_path=chromium, ignore_default_args=["--disable-back-forward-cache"]
    )
    seat = Seat(await browser.new_page(viewport=WINDOW), far, site)  # type: ignore[arg-type]
    yield seat
    await browser.close()
    assert seat.complaints == []


# What is begun while there is no line: neither answered nor refused.
HANGING = """
  window.hung = 0;
  const Real = WebSocket;
  window.WebSocket = function (url) {
    if (!window.hangs) return new Real(url);
    window.hung += 1;
    return Object.assign(new EventTarget(), { readyState: Real.CONNECTING, close() {} });
  };
  Object.assign(window.WebSocket, { CONNECTING: 0, OPEN: 1 });
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
    await own.page.evaluate("window.chance = 0.01")  # a try for the ticket's sake would be sooner than the line's
    async with own.page.expect_response("**/ticket"):
        await route.fulfill(status=429)
    await own.page.clock.run_for(100)
    assert await own.page.evaluate("window.lines") == 2
    await own.page.clock.run_for(1_000)
    await (await own.far.line(2)).hello()
    await own.page.clock.run_for(3_000)
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


async def test_a_page_that_was_kept_by_its_browser_is_live_again(historian: Seat) -> None:
    """It comes back as it was left, with its scripts, and with a picture for which nobody sends a successor."""
    historian.site.keeping = "max-age=0"
    line = await historian.drive()
    await historian.page.evaluate("window.kept = true")
    await historian.page.goto(historian.site.url("localhost"))
    await line.until(lambda: line.closed)
    before = len(historian.far.lines)
    await historian.page.evaluate("history.back()")
    again = await historian.far.line(before)
    assert await historian.page.evaluate("window.kept")
    await expect(historian.part("cover-title")).to_have_text("Reconnecting…")
    await again.hello(control={"epoch": 2, "viewer": ME, "name": "Alice"})
    await again.drawn(await again.picture("second.jpeg"))
    await expect(historian.part("cover")).to_be_hidden()
    await historian.page.keyboard.press("a")
    assert (await again.next("key"))["e"] == 2


async def hung_again(seat: Seat, before: int) -> int:
    """Milliseconds of the page until it begins another try, in steps of half a second."""
    for passed in range(0, 20_000, 500):
        if await seat.page.evaluate("window.hung") > before:
            return passed
        await seat.page.clock.run_for(500)
    raise AssertionError("It is still at the same try.")


async def test_a_try_that_hangs_is_given_up_for_another(own: Seat) -> None:
    """One that was begun while there was no line: TCP's own next look at it may be minutes away."""
    await own.page.add_init_script(HANGING)
    line = await own.watch()
    await own.stop_time()
    await own.page.evaluate("window.hangs = true")
    await line.socket.close(1011)
    await expect(own.part("cover-title")).to_have_text("Reconnecting…")
    assert all([await hung_again(own, before) <= 4_000 for before in range(9)])
    assert 4_000 < await hung_again(own, 9) <= 8_000  # the line may have become slow
    await own.page.evaluate("window.hangs = false")
    await own.page.evaluate("window.dispatchEvent(new Event('online'))")  # which waits for none
    again = await own.far.line(1)
    await again.hello()
    await again.drawn(await again.picture("first.jpeg"))
    await expect(own.part("cover")).to_be_hidden()


async def test_a_line_that_is_opened_and_says_nothing_is_given_up(own: Seat) -> None:
    line = await own.watch()
    await own.stop_time()
    await line.socket.close(1011)
    await own.page.clock.run_for(100)
    await own.far.line(1)
    await own.page.clock.run_for(16_000)
    await own.far.line(2)


async def test_a_line_that_a_change_of_networks_has_killed_is_asked_whether_it_lives(own: Seat) -> None:
    """Or the page would wait for fifteen seconds of silence."""
    line = await own.watch()
    await own.stop_time()
    await line.say("ping", n=1)
    await line.next("pong")
    await own.page.evaluate("window.dispatchEvent(new Event('online'))")
    await line.next("figures")
    await line.say("figures", kind="jpeg", coarse=False, fastest=30, delay=10)
    await line.say("ping", n=2)
    await line.next("pong", after=1)
    await own.page.clock.run_for(6_000)
    assert len(own.far.lines) == 1
    await own.page.evaluate("window.dispatchEvent(new Event('online'))")
    await line.next("figures", after=1)
    await own.page.clock.run_for(4_100)
    await own.far.line(1)


async def test_a_page_that_is_looked_at_again_waits_for_no_timer(own: Seat) -> None:
    """Those of a page that nobody sees, or of a device that slept, are late by a minute."""
    line = await own.watch()
    await line.say("ping", n=1)
    await line.next("pong")
    await own.stop_time()
    await own.page.evaluate("() => { const now = Date.now; Date.now = () => now() + 3_600_000; }")
    await own.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(own.part("cover-title")).to_have_text("Reconnecting…")
    await own.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    again = await own.far.line(1)
    await again.hello()
    await again.drawn(await again.picture("second.jpeg"))
    await expect(own.part("cover")).to_be_hidden()


async def test_a_ticket_that_does_not_come_is_asked_for_again(own: Seat) -> None:
    """A connection that the browser has kept from before the line was lost may lead nowhere."""
    line = await own.watch()
    asked: asyncio.Future[Route] = asyncio.get_running_loop().create_future()
    await own.page.route("**/ticket", lambda route: asked.set_result(route), times=1)  # and never answers
    await line.socket.close(1011)
    await asked
    again = await own.far.line(1)
    assert again.all("hello")[0]["ticket"] == "ticket-1"


async def test_a_ticket_that_takes_its_time_is_waited_for_while_another_is_asked_for(own: Seat) -> None:
    """Where the line is slow each would be given up in turn, and the server waits ten seconds for one."""
    line = await own.watch()
    asked: list[Route] = []
    await own.page.route("**/ticket", lambda route: asked.append(route))
    await own.stop_time()
    async with own.page.expect_request("**/ticket"):
        await line.socket.close(1011)
        await expect(own.part("cover-title")).to_have_text("Reconnecting…")
        await own.page.clock.run_for(100)
    async with own.page.expect_request("**/ticket"):
        await own.page.clock.run_for(3_000)
    await asked[0].fulfill(json={"ticket": "ticket-slow"})
    again = await own.far.line(1)
    assert again.all("hello")[0]["ticket"] == "ticket-slow"


async def test_a_ticket_that_fails_for_a_line_that_has_fallen_ends_no_try_of_the_next(own: Seat) -> None:
    """As when the network changes: what was under way fails in the moment in which there is a way again."""
    await own.page.add_init_script(HANGING + "Math.random = () => 0.01;")
    line = await own.watch()
    asked: asyncio.Future[Route] = asyncio.get_running_loop().create_future()
    await own.page.route("**/ticket", lambda route: asked.set_result(route), times=1)
    await own.stop_time()
    await line.socket.close(1011)
    await expect(own.part("cover-title")).to_have_text("Reconnecting…")
    await own.page.clock.run_for(100)
    route = await asked
    await own.page.evaluate("window.hangs = true")
    await own.far.lines[1].socket.close(1011)
    await hung_again(own, 0)
    async with own.page.expect_response("**/ticket"):
        await route.fulfill(status=429)
    await own.page.clock.run_for(1_000)
    assert await own.page.evaluate("window.hung") == 1


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
