"""The sockets and nothing else: the inbox's notes, and a person's live view of a browser.

The web process is a relay: pictures and input pass through it untouched. What it decides is who may come in, who may
drive (by the database), and what is written down: control taken and released, the first input that reached the page.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

from websockets.exceptions import ConnectionClosed

from bots.admission import Admission, admit_guest, admit_member, admit_to_workspace
from bots.browser.codes import FINAL, FORBIDDEN, MALFORMED, OVER
from bots.driving import Driving
from bots.flow import Flow
from bots.live import wire
from bots.live.picture import KINDS
from bots.models import Execution
from bots.ticketed import TicketConsumer, unless_away
from bots.upstream import Upstream, events_of
from hitl.ids import new_id

MOMENT = 0.25  # seconds within which a page need not be told twice of the same kind of thing
TAKES_EACH_SECOND, TAKES_AT_ONCE = 1, 10  # by one line: each is written down, and read again by all who look on
TOO_OFTEN = "That was too often: try again in a few seconds."
IDLE = "Nothing was done here for a while, so control was given back. Take control again to go on."
NOT_DRIVING = "So much at once can be sent only while you are in control."


class InboxConsumer(TicketConsumer):
    """Passes on "something changed" notes of one workspace; the page then reads again.

    The first note of each kind goes out at once; those that follow within a moment are one, which ends it.
    """

    async def connect(self) -> None:
        self.held: dict[str, dict[str, str] | None] = {}  # by kind: the newest note of a moment that is not over
        await super().connect()

    def admit(self, hello: dict[str, Any]) -> Admission | None:
        return admit_to_workspace(self.scope, hello.get("ticket"))

    async def admitted(self, admission: Admission, hello: dict[str, Any]) -> None:
        await self.send(json.dumps({"t": "hello"}))

    async def heard(self, note: dict[str, str]) -> None:
        if note["what"] in self.held:
            self.held[note["what"]] = note
            return
        self.held[note["what"]] = None
        await self._tell(note)
        self.beside(self._tell_the_rest(note["what"]))

    async def _tell_the_rest(self, what: str) -> None:
        while True:
            await asyncio.sleep(MOMENT)
            newest, self.held[what] = self.held[what], None
            if newest is None:
                del self.held[what]
                return
            await self._tell(newest)

    async def _tell(self, note: dict[str, str]) -> None:
        await self.send(json.dumps({"t": "changed", "what": note["what"], "id": note["id"]}))


class LiveConsumer(TicketConsumer):
    """One person's live view: joined to the execution's browser server for as long as both are there."""

    async def connect(self) -> None:
        self.upstream: Upstream | None = None
        self.granted_on: Upstream | None = None  # the line on which the browser was told that this person drives
        self.has_ended = False  # the browser, which has said so itself
        self.pumping: asyncio.Task[None] | None = None
        self.listening: asyncio.Task[None] | None = None
        self.turn = asyncio.Lock()  # one look at the database at a time
        self.wheel = asyncio.Lock()  # control is taken once, though a press comes while it is given back by itself
        self.takes = Flow(each_second=TAKES_EACH_SECOND, at_once=TAKES_AT_ONCE)
        await super().connect()

    async def left(self) -> None:
        await self._leave()

    def admit(self, hello: dict[str, Any]) -> Admission | None:
        names, ticket = self.scope["url_route"]["kwargs"], hello.get("ticket")
        if "alert" in names:
            return admit_guest(self.scope, names["alert"], ticket, hello.get("pass"))
        return admit_member(self.scope, names["execution"], ticket)

    async def admitted(self, admission: Admission, hello: dict[str, Any]) -> None:
        offered = hello.get("codecs")
        codecs = [kind for kind in KINDS if isinstance(offered, list) and kind in offered] or ["jpeg"]
        viewer = admission.viewer_id(str(hello.get("viewer") or new_id("vwr")))
        wish = {name: hello[name] for name in ("quality", "kind") if name in hello}
        self.join = {"t": "join", "viewer": viewer, "codecs": codecs} | admission.picture | wish
        self.driving = Driving(admission, viewer)
        await self.look()

    async def message(self, message: dict[str, Any], text: str) -> None:
        kind = message["t"]
        if kind in wire.FROM_VIEWER:  # relayed as it is; the browser server checks each
            if self.upstream:
                await self.upstream.send(text)
        elif kind in ("take", "takeback"):
            await self._asked_to_take(back=kind == "takeback")
        elif kind == "release":
            await self._release("released")
        elif kind == "hand":
            await self._hand_over(message.get("to"))
        else:
            await self.close(MALFORMED)

    async def piece(self, data: bytes) -> None:
        if self.upstream:
            await self.upstream.send(data)

    @property
    def drives(self) -> bool:
        return self.admission is not None and self.driving.epoch is not None

    async def too_long(self) -> None:
        """It may have been on its way while control ended: no reason to close the line."""
        await self.send(json.dumps({"t": "refused", "s": None, "why": NOT_DRIVING}))

    async def heard(self, note: dict[str, str]) -> None:
        await self._may_still_drive()
        await self.look()

    async def _may_still_drive(self) -> None:
        """Somebody whose role was lowered watches on, and gives control back."""
        if self.driving.admission.may != "control":
            await self._release("the role was changed")

    async def beat(self) -> None:
        await self._may_still_drive()
        if await self.driving.keep():
            await self.look()
        else:
            await self._release("no input for a while")
            await self.send(json.dumps({"t": "refused", "s": None, "why": IDLE}))

    # State, read from the database and never guessed

    async def look(self) -> None:
        """Read what is, tell the viewer, and be connected to the browser if there is one."""
        async with self.turn:
            try:
                state = await self.driving.state()
            except Execution.DoesNotExist:  # deleted with its workspace
                await self.close(FORBIDDEN)
                return
            await self.send(json.dumps(state.message()))
            if state.is_over_for_this_person:
                await self._leave()
                await self.close(OVER)
            elif state.session and self.upstream is None:
                await self._join(state.session)

    async def _join(self, session: Any) -> None:
        self.upstream = await Upstream.open(session)
        if self.upstream is None:
            await self._say_away()  # the next note or heartbeat tries again
            return
        admission = self.driving.admission
        self.join |= {"name": admission.person.name, "may": admission.may}
        await self.upstream.send(json.dumps(self.join))
        if self.listening:  # still, on the line before
            self.listening.cancel()
        self.pumping = self.beside(self._pump(self.upstream))
        self.listening = self.beside(self._listen(session))

    async def _listen(self, session: Any) -> None:
        """The browser server says at once when the condition that a step waits for is met."""
        async for event in events_of(session):
            if event["event"] == "condition" and event.get("met", True):
                with unless_away():  # the sweeper finds it
                    await self.driving.condition_met(event["id"])
            elif event["event"] == "download" and self.driving.epoch is not None:
                await self.driving.keep_files(session)

    async def _pump(self, upstream: Upstream) -> None:
        """Everything that the browser server says goes to the viewer; a few kinds are also taken note of."""
        with suppress(ConnectionClosed):
            async for message in upstream:
                if isinstance(message, bytes):
                    await self.send(bytes_data=message)
                else:
                    await self._from_browser(message)
        self.upstream = None
        if upstream.close_code in FINAL:
            await self.close(upstream.close_code)
            return
        self.has_ended = upstream.close_code == OVER
        await self._say_away()  # at once: what stands in the picture is not live any more
        await self.look()

    async def _say_away(self) -> None:
        """The browser does not answer. Told with each try, or the viewer's page takes the silence for a dead line."""
        if not self.has_ended:
            await self.send(json.dumps({"t": "away"}))

    async def _from_browser(self, text: str) -> None:
        message = json.loads(text)
        if message["t"] == "input":
            with unless_away():  # the next input is noted, or the sweeper finds this one
                acted = message.get("acted", True)  # a browser that was started before an update does not say it
                await self.driving.input_arrived(message["e"], acted)
        await self.send(text)
        if message["t"] == "hello":
            with unless_away():  # the person may press Take control
                await self._return_to_the_wheel(message.get("control"))

    # Who drives

    async def _return_to_the_wheel(self, control: dict[str, Any] | None) -> None:
        """After a lost line or a takeover that was asked for: the same person goes on, unless they drive elsewhere."""
        driver = control and control.get("viewer")
        async with self.wheel:
            granted = self.upstream is self.granted_on
            if driver in (None, self.driving.viewer) and not granted and await self.driving.is_mine():
                await self._take()

    async def _asked_to_take(self, back: bool) -> None:
        """Nobody releases or hands over more often than they take. Who drives on this very line is told so again."""
        if not self.takes.allows():
            await self.send(json.dumps({"t": "refused", "s": 0, "why": TOO_OFTEN}))
            return
        async with self.wheel:
            if self.drives:
                await self.look()
            else:
                await self._take(back)

    async def _take(self, back: bool = False) -> None:
        refusal = await self.driving.take(back)
        if refusal:
            await self.send(json.dumps({"t": "refused", "s": 0, "why": refusal}))
        elif self.upstream:
            self.granted_on = self.upstream
            await self.upstream.send(json.dumps(self.driving.grant()))
        await self.look()

    async def _release(self, why: str) -> None:
        if self.driving.epoch is None:
            return
        if self.upstream:
            await self.upstream.send(json.dumps({"t": "revoke", "epoch": self.driving.epoch}))
        await self.driving.release(why)
        await self.look()

    async def _hand_over(self, to: Any) -> None:
        """Give control up for another viewer, whose page takes it at once; nobody is driven for."""
        if self.driving.epoch is not None and isinstance(to, str):
            await self._release("handed over")
            if self.upstream:
                await self.upstream.send(json.dumps({"t": "offer", "viewer": to}))

    async def _leave(self) -> None:
        """Let go of the browser server; control is kept for some seconds, for the person's return."""
        for task in (self.pumping, self.listening):
            if task:
                task.cancel()
        if self.upstream:
            await self.upstream.close()
            self.upstream = None
