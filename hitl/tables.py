"""Rows as CSV that is safe to open: a spreadsheet shows what others wrote and does not run it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_answer(name: str, columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """A file of this name."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    writer = csv.writer(answer)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return answer


def _cell(value: Any) -> str:
    """No cell begins as a formula does."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) if value else ""
    return f"'{text}" if text.startswith(FORMULA) else text
