"""`manage.py prepare`: everything that has to be there before the processes start; safe to run at every start."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from bots.examples import SITE, add_examples, at_home
from bots.models import Bot, Overtaken
from hitl.tenants.people import SYSTEM
from hitl.tenants.welcome import first_owner, first_workspace, sign_in_link


class Command(BaseCommand):
    help = "Bring the database and the static files up to date; give a fresh installation its first rows."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sign-in", type=Path, help="a file to write a one-click link for the first owner to")

    def handle(self, sign_in: Path | None = None, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        first_rows()
        if settings.PRACTICE:
            follow_address()
        if sign_in:
            _write_link(sign_in)


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
