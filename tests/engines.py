"""Browsers other than Chromium, driven by hand: WebKitGTK over WebDriver and Firefox over Marionette."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from hitl.up.ports import free_port
from tests.waiting import until

PATIENCE = 40
Answer = TypeVar("Answer")
MINI_BROWSER = next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"), Path("MiniBrowser"))


class Trouble(Exception):
    """A sentence for whoever runs this."""


class Engine(ABC):
    """What a person does at its window, in the words of WebDriver."""

    name: str
    needs: dict[str, str]  # Debian's packages, by the program that is wanted of each
    version: str

    @classmethod
    @abstractmethod
    def open(cls, var: Path) -> AbstractContextManager[Engine]:
        """Started, with its files and what it says in this folder."""

    @abstractmethod
    def send(self, command: str, **parameters: Any) -> Any:
        """A command of WebDriver, by the name that Marionette knows it by: what comes of it."""

    @classmethod
    def missing(cls) -> list[str]:
        return [package for program, package in cls.needs.items() if not shutil.which(program)]

    def go(self, url: str) -> None:
        self.send("Navigate", url=url)

    def js(self, body: str, *arguments: Any) -> Any:
        return self.send("ExecuteScript", script=body, args=list(arguments))

    def resize(self, width: int, height: int) -> None:
        """The page's own width; a window's frame takes some of what it is given."""
        self.send("SetWindowRect", width=width, height=height)
        inner = self.js("return innerWidth")
        if inner != width:
            self.send("SetWindowRect", width=2 * width - inner, height=height)

    def picture(self, path: Path) -> None:
        shot = self.send("TakeScreenshot")
        path.write_bytes(base64.b64decode(shot))

    def until(self, body: str, *arguments: Any) -> Any:
        """What the page says once it is something."""
        if found := until(lambda: self.js(body, *arguments), PATIENCE):
            return found
        said = self.js("return document.body.innerText.slice(0, 600)")
        raise Trouble(f"never became so: {body} {arguments}\nThe page: {said}")

    def click(self, selector: str, words: str = "") -> None:
        """The first thing that is seen and holds these words, in its middle, by the mouse."""
        x, y = self.until(
            """const [selector, words] = arguments;
            const found = [...document.querySelectorAll(selector)].find((one) =>
              one.textContent.includes(words) && one.checkVisibility() && one.getClientRects().length);
            if (!found) return null;
            found.scrollIntoView({ block: "center", behavior: "instant" });
            const { left, top, width, height } = found.getBoundingClientRect();
            return [left + width / 2, top + height / 2].map(Math.round);""",
            selector,
            words,
        )
        self.press(x, y)

    def press(self, x: float, y: float) -> None:
        moves = [{"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0, "origin": "viewport"}]
        moves += [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        mouse = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": moves}
        self.send("PerformActions", actions=[mouse])

    def type(self, *keys: str) -> None:
        """One text, or keys that are held together."""
        downs, ups = [[{"type": way, "value": key} for key in keys] for way in ("keyDown", "keyUp")]
        strokes = downs + ups[::-1]
        if len(keys) == 1:
            strokes = [{"type": way, "value": letter} for letter in keys[0] for way in ("keyDown", "keyUp")]
        self.send("PerformActions", actions=[{"type": "key", "id": "keys", "actions": strokes}])

    def at_canvas(self, across: float, down: float) -> tuple[float, float]:
        """A place of the picture, in parts of it; the letterbox is none of it."""
        left, top, width, height, ratio = self.js(
            """const canvas = document.querySelector("[data-part=canvas]");
            const { left, top, width, height } = canvas.getBoundingClientRect();
            return [left, top, width, height, canvas.width / canvas.height];"""
        )
        shown_width, shown_height = min(width, height * ratio), min(height, width / ratio)
        x = left + (width - shown_width) / 2 + shown_width * across
        y = top + (height - shown_height) / 2 + shown_height * down
        return x, y


class WebKit(Engine):
    """WebKitGTK's MiniBrowser by WebKitWebDriver, on a screen that nobody sees."""

    name = "WebKitGTK"
    needs = {"WebKitWebDriver": "webkit2gtk-driver", "Xvfb": "xvfb"}
    COMMANDS = {
        "Navigate": "url",
        "ExecuteScript": "execute/sync",
        "SetWindowRect": "window/rect",
        "PerformActions": "actions",
    }

    @classmethod
    @contextmanager
    def open(cls, var: Path) -> Iterator[Engine]:
        wishes = var / "gtk-3.0" / "gtk.css"
        wishes.parent.mkdir()
        wishes.write_text("* { min-width: 0; padding: 0; font-size: 1px }")  # or no window is as narrow as a phone
        with ExitStack() as ends:
            display = ends.enter_context(screen(var))
            port = free_port()
            environment = {**os.environ, "DISPLAY": display, "HOME": str(var), "XDG_CONFIG_HOME": str(var)}
            ends.enter_context(running(["WebKitWebDriver", f"--port={port}"], var / "webkit.log", environment))
            driver = cls(port)
            yield driver
            driver._ask("DELETE", "")

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}/session"
        arguments = ["--automation", "--enable-write-console-messages-to-stdout=true"]
        wants = {"webkitgtk:browserOptions": {"binary": str(MINI_BROWSER), "args": arguments}}
        made = patiently(lambda: self._ask("POST", "", {"capabilities": {"alwaysMatch": wants}}))
        self._base += f"/{made['sessionId']}"
        self.version = made["capabilities"]["browserVersion"]

    def send(self, command: str, **parameters: Any) -> Any:
        if command == "TakeScreenshot":
            return self._ask("GET", "screenshot")
        return self._ask("POST", self.COMMANDS[command], parameters)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._base}/{path}".rstrip("/"), data, method=method)  # noqa: S310 (our own)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise Trouble(error.read().decode()) from None


class Firefox(Engine):
    """Firefox by Marionette, which is WebDriver over a plain socket and needs no geckodriver."""

    name = "Firefox"
    needs = {"firefox-esr": "firefox-esr"}
    SETTINGS = {
        "marionette.port": 0,  # a free one, which it writes down
        "devtools.console.stdout.content": True,
        "toolkit.legacyUserProfileCustomizations.stylesheets": True,
    }

    @classmethod
    @contextmanager
    def open(cls, var: Path) -> Iterator[Engine]:
        profile = var / "firefox"
        (profile / "chrome").mkdir(parents=True)
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in cls.SETTINGS.items()]
        (profile / "user.js").write_text("".join(lines))
        (profile / "chrome" / "userChrome.css").write_text(":root { min-width: 0 !important }")  # for a narrow window
        command = ["firefox-esr", "--headless", "--marionette", "--no-remote", "--profile", str(profile), "about:blank"]
        environment = {**os.environ, "HOME": str(var), "MOZ_HEADLESS_WIDTH": "1400", "MOZ_HEADLESS_HEIGHT": "1000"}
        with running(command, var / "firefox.log", environment):
            port = patiently(lambda: int((profile / "MarionetteActivePort").read_text()))
            yield cls(port)

    def __init__(self, port: int) -> None:
        self._line = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._file = self._line.makefile("rb")
        self._read()  # what it speaks
        self.version = self.send("NewSession")["capabilities"]["browserVersion"]

    def send(self, command: str, **parameters: Any) -> Any:
        message = json.dumps([0, 1, f"WebDriver:{command}", parameters]).encode()
        self._line.sendall(b"%d:%s" % (len(message), message))
        _, _, error, value = self._read()
        if error:
            raise Trouble(f"{command}: {error['error']}: {error['message']}")
        return value["value"] if set(value) == {"value"} else value

    def _read(self) -> Any:
        digits = iter(lambda: self._file.read(1), b":")
        return json.loads(self._file.read(int(b"".join(digits))))


@contextmanager
def running(
    command: list[str], log: Path, environment: dict[str, str], **more: Any
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said, start_new_session=True, **more)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(10)


@contextmanager
def screen(var: Path) -> Iterator[str]:
    """The name of a screen of our own: Xvfb finds a free number and says it."""
    reads, writes = os.pipe()
    command = ["Xvfb", "-displayfd", str(writes), "-screen", "0", "1500x1100x24", "-nolisten", "tcp"]
    with running(command, var / "xvfb.log", dict(os.environ), pass_fds=[writes]):
        os.close(writes)
        with os.fdopen(reads) as says:
            yield f":{says.readline().strip()}"


def patiently(ask: Callable[[], Answer]) -> Answer:
    """While it is still starting it does not answer."""

    def answer() -> Answer | None:
        with suppress(OSError, ValueError):
            return ask()
        return None

    return until(answer, PATIENCE) or ask()  # which says what is wrong


ENGINES: dict[str, type[Engine]] = {"webkit": WebKit, "firefox": Firefox}
