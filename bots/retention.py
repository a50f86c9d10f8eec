"""Ended executions go when their workspace's days are over: rows, pictures and files, a few at a time."""

from __future__ import annotations

import functools
import shutil
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from bots.models import OVER, BrowserSession, Execution
from hitl import clock
from hitl.tenants.models import Workspace
from hitl.tenants.people import SYSTEM

BATCH = 50  # of one workspace in one round, so that a sweep stays short


def sweep() -> int:
    """One round over all workspaces that do not keep everything; how many executions went."""
    return sum(forget(workspace) for workspace in Workspace.objects.all() if workspace.kept_days)


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


def _remove(workspace: Workspace, execution: str) -> None:
    """Its pictures. Rows go first: nothing on a page ever points at what is gone."""
    shutil.rmtree(Path(settings.MEDIA_ROOT, str(workspace.pk), execution), ignore_errors=True)
