"""docs/scripts.md is true: every step type and field stands in it, and every example is played."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bots.script import RequestHuman, Script, Stage, asked_for, load, parse, play
from bots.script.flow import STEPS
from bots.script.language import EVERYWHERE
from bots.script.parts import takes
from bots.script.source import read

MANUAL = (Path(__file__).parents[3] / "docs" / "scripts.md").read_text()
SECTIONS = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^### |\Z)", MANUAL, re.MULTILINE | re.DOTALL))
WHOLE, *PARTS = re.findall(r"```yaml\n(.*?)```", MANUAL, re.DOTALL)
ANSWERS: dict[str, Any] = {
    "text": "in a hurry",
    "secret": "123456",
    "choice": "approve",
    "boolean": True,
    "number": 12.5,
}


def test_every_step_type_and_field_stands_in_it() -> None:
    assert set(SECTIONS) == set(STEPS)
    for name, cls in STEPS.items():
        missing = [field for field in set(takes(cls)) - set(EVERYWHERE) if f"`{field}" not in SECTIONS[name]]
        assert missing == [], name
        assert f"type: {name}" in SECTIONS[name]


def at(site: str, text: str) -> Script:
    """The example as a whole script; its shop is one page of the tests' site."""
    if not text.startswith("title:"):
        first = '- {type: navigate, url: "https://larkspur.example/"}\n'
        text = f"steps:\n{first}{text}"
    return load(read(text.replace("https://larkspur.example/", f"{site}/manual.html")))


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("text", [WHOLE, *PARTS], ids=lambda text: text.split("\n")[0][:50])
async def test_it_plays(text: str, stage: Stage, site: str, tmp_path: Path) -> None:
    (tmp_path / "receipt.pdf").write_bytes(b"%PDF-1.4")
    script = at(site, text)
    stage.variables = {variable.name: variable.default or "Norway" for variable in asked_for(script)}
    stage.secrets = {"larkspur_password": "larkspur-blue"}
    for step in script.steps:
        if not isinstance(step, RequestHuman):
            await play(step, stage)
        elif await step.wants_human(stage):
            asked = step.filled(stage)
            stage.answers |= {field.name: ANSWERS[field.type] for field in asked.fields}


def test_the_whole_example_describes_what_it_asks_for() -> None:
    customer, country = asked_for(parse(WHOLE))
    assert (customer.label, customer.help, country.default) == ("Customer number", "It is on the card.", "Norway")
