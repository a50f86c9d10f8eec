"""When a bot starts by itself: its schedules' form with the times that it leads to, and their presses."""

import itertools
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bots.forms import RunForm
from bots.models import Bot, Overlap, Schedule
from bots.models.schedule import CronError, in_words, times
from bots.views.bots import bot_of
from hitl import clock, zones
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.models import Role
from hitl.tenants.people import Person

SHOWN = 5
PRESETS = (
    ("Every hour", "0 * * * *"),
    ("Every 15 minutes", "*/15 * * * *"),
    ("Every day at 9:00", "0 9 * * *"),
    ("Monday to Friday at 9:00", "0 9 * * 1-5"),
    ("Mondays at 9:00", "0 9 * * 1"),
    ("The first of the month at 9:00", "0 9 1 * *"),
)


class ScheduleForm(forms.Form):
    cron = forms.CharField(
        label="Times",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
        help_text=SafeString(
            "Five fields: minute, hour, day of the month, month, weekday. <code>*</code> is every one, "
            "<code>1-5</code> a range, <code>*/15</code> every 15th, <code>9,17</code> two of them."
        ),
    )
    zone = forms.ChoiceField(
        label="Time zone",
        choices=zones.choices,
        help_text="The times are read on this zone's clocks, in summer as in winter.",
    )
    overlap = forms.ChoiceField(
        label="When the execution before is not over yet, for example because it waits for a person",
        choices=Overlap.choices,
        widget=forms.RadioSelect,
        initial=Overlap.SKIP,
    )

    def clean_cron(self) -> str:
        cron = " ".join(self.cleaned_data["cron"].split())
        try:
            soon = next(times(cron, clock.now(), "UTC"), None)
        except CronError as error:
            raise ValidationError(str(error)) from None
        if soon is None:
            raise ValidationError("There is no such time in the next fifty years.")
        return cron


def schedule_of(request: MemberRequest, public_id: str) -> Schedule:
    """The schedule within the member's workspace, or 404."""
    schedules = Schedule.objects.visible_to(request.user).filter(workspace=request.workspace, bot__archived_at=None)
    return get_object_or_404(schedules.select_related("bot__workspace", "workspace"), public_id=public_id)


@member(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def new_schedule(request: MemberRequest, bot: str) -> HttpResponse:
    row = bot_of(request, bot)
    given = {"cron": "0 9 * * 1-5", "zone": request.workspace.zone}
    form = ScheduleForm(request.POST or None, initial=given)
    variables = RunForm(request.POST or None, bot=row, prefix="variable")
    if _are_filled_in(request, form, variables):
        Schedule.make(row, Person.member(request.user), **form.cleaned_data, variables=variables.cleaned_data)
        messages.success(request, "The schedule is on.")
        return _back_to(row)
    return _form(request, row, form, variables)


@member(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def change_schedule(request: MemberRequest, schedule: str) -> HttpResponse:
    row = schedule_of(request, schedule)
    given = {"cron": row.cron, "zone": row.zone, "overlap": row.overlap}
    form = ScheduleForm(request.POST or None, initial=given)
    variables = RunForm(request.POST or None, bot=row.bot, prefix="variable", initial=row.variables)
    if _are_filled_in(request, form, variables):
        row.change(Person.member(request.user), **form.cleaned_data, variables=variables.cleaned_data)
        messages.success(request, "The schedule is saved.")
        return _back_to(row.bot)
    return _form(request, row.bot, form, variables, row)


def _back_to(bot: Bot) -> HttpResponse:
    return redirect(f"{bot.get_absolute_url()}#schedules")


def _are_filled_in(request: MemberRequest, form: ScheduleForm, variables: RunForm) -> bool:
    """Both are checked in any case, so that all that is wrong is said at once."""
    checked = form.is_valid(), variables.is_valid()
    return request.method == "POST" and all(checked)


def _form(
    request: MemberRequest, bot: Bot, form: ScheduleForm, variables: RunForm, schedule: Schedule | None = None
) -> HttpResponse:
    context = {"bot": bot, "form": form, "run_form": variables, "schedule": schedule, "presets": PRESETS}
    context |= _times(form["cron"].value() or "", form["zone"].value() or "UTC")
    status = 422 if form.errors or variables.errors else 200
    return render(request, "bots/schedule.html", context, status=status)


@member(Role.OPERATOR)
@require_safe
def preview(request: MemberRequest) -> HttpResponse:
    """What an expression means, while it is typed: in words, and the next times."""
    return render(request, "bots/_times.html", _times(request.GET.get("cron", "")[:200], request.GET.get("zone", "")))


def _times(cron: str, zone: str) -> dict[str, Any]:
    zone = zone if zone in zones.names() else "UTC"
    try:
        coming = itertools.islice(times(cron, clock.now(), zone), SHOWN)
        upcoming = [at.astimezone(ZoneInfo(zone)) for at in coming]
        return {"words": in_words(cron), "upcoming": upcoming, "zone_shown": zone}
    except CronError as error:
        return {"wrong": str(error)}


@member(Role.OPERATOR)
@require_POST
def pause(request: MemberRequest, schedule: str) -> HttpResponse:
    row = schedule_of(request, schedule)
    row.pause(Person.member(request.user))
    return _back_to(row.bot)


@member(Role.OPERATOR)
@require_POST
def resume(request: MemberRequest, schedule: str) -> HttpResponse:
    row = schedule_of(request, schedule)
    row.resume(Person.member(request.user))
    return _back_to(row.bot)


@member(Role.ADMIN)
@require_POST
def remove(request: MemberRequest, schedule: str) -> HttpResponse:
    row = schedule_of(request, schedule)
    row.remove(Person.member(request.user))
    messages.success(request, "The schedule is deleted. What it has started stays.")
    return _back_to(row.bot)
