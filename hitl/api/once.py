"""Idempotency-Key: a call that is sent again because its answer was lost gets that answer, and does nothing twice."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja.responses import NinjaJSONEncoder, Status

from hitl.api.door import key_of
from hitl.api.problems import FieldError, Refused
from hitl.tenants.models import KeptAnswer
from hitl.tenants.models.kept import AnotherRequest, StillUnderWay

Call = Callable[..., Any]
HEADER = "Idempotency-Key"
NAME = re.compile(r"[\x21-\x7e]{1,255}")


def once(asks_the_browser: bool = False) -> Callable[[Call], Call]:
    """For a call that changes something and returns `Status(code, model)`.

    What it changes and the answer that is kept are one transaction: whoever dies in between has done nothing, and the
    call may be sent again. A call that asks the browser first waits for it, and must hold no lock meanwhile; its own
    verb says no to a second time. An error has changed nothing and is not kept.
    """

    def decorate(call: Call) -> Call:
        @wraps(call)
        def enter(request: HttpRequest, **given: Any) -> HttpResponse:
            if HEADER not in request.headers:
                return _answer(call(request, **given))
            kept = _begin(request)
            if kept.status is not None:
                return _said(kept.body, kept.status, again=True)
            try:
                with nullcontext() if asks_the_browser else transaction.atomic():
                    answer = _answer(call(request, **given))
                    kept.keep(answer.status_code, answer.content.decode())
            except BaseException:
                kept.let_go()
                raise
            return answer

        enter.__signature__ = inspect.signature(call, eval_str=True)  # type: ignore[attr-defined]  # ninja reads it
        return enter

    return decorate


def _begin(request: HttpRequest) -> KeptAnswer:
    name = request.headers[HEADER]
    if not NAME.fullmatch(name):
        raise Refused.unfit([FieldError(field=HEADER, message="Send 1 to 255 visible ASCII characters, a UUID say.")])
    try:
        return KeptAnswer.begin(key_of(request), name, _digest(request))
    except AnotherRequest:
        detail = f"This {HEADER} was used for another request within the last 24 hours. Choose a new one."
        raise Refused.unfit([FieldError(field=HEADER, message=detail)]) from None
    except StillUnderWay:
        raise Refused(409, "The same request is under way. Ask again in a second.", retry_after=1) from None


def _digest(request: HttpRequest) -> str:
    told = f"{request.method} {request.get_full_path()}\n".encode() + request.body
    return hashlib.sha256(told).hexdigest()


def _answer(status: Status) -> HttpResponse:
    body = json.dumps(status.value.model_dump(), cls=NinjaJSONEncoder)
    return _said(body, status.status_code)


def _said(body: str, status: int, again: bool = False) -> HttpResponse:
    response = HttpResponse(body, status=status, content_type="application/json; charset=utf-8")
    if again:
        response["Idempotency-Replayed"] = "true"
    return response
