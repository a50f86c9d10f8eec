"""The list of executions, the page that follows one live, and what a person may do to it."""

import json

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from alerts.views import picture_response
from bots.models import Bot, Execution, Status, StepRun
from bots.views import live
from hitl.states import WrongState
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.models import Role
from hitl.tenants.people import Person


def execution_of(request: MemberRequest, public_id: str) -> Execution:
    """The execution within the member's workspace, or 404."""
    executions = Execution.objects.visible_to(request.user).filter(workspace=request.workspace)
    return get_object_or_404(executions.select_related("workspace", "bot", "version"), public_id=public_id)


@member()
@require_safe
def execution_list(request: MemberRequest) -> HttpResponse:
    """Newest first; `?status=` and `?bot=` narrow it."""
    executions = Execution.objects.visible_to(request.user).filter(workspace=request.workspace).real()
    status, bot = request.GET.get("status", ""), request.GET.get("bot", "")
    if status in Status:
        executions = executions.filter(status=status)
    if bot.isprintable() and bot:
        executions = executions.filter(bot__public_id=bot)
    page = Paginator(executions.select_related("bot", "workspace"), 50).get_page(request.GET.get("page"))
    bots = Bot.objects.visible_to(request.user).filter(workspace=request.workspace)
    context = {"page": page, "statuses": Status, "status": status, "bots": bots, "bot": bot}
    return render(request, "executions/list.html", context)


def _progress(execution: Execution) -> dict[str, object]:
    """What the page shows beside the live browser: every step of the script with its runs, the output, the alert."""
    runs: dict[int, list[StepRun]] = {}
    for run in execution.step_runs.all():
        runs.setdefault(run.index, []).append(run)
    steps = [
        {"index": index, "type": step.type, "label": step.label, "runs": runs.get(index, [])}
        for index, step in enumerate(execution.steps.steps)
    ]
    output = json.dumps(execution.output, indent=2, ensure_ascii=False)
    return {"execution": execution, "steps": steps, "output": output, "alert": execution.alert}


@member()
@require_safe
def execution_page(request: MemberRequest, execution: str) -> HttpResponse:
    row = execution_of(request, execution)
    context = _progress(row) | live.stage(request, row, row.alert)
    return render(request, "executions/execution.html", context)


@member()
@require_safe
def progress(request: MemberRequest, execution: str) -> HttpResponse:
    """Steps, output and ending alone, fetched again on each note."""
    return render(request, "executions/_progress.html", _progress(execution_of(request, execution)))


@member()
@require_safe
def output(request: MemberRequest, execution: str) -> HttpResponse:
    """What the bot extracted, as a file to keep."""
    row = execution_of(request, execution)
    words = json.dumps(row.output, indent=2, ensure_ascii=False)
    name = f'attachment; filename="{row.public_id}.json"'
    return HttpResponse(words, content_type="application/json", headers={"Content-Disposition": name})


@member()
@require_safe
def picture(request: MemberRequest, execution: str, run: int) -> FileResponse:
    row = get_object_or_404(execution_of(request, execution).step_runs, pk=run)
    return picture_response(row.picture)


@member(Role.OPERATOR)
@require_POST
def cancel(request: MemberRequest, execution: str) -> HttpResponse:
    row = execution_of(request, execution)
    try:
        row.cancel(Person.member(request.user))
    except WrongState:
        messages.info(request, f"It was too late to cancel: {row.get_status_display().lower()}.")
    return redirect(row)


@member(Role.OPERATOR)
@require_POST
def take_over(request: MemberRequest, execution: str) -> HttpResponse:
    """Stop the running bot at its next step boundary and hand the browser to whoever asked."""
    row = execution_of(request, execution)
    try:
        row.take_over(Person.member(request.user))
    except WrongState as error:
        messages.info(request, str(error))
    return redirect(row)
