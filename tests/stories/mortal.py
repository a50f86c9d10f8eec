"""Workers for one execution each that die at one point: `python -m tests.stories.mortal POINT EXECUTION ...`.

Each is the product's own runner in the product's own engine; around one function stands a wrapper that sends SIGKILL to
the whole process before or after its n-th call. So a point is a fact of the code, and no clock decides.

All are forked by one process, which has loaded hitl and opened nothing yet: it would take each of them a second. That
process ends with the number of those that were not killed.
"""

from __future__ import annotations

import inspect
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple


class Point(NamedTuple):
    owner: str  # module, or module:Class
    function: str
    after: bool = False  # else before
    nth: int = 1


EXECUTION, DRIVE = "bots.models:Execution", "bots.runner:Drive"
POINTS = {
    # On the way to the pause.
    "not claimed": Point(EXECUTION, "claim"),
    "claimed": Point(EXECUTION, "claim", after=True),
    "browser started, not recorded": Point("bots.sessions", "_record"),
    "browser recorded": Point("bots.sessions", "_record", after=True),
    "attached": Point(DRIVE, "steps"),
    "step begun": Point("bots.runner", "play", nth=2),
    "step done, not recorded": Point("bots.runner", "play", after=True, nth=2),
    "step failed, nobody told": Point(DRIVE, "_browser_answers"),
    "step recorded": Point(DRIVE, "_step", nth=3),
    "pause not committed": Point(EXECUTION, "ask_human"),
    "pause committed": Point(EXECUTION, "ask_human", after=True),
    # After the person's answer.
    "resumed, claimed": Point(EXECUTION, "claim", after=True),
    "resumed, attached": Point(DRIVE, "steps"),
    "resumed, step done": Point("bots.runner", "play", after=True),
    "all done, not ended": Point(EXECUTION, "succeed"),
}


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: Point) -> None:
    """Let the n-th call of the point's function be this process's last deed."""
    from django.utils.module_loading import import_module

    module, _, name = point.owner.partition(":")
    owner = getattr(import_module(module), name) if name else import_module(module)
    function, calls = getattr(owner, point.function), iter(range(1, 1000))

    @contextmanager
    def call() -> Iterator[None]:
        is_it = next(calls) == point.nth
        if is_it and not point.after:
            _die()
        yield
        if is_it:
            _die()

    def plain(*args: Any, **named: Any) -> Any:
        with call():
            return function(*args, **named)

    async def waiting(*args: Any, **named: Any) -> Any:
        with call():
            return await function(*args, **named)

    setattr(owner, point.function, waiting if inspect.iscoroutinefunction(function) else plain)


def lives_until(point: str, execution: int) -> None:
    """In a process of its own."""
    os.setsid()
    arm(POINTS[point])
    from bots import runner
    from bots.engine import engine

    engine.run(runner.run(engine, execution))


def main(*pairs: str) -> int:
    import django

    django.setup()
    from bots import engine, runner  # noqa: F401 - so that the forked ones have it

    workers = {}
    for point, execution in zip(pairs[::2], pairs[1::2], strict=True):
        if pid := os.fork():
            workers[pid] = point
        else:
            lives_until(point, int(execution))
            os._exit(0)
    lived = [point for pid, point in workers.items() if os.waitpid(pid, 0)[1] != signal.SIGKILL]
    print("They lived:", lived)
    return len(lived)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
