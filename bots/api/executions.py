"""Executions: started, followed, waited for, cancelled."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Annotated, Any, Literal, Self

from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async as db
from django.conf import settings
from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field, StrictBool, StrictFloat, StrictInt, StrictStr, WithJsonSchema

from alerts.api import AlertShown, alerts_for
from alerts.models import Alert
from alerts.views import picture_response
from bots import waiting
from bots.api.bots import bot_of
from bots.models import CannotStart, Execution, StepRun
from bots.script import Script, missing_from, variables_of
from bots.script.problems import did_you_mean
from hitl.api.door import key_of, needs, person_of
from hitl.api.once import once
from hitl.api.paging import PAGE, Cursor, Limit, Listed, length_of, page, takes_only
from hitl.api.problems import FieldError, Refused
from hitl.api.shapes import BODY, BotId, ExecutionId, Json, Moment, Sent, Window, answers
from hitl.states import WrongState
from hitl.tenants.models import ApiKey, Scope

router = Router(tags=["Executions"])
SHOWN = 10  # names of variables in a sentence
MOST = 50  # things that are said to be wrong with the variables: a body may name very many
A_STEP = 300  # characters of one that is shown, more or less: an execution may have thousands
STEPS = StepRun.objects.filter(execution=OuterRef("pk")).order_by().values("execution").annotate(many=Count("pk"))
LONG = length_of("output") + A_STEP * Coalesce(Subquery(STEPS.values("many")), 0)
NOT_SHOWN = ("script", "written", "variables", "bot__source", "version__source")  # and long
Index = Annotated[int, WithJsonSchema({"type": "integer", "minimum": 0, "examples": [0]})]
ExecutionState = Literal[
    "queued", "running", "waiting_for_human", "human_in_control", "succeeded", "failed", "timed_out", "cancelled"
]
Failure = Literal["step_failed", "declined", "browser_lost", "interrupted", "abandoned", "limit_reached"]
Value = Annotated[
    StrictStr | StrictInt | StrictFloat | StrictBool, Field(description="A text, a number, true or false.")
]


class NewExecution(Sent):
    """What one execution begins with."""

    variables: dict[str, Value] = Field(default={}, description="A value for each variable of the script.")
    response_window_seconds: Window = None


NOTHING = NewExecution()  # what no body at all means


class StepShown(BaseModel):
    """The last attempt at a step that was begun."""

    index: int = Field(description="Its place in the script, counted from 0.")
    type: str
    status: Literal["running", "waiting", "done", "skipped", "failed", "interrupted"]
    error: str | None = Field(description="Why it failed or was skipped, or what happened beside it.")
    screenshot_url: str | None = Field(description="The page after it, for this same key.")
    started_at: Moment
    ended_at: Moment | None

    @classmethod
    def of(cls, run: StepRun, execution: Execution) -> Self:
        picture = reverse("api:step_screenshot", args=[execution.public_id, run.index]) if run.picture else None
        return cls(
            index=run.index,
            type=run.type,
            status=run.status,  # type: ignore[arg-type]
            error=run.error or None,
            screenshot_url=picture and settings.BASE_URL + picture,
            started_at=run.started_at,
            ended_at=run.ended_at,
        )


class ExecutionShown(BaseModel):
    """One run of a bot's script."""

    id: ExecutionId
    bot_id: BotId
    version: int | None = Field(description="Number of the saved version of the bot's script that it runs.")
    status: ExecutionState
    failure_reason: Failure | None = Field(description="Beside `failed`.")
    message: str | None = Field(description="What a person should know about the ending.")
    cursor: int = Field(description="Index of the step that is next or under way.")
    steps: list[StepShown] = Field(description="Those that were begun, in order.")
    output: Json = Field(description="What `extract` steps have read.")
    alert: AlertShown | None = Field(description="The newest request for a person, open or closed.")
    url: str = Field(description="Its page, for members.")
    created_at: Moment
    ended_at: Moment | None

    @classmethod
    def of(cls, execution: Execution, key: ApiKey) -> Self:
        newest: list[Alert] = getattr(execution, "newest_alerts", [])
        last_attempts = {run.index: run for run in execution.step_runs.all()}
        return cls(
            id=execution.public_id,
            bot_id=execution.bot.public_id,
            version=execution.version.number if execution.version else None,
            status=execution.status,  # type: ignore[arg-type]
            failure_reason=execution.failure_reason or None,  # type: ignore[arg-type]
            message=execution.message or None,
            cursor=execution.cursor,
            steps=[StepShown.of(run, execution) for run in last_attempts.values()],
            output=execution.output,
            alert=AlertShown.of(newest[0], key) if newest else None,
            url=settings.BASE_URL + execution.get_absolute_url(),
            created_at=execution.created_at,
            ended_at=execution.ended_at,
        )


def executions_for(key: ApiKey) -> Any:
    """The executions that this key reaches, with all that is shown of them."""
    newest = Prefetch("alerts", alerts_for(key).order_by("-pk"), to_attr="newest_alerts")
    rows = Execution.objects.real().visible_to(key).select_related("workspace", "bot", "version").defer(*NOT_SHOWN)
    return rows.prefetch_related("step_runs", newest)


def execution_of(key: ApiKey, execution_id: str) -> Execution:
    """The execution within the key's workspace, or 404."""
    execution: Execution = get_object_or_404(executions_for(key), public_id=execution_id)
    return execution


def _shown(key: ApiKey, execution_id: str) -> ExecutionShown:
    return ExecutionShown.of(execution_of(key, execution_id), key)


def _variables(script: Script, given: dict[str, Any]) -> dict[str, str]:
    """The values as texts, or 422 with the names that are missing or unknown."""
    asked, missing = dict.fromkeys(variables_of(script)), missing_from(script, given)
    errors = [FieldError(field=f"variables.{name}", message="The script needs this one.") for name in missing[:MOST]]
    for name, value in given.items():
        if len(errors) >= MOST:
            break
        if name not in asked:
            errors.append(FieldError(field=f"variables.{name[:64]}", message=_no_such_variable(name, asked)))
        elif isinstance(value, str) and len(value) > 10_000:
            errors.append(FieldError(field=f"variables.{name}", message="At most 10,000 characters fit."))
    if errors:
        raise Refused.unfit(errors)
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}


def _no_such_variable(name: str, asked: Collection[str]) -> str:
    """One that is near, or the first of those that there are: a script may have very many."""
    if not asked:
        return "The script has no variables."
    more = " and more" if len(asked) > SHOWN else ""
    there_are = f" There are: {', '.join(list(asked)[:SHOWN])}{more}."
    return f"The script has no such variable.{did_you_mean(name, asked) or there_are}"


@router.post(
    "/bots/{id:bot_id}/executions",
    auth=needs(Scope.RUN),
    response=answers(201, ExecutionShown, 404, 409, *BODY),
    operation_id="start_execution",
    summary="Start an execution",
)
@once()
def start_execution(request: HttpRequest, bot_id: BotId, body: NewExecution = NOTHING) -> Any:
    """Queues one run of the bot's script as it stands now. Follow it with `GET /executions/{execution_id}?wait=30`.

    Send an `Idempotency-Key`, so that a lost answer does not start it twice. 409 where the workspace lacks a
    secret that the script uses, or this version of hitl refuses a script that an earlier one took.
    """
    bot = bot_of(request, bot_id)
    script = bot.script
    if script.refusal:
        raise Refused(409, script.refusal)
    variables = _variables(script, body.variables)
    try:
        execution = bot.start(person_of(request), variables, body.response_window_seconds)
    except CannotStart as error:
        raise Refused(409, str(error)) from error
    return Status(201, _shown(key_of(request), execution.public_id))


@router.get(
    "/executions",
    auth=needs(Scope.READ),
    response=answers(200, Listed[ExecutionShown], 422),
    operation_id="list_executions",
    summary="List executions",
)
def list_executions(
    request: HttpRequest,
    status: Annotated[ExecutionState | None, Query(description="Only those in this state.")] = None,
    bot_id: Annotated[str | None, Query(max_length=60, description="Only those of this bot.")] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Any:
    """The executions of the key's workspace, the newest first. Long outputs, and very many steps, make short pages."""
    takes_only(request, "status", "bot_id", "cursor", "limit")
    rows = executions_for(key_of(request))
    if status:
        rows = rows.filter(status=status)
    if bot_id is not None:
        rows = rows.filter(bot__public_id=bot_id) if bot_id.isprintable() else rows.none()
    found, next_cursor = page(rows, cursor, limit, long=LONG)
    return {"data": [ExecutionShown.of(row, key_of(request)) for row in found], "next_cursor": next_cursor}


@router.get(
    "/executions/{id:execution_id}",
    auth=needs(Scope.READ),
    response=answers(200, ExecutionShown, 404, 422),
    operation_id="get_execution",
    summary="Get an execution, or wait for its end",
)
async def get_execution(
    request: HttpRequest,
    execution_id: ExecutionId,
    wait: Annotated[int, Query(ge=0, le=60, description="Seconds to wait for what `until` says.")] = 0,
    until: Annotated[
        Literal["ended", "alert"], Query(description="`alert`: also as soon as it waits for a person.")
    ] = "ended",
) -> Any:
    """How far it is, what it has read, and the alert it waits for.

    With `?wait=30` the answer comes when the execution has ended, after 30 seconds at the latest. Ask again then:
    `status` says whether it has.
    """
    takes_only(request, "wait", "until")
    key = key_of(request)
    row = await sync_to_async(execution_of)(key, execution_id)
    if wait and not waiting.is_enough(row.status, until):
        await waiting.for_status(row.pk, key, until, wait)
        return await db(_shown, thread_sensitive=False)(key, execution_id)
    return ExecutionShown.of(row, key)


@router.get(
    "/executions/{id:execution_id}/steps/{int:index}/screenshot",
    auth=needs(Scope.READ),
    response=answers(200, None, 404),
    operation_id="get_step_screenshot",
    summary="Get the picture after a step",
    url_name="step_screenshot",
)
def step_screenshot(request: HttpRequest, execution_id: ExecutionId, index: Index) -> FileResponse:
    """The page after the last attempt at this step."""
    execution = execution_of(key_of(request), execution_id)
    run = execution.step_runs.filter(index=index).last() if index < 2**31 else None
    return picture_response(run.picture if run else "")


@router.post(
    "/executions/{id:execution_id}/cancel",
    auth=needs(Scope.RUN),
    response=answers(200, ExecutionShown, 404, 409, 422),
    operation_id="cancel_execution",
    summary="Cancel an execution",
)
@once()
def cancel_execution(request: HttpRequest, execution_id: ExecutionId) -> Any:
    """Ends it and its browser, whatever it is doing. 409 where it has ended already; `execution` is how."""
    key = key_of(request)
    try:
        execution_of(key, execution_id).cancel(person_of(request))
    except WrongState as error:
        now = _shown(key, execution_id)
        raise Refused(409, f"It is {now.status} already.", execution=now.model_dump(mode="json")) from error
    return Status(200, _shown(key, execution_id))
