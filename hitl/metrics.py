"""`/metrics` for Prometheus. What is a fact is counted in the database when it is asked for, so every web process gives
the same figures; only the timings of requests are each process's own. Trials of scripts that are being written count
only where they take up a worker or a browser. No label names a workspace or a person."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from statistics import quantiles
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from alerts.models import ACTIVE, Alert, AlertStatus, Delivery
from bots.models import BrowserSession, Execution, Pulse, Status
from hitl import clock

LATELY, AT_MOST = timedelta(days=1), 500  # alerts from which the time until somebody came is taken
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
CLAIMED = Q(history__status=AlertStatus.CLAIMED)
FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via")

registry = CollectorRegistry()
REQUESTS = Histogram(
    "hitl_http_request_seconds",
    "Time until the answer began, by route; of this web process.",
    ["method", "route", "status"],
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10),
    registry=registry,
)


def note_request(request: HttpRequest, status: int, seconds: float) -> None:
    """By the pattern of the address, not the address: few labels, and no workspace's name."""
    route = request.resolver_match.route if request.resolver_match else "none"
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(method, route, str(status)).observe(seconds)


class Facts(Collector):
    """The database's rows as gauges, a handful of indexed queries for each time that somebody asks."""

    def collect(self) -> Iterator[Metric]:
        now = clock.now()
        for part in (executions, alerts, first_person, deliveries, sessions, signs_of_life):
            yield from part(now)

    def describe(self) -> Iterable[Metric]:
        return []  # asked when it is registered, before there may be a database


def executions(now: datetime) -> Iterator[Metric]:
    yield _counted("hitl_executions", "Executions by status.", Status.values, Execution.objects.real(), "status")
    failed = Execution.objects.real().filter(status=Status.FAILED)
    yield _counted("hitl_executions_failed", "Failed executions by reason.", (), failed, "failure_reason")
    waiting = Execution.objects.ready().aggregate(since=Min("published_at"))["since"]
    yield GaugeMetricFamily(
        "hitl_executions_ready_oldest_seconds",
        "For how long the oldest execution has been waiting for a worker; 0: none waits.",
        _age(now, waiting),
    )


def alerts(now: datetime) -> Iterator[Metric]:
    active = Alert.objects.active().filter(execution__trial=False)
    yield _counted("hitl_alerts", "Alerts that are not over, by status.", ACTIVE, active, "status")
    oldest = active.filter(status=AlertStatus.OPEN).aggregate(since=Min("created_at"))["since"]
    yield GaugeMetricFamily("hitl_alerts_open_oldest_seconds", "Age of the oldest open alert.", _age(now, oldest))
    late = Alert.objects.overdue().aggregate(since=Min("deadline"))["since"]
    yield GaugeMetricFamily(
        "hitl_alerts_overdue_seconds",
        "How late the sweeper is with the oldest missed deadline.",
        _age(now, late),
    )


def first_person(now: datetime) -> Iterator[Metric]:
    """How long people took to come, over the alerts of the last day (the newest 500)."""
    rows = (
        Alert.objects.filter(execution__trial=False)
        .order_by("-pk")
        .annotate(came=Min("history__at", filter=CLAIMED))[:AT_MOST]
    )
    took = [(row.came - row.created_at).total_seconds() for row in rows if row.came and row.created_at > now - LATELY]
    family = GaugeMetricFamily(
        "hitl_seconds_to_first_person",
        "From an alert's opening until somebody took control, over the last day.",
        labels=["quantile"],
    )
    cuts = quantiles(took, n=20, method="inclusive") if len(took) > 1 else took * 19
    for name, index in (("0.5", 9), ("0.95", 18)):
        if cuts:
            family.add_metric([name], cuts[index])
    yield family


def deliveries(now: datetime) -> Iterator[Metric]:
    family = GaugeMetricFamily("hitl_deliveries", "Messages by channel and status.", labels=["channel", "status"])
    for row in Delivery.objects.values("channel", "status").annotate(number=Count("pk")).order_by():
        family.add_metric([row["channel"], row["status"]], row["number"])
    yield family
    oldest = Delivery.objects.filter(status=Delivery.Status.PENDING).aggregate(since=Min("created_at"))["since"]
    yield GaugeMetricFamily(
        "hitl_deliveries_pending_oldest_seconds", "For how long the oldest message has been waiting.", _age(now, oldest)
    )


def sessions(now: datetime) -> Iterator[Metric]:
    yield _counted("hitl_sessions", "Browsers that live, by machine.", (), BrowserSession.objects.live(), "machine")
    yield GaugeMetricFamily("hitl_sessions_allowed", "HITL_MAX_SESSIONS, for each machine.", settings.MAX_SESSIONS)


def signs_of_life(now: datetime) -> Iterator[Metric]:
    family = GaugeMetricFamily(
        "hitl_seen_seconds", "Since a process on a machine last did its work.", labels=["process", "machine"]
    )
    for pulse in Pulse.objects.all():
        family.add_metric([pulse.kind, pulse.machine], _age(now, pulse.at))
    yield family


def _counted(name: str, words: str, always: Iterable[str], rows: QuerySet[Any], field: str) -> Metric:
    """One gauge for each value of the field, and zero for those that are always to be there."""
    family = GaugeMetricFamily(name, words, labels=[field.removeprefix("failure_")])
    counts = dict(rows.order_by().values_list(field).annotate(Count("pk")))
    for value in {**dict.fromkeys(always, 0), **counts}:
        family.add_metric([value], counts.get(value, 0))
    return family


def _age(now: datetime, since: datetime | None) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


registry.register(Facts())
ProcessCollector(registry=registry)
PlatformCollector(registry=registry)


def may_ask(request: HttpRequest) -> bool:
    """Whoever has the token; without one, somebody on this machine who has not come through a proxy."""
    if settings.METRICS_TOKEN:
        wanted, given = f"Bearer {settings.METRICS_TOKEN}", request.headers.get("Authorization", "")
        return hmac.compare_digest(wanted.encode(), given.encode())
    if any(name in request.headers for name in FORWARDED):
        return False
    return ipaddress.ip_address(request.META.get("REMOTE_ADDR") or "0.0.0.0").is_loopback  # noqa: S104


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus; 404 for everybody who may not ask, as if there were nothing."""
    if not may_ask(request):
        return HttpResponse("Not found.\n", status=404, content_type="text/plain; charset=utf-8")
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
