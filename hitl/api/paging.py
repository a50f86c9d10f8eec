"""Lists are read page by page. A cursor names the last row that was seen, so that nothing is missed or seen twice
while rows are added, and no page is slower than the first."""

from __future__ import annotations

from itertools import accumulate
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import QuerySet, TextField
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Length
from django.http import HttpRequest
from ninja import Query
from pydantic import BaseModel, Field

from hitl import vault
from hitl.api.problems import FieldError, Refused, no_such

Out = TypeVar("Out", bound=BaseModel)
PAGE, LARGEST_PAGE = 50, 100
LONGEST_PAGE = 1_000_000  # characters of what may be long

Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="How many at most.")]
Cursor = Annotated[
    str | None, Query(max_length=400, description="`next_cursor` of the page before; without it, the first page.")
]


class Listed(BaseModel, Generic[Out]):
    """One page of a list, the newest first."""

    data: list[Out]
    next_cursor: str | None = Field(description="Ask for it as `?cursor=` to read on; null on the last page.")


def length_of(column: str) -> Combinable:
    """Characters of a column of texts, or JSON."""
    return Length(Cast(column, TextField()))


def page(
    rows: QuerySet[Any], cursor: str | None, limit: int, long: Combinable | None = None
) -> tuple[list[Any], str | None]:
    """The rows after the cursor, the newest first, and the cursor of the next page.

    `long` says how long a row may be: the page ends early where they come to more than LONGEST_PAGE together.
    """
    kind = rows.model.__name__
    if cursor is not None:
        rows = rows.filter(pk__lt=_last_seen(cursor, kind))
    rows = rows.order_by("-pk")
    limit = limit if long is None else _that_fit(rows, limit, long)
    found = list(rows[: limit + 1])
    more = len(found) > limit
    return found[:limit], vault.seal(f"{kind}:{found[limit - 1].pk}") if more else None


def _that_fit(rows: QuerySet[Any], limit: int, long: Combinable) -> int:
    """How many of the first rows fit into one page; one always does."""
    lengths = rows.values_list(long, flat=True)[:limit]
    return max(1, sum(together <= LONGEST_PAGE for together in accumulate(lengths)))


def _last_seen(cursor: str, kind: str) -> int:
    try:
        its_kind, _, pk = vault.unseal(cursor).partition(":")
    except ValueError:
        its_kind, pk = "", ""
    if its_kind != kind:
        unknown = "This is no cursor of this list. Begin without one, and take `next_cursor` as it is."
        raise Refused.unfit([FieldError(field="cursor", message=unknown)])
    return int(pk)


def takes_only(request: HttpRequest, *names: str) -> None:
    """Refuse a misspelt parameter, which would otherwise be a filter that filters nothing."""
    errors = [
        FieldError(field=name[:64], message=no_such("parameter", name, names))
        for name in request.GET
        if name not in names
    ]
    if errors:
        raise Refused.unfit(errors)
