"""What the pages of a full workspace cost: server time of each address that shows something."""

from __future__ import annotations

import statistics
import time

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.test import Client

from bench.fill import fill
from bench.results import Row
from hitl.tenants.models import Membership, Role, User, Workspace
from tests.tenants.routes import PARAMETER, cookie_of, routes

EXECUTIONS, ALERTS = 10_000, 1_000
AIM = 300  # milliseconds
TIMES = 5


async def measure(stack: object, chromium: str) -> list[Row]:
    return await sync_to_async(pages)()


def pages() -> list[Row]:
    """The slowest page's figure, and each that misses the aim by name."""
    workspace, user = full()
    client = Client(raise_request_exception=False, headers={"host": settings.ALLOWED_HOSTS[0]})
    client.cookies.load(cookie_of(user))
    took = {route: cost for route in routes() if (cost := server_time(client, route, workspace)) is not None}
    workspace.delete()
    assert took, "no page answered"
    worst = sorted(took, key=took.__getitem__, reverse=True)
    slow = [route for route in worst if took[route] > AIM]
    named = ", ".join(
        f"`{route.removeprefix('w/<slug:workspace>/') or '/'}` {took[route]:.0f} ms" for route in worst[:5]
    )
    where = f"{EXECUTIONS:,} executions and {ALERTS:,} alerts, {connection.vendor}"
    return [
        Row(f"a page of a workspace with {where}", f"{len(took)} pages, the slowest: {named}", f"≤ {AIM} ms each")
    ] + [Row(f"`{route}`", f"**{took[route]:.0f} ms**", f"≤ {AIM} ms") for route in slow]


def full() -> tuple[Workspace, User]:
    user = User.objects.create(email="pages@example.com", name="Reader")
    workspace = Workspace.objects.create(name="Full", slug="full")
    Membership.objects.create(workspace=workspace, user=user, role=Role.OWNER)
    fill(workspace, EXECUTIONS, ALERTS)
    return workspace, user


def server_time(client: Client, route: str, workspace: Workspace) -> float | None:
    """The middle of a few, after one that fills caches; None where there is no page of this workspace."""
    address = address_of(route, workspace)
    if address is None or client.get(address).status_code != 200:
        return None
    return statistics.median(timed(client, address) for _ in range(TIMES))


def timed(client: Client, address: str) -> float:
    began = time.perf_counter()
    answer = client.get(address)
    if answer.streaming:
        b"".join(answer)  # type: ignore[arg-type]
    return (time.perf_counter() - began) * 1000


def address_of(route: str, workspace: Workspace) -> str | None:
    """Filled in with what is waiting, which has the most on its pages."""
    if not route.startswith("w/<slug:workspace>/"):
        return None
    alert = workspace.alerts.active().first()
    known = {
        "workspace": workspace.slug,
        "alert": alert.public_id,
        "execution": alert.execution.public_id,
        "bot": alert.execution.bot.public_id,
        "number": "1",
    }
    if any((match[1] or match[2]) not in known for match in PARAMETER.finditer(route)):
        return None
    return "/" + PARAMETER.sub(lambda match: known[match[1] or match[2]], route)
