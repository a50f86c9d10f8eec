"""`manage.py sweep`: the process that fires deadlines and notices what died. Run one or several, anywhere.

Browsers that are held are looked at by a thread of their own, and by another those that end, with what is left behind:
to keep files may take long, and makes no deadline late and no browser seem silent.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection

from alerts import sweeper as alerts
from bots import farewell, retention, sessions
from bots import sweeper as bots
from bots.browser import client
from hitl import clock
from hitl.tenants import sweeper as tenants

log = logging.getLogger(__name__)
PAUSE = 2  # seconds between two rounds
PATIENCE = 2  # seconds, at the end, with a look at browsers that is under way: another sweeper finds the same
LEFTOVERS_EVERY = 60
FOLDERS_EVERY = 3600
LIFE_EVERY = 10
STILL = 5  # seconds longer than it takes: the machine slept, or the database stood still, for us and for all others
LONGEST_LOOK = 600  # seconds, with the files of browsers that end: after that a thread counts as dead


class Command(BaseCommand):
    requires_system_checks = []
    help = "Fire deadlines, deliver messages that are due, notice dead runners and browsers."

    def handle(self, **options: Any) -> None:
        self.running = True
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        self.back_at = time.monotonic()
        self.looked_at: dict[str, float] = {}
        self.leftovers_at = self.folders_at = self.life_at = 0.0
        self.life = bots.Life()
        others = [self._thread(look) for look in (self._look_at_browsers, self._end_browsers)]
        self._rounds(self._look_at_clocks)
        for thread in others:
            thread.join(PATIENCE)

    def _thread(self, look: Callable[[], None]) -> threading.Thread:
        self.looked_at[look.__name__] = time.monotonic()
        thread = threading.Thread(target=self._rounds, args=(look,), name=look.__name__, daemon=True)
        thread.start()
        return thread

    def _stop(self, *_: object) -> None:
        self.running = False

    def _rounds(self, look: Callable[[], None]) -> None:
        """Whatever keeps others from renewing a lease stretches the leases by one whole lease: the database is away
        or stands still, or the machine slept."""
        ahead: float | None = None
        while self.running:
            close_old_connections()
            try:
                with connection.execute_wrapper(self._timed):
                    ahead = self._mind_the_clock(ahead)
                    look()
                self.looked_at[look.__name__] = time.monotonic()
            except DatabaseError as error:
                log.warning("the database is away: %s", error)
                self.back_at = time.monotonic()
            except Exception:
                log.exception("a round of the sweeper")
            self._in_time(time.sleep, PAUSE)

    def _mind_the_clock(self, before: float | None) -> float:
        """How far the clock of the leases is ahead of the time that this process has lived through. That grows where
        a machine sleeps, is paused from outside, or has its clock set."""
        ahead = clock.now().timestamp() - time.monotonic()
        if before is not None and ahead - before > STILL:
            log.warning("the clock has gone on by %.0f s while nothing ran here", ahead - before)
            self.back_at = time.monotonic()
        return ahead

    def _timed(self, execute: Callable[..., Any], *question: Any) -> Any:
        """One statement."""
        return self._in_time(execute, *question)

    def _in_time(self, work: Callable[..., Any], *given: Any) -> Any:
        """Should it take so long, others could not renew a lease either."""
        begun = time.monotonic()
        try:
            return work(*given)
        finally:
            if time.monotonic() - begun > PAUSE + STILL:
                self.back_at = time.monotonic()

    @property
    def _leases_are_fair(self) -> bool:
        return time.monotonic() - self.back_at > settings.RUNNER_LEASE

    def _look_at_clocks(self) -> None:
        """Each though the one before has failed: no thread could be started for a message, say."""
        self._part(alerts.sweep, self._leases_are_fair)
        self._part(bots.sweep_executions, self._leases_are_fair)
        self._part(bots.sweep_schedules)
        self._part(tenants.sweep)
        self._show_life()

    def _part(self, sweep: Callable[..., Any], *given: Any) -> None:
        try:
            sweep(*given)
        except DatabaseError:
            raise  # the others need it, too
        except Exception:
            log.exception("a part of the sweeper's round")

    def _look_at_browsers(self) -> None:
        async_to_sync(bots.sweep_sessions)(silence_counts=self._leases_are_fair)

    def _end_browsers(self) -> None:
        async_to_sync(bots.end_sessions)(silence_counts=self._leases_are_fair)
        self._leftovers()

    def _show_life(self) -> None:
        """Of all threads, or of none."""
        all_look = all(time.monotonic() - at < LONGEST_LOOK for at in self.looked_at.values())
        if all_look and time.monotonic() >= self.life_at:
            self.life_at = time.monotonic() + LIFE_EVERY
            self.life.show()

    def _leftovers(self) -> None:
        """What browser servers of this machine left behind when they were killed, and those whose rows are gone."""
        if time.monotonic() < self.leftovers_at:
            return
        self.leftovers_at = time.monotonic() + LEFTOVERS_EVERY
        try:
            client.sweep_leftovers(sessions.folder())
            client.end_unknown(sessions.folder(), bots.folders_in_use())
            farewell.sweep_pictures()
            retention.sweep()
            self._folders()
            tenants.forget()
        except (OSError, DatabaseError) as error:
            log.warning("leftovers: %s", error)

    def _folders(self) -> None:
        """Files of executions that are gone. There may be very many to look at."""
        if time.monotonic() >= self.folders_at:
            self.folders_at = time.monotonic() + FOLDERS_EVERY
            retention.sweep_folders()
