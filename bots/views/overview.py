"""The first page after sign-in: what waits now, and what the last days were like."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bots.overview import PERIODS, Overview
from hitl.tenants.access import MemberRequest, member

USUAL = "7d"


@member()
@require_safe
def overview(request: MemberRequest) -> HttpResponse:
    """`?period=` is 24h, 7d, 30d or 90d."""
    period = request.GET.get("period", USUAL)
    period = period if period in PERIODS else USUAL
    words, days = PERIODS[period]
    figures = Overview(request.workspace, days)
    periods = [(key, label) for key, (label, _) in PERIODS.items()]
    context = {"overview": figures, "period": period, "periods": periods, "words": words, "charts": charts(figures)}
    return render(request, "overview/overview.html", context)


def charts(figures: Overview) -> dict[str, list[object]]:
    """Columns as the chart takes them: the days first, then one list for each line."""
    days = list(figures.days.values())
    dates = [day.date.isoformat() for day in days]
    ends = [[day.endings[name] for day in days] for name in ("succeeded", "failed", "timed_out")]
    waits = [[day.median for day in days], [day.late for day in days]]
    return {"ends": [dates, *ends], "waits": [dates, *waits]}
