"""A takeover in other engines than Chromium: `python -m tests.other_engines [webkit|firefox]`, by hand.

Somebody signs in, opens the alert from the inbox, takes control, types the code into the bot's page, answers and
presses Done; then an outsider does the same by a link, in a window as wide as a phone. It is what WebKitGTK can show of
Safari: no touch screen, no phone's keyboard, no decoder in hardware.
"""

from __future__ import annotations

import secrets
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.engines import ENGINES, PATIENCE, Engine, Trouble
from tests.waiting import until

if TYPE_CHECKING:
    from alerts.models import Alert
    from bots.models import Execution
    from hitl.tenants.models import User
    from tests.stack import Stack

DESK, PHONE = (1280, 900), (390, 844)
PRESSES = 9
SHIFT, ESCAPE, F10 = "\ue008", "\ue00c", "\ue03a"  # as WebDriver writes keys

# A field; a lamp, red or green by each press and blue once the code is there; and something that always moves.
PAGE = b"""<!doctype html>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>The code</title>
<style>
  * { box-sizing: border-box; margin: 0 }
  body { display: grid; grid: 2fr 1fr 1fr / 1fr; height: 100vh; font: 24px sans-serif }
  #lamp { background: #d00 } #lamp.on { background: #0d0 } #lamp.there { background: #00d }
  #moving { width: 30%; background: linear-gradient(90deg, #fff, #00c) }
</style>
<input id="code" aria-label="Code"><div id="lamp"></div><div id="moving"></div>
<script>
  const move = (now) => {
    moving.style.transform = `translateX(${(now / 10) % 200}%)`;
    requestAnimationFrame(move);
  };
  move(0);
  code.oninput = () => {
    lamp.textContent = code.value;
    lamp.classList.toggle("there", code.value.length === 6);
  };
  lamp.onpointerdown = () => lamp.classList.toggle("on");
</script>"""
FIELD, LAMP = (0.5, 0.25), (0.5, 0.62)
STEPS: list[dict[str, Any]] = [
    {"type": "setViewport", "width": 1280, "height": 720},
    {"type": "navigate"},
    {
        "type": "requestHuman",
        "kind": "otp",
        "title": "Type the code",
        "fields": [{"name": "note", "type": "text", "label": "Who told you", "required": True}],
    },
    {"type": "extract", "name": "typed", "selectors": [["#lamp"]]},
]

PHASE = "return document.querySelector('[data-live]')?.dataset.phase === arguments[0]"
# What the page needs to be watched by: the lamp's colour as it is drawn, the time of each frame from its way into the
# decoder until whoever drew it closes it, the time from a press until the lamp has changed, and how often the figures
# were told: once a second, the first time in the middle of what happens as they are switched on.
WATCHED = """
const canvas = document.querySelector("[data-part=canvas]");
window.lamp = () => {
  const at = [canvas.width * 0.5, canvas.height * 0.62].map(Math.round);
  const colour = [...canvas.getContext("2d").getImageData(...at, 1, 1).data].slice(0, 3);
  return ["red", "green", "blue"].find((_, one) => colour[one] > 150 && Math.min(...colour) < 60);
};
window.decoded = [];
window.told = 0;
new MutationObserver(() => { window.told += 1; })
  .observe(document.querySelector("[data-part=figures]"), { childList: true, subtree: true });
const began = new Map(), { decode } = VideoDecoder.prototype, { close } = VideoFrame.prototype;
VideoDecoder.prototype.decode = function (chunk) {
  began.set(chunk.timestamp, performance.now());
  return decode.call(this, chunk);
};
VideoFrame.prototype.close = function () {
  if (began.has(this.timestamp)) decoded.push(performance.now() - began.get(this.timestamp));
  began.delete(this.timestamp);
  return close.call(this);
};
canvas.addEventListener("pointerdown", () => {
  const pressed = performance.now(), before = lamp();
  window.seen = null;
  const timer = setInterval(() => {
    if (lamp() === before) return;
    clearInterval(timer);
    window.seen = performance.now() - pressed;
  }, 2);
});"""
MENU = "document.querySelector('[data-part=menu]')"
FIGURES = """return window.told >= 3 && Object.fromEntries(
  [...document.querySelectorAll("[data-figure]")].map((one) => [one.dataset.figure, one.textContent]));"""


class Story:
    """One takeover, from the question to the bot's next step."""

    def __init__(self, stack: Stack, engine: Engine, shots: Path) -> None:
        self.stack, self.engine, self.shots = stack, engine, shots

    def member(self) -> str:
        """From a sign-in link, over the inbox, at a desk. What was seen of the picture."""
        from hitl.tenants.welcome import sign_in_link

        alert, owner = self._asked()
        self.engine.resize(*DESK)
        self.engine.go(sign_in_link(owner))
        self.engine.click("main button")
        self.engine.click("nav a", "Alerts")
        self.engine.click(f"#open-{alert.public_id}")
        return self._takes_over(alert, "member")

    def outsider(self) -> str:
        """Over a link, in a window as wide as a phone."""
        alert, _ = self._asked()
        self.engine.resize(*PHONE)
        self.engine.go(alert.share_link.url)
        self._shot("outsider-door")
        self.engine.click("button", "Open the browser")
        return self._takes_over(alert, "outsider")

    def _asked(self) -> tuple[Alert, User]:
        """A bot that waits for a person, and who owns it."""
        from bench.people import bot, workspace
        from hitl.tenants.people import Person

        steps = [dict(step) for step in STEPS]
        steps[1]["url"] = f"http://127.0.0.1:{self.stack.others_port}/"
        owner = workspace()[1]
        execution = bot("Other engines", steps).start(Person.member(owner), {})
        self._becomes(execution, "waiting_for_human")
        return execution.alerts.get(), owner

    def _takes_over(self, alert: Alert, who: str) -> str:
        engine, code = self.engine, f"{secrets.randbelow(10**6):06}"
        engine.until(PHASE, "watching")
        engine.js(WATCHED)
        engine.click("[data-part=take]")
        engine.until(PHASE, "driving")
        engine.until("return lamp() === 'red'")
        self._shot(f"{who}-drives")
        said = self._measured()
        engine.press(*engine.at_canvas(*FIELD))
        self._menu()
        engine.type(code)
        engine.until("return lamp() === 'blue'")
        engine.click("[name='answer.note']")
        engine.type("Ann")
        self._shot(f"{who}-typed")
        engine.click("[data-part=done] button")
        self._becomes(alert.execution, "succeeded")
        if alert.execution.output.get("typed") != code:
            raise Trouble(f"{code} was typed, and the page got {alert.execution.output}")
        engine.until("return document.body.innerText.includes('The bot goes on')")
        self._shot(f"{who}-done")
        return said

    def _menu(self) -> None:
        """What the keyboard asks for at a place of the page: it is no larger than what it holds."""
        self.engine.type(SHIFT, F10)
        height = self.engine.until(f"return {MENU}.checkVisibility() && {MENU}.offsetHeight")
        held = self.engine.js(f"return [...{MENU}.children].reduce((sum, one) => sum + one.offsetHeight, 0)")
        if height > held + 60:
            raise Trouble(f"the menu is {height} pixels high, and what it holds {held}")
        self.engine.type(ESCAPE)
        self.engine.until(f"return !{MENU}.checkVisibility()")

    def _measured(self) -> str:
        """What the view itself says of its pictures, how long one takes, and a press until it is seen."""
        engine, presses = self.engine, []
        for _ in range(PRESSES):
            engine.js("window.seen = null")
            engine.press(*engine.at_canvas(*LAMP))
            presses.append(engine.until("return window.seen"))
        engine.js("document.querySelector('[data-part=show-figures]').click()")
        said, decoded = engine.until(FIGURES), engine.js("return decoded")
        times = f"a frame decoded and drawn {middle(decoded):.0f} ms, press to pixel {middle(presses):.0f} ms"
        return f"{said['kind']}, {said['pictures']}, {times}"

    def _becomes(self, execution: Execution, status: str) -> None:
        def there() -> bool:
            execution.refresh_from_db()
            return execution.status == status or execution.is_over

        until(there, PATIENCE)
        if execution.status != status:
            raise Trouble(f"it was to be {status}, and is {execution.status}: {execution.message}")

    def _shot(self, name: str) -> None:
        self.engine.picture(self.shots / f"{name}.png")


def middle(numbers: list[float]) -> float:
    """No number where there are none: pictures as JPEG have no decoder."""
    return sorted(numbers)[len(numbers) // 2] if numbers else float("nan")


@contextmanager
def page(port: int) -> Iterator[None]:
    """The bot's page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE)

        def log_message(self, *_: Any) -> None:
            """Nobody asks."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def play(stack: Stack, kind: type[Engine]) -> bool:
    """Whether all went well; says how it went."""
    var = Path(tempfile.mkdtemp(prefix="hitl-other-engine-"))
    passed = True
    with kind.open(var) as engine:
        print(f"{kind.name} {engine.version}; its windows as pictures, and what it said: {var}", flush=True)
        story = Story(stack, engine, var)
        for part in (story.member, story.outsider):
            try:
                print(f"  {part.__name__}: passed; {part()}", flush=True)
            except Trouble as trouble:
                passed = False
                engine.picture(var / f"{part.__name__}-failed.png")
                print(f"  {part.__name__}: FAILED: {trouble}", flush=True)
    return passed


def main(names: list[str]) -> int:
    from bench.product import product

    if unknown := set(names) - set(ENGINES):
        print(f"Not known here: {' '.join(unknown)}. There are: {' '.join(ENGINES)}.")
        return 2
    engines = [ENGINES[name] for name in names or ENGINES]
    if packages := sorted({package for engine in engines for package in engine.missing()}):
        print(f"Debian packages are missing: apt-get install --no-install-recommends {' '.join(packages)}")
        return 2
    with product() as stack, page(stack.others_port):
        passed = [play(stack, engine) for engine in engines]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
