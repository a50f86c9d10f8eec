"""Fire drills: a harmless request of the product's own, through every channel, to see who is reached and who comes.

It is an ordinary bot's ordinary execution: worker, browser, messages and live view are tried out as they are.
"""

from __future__ import annotations

import json

from django.db import transaction

from bots.models import Bot, CannotStart, Execution
from hitl.tenants.models import Workspace
from hitl.tenants.people import SYSTEM, Person

NAME = "Fire drill"
WINDOW = 15 * 60_000  # milliseconds
SOURCE = json.dumps(
    {
        "title": NAME,
        "steps": [
            {
                "type": "requestHuman",
                "kind": "other",
                "title": "Fire drill: press Done",
                "instructions": "This is only practice, and nothing is at stake. Whoever reads it first presses Done. "
                "If something did not work on the way here, write it down below.",
                "fields": [{"name": "note", "type": "text", "label": "What did not work?"}],
                "timeout": WINDOW,
            }
        ],
    },
    indent=2,
)


def start_drill(workspace: Workspace, person: Person) -> Execution:
    """One at a time. Raises CannotStart."""
    with transaction.atomic():
        Workspace.objects.select_for_update().get(pk=workspace.pk)
        bot = _bot(workspace)
        if bot.executions.alive().exists():
            raise CannotStart("A fire drill is under way already. It ends when somebody has answered it.")
        execution = bot.start(person, {})
        person.did(workspace, "drill.started", execution.public_id)
    return execution


def _bot(workspace: Workspace) -> Bot:
    """Whoever has changed its script has made a bot of their own of it."""
    there: Bot | None = workspace.bots.current().filter(name=NAME, source=SOURCE).first()
    return there or Bot.make(workspace, SYSTEM, NAME, SOURCE)
