"""What runs: bots, their executions with a durable step cursor, and the browser session each holds."""

from bots.models.bot import Bot, CannotStart
from bots.models.execution import ALIVE, OVER, Execution, ExecutionChange, FailureReason, LeaseLost, Status
from bots.models.file import KeptFile, NoRoom
from bots.models.pulse import Pulse
from bots.models.schedule import Firing, Overlap, Schedule
from bots.models.secret import Secret
from bots.models.session import BrowserSession
from bots.models.step import StepRun, StepStatus
from bots.models.version import Overtaken, Version

__all__ = [
    "ALIVE",
    "OVER",
    "Bot",
    "BrowserSession",
    "CannotStart",
    "Execution",
    "ExecutionChange",
    "FailureReason",
    "Firing",
    "KeptFile",
    "LeaseLost",
    "NoRoom",
    "Overlap",
    "Overtaken",
    "Pulse",
    "Schedule",
    "Secret",
    "Status",
    "StepRun",
    "StepStatus",
    "Version",
]
