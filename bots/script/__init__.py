"""The step language: parse, check, export, and play one step with Playwright. No Django in here.

The names that play steps are loaded when they are first asked for: the web process reads scripts and never plays one,
and Playwright costs it 16 MB and a tenth of a second.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bots.script.answers import AnswerError
from bots.script.answers import check as check_answer
from bots.script.checking import checked
from bots.script.chrome import export
from bots.script.flow import Script
from bots.script.language import language
from bots.script.ours import RequestHuman
from bots.script.parsing import as_kept, load, parse
from bots.script.problems import Problem, ScriptError
from bots.script.recorder import Row, preview
from bots.script.schema import Step
from bots.script.trouble import BrowserLost, StepError
from bots.script.variables import asked_for, missing_from, names_used, secrets_of, variables_of, with_defaults
from bots.script.writing import as_json, as_yaml, is_json, reformatted

if TYPE_CHECKING:
    from bots.script.player import Outcome, play
    from bots.script.stage import Given, Stage

_LATER = dict.fromkeys(("Outcome", "play"), "bots.script.player")
_LATER |= dict.fromkeys(("Given", "Stage"), "bots.script.stage")


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)


__all__ = [
    "AnswerError",
    "BrowserLost",
    "Given",
    "Outcome",
    "Problem",
    "RequestHuman",
    "Row",
    "Script",
    "ScriptError",
    "Stage",
    "Step",
    "StepError",
    "as_json",
    "as_kept",
    "as_yaml",
    "asked_for",
    "check_answer",
    "checked",
    "export",
    "is_json",
    "language",
    "load",
    "missing_from",
    "names_used",
    "parse",
    "play",
    "preview",
    "reformatted",
    "secrets_of",
    "variables_of",
    "with_defaults",
]
