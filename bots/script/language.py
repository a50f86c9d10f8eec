"""The step language in words: one sentence for every step type and field, for editors and for the documentation.

Which types and fields there are, what they take and which are needed is read from the classes themselves; a test sees
to it that each has its sentence, and that no sentence is left over.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from bots.script.flow import STEPS, Script
from bots.script.kinds import Choice, Flag, Kind, Listed, Mapping, Number
from bots.script.parts import AnswerField, Condition, NavigationEvent, Record, Variable, is_required, takes

TYPES = {
    "setViewport": "Sets the size of the page, and whether it is a phone's.",
    "navigate": "Goes to an address and waits until the page is there.",
    "click": "Clicks an element as soon as it can be clicked.",
    "doubleClick": "Clicks an element twice.",
    "hover": "Moves the pointer onto an element.",
    "change": "Types into a field, chooses in a list, ticks a box.",
    "keyDown": "Presses a key and holds it.",
    "keyUp": "Lets go of a key.",
    "scroll": "Scrolls the page or an element to a position.",
    "close": "Closes a window that the page has opened.",
    "waitForElement": "Waits until an element is there, or gone, or there are enough of it.",
    "waitForExpression": "Waits until a JavaScript expression, evaluated in the page, is true.",
    "customStep": "A step of another tool's: it is kept and does nothing.",
    "emulateNetworkConditions": "Slows the network down, or cuts it off.",
    "requestHuman": "Stops, keeps the browser, and asks a person to go on.",
    "extract": "Reads an element's text or attribute into the output.",
    "screenshot": "Keeps a picture of the page.",
    "assert": "Fails unless the page is as it should be.",
    "upload": "Puts files of this execution into a file field.",
    "waitForDownload": "Waits until a file has been downloaded completely.",
}
EVERYWHERE = {
    "type": "What the step does.",
    "timeout": "How long the step may take, in milliseconds.",
    "assertedEvents": "Expected after the step: the page goes elsewhere. The bot waits for it.",
    "target": "Which window: main, or the address of one that the page has opened.",
    "frame": "The way to a frame in the page, by positions: [0, 1] is the second frame in the first.",
    "selectors": "Ways to the element, the best first: aria/Name, text/Words, xpath/…, pierce/…, or CSS.",
}
POINTER = {
    "offsetX": "Pixels from the element's left edge; without it, its middle.",
    "offsetY": "Pixels from the element's top edge; without it, its middle.",
    "button": "Which button of the mouse.",
    "deviceType": "What points: a mouse, a pen or a finger.",
    "duration": "How long the button is held, in milliseconds.",
}
NUMBERS = {
    "operator": "How the number of matching elements compares with count.",
    "count": "How many elements match.",
    "visible": "true: only what can be seen counts. false: it must be gone or hidden.",
}
FIELDS: dict[str, dict[str, str]] = {
    "setViewport": {
        "width": "In pixels.",
        "height": "In pixels.",
        "deviceScaleFactor": "Pixels of the screen for one of the page; 2 on most phones.",
        "isMobile": "Whether the page is laid out as on a phone.",
        "hasTouch": "Whether there are fingers instead of a mouse.",
        "isLandscape": "Whether the phone is held sideways.",
    },
    "navigate": {"url": "The full address, with https://."},
    "click": POINTER,
    "doubleClick": POINTER,
    "hover": {},
    "change": {
        "value": "What is typed or chosen; {{name}} is asked for at the start, {{secrets.NAME}} is never shown."
    },
    "keyDown": {"key": "A key by its name, such as Enter or ArrowDown, or one character."},
    "keyUp": {"key": "The key that was pressed."},
    "scroll": {"x": "Pixels from the left.", "y": "Pixels from the top."},
    "close": {},
    "waitForElement": {
        **NUMBERS,
        "properties": "JavaScript properties that the element must have.",
        "attributes": "HTML attributes that the element must have.",
    },
    "waitForExpression": {"expression": "JavaScript that runs in the page and nowhere else."},
    "customStep": {"name": "What the other tool calls it.", "parameters": "What the other tool gives it."},
    "emulateNetworkConditions": {
        "download": "Bytes per second.",
        "upload": "Bytes per second.",
        "latency": "Milliseconds that each request takes longer.",
    },
    "requestHuman": {
        "title": "What people are asked for, in a few words; the subject of the message.",
        "instructions": "What whoever comes should know: where the code is, what to compare.",
        "kind": "What sort of help is needed.",
        "timeout": "How long it waits for somebody, in milliseconds; without it, as the bot's settings say.",
        "onTimeout": "What happens when nobody came: the execution fails, or the step is skipped.",
        "resumeWhen": "The barrier is passed: the bot goes on by itself, without a press of Done.",
        "fields": "Questions beside the browser; the answers are {{human.NAME}} in later steps.",
        "when": "Ask only if this can be seen in the page.",
    },
    "extract": {
        "name": "Its name in the output; {{NAME}} in later steps.",
        "attribute": "The attribute to read, such as href; without it, the text.",
        "all": "true: every match, as a list.",
    },
    "screenshot": {"name": "What the picture is called."},
    "assert": {
        **NUMBERS,
        "text": "Must stand in the element's text or value.",
        "url": "Must be a part of the address, or a pattern with *.",
        "title": "Must be a part of the page's title.",
    },
    "upload": {"files": "Names of files that were downloaded before; report*.csv is the newest that fits."},
    "waitForDownload": {"file": "Its name; report*.csv is the newest that fits, and without it any file."},
}
PARTS: dict[type, dict[str, str]] = {
    Script: {
        "title": "What the recording is called.",
        "timeout": "How long each step may take, in milliseconds.",
        "selectorAttribute": "The attribute that the recorder looked at first; kept for Chrome.",
        "variables": "How the script's variables are asked for at the start.",
        "steps": "What the bot does, in order.",
    },
    Variable: {
        "name": "The variable, as it stands in {{…}}.",
        "label": "What is read beside its field.",
        "help": "A sentence for whoever fills it in.",
        "default": "Its value where nothing else is given.",
        "multiline": "true: several lines fit.",
    },
    NavigationEvent: {"url": "Where the page went when it was recorded.", "title": "The page's title then."},
    Condition: {
        "url": "The address holds this, or fits a pattern with *.",
        "visible": "A selector of something that can be seen.",
        "hidden": "A selector of something that is gone or hidden.",
    },
    AnswerField: {
        "name": "Its name: {{human.NAME}} in later steps.",
        "type": "What is answered. secret is shown to nobody and kept only until the end.",
        "label": "What is read beside it.",
        "required": "true: it must be filled in.",
        "choices": "The possible answers of a choice.",
    },
}


@cache
def language() -> dict[str, Any]:
    """Everything as JSON: `script` is the whole, `steps` has each type, with its fields and what these take."""
    script = _fields(Script, PARTS[Script])
    script["steps"] = {"help": PARTS[Script]["steps"], "needed": True, "takes": "steps"}
    return {"script": script, "steps": {name: _step(name) for name in STEPS}}


def _step(name: str) -> dict[str, Any]:
    cls = STEPS[name]
    return {"help": TYPES[name], "ours": cls.ours, "fields": _fields(cls, EVERYWHERE | FIELDS[name])}


def _fields(cls: type, words: dict[str, str]) -> dict[str, Any]:
    return {
        name: {"help": words[name], "needed": is_required(item)} | _taken(item.metadata["kind"])
        for name, item in takes(cls).items()
    }


def _taken(kind: Kind) -> dict[str, Any]:
    """What a field takes: `choices`, or the `fields` of an object, or of each object in a list."""
    if isinstance(kind, Choice):
        return {"takes": "text", "choices": list(kind.names)}
    if isinstance(kind, Record):
        return {"takes": "object", "fields": _fields(kind.cls, PARTS[kind.cls])}
    if isinstance(kind, Listed):
        return {"takes": "list"} | {key: value for key, value in _taken(kind.item).items() if key == "fields"}
    names = {Number: "number", Flag: "flag", Mapping: "object"}
    return {"takes": names.get(type(kind), "text")}
