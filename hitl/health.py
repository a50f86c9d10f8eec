"""What machines ask a web process (`/healthz`, `/readyz`), and what it answers when something is wrong with it.

Names and sentences, and nothing that is secret.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.defaults import server_error
from redis import Redis, RedisError, ResponseError

from bots.models import Execution, Pulse, Status
from hitl import clock

SWEEPER_WITHIN, WORKER_WITHIN = timedelta(seconds=30), timedelta(seconds=60)
BROKER_WITHIN = 2  # seconds
AGAIN_AFTER = 5  # seconds, where the database is away


class NotReady(Exception):
    """A sentence: what is missing, and what brings it."""


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "The database answers."


@functools.cache
def migrations() -> str:
    """Asked until it is so, and then no more: what is applied stays, and the code of this process does not change."""
    if left := unapplied():
        raise NotReady(f"The database lacks {left} migrations: run `manage.py migrate`.")
    return "All migrations are applied."


def unapplied() -> int:
    """How many migrations of this code the database lacks."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def static() -> str:
    """As this process sees them: it has read the list of hashed names when it started."""
    if not getattr(staticfiles_storage, "hashed_files", True):  # a storage without hashed names needs no list
        raise NotReady("The static files are not collected: run `manage.py collectstatic` and start the web again.")
    return "The static files are collected."


def broker() -> str:
    try:
        redis = Redis.from_url(settings.REDIS_URL, socket_connect_timeout=BROKER_WITHIN, socket_timeout=BROKER_WITHIN)
        with redis:
            redis.ping()
            forgets = _forgets(redis)
    except (RedisError, OSError, ValueError):
        raise NotReady("The broker (REDIS_URL) does not answer: bots do not start until it does.") from None
    if forgets:
        raise NotReady("The broker throws things away when it is full: set its maxmemory-policy to noeviction.")
    return "The broker answers."


def _forgets(redis: Redis) -> bool:
    """Whether queued work would be evicted; one that does not tell is believed."""
    with suppress(ResponseError):
        memory = redis.info("memory")
        return bool(memory.get("maxmemory")) and memory.get("maxmemory_policy") != "noeviction"
    return False


def worker() -> str:
    """A canary was carried out lately, or somebody renews the lease of an execution right now."""
    driving = Execution.objects.filter(status=Status.RUNNING, lease_until__gt=clock.Now())
    if not Pulse.objects.lately(Pulse.Kind.WORKER, WORKER_WITHIN).exists() and not driving.exists():
        raise NotReady(
            "No worker has done anything for a minute: start one (celery -A hitl worker), or look at its log."
        )
    return "A worker was seen at work."


def sweeper() -> str:
    if not Pulse.objects.lately(Pulse.Kind.SWEEPER, SWEEPER_WITHIN).exists():
        raise NotReady("No sweeper has made a round lately, so no deadline is kept: start `manage.py sweep`.")
    return "A sweeper was seen at work."


CHECKS: dict[str, Callable[[], str]] = {
    "database": database,
    "migrations": migrations,
    "static": static,
    "broker": broker,
    "worker": worker,
    "sweeper": sweeper,
}


def looked_at(check: Callable[[], str]) -> dict[str, object]:
    """Whether it is so, and the sentence; an error of the database is not told in its own words."""
    try:
        return {"ready": True, "says": check()}
    except NotReady as why:
        return {"ready": False, "says": str(why)}
    except DatabaseError:
        return {"ready": False, "says": "The database does not answer (DATABASE_URL)."}


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """This process lives. Asks nobody else: whoever starts it again for a database that is away gains nothing."""
    return JsonResponse({"alive": True})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether bots can run and people can work, part by part; 503 where not."""
    checks = {name: looked_at(check) for name, check in CHECKS.items()}
    ready = all(check["ready"] for check in checks.values())
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def failed(request: HttpRequest) -> HttpResponse:
    """The answer where a page ended in an error. A database that is away comes back: whoever waits is told when."""
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return server_error(request)
    response = HttpResponse(render_to_string("503.html"), status=503)
    response["Retry-After"] = str(AGAIN_AFTER)
    if request.method == "GET":
        response["Refresh"] = str(AGAIN_AFTER)
    return response
