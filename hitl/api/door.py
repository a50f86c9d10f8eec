"""The door of the API: a key in a header, what it may do, and how often. Cookies open nothing here.

A call names the scope that it needs (`auth=needs(Scope.RUN)`); the key comes to it as `request.auth`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyHeader, HttpBearer

from hitl import limits
from hitl.api.problems import Refused
from hitl.tenants.models import ApiKey, Scope
from hitl.tenants.people import Person

WRONG = "This is no API key of ours. Keys look like hitl_…, and are made in a workspace's settings."


def person_of(request: HttpRequest) -> Person:
    """Whoever acts through this request, as the record names them."""
    return Person.api_key(key_of(request))


def key_of(request: HttpRequest) -> ApiKey:
    return request.auth  # type: ignore[attr-defined]


class Bearer(HttpBearer):
    """`Authorization: Bearer hitl_…`"""

    openapi_bearerFormat = "hitl_…"
    openapi_description = "An API key of a workspace."

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey:
        return _admit(request, token, self.scope)


class KeyHeader(APIKeyHeader):
    """`X-API-Key: hitl_…`"""

    param_name = "X-API-Key"
    openapi_description = "The same key, for clients that cannot set Authorization."

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, key: str | None) -> ApiKey | None:
        return _admit(request, key, self.scope) if key else None


def needs(scope: Scope) -> list[Callable[[HttpRequest], Any]]:
    """Either header, with a key whose scope includes this one."""
    return [Bearer(scope.value), KeyHeader(scope.value)]


def _admit(request: HttpRequest, token: str, scope: str) -> ApiKey:
    key = ApiKey.find(token)
    if key is None and limits.wrong_too_often(request, "key"):
        raise Refused(429, "Too many wrong keys from this address. Try again in a minute.", retry_after=limits.SECONDS)
    if key is None or key.trouble:
        raise Refused(401, key.trouble if key else WRONG)
    if wait := limits.wait_after("api", key.public_id, settings.API_RATE):
        detail = f"This key has made more than {settings.API_RATE} calls within a minute. Go on in {wait} s."
        raise Refused(429, detail, retry_after=wait)
    if not key.may(scope):
        raise Refused(403, f"This call needs a key of the scope “{scope}”; this key has “{key.scope}”.")
    key.note_use()
    return key
