"""T15: whatever somebody or some page has named stays text at every address. Markup would act, without any script:
htmx obeys attributes, in the name of whoever looks."""

from __future__ import annotations

import json

import pytest
from django.db import models

from bots.models import Bot, Execution, KeptFile, StepRun
from hitl.tenants.models import User, Workspace
from hitl.tenants.people import Person
from tests.people import People
from tests.tenants.routes import Place, routes

pytestmark = [pytest.mark.django_db, pytest.mark.security]

ATTACK = '"><img src=x hx-post="/" hx-trigger="load">\'</script><img src=x>{{ 7|add:7 }}'
ASKS = {"type": "requestHuman", "title": ATTACK, "instructions": ATTACK}
SCRIPT = {
    "title": ATTACK,
    "steps": [{"type": "navigate", "url": "https://shop.example/{{name}}"}, ASKS],
    "variables": [{"name": "name", "label": ATTACK, "help": ATTACK, "default": ATTACK}],
}
FIELDS = [
    {"name": "one", "type": "choice", "label": ATTACK, "choices": [ATTACK, "b"], "required": True},
    {"name": "two", "type": "choice", "label": ATTACK, "choices": [ATTACK, *"abcdefg"]},
    {"name": "three", "type": "text", "label": ATTACK},
    {"name": "four", "type": "boolean", "label": ATTACK},
]
# Columns with what people, scripts and pages say. The others hold words of ours, and some are looked up by them.
FREE = set(
    "name message label error title instructions reason holder_name on_it_name closed_by assigned_by why".split()
)


def all_named(rows: models.QuerySet) -> None:
    """Give every text of free form in these rows the attack, as far as it fits."""
    texts = [field for field in rows.model._meta.concrete_fields if field.name in FREE]
    rows.update(**{field.name: ATTACK[: field.max_length or 1000] for field in texts})


@pytest.fixture
def place(people: People) -> Place:
    place = Place.furnished(people)
    bot = place.alert.execution.bot
    bot.write(Person.member(people.ann), json.dumps(SCRIPT), bot.version, ATTACK[:200])
    Execution.objects.update(script=SCRIPT, output={ATTACK: ATTACK}, variables={"name": ATTACK})
    type(place.alert).objects.update(fields=FIELDS)
    theirs = type(place.alert), type(place.made_link), type(place.key)
    for model in (Bot, Execution, KeptFile, StepRun, User, Workspace, *theirs):
        all_named(model._default_manager.all())
    return place


def test_t15_what_was_named_is_text_at_every_address(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")
    shown = set()
    visitors = place.visitors()
    for route in routes():
        answer = visitors["guest" if route.startswith("g/") else "ann"].get(place.url(route))
        if "text/html" not in answer.headers.get("Content-Type", ""):
            continue
        text = answer.content.decode()
        assert "<img src=x" not in text, route
        assert "</script><img" not in text, route
        if "&lt;img src=x" in text:
            shown.add(route)
    assert len(shown) > 25  # or the test would look at pages that show nothing
