"""The list of executions, the page that follows one live, and what a person may do to it."""

import json
from contextlib import suppress

from django.contrib import messages
from django.db.models import QuerySet, Subquery
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alerts.views import picture_response
from bots.listing import COLUMNS, Narrowing, as_table, page_of
from bots.models import BrowserSession, Execution, Status, StepRun
from bots.script.problems import printable
from bots.script.recorder import looks_secret
from bots.spans import Spent
from bots.views import live
from hitl.states import WrongState
from hitl.tables import csv_answer
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.models import Role, Workspace
from hitl.tenants.people import Person

AN_EXPORT = 100_000  # rows
AT_ONCE = 500  # executions that one press cancels


def execution_of(request: MemberRequest, public_id: str) -> Execution:
    """The execution within the member's workspace, or 404."""
    executions = Execution.objects.visible_to(request.user).filter(workspace=request.workspace)
    return get_object_or_404(executions.select_related("workspace", "bot", "version", "schedule"), public_id=public_id)


def _narrowed(request: MemberRequest) -> tuple[Narrowing, QuerySet[Execution]]:
    """What the address asks for, of the executions that the member may see."""
    narrowing = Narrowing(request.GET, request.workspace)
    executions = Execution.objects.visible_to(request.user).filter(workspace=request.workspace).real()
    return narrowing, executions.none() if narrowing.wrong else executions.filter(narrowing.fits())


@member()
@require_safe
def execution_list(request: MemberRequest) -> HttpResponse:
    """Newest first, narrowed by the address."""
    narrowing, executions = _narrowed(request)
    page = page_of(executions, request.GET.get("before", ""))
    return render(request, "executions/list.html", {"page": page, "narrowing": narrowing})


@member()
@require_safe
def execution_table(request: MemberRequest) -> HttpResponse:
    """The narrowed list as CSV, the newest hundred thousand at most."""
    rows = as_table(_narrowed(request)[1], AN_EXPORT)
    return csv_answer(f"{request.workspace.slug}-executions", COLUMNS, rows)


@member(Role.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_many(request: MemberRequest) -> HttpResponse:
    """Says how many of the narrowed list are under way; a POST cancels those, and none that began since."""
    narrowing, executions = _narrowed(request)
    under_way = executions.alive()  # type: ignore[attr-defined]
    if request.method == "POST":
        newest = Execution.objects.filter(public_id=request.POST.get("newest", "")).values("pk")[:1]
        rows = under_way.filter(pk__lte=Subquery(newest)).select_related("workspace", "bot")
        done = _cancel_each(rows[:AT_ONCE], Person.member(request.user))
        messages.success(request, f"{done} execution{'' if done == 1 else 's'} cancelled.")
        return redirect(f"{reverse('executions', args=[request.workspace.slug])}?{narrowing.query}")
    found = list(under_way.select_related("bot")[: AT_ONCE + 1])
    context = {"found": found[:AT_ONCE], "more": len(found) > AT_ONCE, "narrowing": narrowing}
    return render(request, "executions/cancel_many.html", context)


def _cancel_each(executions: QuerySet[Execution], person: Person) -> int:
    """How many could be; others have ended at this moment."""
    done = 0
    for execution in executions:
        with suppress(WrongState):
            execution.cancel(person)
            done += 1
    return done


def _progress(execution: Execution) -> dict[str, object]:
    """What the page shows beside the live browser: every step of the script with its runs, the output, the alert."""
    runs: dict[int, list[StepRun]] = {}
    for run in execution.step_runs.all():
        runs.setdefault(run.index, []).append(run)
    spent = Spent(execution)
    steps = [
        {
            "index": index,
            "type": type,
            "label": label,
            "runs": runs.get(index, []),
            "visits": [visit for visit in spent.visits if visit.step == index],
        }
        for index, (type, label) in enumerate(_types_and_labels(execution, runs))
    ]
    output = _as_json(execution)
    return {
        "execution": execution,
        "steps": steps,
        "spent": spent,
        "outputs": json.loads(output),
        "output": output,
        "alert": execution.alert,
        "secret_variables": [name for name in execution.variables if looks_secret(name)],
        "full": execution.status == Status.QUEUED and _is_full(execution.workspace),
    }


def _as_json(execution: Execution) -> str:
    """The output as it may be sent: an earlier one may hold what a page had cut within a letter."""
    return printable(json.dumps(execution.output, indent=2, ensure_ascii=False))


def _types_and_labels(execution: Execution, runs: dict[int, list[StepRun]]) -> list[tuple[str, str]]:
    """Of all its steps; of a script that can be read no more, as they were written down when each was begun."""
    script = execution.steps
    if not script.refusal:
        return [(step.type, step.label) for step in script.steps]
    types = [step["type"] for step in execution.script["steps"]]
    return [(type, runs[index][0].label if index in runs else type) for index, type in enumerate(types)]


def _is_full(workspace: Workspace) -> bool:
    """Whether as many of its browsers run as may."""
    held = BrowserSession.objects.live().filter(execution__workspace=workspace).count()
    return workspace.session_limit is not None and held >= workspace.session_limit


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
    name = f'attachment; filename="{row.public_id}.json"'
    return HttpResponse(_as_json(row), content_type="application/json", headers={"Content-Disposition": name})


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
