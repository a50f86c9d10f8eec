"""Bots: made, changed, archived."""

from __future__ import annotations

import json
from typing import Annotated, Any, Self

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from bots.models import Bot, Overtaken
from bots.script import Problem, ScriptError, parse
from bots.script.source import read
from hitl.api.door import key_of, needs, person_of
from hitl.api.once import once
from hitl.api.paging import PAGE, Cursor, Limit, Listed, length_of, page, takes_only
from hitl.api.problems import FieldError, Refused
from hitl.api.shapes import BODY, BotId, Json, Moment, Sent, Window, answers
from hitl.tenants.models import Scope

router = Router(tags=["Bots"])
Name = Annotated[str, Field(pattern=r"\S", max_length=120, examples=["Bank balance"])]
ScriptText = Annotated[
    dict[str, Any] | str,
    Field(
        description="The steps as Chrome's Recorder exports them, as an object, or as text in JSON or YAML.",
        examples=[{"title": "Balance", "steps": [{"type": "navigate", "url": "https://bank.example/"}]}],
    ),
]


class NewBot(Sent):
    """A bot: a script, and when it asks people."""

    name: Name
    script: ScriptText
    human_intervention_mode: bool = Field(default=True, description="Off: requests for a person are skipped.")
    ask_human_on_failure: bool = Field(default=True, description="On: a person decides about a step that failed.")
    response_window_seconds: Window = None


class BotChange(Sent):
    """What is to be different; whatever is left out stays."""

    name: Name = Field(default_factory=str)
    script: ScriptText = Field(default_factory=str)
    human_intervention_mode: bool = Field(default_factory=bool)
    ask_human_on_failure: bool = Field(default_factory=bool)
    response_window_seconds: Window = Field(default_factory=lambda: None)
    version: int | None = Field(
        default=None,
        ge=1,
        le=2**31 - 1,
        description="What `script` was made from; 409 where there is a newer one.",
    )


class BotShown(BaseModel):
    """A bot as it stands."""

    id: BotId
    name: str
    script: Json | str
    version: int = Field(description="Counts the saved states of the script.")
    human_intervention_mode: bool
    ask_human_on_failure: bool
    response_window_seconds: int | None
    url: str = Field(description="Its page, for members.")
    created_at: Moment

    @classmethod
    def of(cls, bot: Bot) -> Self:
        return cls(
            id=bot.public_id,
            name=bot.name,
            script=_data(bot.source),
            version=bot.version,
            human_intervention_mode=bot.human_intervention_mode,
            ask_human_on_failure=bot.ask_human_on_failure,
            response_window_seconds=bot.response_window_seconds,
            url=settings.BASE_URL + bot.get_absolute_url(),
            created_at=bot.created_at,
        )


def bot_of(request: HttpRequest, bot_id: str) -> Bot:
    """The bot within the key's workspace, or 404; an archived one is not there."""
    rows = Bot.objects.visible_to(key_of(request)).current().select_related("workspace")
    return get_object_or_404(rows, public_id=bot_id)


def _data(source: str) -> Any:
    """The script as data. One that could not be read any more is shown as the text that it is."""
    try:
        data = read(source)
    except ScriptError:
        return source
    return data if isinstance(data, dict) else source


def _source(script: dict[str, Any] | str) -> str:
    """The text of a script that can be run, or 422 with all that is wrong with it."""
    source = script if isinstance(script, str) else json.dumps(script, indent=2, ensure_ascii=False)
    try:
        parse(source)
    except ScriptError as error:
        raise Refused.unfit([_told(problem) for problem in error.problems[:50]]) from error
    return source


def _told(problem: Problem) -> FieldError:
    where = ["script", *([f"steps.{problem.step - 1}"] if problem.step else []), problem.field]
    return FieldError(field=".".join(filter(None, where)), message=problem.message, step=problem.step)


@router.get(
    "/bots",
    auth=needs(Scope.READ),
    response=answers(200, Listed[BotShown], 422),
    operation_id="list_bots",
    summary="List bots",
)
def list_bots(
    request: HttpRequest,
    name: Annotated[str | None, Query(max_length=120, description="Only those that are called exactly so.")] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Any:
    """The bots of the key's workspace, the newest first; archived ones are left out. Long scripts make short pages."""
    takes_only(request, "name", "cursor", "limit")
    rows = Bot.objects.visible_to(key_of(request)).current().select_related("workspace")
    if name is not None:
        rows = rows.filter(name=name) if name.isprintable() else rows.none()
    found, next_cursor = page(rows, cursor, limit, long=length_of("source"))
    return {"data": [BotShown.of(row) for row in found], "next_cursor": next_cursor}


@router.post(
    "/bots",
    auth=needs(Scope.ADMIN),
    response=answers(201, BotShown, 409, *BODY),
    operation_id="make_bot",
    summary="Make a bot",
)
@once()
def make_bot(request: HttpRequest, body: NewBot) -> Any:
    """A script that cannot be run is refused: `errors` names the step, the field, and what would be right."""
    given = body.model_dump(exclude={"name", "script"})
    source = _source(body.script)
    bot = Bot.make(key_of(request).workspace, person_of(request), body.name.strip(), source, **given)
    return Status(201, BotShown.of(bot))


@router.get(
    "/bots/{id:bot_id}",
    auth=needs(Scope.READ),
    response=answers(200, BotShown, 404),
    operation_id="get_bot",
    summary="Get a bot",
)
def get_bot(request: HttpRequest, bot_id: BotId) -> Any:
    """Its script and settings."""
    return BotShown.of(bot_of(request, bot_id))


@router.patch(
    "/bots/{id:bot_id}",
    auth=needs(Scope.ADMIN),
    response=answers(200, BotShown, 404, 409, *BODY),
    operation_id="change_bot",
    summary="Change a bot",
)
def change_bot(request: HttpRequest, bot_id: BotId, body: BotChange) -> Any:
    """Changes what is sent and nothing else. A changed script is saved as the next version; earlier ones are kept."""
    bot, person = bot_of(request, bot_id), person_of(request)
    changes = body.model_dump(exclude={"script", "version"}, exclude_unset=True)
    if "name" in changes:
        changes["name"] = changes["name"].strip()
    source = _source(body.script) if "script" in body.model_fields_set else None
    try:
        with transaction.atomic():
            if source is not None:
                bot.write(person, source, body.version or bot.version)
            if changes:
                bot.settle(person, **changes)
    except Overtaken as error:
        raise Refused(409, str(error), current_version=error.current.number) from error
    return BotShown.of(bot_of(request, bot_id))


@router.delete(
    "/bots/{id:bot_id}",
    auth=needs(Scope.ADMIN),
    response=answers(204, None, 404),
    operation_id="archive_bot",
    summary="Archive a bot",
)
def archive_bot(request: HttpRequest, bot_id: BotId) -> Any:
    """It leaves the lists and cannot be started any more. Its executions are kept, and those under way go on."""
    bot_of(request, bot_id).archive(person_of(request))
    return Status(204, None)
