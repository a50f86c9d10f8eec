"""Real parts: a browser server with its Chromium, Playwright, and a small site to look at."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error, Playwright

from bots import engine
from bots.browser import chromium, client
from tests.bots.browser.server import Server
from tests.bots.browser.standing import Standing

PAGES = {
    "/": "<title>Shop</title><h1>Hello</h1><input id=name aria-label='Your name'><div id=host></div>",
    "/next": "<title>Next</title><p>the next page</p>",
}


# At the end of a page that is pressed: Chromium has drawn it, and knows where in it what lies.
PAINTED = "<script>requestAnimationFrame(() => requestAnimationFrame(() => fetch('/painted')))</script>"


class Site(ThreadingHTTPServer):
    """Pages by path; `asked` are the request lines and bodies that arrived."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Answer)
        self.pages = dict(PAGES)
        self.redirects: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self.documents: dict[str, bytes] = {}  # PDFs
        self.locked: dict[str, str] = {}  # path → the Authorization that opens it
        self.asked: list[str] = []
        self.news = threading.Condition()
        self.silent: dict[str, threading.Event] = {}  # paths that are answered once the event has come
        threading.Thread(target=self.serve_forever, args=[0.05], daemon=True).start()

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.target}{path}"

    def note(self, request: str) -> None:
        with self.news:
            self.asked.append(request)
            self.news.notify_all()

    @contextmanager
    def silence(self, path: str) -> Iterator[None]:
        """Whoever asks for this path meanwhile waits."""
        self.silent[path] = threading.Event()
        yield
        self.silent.pop(path).set()

    async def until_asked(self, request: str) -> None:
        """A request that begins so has arrived, with its body behind it."""

        def wait() -> bool:
            with self.news:
                return self.news.wait_for(lambda: any(each.startswith(request) for each in self.asked), 20)

        assert await asyncio.to_thread(wait), f"nobody asked for {request}: {self.asked}"


class _Answer(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.note(self.requestline)
        path = urlsplit(self.path).path
        if path in self.server.silent:
            self.server.silent[path].wait(60)
        if path in self.server.redirects:
            self._send(302, b"", ("Location", self.server.redirects[path]))
        elif path in self.server.locked and self.headers.get("Authorization") != self.server.locked[path]:
            self._send(401, b"no entry", ("WWW-Authenticate", 'Basic realm="<b>Staff</b>"'))
        elif path in self.server.files:
            self._send(200, self.server.files[path], ("Content-Disposition", "attachment; filename=report.bin"))
        elif path in self.server.documents:
            self._send(200, self.server.documents[path], ("Content-Type", "application/pdf"))
        else:
            page = self.server.pages.get(path)
            self._send(
                200 if page else 404,
                (page or "nothing").encode(),
                ("Content-Type", "text/html; charset=utf-8"),
            )

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.note(f"{self.requestline} {body.decode()}")
        self._send(200, b"thanks", ("Access-Control-Allow-Origin", "*"))

    def _send(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="package")
def port() -> Iterator[int]:
    """Of all tests' sites, one after the other: the server that stands for many tests may reach no other. Held by a
    socket that does not listen, so that nobody takes it in between."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@pytest.fixture
def site(port: int) -> Iterator[Site]:
    with Site(port) as site:
        yield site
        site.shutdown()


@pytest.fixture
def sessions() -> Iterator[Path]:
    """A folder for sessions that Chromium's own user can enter (pytest's is for the tests' user alone)."""
    folder = Path(tempfile.mkdtemp(prefix="hitl-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


StartServer = Callable[..., Awaitable[Server]]


@pytest.fixture
async def start(sessions: Path, site: Site) -> AsyncIterator[StartServer]:
    """Starts servers, which may reach the site; all are ended after the test."""
    async with AsyncExitStack() as stack:

        async def start(name: str = "exe_1", **options: Any) -> Server:
            options = {
                "token": f"token-of-{name}-0123456789",
                "private_targets": [site.target],
                "max_age": 600,
            } | options
            started = await client.start(client.Config(folder=sessions / name, **options))
            control = await stack.enter_async_context(client.ControlLine(started.address, started.token))
            stack.push_async_callback(_end, control)
            return Server(started, sessions / name, control)

        yield start


async def _end(control: client.ControlLine) -> None:
    with suppress(ConnectionError, client.ServerError):
        await control.call("end", reason="the test is over")


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def standing(port: int) -> AsyncIterator[Standing]:
    standing = Standing(f"127.0.0.1:{port}")
    yield standing
    await standing.end()


@pytest.fixture
async def server(request: pytest.FixtureRequest, standing: Standing, site: Site) -> AsyncIterator[Server]:
    """As if it had just been started. Tests that change the process start one of their own."""
    failed = request.session.testsfailed
    server = await standing.take()
    yield server
    server.is_spoilt |= request.session.testsfailed > failed
    await standing.give_back(server)


@pytest.fixture
async def shared(standing: Standing) -> AsyncIterator[Server]:
    """For tests that leave nothing in it: nothing is cleared away."""
    server = await standing.take()
    yield server
    await server.close()


Attach = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def attach(driver: Playwright, server: Server) -> AsyncIterator[Attach]:
    browsers: list[Browser] = []

    async def attach(role: str = "runner", epoch: int = 1) -> Browser:
        browser = await driver.chromium.connect_over_cdp(
            client.cdp_url(server.address),
            headers=server.headers(role, epoch),
            artifacts_dir=server.folder / "downloads",
        )
        browsers.append(browser)
        return browser

    yield attach
    server.is_spoilt |= not await _all_closed(browsers)


async def _all_closed(browsers: list[Browser]) -> bool:
    """A page that stands still may keep Playwright from it."""
    with suppress(TimeoutError, Error):
        async with asyncio.timeout(10):
            for browser in browsers:
                await browser.close()
    return not any(browser.is_connected() for browser in browsers)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def patient_worker() -> AsyncIterator[engine.Engine]:
    one = engine.Engine()
    yield one
    await (await one.driver()).stop()


@pytest.fixture
def worker(patient_worker: engine.Engine, monkeypatch: pytest.MonkeyPatch) -> engine.Engine:
    """Its engine soon gives up where a page does not let it attach."""
    monkeypatch.setattr(engine, "ATTACHED_WITHIN", 2)
    return patient_worker


@pytest.fixture
def chromium_path() -> str:
    return chromium.find(os.environ.get("HITL_CHROMIUM"))
