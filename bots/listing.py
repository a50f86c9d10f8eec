"""What the list of executions shows: narrowed to what, and from which one on. All of it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from alerts.models import Alert, AlertStatus
from bots.models import ALIVE, Execution, FailureReason, Status
from hitl.days import DayField
from hitl.tenants.models import Role, Workspace

PAGE = 50
ANYBODY = "anybody"
HANDLED = (AlertStatus.COMPLETED, AlertStatus.DECLINED)
UNDER_WAY = "under_way"  # all states of ALIVE

STATES = [("", "All"), (UNDER_WAY, "Under way"), *Status.choices]


class Narrowing(forms.Form):
    """The address's parameters. What makes no sense there narrows nothing; a date that does not says so."""

    q = forms.CharField(max_length=200, required=False, label="Search")
    status = forms.ChoiceField(choices=STATES, required=False, label="Status")
    reason = forms.ChoiceField(choices=[("", "All"), *FailureReason.choices], required=False, label="Why it failed")
    bot = forms.ChoiceField(required=False, label="Bot")
    by = forms.ChoiceField(required=False, label="Handled by")
    since = DayField(required=False, label="From")
    until = DayField(required=False, label="To")

    def __init__(self, parameters: Mapping[str, Any], workspace: Workspace) -> None:
        super().__init__(parameters)
        self.zone = ZoneInfo(workspace.zone)
        bots: Any = workspace.bots.order_by("name")
        choices = [(bot.public_id, f"{bot.name} (archived)" if bot.archived_at else bot.name) for bot in bots]
        self.fields["bot"].choices = [("", "All"), *choices]  # type: ignore[attr-defined]
        people = [(str(user), str(user)) for user in workspace.people_who(Role.OPERATOR).order_by("email")]
        self.fields["by"].choices = [("", "All"), (ANYBODY, "Anybody"), *people]  # type: ignore[attr-defined]
        self.full_clean()

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("since") and given.get("until") and given["since"] > given["until"]:
            raise ValidationError("The list is empty: “From” is later than “To”.")
        return given

    def chosen(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def wrong(self) -> list[str]:
        """What is wrong with the days, in sentences."""
        days = [f"{self[name].label}: {error}" for name in ("since", "until") for error in self[name].errors]
        return [*days, *self.non_field_errors()]

    @property
    def is_narrow(self) -> bool:
        return bool(self.chosen())

    @property
    def query(self) -> str:
        """For addresses that mean the same choice."""
        return urlencode({name: str(value) for name, value in self.chosen().items()})

    def fits(self) -> Q:
        """The condition of everything that was chosen."""
        where, chosen = Q(), self.chosen()
        if status := chosen.get("status"):
            where &= Q(status__in=ALIVE) if status == UNDER_WAY else Q(status=status)
        if reason := chosen.get("reason"):
            where &= Q(failure_reason=reason)
        if bot := chosen.get("bot"):
            where &= Q(bot__public_id=bot)
        if by := chosen.get("by"):
            handled = Alert.objects.filter(execution=OuterRef("pk"), status__in=HANDLED)
            where &= Q(Exists(handled if by == ANYBODY else handled.filter(closed_by=by)))
        return where & self._found(chosen.get("q", "")) & self._within(chosen)

    def _found(self, words: str) -> Q:
        if not words:
            return Q()
        asked = Alert.objects.filter(Q(title__icontains=words) | Q(public_id=words), execution=OuterRef("pk"))
        found = Q(bot__name__icontains=words) | Q(message__icontains=words) | Q(Exists(asked))
        return found | Q(public_id__startswith=words) if words.startswith("exe_") else found

    def _within(self, chosen: dict[str, Any]) -> Q:
        """Days on the workspace's clocks."""
        where = Q()
        if since := chosen.get("since"):
            where &= Q(created_at__gte=datetime.combine(since, time(), self.zone))
        if until := chosen.get("until"):
            where &= Q(created_at__lt=datetime.combine(until + timedelta(days=1), time(), self.zone))
        return where


@dataclass
class Page:
    """`next` is the id of the last one shown where there are older ones, else empty."""

    executions: list[Execution]
    next: str
    is_first: bool


def page_of(executions: QuerySet[Execution], before: str) -> Page:
    """The newest first; `before` is the id of the last one of the page before."""
    seen = executions.model.objects.filter(public_id=before).values_list("pk", flat=True).first() if before else None
    rows = executions if seen is None else executions.filter(pk__lt=seen)
    found = list(rows.select_related("bot", "workspace").defer("script", "variables", "answers", "output")[: PAGE + 1])
    onwards = found[PAGE - 1].public_id if len(found) > PAGE else ""
    return Page(found[:PAGE], onwards, seen is None)


COLUMNS = (
    "id",
    "bot",
    "status",
    "reason",
    "message",
    "version",
    "created",
    "started",
    "ended",
    "seconds",
    "handled by",
)


def as_table(executions: QuerySet[Execution], most: int) -> Any:
    """A row for each, for a spreadsheet."""
    handled = Alert.objects.filter(execution=OuterRef("pk"), status__in=HANDLED).order_by("-pk")
    columns = ("public_id", "bot__name", "status", "failure_reason", "message", "version__number")
    rows = executions.annotate(handled_by=Subquery(handled.values("closed_by")[:1]))
    for *facts, created, started, ended, by in rows.values_list(
        *columns, "created_at", "started_at", "ended_at", "handled_by"
    )[:most].iterator():
        took = round((ended - started).total_seconds(), 1) if started and ended else None
        yield [*facts, *(at and at.isoformat(timespec="seconds") for at in (created, started, ended)), took, by]
