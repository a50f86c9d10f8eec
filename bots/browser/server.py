"""`python -m bots.browser.server`: one session, from a line of JSON on standard input to its end.

Answers one line of JSON on standard output, {"address", "pid"} or {"error"}, and lives on by itself. Chromium is
started before the larger part of our own modules is loaded: the two come up side by side.
"""

import json
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

from bots.browser import chromium, launch, uids
from bots.browser.launch import Config, Launched

LOG = "server.log"
STEPPED_BACK = 5  # of 19: a third of the processor that the web process gets where there is not enough for both


def main() -> None:
    chromium.hold_pipe_descriptors()
    config = Config.parse(sys.stdin.readline())
    answer = _detach()
    _step_back()
    try:
        _run(config, answer)
    except (chromium.NotStarted, uids.NoUid, OSError) as error:
        _say(answer, {"error": str(error)})


def _detach() -> IO[str]:
    """Leave the process that was started, which ends; what is returned is its standard output."""
    if os.fork():
        os._exit(0)
    os.setsid()
    answer = os.fdopen(os.dup(1), "w")
    with open(os.devnull, "r+b") as null:
        for standard in (0, 1, 2):
            os.dup2(null.fileno(), standard)
    return answer


def _step_back() -> None:
    """Behind the processes that people wait for: however many pages and encoders are busy, those find a processor.

    Linux weighs whole sessions first where a desktop's autogroups are on, and only then what is nice within one.
    """
    os.nice(STEPPED_BACK)
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(STEPPED_BACK))


def _run(config: Config, answer: IO[str]) -> None:
    from bots.live.compositor import Compositor  # its libraries first: Chromium waits for its socket

    launched = launch.launch(config, Compositor.start)
    _log_to(launched)

    import asyncio  # all that follows is loaded while Chromium comes up

    from bots.browser.serving import serve

    asyncio.run(serve(config, launched, lambda message: _say(answer, message)))


def _log_to(launched: Launched) -> None:
    """A file in the session's folder, which goes with it. The compositor's library writes to standard output."""
    with open(launched.place.folder / LOG, "ab") as log:
        for standard in (1, 2):
            os.dup2(log.fileno(), standard)
    lines = f"%(asctime)s %(levelname)s %(name)s %(message)s [execution={launched.place.folder.name}]"
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=lines)
    logging.getLogger("websockets").setLevel(logging.WARNING)
    if launched.not_cut_off:
        logging.warning("Chromium is held back by its proxy settings alone. %s", launched.not_cut_off)


def _say(answer: IO[str], message: dict[str, object]) -> bool:
    """The one answer. False where nobody waits for it any more."""
    try:
        with answer:
            answer.write(json.dumps(message) + "\n")
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
