"""What workers are asked to do: thin, by primary key, harmless when asked twice.

Web and sweeper load this to ask for it. What drives a browser is loaded where it is used: Playwright would cost each of
them 16 MB and a tenth of a second.
"""

import logging

from asgiref.sync import async_to_sync
from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings
from django.core.cache import cache

from bots import files, sessions
from bots.models import BrowserSession, Execution, Pulse

log = logging.getLogger(__name__)
TURN = 60  # seconds after which a worker that keeps files counts as dead


@shared_task(name="bots.run")
def run(execution: int) -> None:
    """Drive an execution until its next pause or its end."""
    from bots import runner
    from bots.engine import engine

    engine.run(runner.run(engine, execution))


@shared_task(name="bots.end_browser")
def end_browser(session: int) -> None:
    """The execution is over: end its browser."""
    row = BrowserSession.objects.live().filter(pk=session).first()
    if row is not None:
        async_to_sync(files.keep_all)(row)
        async_to_sync(sessions.end)(row)
        for waiting in Execution.objects.queued().first_of_each_workspace():
            waiting.run_later()  # there is room for one more, if not for the oldest of all


@shared_task(name="bots.keep_files")
def keep_files(session: int) -> None:
    """Something was downloaded in this browser. One worker at a time looks after it; a lost turn is the sweeper's."""
    turn = f"files:{session}"
    row = BrowserSession.objects.live().select_related("execution__workspace").filter(pk=session).first()
    if row is None or not cache.add(turn, 1, TURN):
        return
    try:
        async_to_sync(files.keep_all)(row)
    finally:
        cache.delete(turn)


@shared_task(name="bots.end_orphan")
def end_orphan(address: str, sealed_token: str) -> None:
    """Its workspace was deleted, and its row with it: end the browser."""
    async_to_sync(sessions.end_orphan)(address, sealed_token, "the workspace was deleted")


@shared_task(name="bots.canary")
def canary() -> None:
    """Sent after each round of a sweeper, by the way that executions take: a worker that carries it out does work."""
    Pulse.beat(Pulse.Kind.WORKER, sessions.MACHINE)


@worker_ready.connect
def warm_up(**_: object) -> None:
    """Start the Playwright driver before the first execution needs it."""
    from bots.engine import engine

    if not settings.CHROMIUM_SANDBOX:
        log.warning("HITL_CHROMIUM_NO_SANDBOX is set: every page of a bot runs with the worker's own rights")
    engine.run(engine.warm_up())


@worker_shutting_down.connect
def stop_at_the_next_step(**_: object) -> None:
    """A deploy: each running execution stops at its step's boundary and goes on in another worker."""
    from bots.engine import engine

    engine.stopping = True
