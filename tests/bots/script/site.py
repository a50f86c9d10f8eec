"""The pages that steps are played against, from a small server in a thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

PAGES = Path(__file__).parent / "pages"


class Pages(BaseHTTPRequestHandler):
    """The files of `pages`, and a few addresses that misbehave."""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        odd = {
            "/download": self._download,
            "/nothing": self._nothing,
            "/endless": self._endless,
            "/gone": self._gone,
            "/refused": self._refused,
        }
        odd.get(path, self._file)()

    def _file(self) -> None:
        file = PAGES / self.path.split("?")[0].lstrip("/")
        found = file.is_file()
        self._send(file.read_bytes() if found else b"<h1>Not here</h1>", status=200 if found else 404)

    def _download(self) -> None:
        headers = {"Content-Type": "text/csv", "Content-Disposition": "attachment; filename=report.csv"}
        self._send(b"a,b\n1,2\n", headers)

    def _nothing(self) -> None:
        self.send_response(204)
        self.end_headers()

    def _gone(self) -> None:
        self.close_connection = True

    def _refused(self) -> None:
        """As the browser server's proxy answers for an address that is not allowed."""
        self._send(b"10.0.0.1 is a private address.", {"X-Hitl-Refused": "1"}, status=403)

    def _endless(self) -> None:
        """A page that can be used, with a picture that never comes."""
        self._send(b"<title>Endless</title><h1 id=top>Here already</h1><img src=/slow>")

    def _send(self, body: bytes, more: dict[str, str] | None = None, status: int = 200) -> None:
        self.send_response(status)
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))} | (more or {})
        if self.path.startswith("/strict.html"):
            headers["Content-Security-Policy"] = "script-src 'unsafe-inline'"
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


class Slow(Pages):
    """Holds /slow open until the site ends."""

    ended: threading.Event

    def do_GET(self) -> None:
        if self.path.startswith("/slow"):
            self.ended.wait(60)
            self.close_connection = True
            return
        super().do_GET()


@contextmanager
def site() -> Iterator[str]:
    """The address of a running site."""
    ended = threading.Event()
    handler = type("Handler", (Slow,), {"ended": ended})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
