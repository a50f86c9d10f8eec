"""What a workspace's last days were like: how executions ended, how long people took to come, what asks most often.

Each question is one pass over the rows of the period. Trials of scripts that are being written count nowhere.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Min, Q

from alerts.models import Alert, AlertStatus
from bots.models import BrowserSession, Execution, Status
from hitl import clock
from hitl.tenants.models import Workspace

PERIODS = {"24h": ("24 hours", 1), "7d": ("7 days", 7), "30d": ("30 days", 30), "90d": ("90 days", 90)}
CAME = (AlertStatus.CLAIMED, AlertStatus.COMPLETED, AlertStatus.DECLINED)
ENDINGS = (Status.SUCCEEDED, Status.FAILED, Status.TIMED_OUT)  # cancelling says nothing about the bot
MOST = 8  # rows of a short list


@dataclass
class Day:
    """One day on the workspace's clocks."""

    date: date
    endings: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)  # seconds until somebody came

    @property
    def median(self) -> int | None:
        return quantile(self.waits, 0.5)

    @property
    def late(self) -> int | None:
        return quantile(self.waits, 0.95)


@dataclass
class Barrier:
    """A step that stops bots until a person has helped: where, how often, and what it costs."""

    host: str
    title: str
    bot: Any
    step: int
    asked: int = 0
    missed: int = 0
    seconds: float = 0  # from the request to its end: what the bot stood still

    @property
    def waited(self) -> int:
        return round(self.seconds)


@dataclass
class People:
    """How long people took, over the whole period."""

    asked: int = 0
    answered: int = 0
    missed: int = 0
    came: list[float] = field(default_factory=list)
    finished: list[float] = field(default_factory=list)

    @property
    def came_median(self) -> int | None:
        return quantile(self.came, 0.5)

    @property
    def came_late(self) -> int | None:
        return quantile(self.came, 0.95)

    @property
    def finished_median(self) -> int | None:
        return quantile(self.finished, 0.5)

    @property
    def finished_late(self) -> int | None:
        return quantile(self.finished, 0.95)


class Overview:
    """The period's figures; made once for a page."""

    def __init__(self, workspace: Workspace, days: int) -> None:
        self.workspace, self.zone, self.now = workspace, ZoneInfo(workspace.zone), clock.now()
        self.since = self.now - timedelta(days=days)
        first = self._day(self.since)
        dates = [first + timedelta(days=n) for n in range((self._day(self.now) - first).days + 1)]
        self.days = {day: Day(day) for day in dates}
        self.people, self.barriers = People(), list[Barrier]()
        self.counts: Counter[str] = Counter()
        self._look_at_executions()
        self._look_at_alerts()

    @property
    def ended(self) -> int:
        return self.counts.total()

    @property
    def success(self) -> int | None:
        """Percent of what ended by itself; rounded down, so that 100 means all."""
        return math.floor(100 * self.counts[Status.SUCCEEDED] / self.ended) if self.ended else None

    @property
    def sessions(self) -> int:
        return BrowserSession.objects.live().filter(execution__workspace=self.workspace).count()

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _look_at_executions(self) -> None:
        ended = self.workspace.executions.real().filter(ended_at__gte=self.since, status__in=ENDINGS).order_by()
        for status, at in ended.values_list("status", "ended_at").iterator():
            self.counts[status] += 1
            if at and (day := self.days.get(self._day(at))):
                day.endings[status] += 1

    def _look_at_alerts(self) -> None:
        came = Min("history__at", filter=Q(history__status__in=CAME))
        alerts = Alert.objects.filter(workspace=self.workspace, execution__trial=False, created_at__gte=self.since)
        columns = ("status", "created_at", "closed_at", "execution__bot_id", "step_index", "title", "execution_id")
        groups: dict[tuple[int, int], list[Any]] = defaultdict(list)
        for row in alerts.order_by("pk").annotate(came=came).values(*columns, "came").iterator():
            self._count(row)
            groups[row["execution__bot_id"], row["step_index"]].append(row)
        self.barriers = self._barriers(sorted(groups.values(), key=len, reverse=True)[:MOST])

    def _count(self, alert: dict[str, Any]) -> None:
        people = self.people
        people.asked += 1
        people.missed += alert["status"] == AlertStatus.EXPIRED
        if alert["came"] is None:
            return
        wait = (alert["came"] - alert["created_at"]).total_seconds()
        people.came.append(wait)
        if day := self.days.get(self._day(alert["created_at"])):
            day.waits.append(wait)
        if alert["status"] in (AlertStatus.COMPLETED, AlertStatus.DECLINED) and alert["closed_at"]:
            people.answered += 1
            people.finished.append((alert["closed_at"] - alert["created_at"]).total_seconds())

    def _barriers(self, groups: list[list[dict[str, Any]]]) -> list[Barrier]:
        """The steps that asked most; the newest execution of each says on which site that was."""
        newest = Execution.objects.select_related("bot__workspace").in_bulk(
            [rows[-1]["execution_id"] for rows in groups]
        )
        found = []
        for rows in groups:
            execution, last = newest[rows[-1]["execution_id"]], rows[-1]
            barrier = Barrier(host_at(execution, last["step_index"]), last["title"], execution.bot, last["step_index"])
            barrier.asked = len(rows)
            barrier.missed = sum(row["status"] == AlertStatus.EXPIRED for row in rows)
            barrier.seconds = sum(((row["closed_at"] or self.now) - row["created_at"]).total_seconds() for row in rows)
            found.append(barrier)
        return found

    @property
    def costliest(self) -> Barrier | None:
        """The one step to change: where bots have stood still the longest."""
        return max(self.barriers, key=lambda barrier: barrier.seconds, default=None)

    def failures(self) -> list[dict[str, Any]]:
        """What failed and why: by bot and reason, the newest of each to look at."""
        failed = self.workspace.executions.real().filter(
            ended_at__gte=self.since, status__in=[Status.FAILED, Status.TIMED_OUT]
        )
        groups = failed.order_by().values("bot_id", "status", "failure_reason")
        rows = list(groups.annotate(count=Count("pk"), newest=Max("pk")).order_by("-count")[:MOST])
        newest = Execution.objects.select_related("bot", "workspace").in_bulk([row["newest"] for row in rows])
        return [row | {"execution": newest[row["newest"]]} for row in rows if row["newest"] in newest]

    def waiting(self) -> list[Alert]:
        active = self.workspace.alerts.active().filter(execution__trial=False).by_urgency()
        return list(active.select_related("workspace", "execution__bot")[:MOST])


def quantile(values: Iterable[float], share: float) -> int | None:
    """The value that this share of them does not exceed, in whole seconds."""
    ordered = sorted(values)
    return round(ordered[math.ceil(share * len(ordered)) - 1]) if ordered else None


def host_at(execution: Execution, step: int) -> str:
    """The site of the last address that the script opens before this step; empty where it opens none."""
    urls = [str(taken.get("url", "")) for taken in execution.script["steps"][: step + 1]]
    return next((host for url in reversed(urls) if (host := _host(url))), "")


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
