"""Files that an execution has fetched: downloads of the bot and of the person who had its browser."""

from __future__ import annotations

import functools
import mimetypes
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models, transaction

from alerts.models import Alert
from bots.filenames import numbered, safe_name
from hitl.ids import new_id
from hitl.tenants.models import TenantQuerySet, Workspace
from hitl.tenants.people import Person

if TYPE_CHECKING:
    from bots.models.execution import Execution

MOST = 200  # of one execution
MEGABYTE = 1_000_000


class NoRoom(Exception):
    """Why this file is not kept, as a sentence."""


class KeptFileQuerySet(TenantQuerySet):
    def named(self, wanted: str) -> KeptFile | None:
        """The newest of this name; a `*` stands for anything."""
        newest_first: Any = self.order_by("-pk")
        return next((file for file in newest_first if fnmatchcase(file.name, _literal(wanted))), None)


class KeptFile(models.Model):
    """One file. It lies beside the execution's pictures and goes with them, under a name that is ours."""

    public_id = models.CharField(max_length=40, unique=True, editable=False, default=functools.partial(new_id, "fil"))
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="files")
    execution = models.ForeignKey("bots.Execution", models.CASCADE, related_name="files")
    alert = models.ForeignKey(
        Alert, models.SET_NULL, null=True, blank=True, related_name="files", help_text="While a person was asked"
    )
    name = models.CharField(max_length=255, help_text="As the site called it, made harmless; one of its kind here")
    kind = models.CharField(max_length=120, blank=True, help_text="Its media type, guessed from the name")
    size = models.PositiveBigIntegerField(help_text="Bytes")
    by = models.CharField(max_length=160, blank=True, help_text="Who fetched it; empty: the bot")
    source = models.CharField(max_length=80, help_text="What the browser calls it, so that it is kept once")
    created_at = models.DateTimeField(auto_now_add=True)
    objects = KeptFileQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["execution", "source"], name="one_row_per_download"),
            models.UniqueConstraint(fields=["execution", "name"], name="one_file_per_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.execution.public_id}"

    @property
    def path(self) -> Path:
        return Path(settings.MEDIA_ROOT, str(self.workspace_id), self.execution.public_id, self.public_id)

    @property
    def fetched_by(self) -> str:
        return self.by or "the bot"

    @classmethod
    def keep(
        cls,
        execution: Execution,
        name: str,
        blocks: Iterable[bytes],
        by: str = "",
        source: str = "",
        alert: Alert | None = None,
    ) -> Self:
        """Store what comes, a block at a time; `by` is the person's name, empty for the bot.

        What was kept from one `source` is not kept again: the file there is comes back. Raises NoRoom.
        """
        source = source or new_id("src")
        if before := cls.objects.filter(execution=execution, source=source).first():
            return before
        file = cls(workspace_id=execution.workspace_id, execution=execution, alert=alert, by=by[:160], source=source)
        try:
            file._write(blocks)
            kept = file._enter(safe_name(name))
        except BaseException:
            file.path.unlink(missing_ok=True)
            raise
        if kept.pk != file.pk:
            file.path.unlink(missing_ok=True)  # somebody else was faster
        return kept

    def _write(self, blocks: Iterable[bytes]) -> None:
        """Should this process die here, the file goes with its execution's folder: no row names it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.size = 0
        with self.path.open("wb") as file:
            for block in blocks:
                self.size += len(block)
                if self.size > settings.FILE_LIMIT * MEGABYTE:
                    raise NoRoom(f"It is larger than {settings.FILE_LIMIT} MB, which is the most that is kept.")
                file.write(block)

    def _enter(self, name: str) -> Self:
        """The row, under a name that no other file of the execution has. One at a time: each sees those before."""
        with transaction.atomic():
            type(self.execution).objects.select_for_update().filter(pk=self.execution_id).values("pk").first()
            others = type(self).objects.filter(execution=self.execution_id)
            if before := others.filter(source=self.source).first():
                return before
            self._need_room(others)
            self.name = _free(name, set(others.values_list("name", flat=True)))
            self.kind = mimetypes.guess_type(self.name)[0] or ""
            self.save(force_insert=True)
            if self.by:
                person = Person("", self.by)
                person.did(self.workspace, "file.fetched", self.execution.public_id, name=self.name, size=self.size)
            self.execution.announce()
        return self

    def _need_room(self, others: models.QuerySet[KeptFile]) -> None:
        held = others.aggregate(count=models.Count("pk"), size=models.Sum("size"))
        if held["count"] >= MOST:
            raise NoRoom(f"The execution has {MOST} files already, which is the most that are kept.")
        if (held["size"] or 0) + self.size > settings.FILES_LIMIT * MEGABYTE:
            raise NoRoom(f"With it, the execution's files would be larger than {settings.FILES_LIMIT} MB together.")


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = numbered(name, number)
    return free


def _literal(pattern: str) -> str:
    """As fnmatch reads it: only the star means more than itself."""
    return pattern.replace("[", "[[]").replace("?", "[?]")
