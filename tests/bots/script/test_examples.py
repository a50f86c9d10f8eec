"""The three example bots, against the real practice pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

import bots.script
from bots.script import RequestHuman, Script, Stage, StepError, parse, play
from practice import code, views

FOLDER = Path(bots.script.__file__).parent / "examples"
EXAMPLES = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.json"))}
on_the_stage = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="module")
def practice_site() -> Iterator[str]:
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


def example(name: str, site: str) -> Script:
    return parse(EXAMPLES[name].replace("http://127.0.0.1:8000", site))


async def until_somebody_is_asked(script: Script, stage: Stage) -> RequestHuman:
    for step in script.steps:
        if isinstance(step, RequestHuman) and await step.wants_human(stage):
            return step.filled(stage)
        await play(step, stage)
    raise AssertionError("nobody was asked")


@pytest.mark.parametrize("name", ["login", "moved", "order"])
def test_it_is_a_script_without_a_note_that_runs_without_variables(name: str) -> None:
    script = parse(EXAMPLES[name])
    assert script.notes == ()
    assert bots.script.variables_of(script) == []


@on_the_stage
async def test_it_reads_the_balance_after_the_code(stage: Stage, practice_site: str) -> None:
    script = example("login", practice_site)
    asked = await until_somebody_is_asked(script, stage)
    assert asked.resume_when_as_dict() == {"visible": "#balance"}
    await stage.page.fill("#code", code.current())
    await stage.page.press("#code", "Enter")
    for step in script.steps[asked.number :]:
        await play(step, stage)
    assert stage.outputs == {"balance": views.BALANCE}


@on_the_stage
async def test_it_orders_after_the_approval(stage: Stage, practice_site: str) -> None:
    script = example("order", practice_site)
    asked = await until_somebody_is_asked(script, stage)
    assert asked.title == f"Approve an order of € {views.TOTAL}"
    for step in script.steps[asked.number :]:
        await play(step, stage)
    assert stage.outputs["order_number"].startswith("LS-")


@on_the_stage
async def test_it_fails_where_the_button_has_moved_and_goes_on_after_somebody_found_it(
    stage: Stage, practice_site: str
) -> None:
    script = example("moved", practice_site)
    for step in script.steps[:2]:
        await play(step, stage)
    with pytest.raises(StepError, match=r"^“Download report” was not found within 3 s\."):
        await play(script.steps[2], stage)
    await stage.page.click("summary")
    await stage.page.click("#export")
    await play(script.steps[3], stage)
    assert stage.outputs == {"rows": str(views.REPORT_ROWS)}
