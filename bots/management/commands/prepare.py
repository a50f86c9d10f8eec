"""`manage.py prepare`: everything that has to be there before the processes start; safe to run at every start."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from servestatic import storage as servestatic

from bots.examples import SITE, add_examples, at_home
from bots.models import Bot, Overtaken
from hitl import static
from hitl.tenants.people import SYSTEM
from hitl.tenants.welcome import first_owner, first_workspace, sign_in_link


class Command(BaseCommand):
    requires_system_checks = []  # the tests' matter: they would load every page, at each start
    help = "Bring the database and the static files up to date; give a fresh installation its first rows."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sign-in", type=Path, help="a file to write a one-click link for the first owner to")

    def handle(self, sign_in: Path | None = None, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        keep_to_ourselves(settings.DATABASES["default"])
        collect_static()
        first_rows()
        if settings.PRACTICE:
            follow_address()
        if sign_in:
            _write_link(sign_in)


def keep_to_ourselves(database: dict[str, Any]) -> None:
    """SQLite's files, with what it has beside it. The folder is one that browsers' own users may enter, and nobody else
    on the machine need read everybody's sessions either."""
    if "sqlite" in database["ENGINE"]:
        path = Path(database["NAME"])
        for file in path.parent.glob(f"{path.name}*"):
            with suppress(PermissionError):  # it is somebody else's
                file.chmod(0o600)


def collect_static() -> None:
    """Hashed and compressed only where something has changed: that takes longer than all else of a second start."""
    collected = settings.STATIC_ROOT.with_name("static.collected")
    there = json.dumps(sorted(_sources()))
    is_there = (settings.STATIC_ROOT / static.HashedModules.manifest_name).exists() and collected.exists()
    if not is_there or collected.read_text() != there:
        call_command("collectstatic", verbosity=0, interactive=False)
        collected.write_text(there)


def _sources() -> Iterator[tuple[str, int, int]]:
    """Each file that is collected, its size and its time; and what decides how they are."""
    files = [storage.path(name) for finder in get_finders() for name, storage in finder.list([])]
    for path in [*files, static.__file__, servestatic.__file__]:
        status = os.stat(path)
        yield path, status.st_size, status.st_mtime_ns


@transaction.atomic
def first_rows() -> None:
    """All of them or none: a start that was cut short begins again with the next."""
    workspace = first_workspace()
    if workspace and settings.PRACTICE:
        add_examples(workspace)


def follow_address() -> None:
    """The example bots go where the practice pages are now."""
    for bot in Bot.objects.filter(source__contains=SITE):
        source = at_home(bot.source)
        if source != bot.source:
            with suppress(Overtaken):
                bot.write(SYSTEM, source, bot.version, "hitl's own address has changed")


def _write_link(path: Path) -> None:
    """Readable for nobody else: whoever has the link is the owner."""
    owner = first_owner()
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(sign_in_link(owner) if owner else "")
