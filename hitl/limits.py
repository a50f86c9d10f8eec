"""How often somebody may be wrong, or call at all: counters in the cache. With the cache away nobody is stopped."""

import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

WRONG_TRIES, SECONDS = 60, 60


def wrong_too_often(request: HttpRequest, what: str) -> bool:
    """Count one more wrong try of this client; True where that is too many within a minute."""
    counter = f"wrong:{what}:{get_adapter().get_client_ip(request)}"
    cache.add(counter, 0, SECONDS)
    try:
        return cache.incr(counter) > WRONG_TRIES
    except ValueError:  # the minute was over just now
        return False


def too_many(request: HttpRequest, *_: object) -> HttpResponse:
    """The answer to whoever tries too often, at our doors and at sign-in."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(SECONDS)
    return response


def wait_after(what: str, who: str, allowed: int) -> int:
    """Count one more call of theirs; the seconds until the next minute where there were more than `allowed`, else 0."""
    minute, gone = divmod(int(time.time()), SECONDS)
    counter = f"calls:{what}:{who}:{minute}"
    cache.add(counter, 0, SECONDS * 2)
    try:
        return SECONDS - gone if cache.incr(counter) > allowed else 0
    except ValueError:
        return 0
