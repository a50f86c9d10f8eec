"""The record of what people did: narrowed, paged by a cursor, and exported."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hitl.days import DayField
from hitl.tables import csv_answer
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.models import AuditEvent, Role, Workspace
from hitl.tenants.templatetags.page import SENTENCES

A_PAGE, AN_EXPORT = 50, 100_000
COLUMNS = ("at", "actor", "verb", "what", "subject", "detail")


class Narrowing(forms.Form):
    """Each field may be empty; a wrong one narrows nothing and says so."""

    who = forms.CharField(label="Who", required=False, max_length=160)
    verb = forms.ChoiceField(label="What", required=False)
    about = forms.CharField(label="About (id)", required=False, max_length=40)
    since = DayField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = DayField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, workspace: Workspace, **options: Any) -> None:
        super().__init__(*args, **options)
        self.zone = ZoneInfo(workspace.zone)
        verbs = sorted(SENTENCES.items(), key=lambda item: item[1])
        self.fields["verb"].choices = [("", "anything"), *verbs]  # type: ignore[attr-defined]

    def narrow(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        self.is_valid()
        said = {name: value for name, value in self.cleaned_data.items() if value}
        if who := said.get("who"):
            events = events.filter(actor__icontains=who)
        if verb := said.get("verb"):
            events = events.filter(verb=verb)
        if about := said.get("about"):
            events = events.filter(subject__startswith=about.strip())
        if since := said.get("since"):
            events = events.filter(at__gte=datetime.combine(since, time(), self.zone))
        if until := said.get("until"):
            events = events.filter(at__lt=datetime.combine(until + timedelta(days=1), time(), self.zone))
        return events


@member(Role.ADMIN)
@require_safe
def audit(request: MemberRequest) -> HttpResponse:
    """The newest first; `before` is the number of the last one that was shown."""
    form, events = _narrowed(request)
    before = request.GET.get("before", "")
    page = events.filter(pk__lt=int(before)) if before.isdecimal() and len(before) < 19 else events
    rows = list(page[: A_PAGE + 1])
    query = request.GET.copy()
    query.pop("before", None)
    context = {
        "form": form,
        "events": rows[:A_PAGE],
        "older": rows[A_PAGE - 1].pk if len(rows) > A_PAGE else None,
        "is_first": page is events,
        "is_narrowed": any(query.values()),
        "query": query.urlencode(),
    }
    return render(request, "settings/audit.html", context)


@member(Role.ADMIN)
@require_safe
def export(request: MemberRequest, kind: str) -> HttpResponse:
    """The narrowed record as CSV or JSON, the newest hundred thousand at most."""
    rows = _plain(_narrowed(request)[1][:AN_EXPORT])
    if kind == "csv":
        name = f"{request.workspace.slug}-record"
        return csv_answer(name, COLUMNS, ([row[name] for name in COLUMNS] for row in rows))
    answer = HttpResponse(json.dumps(list(rows), indent=1), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{request.workspace.slug}-record.json"'
    return answer


def _narrowed(request: MemberRequest) -> tuple[Narrowing, QuerySet[AuditEvent]]:
    form = Narrowing(request.GET, workspace=request.workspace)
    return form, form.narrow(AuditEvent.objects.filter(workspace=request.workspace))


def _plain(events: Iterable[AuditEvent]) -> Iterator[dict[str, Any]]:
    for event in events:
        yield {
            "at": event.at.isoformat(),
            "actor": event.actor,
            "verb": event.verb,
            "what": SENTENCES.get(event.verb, event.verb),
            "subject": event.subject,
            "detail": event.detail,
        }
