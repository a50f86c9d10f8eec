"""What every request gets: an id that all of its log lines carry, one line of its own, and a place in the timings."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.encoding import escape_uri_path

from hitl import logs, metrics
from hitl.ids import new_id

log = logging.getLogger("hitl.access")
SANE = re.compile(r"[A-Za-z0-9_.:=+/@-]{1,120}")
PROBES = ("/healthz", "/readyz", "/metrics")
NUL = re.compile("\x00|%00")


def id_for(given: str) -> str:
    """The id that a proxy in front has given, where it can stand in a log; else a new one."""
    return given if SANE.fullmatch(given) else new_id("req")


class Requests:
    """The outermost middleware, so that what the others say has the id too."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self._answer_later(request)
        came = self._came(request)
        return self._answered(request, self.get_response(request), came)

    async def _answer_later(self, request: HttpRequest) -> HttpResponseBase:
        came = self._came(request)
        return self._answered(request, await self.get_response(request), came)

    def _came(self, request: HttpRequest) -> float:
        logs.begin(request=id_for(request.headers.get("X-Request-ID", "")), **logs.ids_in(request.path))
        _without_nul(request)
        if request.path in PROBES:  # machines ask by address, and these answers contain no link
            request.META["HTTP_HOST"] = settings.ALLOWED_HOSTS[0]
        return time.monotonic()

    def _answered(self, request: HttpRequest, response: HttpResponseBase, came: float) -> HttpResponseBase:
        seconds = time.monotonic() - came
        response["X-Request-ID"] = logs.known()["request"]
        if request.path in PROBES:
            return response
        path = escape_uri_path(request.path)
        facts = {"method": request.method, "path": path, "status": response.status_code, "seconds": round(seconds, 4)}
        log.info("%s %s %s %.0f ms", request.method, path, response.status_code, seconds * 1000, extra={"facts": facts})
        metrics.note_request(request, response.status_code, seconds)
        return response


def _without_nul(request: HttpRequest) -> None:
    """PostgreSQL takes none, not even to say that there is no such row. A path with one leads nowhere."""
    request.path_info = request.path_info.replace("\x00", "\ufffd")
    request.META["QUERY_STRING"] = NUL.sub("", request.META.get("QUERY_STRING", ""))


class Sockets:
    """The same for sockets: an id, and what they are about."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        logs.begin(request=id_for(given), **logs.ids_in(scope["path"]))
        await self.app(scope, receive, send)
