"""What the shapes of all calls are made of: strict bodies, ids, moments in time, and the list of a call's answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from hitl.api.problems import Problem

# A week; a request that waits longer than that is forgotten by everybody.
LONGEST_WINDOW = 7 * 24 * 3600

Window = Annotated[
    int | None,
    Field(
        ge=1,
        le=LONGEST_WINDOW,
        description="How long a request waits for somebody, never beyond the end of its browser; null: as usual here.",
    ),
]
Moment = Annotated[
    datetime, WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-21T09:30:00.123Z"]})
]
Json = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "additionalProperties": True})]


class Sent(BaseModel):
    """A body that is sent to us: each value of its own type, and no field that we do not know."""

    model_config = ConfigDict(extra="forbid", strict=True)


def example_id(prefix: str) -> str:
    return f"{prefix}_8m2k5qv0c7x1r4j9w3t6z5b2na"


def _id(prefix: str) -> WithJsonSchema:
    """What an id looks like. In an address, one that looks otherwise is not found, like any that is not there."""
    schema = {"type": "string", "pattern": f"^{prefix}_[a-z0-9]{{26}}$", "examples": [example_id(prefix)]}
    return WithJsonSchema(schema)


BotId = Annotated[str, _id("bot")]
ExecutionId = Annotated[str, _id("exe")]
AlertId = Annotated[str, _id("alt")]
LinkId = Annotated[str, _id("lnk")]
FileId = Annotated[str, _id("fil")]
KeyId = Annotated[str, _id("key")]


def answers(status: int, shape: Any, *errors: int) -> dict[int, Any]:
    """What a call may answer; those with a body refuse a bad one, and all of them refuse keys."""
    return {status: shape} | dict.fromkeys(sorted({401, 403, 429, *errors}), Problem)


BODY = (400, 413, 415, 422)  # what can be wrong with a body
