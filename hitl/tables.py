"""Rows as CSV that is safe to open: a spreadsheet shows what others wrote and does not run it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

# Where a formula could begin: at the start of a cell, and of each part where a spreadsheet divides by semicolons.
DIVIDED = re.compile(r"[;\t\r\n]")
FORMULA = re.compile(r"(^|[;\t\r\n])(?=[\s\"]{0,20}[=+\-@\t\r])")


def csv_answer(name: str, columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """A file of this name."""
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    answer = HttpResponse(table.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _cell(value: Any) -> str:
    """No cell begins as a formula does, nor any part of it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) if value else ""
    is_plain = text[:1].isalnum() and not DIVIDED.search(text)  # nearly all, and the search for formulas is slow
    return text if is_plain else FORMULA.sub(r"\1'", text)
