"""A small web server for tests: the product's live/stage.html in a frame, static/, and canned answers to its forms."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from alerts.models import Alert
from bots.models import Execution

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; connect-src 'self' ws:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

FRAME = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The live view</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
<link rel="stylesheet" href="/static/live/live.css">
<script type="module" src="/static/live/page.js"></script>
<main><h1>Enter the code</h1>{stage}</main></html>"""
FIELDS = [
    {"name": "account", "type": "text", "label": "Account number"},
    {"name": "which", "type": "choice", "label": "Which account", "choices": [f"Account {n}" for n in range(6)]},
    {"name": "checked", "type": "boolean", "label": "I compared the amount"},
]


def stage() -> str:
    """The live view's markup for somebody who may take control of an execution that waits. Its rows are in no table."""
    instructions = "The bank sent a code to your phone. Type it into the page, then press Done."
    context = {
        "execution": Execution(public_id="exe_1", status="waiting_for_human"),
        "alert": Alert(public_id="alt_1", status="open", kind="data", fields=FIELDS, instructions=instructions),
        "may": "control",
        "viewer": "v-me",
        "socket": "/ws/live/exe_1",
        "ticket": "ticket-0",
        "ticket_url": "/ticket",
        "done_url": "/done",
        "decline_url": "/decline",
        "csrf_token": "csrf-1",
    }
    return render_to_string("live/stage.html", context)


class Site:
    """`answers` maps a path to (status, body); `posts` keeps what the page sent. `edits` change the page's markup.
    `others` are more pages: a path to (markup, policy). `keeping` is what pages say of whether they may be kept."""

    def __init__(self) -> None:
        self.begin()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def begin(self) -> None:
        """With nothing asked for and nothing changed."""
        self.answers: dict[str, tuple[int, dict[str, Any]]] = {}
        self.posts: list[tuple[str, str, dict[str, str]]] = []
        self.edits: list[tuple[str, str]] = []
        self.others: dict[str, tuple[str, str]] = {}
        self.keeping = "no-store"

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    def url(self, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}/"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def page(self) -> bytes:
        text = FRAME.format(stage=stage())
        for old, new in self.edits:
            assert old in text
            text = text.replace(old, new)
        return text.encode()

    def _file(self, path: str) -> bytes | None:
        if path == "/":
            return self.page()
        folder = ROOT if path.startswith("/static/") else HERE
        found = folder / path.lstrip("/")
        return found.read_bytes() if found.is_file() else None

    def _handler(site) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if self.path in site.others:
                    text, policy = site.others[self.path]
                    self._answer(200, text.encode(), "text/html", policy)
                    return
                body = site._file(self.path)
                kind = TYPES.get(Path(self.path).suffix, "text/html")
                self._answer(200 if body is not None else 404, body or b"", kind)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                site.posts.append((self.path, body, dict(self.headers)))
                status, answer = site.answers.get(self.path, (200, {}))
                self._answer(status, json.dumps(answer).encode(), "application/json")

            def _answer(self, status: int, body: bytes, kind: str, policy: str = POLICY) -> None:
                self.send_response(status)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", policy)
                self.send_header("Cache-Control", site.keeping if kind == "text/html" else "max-age=600")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Stay silent: what a test posts may be a canary."""

        return Handler
