"""Rows that take the product's own verbs a third of a second are written once by each process of tests, then inserted.

All columns of time move on by what has passed since they were written. Text stays as it was: a time in JSON, or one
that is signed.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction

from hitl import clock

NOT_OURS = ("contenttypes", "auth")
TIMES_OF_DAY = ("next_at",)  # a schedule's does not depend on when it was made

Made = TypeVar("Made")
Row = tuple[Any, ...]
Table = tuple[type[models.Model], list[Row]]


class _Pickler(pickle.Pickler):
    def persistent_id(self, value: object) -> str | None:
        return value.isoformat() if isinstance(value, datetime) else None


class _Unpickler(pickle.Unpickler):
    passed = timedelta()

    def persistent_load(self, written: str) -> datetime:
        return datetime.fromisoformat(written) + self.passed


class Recall:
    """`recall(make)`: what `make` returns, with all that it writes into an empty database."""

    def __init__(self) -> None:
        self._made: dict[Callable[..., Any], tuple[datetime, bytes]] = {}

    def __call__(self, make: Callable[[], Made]) -> Made:
        if make not in self._made:
            made = make()
            self._made[make] = clock.now(), _pickled((made, _written()))
            return made
        ended, pickled = self._made[make]
        unpickler = _Unpickler(io.BytesIO(pickled))
        unpickler.passed = clock.now() - ended  # so none of it lies in the future
        as_before: Made
        as_before, tables = unpickler.load()
        _insert(tables)
        return as_before


def _pickled(value: object) -> bytes:
    to = io.BytesIO()
    _Pickler(to).dump(value)
    return to.getvalue()


def _written() -> list[Table]:
    """All but what migrations have put there."""
    made = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label not in NOT_OURS]
    return [(model, rows) for model in made if (rows := _rows(model))]


def _rows(model: type[models.Model]) -> list[Row]:
    still = [field.name in TIMES_OF_DAY for field in model._meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_columns(model)} FROM {_table(model)}")  # noqa: S608 - names of our own
        rows = cursor.fetchall()
    return [tuple(str(v) if v and is_still else v for v, is_still in zip(row, still, strict=True)) for row in rows]


def _insert(tables: list[Table]) -> None:
    """In one transaction, at whose end all that the rows refer to is there."""
    with transaction.atomic(), connection.cursor() as cursor:
        for model, rows in tables:
            places = ", ".join(["%s"] * len(rows[0]))
            insert = f"INSERT INTO {_table(model)} ({_columns(model)}) VALUES ({places})"  # noqa: S608
            as_django_writes = [tuple(str(v) if isinstance(v, datetime) else v for v in row) for row in rows]
            cursor.executemany(insert, as_django_writes)
        for reset in connection.ops.sequence_reset_sql(no_style(), [model for model, _ in tables]):
            cursor.execute(reset)


def _columns(model: type[models.Model]) -> str:
    return ", ".join(connection.ops.quote_name(str(field.column)) for field in model._meta.concrete_fields)


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
