"""Trials: executions of a script that is being written.

Where another execution would end, at its last step or at one that failed, a trial keeps its browser as it stands and
waits for its author: the script can be changed, and goes on in the same browser from any step. It is told to nobody
else, counts nowhere, and ends when it is closed or its time is up.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction

from alerts.models import Alert, Kind
from bots.script import Script, with_defaults
from hitl.states import WrongState
from hitl.tenants.models import User
from hitl.tenants.people import Person

WINDOW = timedelta(minutes=30)  # without anything done by its author
LONGEST = 2 * 3600  # seconds that a trial's browser lives at most
NEXT = "next step"  # of an alert's answer; no field of a script can be called so


class Tried(models.Model):
    """The part of an execution that makes it a trial."""

    trial = models.BooleanField(default=False, editable=False)
    tried_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, editable=False, related_name="+")
    written = models.TextField(blank=True, editable=False, help_text="A trial's script as its author has written it")

    if TYPE_CHECKING:  # what the execution has beside it
        pk: int
        cursor: int
        alerts: Any
        bot: Any
        step_runs: Any

        def _stop_at(self, epoch: int, why: str) -> None: ...
        def _resume_at(self, cursor: int, why: str, **changes: Any) -> None: ...

    class Meta:
        abstract = True

    @property
    def session_cap(self) -> int:
        """Seconds that its browser lives at most."""
        return min(settings.SESSION_CAP, LONGEST) if self.trial else settings.SESSION_CAP

    def people_to_tell(self) -> list[User]:
        """A trial's author alone; else whom the bot names."""
        if self.trial:
            return [self.tried_by] if self.tried_by else []
        return self.bot.people_to_tell()

    def rest(self, epoch: int, title: str, instructions: str = "") -> Alert:
        """The browser stays as it is until the author says what next. Nobody is told: the author is looking on."""
        with transaction.atomic():
            self._stop_at(epoch, title)
            return Alert.open(self, self.cursor, WINDOW, [], kind=Kind.TRIAL, title=title, instructions=instructions)

    def go_on_from(self, person: Person, source: str, script: Script, step: int, variables: dict[str, str]) -> None:
        """Play the script as it is written now, from this step on (counted from 0), in the same browser.

        Raises WrongState, with a sentence, where that cannot be done.
        """
        alert = self._where_it_rests()
        if not 0 <= step < len(script.steps):
            raise WrongState(f"The script has {len(script.steps)} steps; there is no step {step + 1}.")
        alert.execution = self  # type: ignore[assignment]
        with transaction.atomic():
            now = {"script": script.dump(), "written": source, "variables": with_defaults(script, variables)}
            type(self)._default_manager.filter(pk=self.pk).update(**now)
            self.step_runs.filter(index__gte=step).delete()
            alert.complete(person, {NEXT: step})

    def _where_it_rests(self) -> Alert:
        alert: Alert | None = self.alerts.active().first()
        if alert is None:
            raise WrongState("The bot is at work. As soon as it has stopped, it can go on from another step.")
        return alert

    def told_next(self, answer: dict[str, Any]) -> None:
        """Its author has chosen the step; inside the alert's transaction."""
        step = answer[NEXT]
        self._resume_at(step, f"goes on from step {step + 1}", **({"output": {}} if step == 0 else {}))
