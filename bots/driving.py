"""A person at the live view: what they are told, and their control lease, as the database has it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from channels.db import database_sync_to_async as db
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from alerts.models import Alert, AlertStatus
from bots.admission import Admission
from bots.models import BrowserSession, Execution, KeptFile
from bots.tasks import keep_files
from hitl import clock
from hitl.states import WrongState
from hitl.tenants.models import NotAllowed
from hitl.tenants.people import PAGE

log = logging.getLogger(__name__)
MOST_SHOWN = 20  # files
# Read for each viewer every few seconds: without scripts and outputs, which may be a million characters each.
_SHOWN = ("public_id", "status", "failure_reason", "message", "workspace__slug")


@dataclass
class State:
    """One reading of the database for one person."""

    execution: Execution
    alert: Alert | None
    session: BrowserSession | None
    viewer: str
    may: str
    epoch: int | None
    holds: bool  # here or on another device
    outranks: bool  # may take control from whoever has it
    own: str | None  # what the ids of all their pages begin with
    is_guest: bool
    files: list[dict[str, Any]]
    now: Any

    @property
    def is_over_for_this_person(self) -> bool:
        """A guest's part ends with their alert; a member's with the execution."""
        if self.is_guest:
            return self.alert is None or not self.alert.is_active
        return self.execution.is_over

    def message(self) -> dict[str, Any]:
        return {
            "t": "state",
            "execution": {
                "id": self.execution.public_id,
                "status": self.execution.status,
                "failure_reason": self.execution.failure_reason,
                "message": self.execution.message,
            },
            "alert": self.alert and _alert(self.alert),
            "files": self.files,
            "you": {
                "viewer": self.viewer,
                "may": self.may,
                "epoch": self.epoch,
                "holds": self.holds,
                "outranks": self.outranks,
                "own": self.own,
            },
            "now": self.now.isoformat(),
        }


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.public_id,
        "status": alert.status,
        "kind": alert.kind,
        "title": alert.title,
        "deadline": alert.deadline and alert.deadline.isoformat(),
        "begun": alert.first_input_at is not None,
        "claimed_by": alert.holder_name or None,
        "closed_by": alert.closed_by or None,
        "reason": alert.reason,
    }


def _file(file: KeptFile, url: str) -> dict[str, Any]:
    return {"guid": file.source, "name": file.name, "size": file.size, "url": url}


class Driving:
    """What one viewer may do about control; `epoch` is set while this very viewer holds it."""

    def __init__(self, admission: Admission, viewer: str) -> None:
        self.admission = admission
        self.viewer = viewer
        self.execution_pk = admission.execution_pk
        self.epoch: int | None = None
        self._noted: int | None = None  # the epoch whose first input is written down
        self._input_since: bool = False

    async def state(self) -> State:
        """Read everything that the viewer shows; control that went elsewhere is noticed here."""
        return await db(self._state)()

    def _state(self) -> State:
        execution = Execution.objects.select_related("workspace").only(*_SHOWN).get(pk=self.execution_pk)
        alert = self._of_this_person().first()
        if alert is not None:
            alert.workspace = execution.workspace
        if alert is None or alert.status != AlertStatus.CLAIMED or alert.control_epoch != self.epoch:
            self.epoch = None
        session = BrowserSession.objects.live().filter(execution=execution, ending_at=None).first()
        if session is not None:
            session.execution = execution  # by which logs call it, where the database cannot be asked
        return State(
            execution=execution,
            alert=alert,
            session=session,
            viewer=self.viewer,
            may=self.admission.may,
            epoch=self.epoch,
            holds=self._holds(alert),
            outranks=alert is not None and self._outranks(alert),
            own=self.admission.own(self.viewer),
            is_guest=self.admission.alert_id is not None,
            files=self._files(execution, alert),
            now=clock.now(),
        )

    def _files(self, execution: Execution, alert: Alert | None) -> list[dict[str, Any]]:
        """What this person may fetch: members all, a guest what was fetched for their alert, an onlooker nothing."""
        if self.admission.alert_id is None:
            files, page, where = execution.files, "execution_file", [execution.workspace.slug, execution.public_id]
        elif alert is not None and self.admission.may == "control":
            files, page, where = alert.files, "guest_file", [alert.public_id]
        else:
            return []
        newest = files.order_by("-pk")[:MOST_SHOWN]
        return [_file(file, reverse(page, args=[*where, file.public_id])) for file in newest]

    def _of_this_person(self) -> QuerySet[Alert]:
        """The alert that this person sees comes first: a guest's own, for members the newest."""
        rows = Alert.objects.filter(execution_id=self.execution_pk).order_by("-pk")
        return rows.filter(public_id=self.admission.alert_id) if self.admission.alert_id else rows

    def _alert(self) -> Alert | None:
        """With all that it needs in order to change."""
        return self._of_this_person().select_related("workspace", "execution__bot", "execution__workspace").first()

    def _outranks(self, alert: Alert) -> bool:
        return self.admission.may == "control" and alert.may_be_taken_back_by(self.admission.person)

    async def take(self, back: bool = False) -> str:
        """Take control, `back` from whoever has it; a sentence that says why not, or nothing."""
        return await db(self._take)(back)

    def _take(self, back: bool) -> str:
        if not self.admission.still_holds() or self.admission.may != "control":
            return "You may watch, but not take control."
        alert = self._alert()
        if alert is None or not alert.is_active:
            return "The bot is not waiting for anybody."
        try:
            self.epoch = (alert.take_back if back else alert.claim)(self.admission.person)
        except NotAllowed as wrong:
            return str(wrong)
        except WrongState:
            alert.refresh_from_db()
            return f"{alert.holder_name or 'Somebody else'} is in control."
        return ""

    def grant(self) -> dict[str, Any]:
        """What the browser server is told when control was taken."""
        name = self.admission.person.name
        return {"t": "grant", "epoch": self.epoch, "viewer": self.viewer, "name": name}

    async def is_mine(self) -> bool:
        """Whether the alert is claimed by this person, here or on another device."""
        return self._holds(await db(self._alert)())

    def _holds(self, alert: Alert | None) -> bool:
        return alert is not None and alert.status == AlertStatus.CLAIMED and alert.holder == self.admission.person.key

    async def input_arrived(self, epoch: int, acted: bool) -> None:
        """The browser server has dealt with input of this epoch; the first that acted stops the response clock, at
        once. To let go of nothing is no act: the viewer does so by itself, before it gives control back."""
        self._input_since = True
        if acted and self._noted != epoch:
            await db(self._note_input)(epoch)
            self._noted = epoch

    def _note_input(self, epoch: int) -> None:
        if alert := self._alert():
            alert.note_input(epoch)

    async def keep(self) -> bool:
        """Renew the lease; False where the person has sent nothing for so long that control is to be given back."""
        return self.epoch is None or await db(self._keep)()

    def _keep(self) -> bool:
        alert, now = self._alert(), clock.now()
        if alert is None:
            return True
        input_at = now if self._input_since else None
        kept = alert.keep_control(self.epoch or 0, input_at)
        self._input_since = False
        idle = now - (input_at or alert.last_input_at or now)
        return not kept or idle < timedelta(seconds=settings.CONTROL_IDLE)

    async def release(self, why: str) -> None:
        await db(self._release)(why)

    def _release(self, why: str) -> None:
        alert, epoch, self.epoch = self._alert(), self.epoch, None
        try:
            if alert and epoch is not None:
                alert.release(epoch, self.admission.person, why)
        except WrongState:
            pass  # it was over, or somebody else's already

    async def keep_files(self, session: BrowserSession) -> None:
        """A download is complete: a worker fetches it."""
        try:
            await db(keep_files.delay)(session.pk)
        except Exception as error:  # the broker is away: the sweeper sees it too
            log.warning("a download is kept later: %s", error)

    async def condition_met(self, alert_id: str) -> None:
        """The barrier is passed that this alert waits for: the bot goes on, no click needed."""
        await db(self._condition_met)(alert_id)

    def _condition_met(self, alert_id: str) -> None:
        alert = self._alert()
        try:
            if alert and alert.public_id == alert_id and alert.resume_when and not alert.needs_an_answer:
                alert.complete(PAGE, {})
        except WrongState:
            pass
