"""Ended executions go when their workspace's days are over: rows, pictures and files, a few at a time. Pictures may go
sooner. What a process left behind that died in between is found by looking."""

from __future__ import annotations

import functools
import logging
import shutil
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from alerts.models import Alert
from bots.models import OVER, BrowserSession, Execution, StepRun
from hitl import clock
from hitl.tenants.models import Workspace
from hitl.tenants.people import SYSTEM

log = logging.getLogger(__name__)
BATCH = 50  # of one workspace in one round, so that a sweep stays short


def sweep() -> int:
    """One round over all workspaces that do not keep everything; how many executions went."""
    workspaces = list(Workspace.objects.all())
    for workspace in workspaces:
        forget_pictures(workspace)
    return sum(forget(workspace) for workspace in workspaces)


def forget(workspace: Workspace) -> int:
    """Delete a few of those that ended before the workspace's days. None that is alive, or whose browser is."""
    if workspace.kept_days is None:
        return 0
    before = clock.now() - timedelta(days=workspace.kept_days)
    old = workspace.executions.filter(status__in=OVER, ended_at__lt=before)
    old = old.exclude(pk__in=BrowserSession.objects.live().values("execution")).order_by("pk")
    with transaction.atomic():
        names = dict(old.select_for_update().values_list("pk", "public_id")[:BATCH])
        if not names:
            return 0
        SYSTEM.did(workspace, "executions.forgotten", workspace.slug, count=len(names))
        Execution.objects.filter(pk__in=names, status__in=OVER).delete()
        for name in names.values():
            transaction.on_commit(functools.partial(_remove, workspace, name), robust=True)
    return len(names)


def forget_pictures(workspace: Workspace) -> int:
    """Delete the pictures of a few that ended before the workspace's days for them; of how many executions."""
    if workspace.pictures_days is None:
        return 0
    before = clock.now() - timedelta(days=workspace.pictures_days)
    old = workspace.executions.filter(status__in=OVER, ended_at__lt=before)
    pictured = Q(Exists(StepRun.objects.filter(execution=OuterRef("pk")).exclude(picture="")))
    pictured |= Q(Exists(Alert.objects.filter(execution=OuterRef("pk")).exclude(picture="")))
    rows = list(old.filter(pictured).order_by("pk").values_list("pk", flat=True)[:BATCH])
    pictures = [objects.filter(execution__in=rows).exclude(picture="") for objects in (StepRun.objects, Alert.objects)]
    _unlink([name for pictured_rows in pictures for name in pictured_rows.values_list("picture", flat=True)])
    for pictured_rows in pictures:
        pictured_rows.update(picture="")
    return len(rows)


def _unlink(names: list[str]) -> None:
    """Files go first: without their rows nobody would find those again whose time is over."""
    for name in names:
        try:
            Path(settings.MEDIA_ROOT, name).unlink(missing_ok=True)
        except OSError as error:
            log.warning("a picture could not be removed: %s", error)


def sweep_folders() -> list[str]:
    """Remove the folders of executions that have no row; a row is there long before its folder. Whose they were."""
    gone = [folder for workspace in _folders(Path(settings.MEDIA_ROOT)) for folder in _without_rows(workspace)]
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
    return [folder.name for folder in gone]


def _without_rows(workspace: Path) -> list[Path]:
    if not workspace.name.isdecimal():
        return []
    folders = _folders(workspace)  # before the rows are read: one that comes meanwhile has its row
    known = set(Execution.objects.filter(workspace=int(workspace.name)).values_list("public_id", flat=True))
    return [folder for folder in folders if folder.name.startswith("exe_") and folder.name not in known]


def _folders(root: Path) -> list[Path]:
    return [entry for entry in root.iterdir() if entry.is_dir() and not entry.is_symlink()] if root.is_dir() else []


def _remove(workspace: Workspace, execution: str) -> None:
    """Its pictures. Rows go first: nothing on a page ever points at what is gone."""
    shutil.rmtree(Path(settings.MEDIA_ROOT, str(workspace.pk), execution), ignore_errors=True)
