"""Pages that others wrote widgets for, served to the bot's browser; they report what they hear to the test."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
WIDGETS = HERE.parent.parent / "vendor" / "widgets"
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
PATIENCE = 20


class Site:
    """`said` is all that the page has reported, in order: [what, value]."""

    def __init__(self, port: int, page: str = "widgets.html") -> None:
        self.said: list[list[Any]] = []
        self.url = f"http://127.0.0.1:{port}/{page}"
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def all(self, what: str) -> list[Any]:
        return [value for name, value in self.said if name == what]

    async def hears(self, what: str, *wanted: Any, meanwhile: Callable[[], Awaitable[None]] | None = None) -> Any:
        """Wait for a report, the newest of its kind, that is one of these; any, where none is named.

        meanwhile: done until then, again and again.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                while not (heard := self.all(what)[-1:]) or (wanted and heard[0] not in wanted):
                    if meanwhile:
                        await meanwhile()
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"{what} was to be {wanted}, and is {self.all(what)[-3:]}") from None
        return heard[0]

    def _handler(site) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                name = Path(self.path).name
                found = next((folder / name for folder in (HERE, WIDGETS) if (folder / name).is_file()), None)
                body = found.read_bytes() if found else b""
                self._answer(200 if found else 404, body, TYPES.get(Path(name).suffix, "text/plain"))

            def do_POST(self) -> None:
                site.said += json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self._answer(200, b"", "text/plain")

            def _answer(self, status: int, body: bytes, kind: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None: ...

        return Handler
