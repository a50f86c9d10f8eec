"""What the inbox shows: which section of it, narrowed to what, and from which row on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.db import models
from django.db.models import Count, Q

from alerts.models import ACTIVE, Alert, AlertStatus, Kind
from alerts.models.alert import AlertQuerySet
from hitl import clock
from hitl.tenants.models import Role, User, Workspace
from hitl.tenants.people import Person

PAGE = 50


class Section(models.TextChoices):
    OPEN = "open", "Open"  # all that wait for a person or are in somebody's hands
    MINE = "mine", "Mine"  # assigned to me, or I am on it or in control
    FREE = "free", "Nobody's yet"  # nobody is assigned, on it or in control
    IN_HAND = "in_hand", "In hand"  # somebody is on it or in control
    CLOSED = "closed", "Answered or over"


ENDINGS = [(status.value, status.label) for status in AlertStatus if status not in ACTIVE]


class Narrowing(forms.Form):
    """The address's parameters. What makes no sense there is as if it were not there."""

    view = forms.ChoiceField(choices=Section.choices, required=False)
    kind = forms.ChoiceField(choices=[("", "Any kind"), *Kind.choices], required=False, label="Kind")
    bot = forms.ChoiceField(required=False, label="Bot")
    to = forms.ChoiceField(required=False, label="Assigned to")
    ended = forms.ChoiceField(choices=[("", "Any ending"), *ENDINGS], required=False, label="How it ended")
    q = forms.CharField(max_length=200, required=False, label="Search")
    after = forms.CharField(max_length=80, required=False)

    def __init__(self, parameters: Mapping[str, Any], workspace: Workspace) -> None:
        super().__init__(parameters)
        self.workspace = workspace
        bots: Any = workspace.bots.order_by("name")
        self.fields["bot"].choices = [("", "Any bot"), *bots.values_list("public_id", "name")]  # type: ignore[attr-defined]
        people = [(str(user.pk), str(user)) for user in workspace.people_who(Role.OPERATOR).order_by("email")]
        self.fields["to"].choices = [("", "Anybody's"), *people]  # type: ignore[attr-defined]
        self.full_clean()

    def chosen(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "")

    @property
    def section(self) -> Section:
        return Section(self.chosen("view") or Section.OPEN)

    @property
    def is_narrow(self) -> bool:
        return any(self.chosen(name) for name in ("kind", "bot", "to", "ended", "q"))

    def fits(self) -> Q:
        """The condition of everything that was chosen, but for the section."""
        q, where = self.chosen("q"), Q()
        if q:
            where &= Q(title__icontains=q) | Q(instructions__icontains=q) | Q(execution__bot__name__icontains=q)
        if kind := self.chosen("kind"):
            where &= Q(kind=kind)
        if bot := self.chosen("bot"):
            where &= Q(execution__bot__public_id=bot)
        if to := self.chosen("to"):
            where &= Q(assignee_id=int(to))
        if self.section == Section.CLOSED and self.chosen("ended"):
            where &= Q(status=self.chosen("ended"))
        return where


def sections(user: User, workspace: Workspace) -> dict[Section, Q]:
    """Which alerts stand in which section for this person. What is assigned to somebody who may not act any more is
    nobody's."""
    able = list(workspace.people_who(Role.OPERATOR).values_list("pk", flat=True))
    me, now = Person.member(user).key, clock.now()
    in_hand = Q(status=AlertStatus.CLAIMED) | Q(on_it_until__gt=now)
    mine = Q(assignee=user) | Q(holder=me) | Q(on_it=me, on_it_until__gt=now)
    is_open = Q(status__in=ACTIVE)
    nobodys = Q(on_it_until=None) | Q(on_it_until__lte=now)
    return {
        Section.OPEN: is_open,
        Section.MINE: is_open & mine,
        Section.FREE: Q(status=AlertStatus.OPEN) & nobodys & (Q(assignee=None) | ~Q(assignee_id__in=able)),
        Section.IN_HAND: is_open & in_hand,
        Section.CLOSED: ~is_open,
    }


@dataclass
class Page:
    """One page of a section; `next` is where the one after it begins, empty on the last."""

    section: Section
    alerts: list[Alert]
    next: str
    counts: dict[str, int]

    @property
    def tabs(self) -> list[tuple[str, str, int | None]]:
        """Value, words and, for what is open, the number."""
        return [(section.value, section.label, self.counts.get(section.value)) for section in Section]


def page_of(alerts: AlertQuerySet, narrowing: Narrowing, user: User) -> Page:
    """The rows to show of what the person may see at all."""
    where, section = sections(user, narrowing.workspace), narrowing.section
    counts = {s.value: Count("pk", filter=q) for s, q in where.items() if s != Section.CLOSED}
    rows = alerts.timed().filter(where[section], narrowing.fits())
    rows = rows.order_by("-closed_at", "-pk") if section == Section.CLOSED else rows.by_urgency()
    rows = rows.filter(_beyond(narrowing.chosen("after"), section))
    rows = rows.select_related("execution__bot", "workspace", "assignee").prefetch_related("deliveries__user")
    found = list(rows[: PAGE + 1])
    onwards = _cursor(found[PAGE - 1], section) if len(found) > PAGE else ""
    return Page(section, found[:PAGE], onwards, alerts.filter(status__in=ACTIVE).aggregate(**counts))


def _cursor(last: Alert, section: Section) -> str:
    at = last.closed_at if section == Section.CLOSED else last.deadline
    return f"{at.isoformat() if at else ''}_{last.pk}"


def _beyond(cursor: str, section: Section) -> Q:
    """What comes after the row of this cursor; everything where it is none of ours."""
    at_text, _, pk_text = cursor.rpartition("_")
    try:
        pk, at = int(pk_text), _moment(at_text) if at_text else None
    except (ValueError, OverflowError):
        return Q()
    if section == Section.CLOSED:
        return Q(closed_at__lt=at) | Q(closed_at=at, pk__lt=pk) if at else Q(pk__lt=pk)
    if at is None:
        return Q(deadline=None, pk__gt=pk)
    return Q(deadline__gt=at) | Q(deadline=at, pk__gt=pk) | Q(deadline=None)


def _moment(text: str) -> datetime:
    """In UTC, as the database is asked. Raises ValueError, and OverflowError for one beyond the calendar there."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a moment without its zone")
    return at.astimezone(UTC)
