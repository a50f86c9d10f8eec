"""The three bots by which a newcomer learns the product; they work on the practice site."""

from __future__ import annotations

import json
import re

from django.conf import settings

from bots.models import Bot
from hitl.tenants.models import Workspace
from hitl.tenants.people import SYSTEM, Person

EXAMPLES = settings.BASE_DIR / "bots" / "script" / "examples"
SITE = "/practice/"
PRACTICE = re.compile(r"https?://(?:127\.0\.0\.1|localhost)(?::\d+)?/practice/")


def add_examples(workspace: Workspace, person: Person = SYSTEM) -> None:
    """Those that are not in the workspace yet. hitl is their author, whoever asks for them."""
    there = set(workspace.bots.current().values_list("name", flat=True))
    for source in sources().values():
        title = title_of(source)
        if title not in there:
            Bot.make(workspace, SYSTEM, title, source)
    if person != SYSTEM:
        person.did(workspace, "examples.added", workspace.slug)


def sources() -> dict[str, str]:
    """The examples by their short names."""
    return {file.stem: at_home(file.read_text()) for file in sorted(EXAMPLES.glob("*.json"))}


def title_of(source: str) -> str:
    return str(json.loads(source)["title"])


def at_home(source: str) -> str:
    """The practice pages are served by hitl itself, whose address may be another one than last time."""
    return PRACTICE.sub(f"{settings.BASE_URL}{SITE}", source)


def has_examples(workspace: Workspace) -> bool:
    return bool(workspace.bots.current().filter(source__contains=SITE).exists())
