"""The page that is looked at, with its photos, from a server of the bench's own."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

from PIL import Image, ImageChops, ImageFilter

HERE = Path(__file__).parent
PHOTOS = 24
SIZE = (320, 240)


class Site:
    """The server on loopback; `told` has what the page tells."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.told: Queue[list[list[Any]]] = Queue()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


@contextmanager
def serving() -> Iterator[Site]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answer)
    server.daemon_threads = True
    server.site = Site(server.server_address[1])  # type: ignore[attr-defined]
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.site  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


def photo(seed: int) -> bytes:
    """Like a photo to an encoder: soft shapes, edges and grain in all colours; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311
    colours = [_soft(chance, 12, 40) for _ in range(3)]
    shapes = _soft(chance, 3, 2).point(lambda value: 60 if value > 128 else 0)
    grain = _noise(chance, SIZE).point(lambda value: value // 8)
    picture = Image.merge("RGB", [ImageChops.add(ImageChops.subtract(c, shapes), grain) for c in colours])
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=92)
    return out.getvalue()


def _noise(chance: random.Random, size: tuple[int, int]) -> Image.Image:
    return Image.frombytes("L", size, chance.randbytes(size[0] * size[1]))


def _soft(chance: random.Random, details: int, blur: int) -> Image.Image:
    """A gradient between as many random points in each direction."""
    small = _noise(chance, (details, max(2, details * 3 // 4)))
    return small.resize(SIZE, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(blur / 10))


class _Answer(BaseHTTPRequestHandler):
    files = {
        "/": ("page.html", "text/html; charset=utf-8"),
        "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    }
    photos = {f"/photo-{number}.jpg": photo(number) for number in range(PHOTOS)}

    def do_GET(self) -> None:
        if self.path in self.photos:
            self._send(self.photos[self.path], "image/jpeg")
        elif self.path in self.files:
            name, kind = self.files[self.path]
            self._send((HERE / name).read_bytes(), kind)
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        told = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.site.told.put(json.loads(told))  # type: ignore[attr-defined]
        self._send(b"", "text/plain")

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass
