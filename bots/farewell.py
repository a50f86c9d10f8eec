"""A workspace's end: its rows, its pictures and the browsers of its bots, which are ended at once."""

from __future__ import annotations

import functools
import shutil
from pathlib import Path

from django.conf import settings
from django.db import transaction

from bots.models import BrowserSession
from bots.tasks import end_orphan
from hitl import push
from hitl.tenants.models import DeletedWorkspace, Workspace
from hitl.tenants.people import Person


def delete(workspace: Workspace, person: Person) -> None:
    """Really delete it. What stays is one line: that it was there, what it held in numbers, and who ended it."""
    with transaction.atomic():
        sessions = BrowserSession.objects.live().filter(execution__workspace=workspace)
        browsers = list(sessions.values_list("address", "sealed_token"))
        watched = [push.execution_group(pk) for pk in workspace.executions.alive().values_list("pk", flat=True)]
        members = [push.user_group(pk) for pk in workspace.memberships.values_list("user_id", flat=True)]
        pk, slug = workspace.pk, workspace.slug
        DeletedWorkspace.objects.create(
            workspace=pk,
            name=workspace.name,
            slug=slug,
            actor=str(person.user or person.name)[:160],
            held=held(workspace),
        )
        workspace.delete()
        push.changed("member", slug, *members, *watched)
        for address, sealed_token in browsers:
            transaction.on_commit(functools.partial(end_orphan.delay, address, sealed_token), robust=True)
        transaction.on_commit(functools.partial(_remove, pictures_of(pk)), robust=True)


def held(workspace: Workspace) -> dict[str, int]:
    """How much would be gone."""
    return {
        "members": workspace.memberships.count(),
        "bots": workspace.bots.count(),
        "executions": workspace.executions.count(),
        "records": workspace.audit.count(),
    }


def pictures_of(workspace: int) -> Path:
    return Path(settings.MEDIA_ROOT, str(workspace))


def sweep_pictures() -> list[int]:
    """Folders that a deletion did not reach, or a runner made once more just then; whose they were."""
    deleted = set(DeletedWorkspace.objects.values_list("workspace", flat=True))
    left = [pk for pk in deleted if pictures_of(pk).is_dir()]
    for pk in left:
        _remove(pictures_of(pk))
    return left


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
