"""`manage.py rotate_keys`: seal everything that is sealed by the newest key, wherever in the database it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models, transaction
from django.db.models import Model
from django.db.models.functions import Cast

from hitl import vault

MARK = "gAAAAA"


class Command(BaseCommand):
    help = "Encrypt what is sealed anew, with the first of HITL_KEYS. Safe to run at any time, and to run again."

    def handle(self, **options: Any) -> None:
        done = {model._meta.label: sum(map(reseal, holders(model))) for model in apps.get_models()}
        for label, count in done.items():
            if count:
                self.stdout.write(f"{label}: {count} row{'' if count == 1 else 's'} resealed")
        if not any(done.values()):
            self.stdout.write("Everything is sealed by the newest key.")


def holders(model: type[Model]) -> Iterator[tuple[type[Model], int]]:
    """The rows of the model that hold anything sealed; a few may only look so."""
    rows, looks = model._base_manager.all(), models.Q()
    for field in fields_of(model):
        rows = rows.alias(**{f"{field}_text": Cast(field, models.TextField())})
        looks |= models.Q(**{f"{field}_text__contains": MARK})
    if looks:
        yield from ((model, pk) for pk in rows.filter(looks).values_list("pk", flat=True))


def fields_of(model: type[Model]) -> list[str]:
    """Whatever is long enough for a sealed value."""
    return [
        field.attname
        for field in model._meta.concrete_fields
        if isinstance(field, models.TextField | models.JSONField)
        or (isinstance(field, models.CharField) and (field.max_length or 0) >= 100)
    ]


def reseal(holder: tuple[type[Model], int]) -> bool:
    """One row, locked while it is rewritten: whoever writes it at the same time does so before or after."""
    model, pk = holder
    with transaction.atomic():
        row = model._base_manager.select_for_update().filter(pk=pk).values(*fields_of(model)).first() or {}
        fresh = {name: anew(value) for name, value in row.items()}
        changed = {name: value for name, value in fresh.items() if value != row[name]}
        return bool(changed and model._base_manager.filter(pk=pk).update(**changed))


def anew(value: Any) -> Any:
    if isinstance(value, str):
        return vault.resealed(value)
    return json.loads(vault.resealed(json.dumps(value)))
