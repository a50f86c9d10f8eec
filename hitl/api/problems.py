"""Errors as RFC 9457 problems, whoever makes them: a call, the parser, Django before or after it."""

from __future__ import annotations

import difflib
import json
import logging
from collections.abc import Awaitable, Callable, Collection
from http import HTTPStatus
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.utils.decorators import sync_and_async_middleware
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel, ConfigDict, Field

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/"
MOST = 50  # things that are said to be wrong: a body may hold very many

SAID = {
    400: "The request cannot be read.",
    401: "Send an API key of the workspace: `Authorization: Bearer hitl_…` or `X-API-Key: hitl_…`.",
    404: "There is no such thing here, or this key does not reach it.",
    405: "This address does not take that method; the header Allow names those that it takes.",
    413: "The request is too large.",
    500: "Something went wrong here. It is in the log under the id in the header X-Request-ID.",
    503: "The database does not answer at the moment. Nothing is lost: send it again after `Retry-After` seconds.",
}


class FieldError(BaseModel):
    """One thing that is wrong with what was sent."""

    field: str = Field(description="Where it stands, with dots between the parts; empty for the whole.")
    message: str = Field(description="What is wrong, and what would be right.")
    step: int | None = Field(default=None, description="The step of the script, counted from 1.")


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it. More members may stand beside these, as each call says."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Unprocessable Entity",
                    "status": 422,
                    "detail": "response_window_seconds: Input should be greater than or equal to 1.",
                    "errors": [
                        {"field": "response_window_seconds", "message": "Input should be greater than or equal to 1."}
                    ],
                }
            ]
        },
    )

    type: str
    title: str
    status: int
    detail: str = Field(description="A sentence for a person.")
    errors: list[FieldError] = Field(default=[], description="With 422: each thing that is wrong.")


class Refused(Exception):
    """A call says no: the status, a sentence, and what else belongs into the answer."""

    def __init__(self, status: int, detail: str, retry_after: int | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.retry_after, self.more = status, detail, retry_after, more

    @classmethod
    def unfit(cls, errors: list[FieldError]) -> Refused:
        """422, with a sentence for each thing that is wrong."""
        detail = " ".join(f"{error.field}: {error.message}" if error.field else error.message for error in errors[:3])
        return cls(422, detail, errors=[error.model_dump(exclude_none=True) for error in errors])


def problem(status: int, detail: str = "", **more: Any) -> HttpResponse:
    title = HTTPStatus(status).phrase
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail or SAID.get(status, title)}
    response = HttpResponse(json.dumps(content | more), status=status, content_type=MEDIA_TYPE)
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="hitl"'
    return response


def speak_problems(api: NinjaAPI) -> None:
    """Every exception that a call may end with has its answer here; any other is a 500 of Django's."""

    def refused(request: HttpRequest, error: Any) -> HttpResponse:
        response = problem(error.status, error.detail, **error.more)
        if error.retry_after is not None:
            response["Retry-After"] = str(error.retry_after)
        return response

    def unreadable(request: HttpRequest, error: Any) -> HttpResponse:
        """ninja's own; where our parser was the cause, what that has to say."""
        if isinstance(error.__cause__, Refused):
            return refused(request, error.__cause__)
        return problem(error.status_code)

    api.add_exception_handler(Refused, refused)
    api.add_exception_handler(HttpError, unreadable)
    api.add_exception_handler(AuthenticationError, lambda request, error: problem(401))
    api.add_exception_handler(Http404, lambda request, error: problem(404))
    api.add_exception_handler(RequestDataTooBig, lambda request, error: problem(413))
    api.add_exception_handler(UnreadablePostError, lambda request, error: problem(400))
    api.add_exception_handler(ValidationError, lambda request, error: refused(request, _unfit(error)))


def _unfit(error: Any) -> Refused:
    return Refused.unfit([FieldError(field=_place(one["loc"]), message=_sentence(one)) for one in error.errors[:MOST]])


def _place(loc: tuple[Any, ...]) -> str:
    """("body", "body", "fields", 3) → fields.3; the parts that only our code knows are left out."""
    parts = [str(part) for part in loc[1:]]
    if loc[0] == "body":
        parts = parts[1:]
    return ".".join(part for part in parts if not part.startswith(("function-", "dict[", "constrained-")))


NO_BODY = "This call needs a body: JSON, with the header `Content-Type: application/json`."


def no_such(what: str, name: str, there_are: Collection[str]) -> str:
    """It is not known; one that is near, or all that there are."""
    near = difflib.get_close_matches(name[:64].lower(), there_are, n=1, cutoff=0.6)
    hint = f"Did you mean `{near[0]}`?" if near else f"There are: {', '.join(there_are)}."
    return f"There is no such {what}. {hint}"


def _sentence(error: dict[str, Any]) -> str:
    if error["type"] == "missing":
        return "This is required." if len(error["loc"]) > 2 or error["loc"][0] != "body" else NO_BODY
    text = str(error["msg"]).removeprefix("Value error, ")
    return text if text.endswith((".", "!", "?")) else f"{text}."


@sync_and_async_middleware
def problems(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Below /api/, what Django itself refuses (no such address, no such method, too large) is a problem too."""
    if iscoroutinefunction(get_response):

        async def later(request: HttpRequest) -> HttpResponseBase:
            awaited: Awaitable[HttpResponseBase] = get_response(request)
            return _as_problem(request, await awaited)

        return later
    return lambda request: _as_problem(request, get_response(request))


def _as_problem(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if not request.path.startswith(PREFIX):
        return response
    response.headers.setdefault("Cache-Control", "no-store")
    if response.status_code < 400 or response.headers.get("Content-Type") == MEDIA_TYPE:
        return response
    plain = problem(response.status_code)
    for name, value in response.items():
        if name not in ("Content-Type", "Content-Length"):
            plain[name] = value
    return plain
