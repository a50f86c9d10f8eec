"""The way to Chrome's Recorder and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bots.script import export, load, parse
from bots.script.flow import STEPS
from tests.bots.script import every_step

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("*.json"))
CHROME_KNOWS = {name for name, cls in STEPS.items() if not cls.ours}


def test_it_has_an_example_of_every_step() -> None:
    assert {step["type"] for step in every_step.STEPS} == set(STEPS)


@pytest.mark.parametrize("step", every_step.STEPS, ids=lambda step: str(step["type"]))
def test_it_comes_back_from_chrome_as_it_went(step: dict[str, Any]) -> None:
    script = load(every_step.flow(step))
    assert parse(json.dumps(export(script))) == script


@pytest.mark.parametrize("step", every_step.STEPS, ids=lambda step: str(step["type"]))
def test_it_writes_only_what_chrome_accepts(step: dict[str, Any]) -> None:
    """The rules of Chrome's own reader: known types, times up to 30 s, and the fields that it insists on."""
    exported = export(load(every_step.flow(step)))
    (written,) = exported["steps"]
    assert written["type"] in CHROME_KNOWS
    assert exported["timeout"] <= 30_000
    assert written.get("timeout", 1) <= 30_000
    if written["type"] in ("click", "doubleClick"):
        assert {type(written["offsetX"]), type(written["offsetY"])} <= {int, float}
    if written["type"] == "setViewport":
        assert {"deviceScaleFactor", "isMobile", "hasTouch", "isLandscape"} <= set(written)


def test_it_hides_our_steps_in_custom_steps() -> None:
    step = {"type": "requestHuman", "title": "Look", "timeout": 90_000, "target": "main"}
    (written,) = export(load(every_step.flow(step)))["steps"]
    parameters = {"title": "Look", "timeout": 90_000}
    assert written == {"type": "customStep", "name": "requestHuman", "parameters": parameters, "target": "main"}


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: str(path.stem))
def test_it_reads_a_recording_without_a_note_and_loses_nothing(path: Path) -> None:
    """What a recording says is all there after a round trip; only our way of writing selectors differs."""
    recording = json.loads(path.read_text())
    script = parse(path.read_text())
    assert script.notes == ()
    assert export(script) == recording
