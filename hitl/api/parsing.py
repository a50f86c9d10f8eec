"""Bodies are JSON of sane size and content, or are refused with a sentence before anything else looks at them."""

from __future__ import annotations

import json
import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.parser import Parser

from hitl.api.problems import Refused

# NUL and halves of surrogate pairs: no database takes them, and no answer could be sent back with them.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
DEEPEST = 60
LARGEST_NUMBER = 2**53  # beyond that, JSON's readers disagree


class StrictParser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise Refused(415, "Send the body as JSON, with the header `Content-Type: application/json`.")
        if len(request.body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:  # sent without saying how long it is
            raise Refused(413, f"The body is too large: at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes fit.")
        data = _read(request.body)
        _check(data, 0)
        return data


def _read(body: bytes) -> Any:
    try:
        return json.loads(body.decode(), parse_constant=_no_constant, parse_int=_int, object_pairs_hook=_no_doubles)
    except UnicodeDecodeError:
        raise Refused(400, "The body is not UTF-8 text.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Refused(400, f"The body is not JSON ({error.msg}, {where}).") from None
    except RecursionError:
        raise Refused(400, f"The body is nested too deeply; at most {DEEPEST} levels fit.") from None
    except ValueError as error:
        raise Refused(400, f"The body cannot be read: {error}") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value.")


def _int(digits: str) -> int:
    if len(digits) > 20:
        raise ValueError("a number is too long.")
    return int(digits)


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object.")
    return found


def _check(value: Any, depth: int) -> None:
    """Refuse what could be read, and neither stored nor sent back."""
    if depth > DEEPEST:
        raise Refused(400, f"The body is nested too deeply; at most {DEEPEST} levels fit.")
    if isinstance(value, str) and UNSTORABLE.search(value):
        raise Refused(400, "A text holds a character that cannot be stored (NUL, or half of a surrogate pair).")
    if isinstance(value, int | float) and not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        raise Refused(400, "A number is too large. Send it as text.")
    if isinstance(value, dict):
        for name, part in value.items():
            _check(name, depth)
            _check(part, depth + 1)
    elif isinstance(value, list):
        for part in value:
            _check(part, depth + 1)
