"""The asynchronous part of the browser server: the session, and its one listener."""

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Any

from websockets.asyncio.server import serve as listen

from bots.browser.doors import Doors
from bots.browser.launch import Config, Launched
from bots.browser.session import Session

_CLOSE_WITHIN = 2  # seconds for the lines to close when the session is over


async def serve(config: Config, launched: Launched, say: Callable[[dict[str, Any]], bool]) -> None:
    """Until the session is over. Raises NotStarted, with nothing left behind."""
    session = Session(config, launched)
    try:
        await session.start()
    except BaseException:
        await session.bury()
        raise
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, _stop, session)
    doors = Doors(session)
    options: dict[str, Any] = {"compression": None, "close_timeout": _CLOSE_WITHIN}
    async with listen(doors.serve, config.bind, 0, process_request=doors.check, **options) as server:
        host, port = server.sockets[0].getsockname()[:2]
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        if not say({"address": address, "pid": os.getpid()}):
            await session.end("Nobody waited for this browser.")
        await session.over.wait()
        await doors.settle()


def _stop(session: Session) -> None:
    session.beside.start(session.end("The browser server was told to stop."))
