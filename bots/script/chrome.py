"""The way to Chrome's Recorder and back, with nothing lost.

Chrome takes our own steps as customStep. Where it is stricter than we are (times up to 30 s, clicks only with offsets)
the export writes what it takes, and beside it, under "hitl", what was meant; Chrome leaves unknown names alone.
"""

from __future__ import annotations

from typing import Any

from bots.script.flow import STEPS, Script
from bots.script.schema import PointerStep, SetViewport, Step

LONGEST = 30_000
OFFSETS = ("offsetX", "offsetY")
VIEWPORT = {"deviceScaleFactor": 1, "isMobile": False, "hasTouch": False, "isLandscape": False}
OUTSIDE = ("target", "frame", "assertedEvents")  # these mean the same on a customStep


def export(script: Script) -> dict[str, Any]:
    """The script as a user flow that Chrome's Recorder imports; `parse` makes the same script of it again."""
    head = {"title": script.title} | {name: value for name, value in script.dump().items() if name != "steps"}
    return _clamped(head) | {"steps": [_exported(step) for step in script.steps]}


def _exported(step: Step) -> dict[str, Any]:
    data = step.dump()
    if step.ours:
        return _custom(data)
    if isinstance(step, SetViewport):
        data = data | {name: data.get(name, value) for name, value in VIEWPORT.items()}
    if isinstance(step, PointerStep) and not all(name in data for name in OFFSETS):
        meant = {name: data.get(name) for name in OFFSETS}
        data = data | {name: 1 for name in OFFSETS if name not in data} | {"hitl": meant}
    return _clamped(data)


def _custom(data: dict[str, Any]) -> dict[str, Any]:
    parameters = {name: value for name, value in data.items() if name not in OUTSIDE and name != "type"}
    outside = {name: data[name] for name in OUTSIDE if name in data}
    return {"type": "customStep", "name": data["type"], "parameters": parameters} | outside


def _clamped(data: dict[str, Any]) -> dict[str, Any]:
    if data.get("timeout", 0) <= LONGEST:
        return data
    return data | {"timeout": LONGEST, "hitl": data.get("hitl", {}) | {"timeout": data["timeout"]}}


def as_ours(data: dict[str, Any]) -> dict[str, Any]:
    """A step (or a script's head) as it was meant, before anything in it is checked."""
    name, parameters = data.get("name"), data.get("parameters")
    if data.get("type") == "customStep" and isinstance(name, str) and name in STEPS and STEPS[name].ours:
        outside = {key: value for key, value in data.items() if key not in ("name", "parameters", "hitl")}
        return outside | (parameters if isinstance(parameters, dict) else {}) | {"type": name}
    meant = data.get("hitl")
    if not isinstance(meant, dict):
        return data
    merged = data | {key: value for key, value in meant.items() if key in ("timeout", *OFFSETS)}
    return {key: value for key, value in merged.items() if not (value is None and key in meant)}
