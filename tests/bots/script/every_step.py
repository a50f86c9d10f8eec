"""One full example of every step type, for tests that go over all of them."""

from __future__ import annotations

from typing import Any

EVENTS = [{"type": "navigation", "url": "https://example.com/next", "title": "Next"}]
WHERE: dict[str, Any] = {
    "target": "https://example.com/popup",
    "frame": [0, 1],
    "timeout": 4_000,
    "assertedEvents": EVENTS,
}
SELECTORS = [
    ['aria/Save it[role="button"]'],
    ["#save", "text/Save"],
    ['xpath///*[@id="save"]'],
    ["pierce/#save > b"],
]
POINTER: dict[str, Any] = {"offsetX": 3.5, "offsetY": 9, "button": "secondary", "deviceType": "mouse", "duration": 60}

STEPS: list[dict[str, Any]] = [
    {
        "type": "setViewport",
        "target": "main",
        "width": 390,
        "height": 800,
        "deviceScaleFactor": 2,
        "isMobile": True,
        "hasTouch": True,
        "isLandscape": True,
    },
    {"type": "navigate", "url": "https://example.com/a?b=c#d", "assertedEvents": EVENTS, "timeout": 120_000},
    {"type": "click", "selectors": SELECTORS, **POINTER, **WHERE},
    {"type": "click", "selectors": [["#plain"]]},
    {"type": "doubleClick", "selectors": SELECTORS, **POINTER, **WHERE},
    {"type": "hover", "selectors": SELECTORS, **WHERE},
    {"type": "change", "selectors": SELECTORS, "value": "text\nof two lines", **WHERE},
    {"type": "keyDown", "key": "Enter", "target": "main", "timeout": 40_000},
    {"type": "keyUp", "key": "ä"},
    {"type": "scroll", "selectors": SELECTORS, "x": 3, "y": 40.5, **WHERE},
    {"type": "scroll", "y": 100},
    {"type": "close", "target": "https://example.com/popup"},
    {
        "type": "waitForElement",
        "selectors": SELECTORS,
        "operator": "<=",
        "count": 2,
        "visible": False,
        "properties": {"disabled": True, "style": {"width": "3px"}},
        "attributes": {"data-a": "b"},
        **WHERE,
    },
    {"type": "waitForExpression", "expression": "window.ready", "frame": [2]},
    {"type": "customStep", "name": "lighthouse", "parameters": {"deep": [1, {"a": "b"}]}, "frame": [0]},
    {"type": "emulateNetworkConditions", "download": 1000, "upload": 500.5, "latency": 20},
    {
        "type": "requestHuman",
        "title": "The code, please",
        "instructions": "It is on the phone.\nHurry.",
        "kind": "otp",
        "timeout": 1_800_000,
        "onTimeout": "skip",
        "resumeWhen": {"url": "/account", "visible": "aria/Sign out", "hidden": "#code"},
        "fields": [
            {"name": "code", "type": "secret", "label": "Code", "required": True},
            {"name": "size", "type": "choice", "choices": ["s", "l"]},
        ],
        "when": [["#code"], ["aria/Code"]],
        "target": "main",
        "frame": [0],
    },
    {"type": "extract", "selectors": SELECTORS, "name": "found", "attribute": "href", "all": True, **WHERE},
    {"type": "screenshot", "name": "before", "target": "main"},
    {
        "type": "assert",
        "selectors": SELECTORS,
        "text": "Saved",
        "operator": "==",
        "count": 1,
        "visible": True,
        "url": "*/saved",
        "title": "Saved",
        "timeout": 90_000,
    },
    {"type": "upload", "selectors": SELECTORS, "files": ["a.csv", "b.txt"], **WHERE},
    {"type": "waitForDownload", "file": "report*.csv", "timeout": 60_000},
]


def flow(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"title": "Every step", "timeout": 45_000, "selectorAttribute": "data-test", "steps": list(steps or STEPS)}
