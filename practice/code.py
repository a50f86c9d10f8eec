"""The second factor: six digits that change every minute, derived and never stored."""

import hashlib
import hmac
import time

from django.conf import settings

WINDOW = 60  # seconds


def _digits(window: int) -> str:
    key = settings.SECRET_KEY.encode()
    digest = hmac.digest(key, b"practice.code:%d" % window, hashlib.sha256)
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06d}"


def current(now: float | None = None) -> str:
    return _digits(int((time.time() if now is None else now) // WINDOW))


def seconds_left(now: float | None = None) -> int:
    """Until the phone shows another code."""
    return WINDOW - int((time.time() if now is None else now) % WINDOW)


def is_right(code: str, now: float | None = None) -> bool:
    """This window's code or the last one's: whoever types it gets a minute at the least."""
    window = int((time.time() if now is None else now) // WINDOW)
    typed = "".join(code.split())
    return any(hmac.compare_digest(typed.encode(), _digits(w).encode()) for w in (window, window - 1))
