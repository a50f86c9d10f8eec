"""How far a visitor has come, kept in a signed cookie of the visitor's own."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

COOKIE, SALT, PATH = "practice", "practice.visitor", "/practice/"
KNOWN, ADMITTED = "password", "code"  # which factor was right last
AN_HOUR = 3600

View = Callable[[HttpRequest], HttpResponse]


def progress(request: HttpRequest) -> str | None:
    """KNOWN after the password, ADMITTED after the code, None for everyone else."""
    value = request.get_signed_cookie(COOKIE, default=None, salt=SALT, max_age=AN_HOUR)
    return value if value in (KNOWN, ADMITTED) else None


def remember(response: HttpResponse, what: str) -> HttpResponse:
    response.set_signed_cookie(COOKIE, what, salt=SALT, max_age=AN_HOUR, path=PATH, httponly=True, samesite="Lax")
    return response


def forget(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(COOKIE, path=PATH)
    return response


def needs(*stages: str) -> Callable[[View], View]:
    """A page for visitors who came this far; the others begin at the sign-in."""

    def door(view: View) -> View:
        @wraps(view)
        def enter(request: HttpRequest) -> HttpResponse:
            return view(request) if progress(request) in stages else redirect("practice:login")

        return enter

    return door
