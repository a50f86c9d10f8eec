"""A mail server of the tests' own: real SMTP conversations, recorded, and rude on request."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from hitl.up.ports import free_port

PATIENCE = 20
logging.getLogger("mail.log").setLevel(logging.WARNING)  # `said` tells it better


class Mood(Enum):
    KIND = "takes every message"
    LATER = "answers each recipient with 451"
    NEVER = "answers each recipient with 550"
    SLOW = "takes its time before it answers"
    RUDE = "hangs up when it has heard the message"


@dataclass(frozen=True)
class Received:
    sender: str
    recipients: list[str]
    message: EmailMessage

    def part(self, kind: str) -> str:
        """The text of the `plain` or `html` part; empty when there is none."""
        body = self.message.get_body((kind,))
        return str(body.get_content()) if body else ""


@dataclass
class MailSink:
    """`mood` may be changed at any moment; `said` holds what clients asked for, command by command."""

    mood: Mood = Mood.KIND
    seconds: float = 5.0  # how slow SLOW is
    said: list[str] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._changed = threading.Condition()
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    def __enter__(self) -> MailSink:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        """For EMAIL_URL."""
        return f"smtp://127.0.0.1:{self._controller.port}"

    def forget(self) -> None:
        """A new test begins: kind again, and nothing heard."""
        with self._changed:
            self.mood = Mood.KIND
            self.said.clear()
            self.received.clear()

    def wait_for(self, wanted: Callable[[Received], bool], patience: float = PATIENCE) -> Received:
        """The first message that is wanted, as soon as it is there."""

        def found() -> Received | None:
            return next(filter(wanted, self.received), None)

        with self._changed:
            if message := self._changed.wait_for(found, patience):
                return message
        subjects = [str(received.message["Subject"]) for received in self.received]
        raise AssertionError(f"no such mail within {patience} s; there are {subjects}, and it was said {self.said}")

    async def to(self, recipient: str, patience: float = PATIENCE) -> Received:
        """The first message to this address."""
        return await asyncio.to_thread(self.wait_for, lambda mail: recipient in mail.recipients, patience)

    def _note(self, words: str) -> None:
        with self._changed:
            self.said.append(words)
            self._changed.notify_all()

    # What aiosmtpd calls, in its own thread.

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        self._note(f"MAIL {address}")
        if self.mood is Mood.SLOW:
            await asyncio.sleep(self.seconds)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        self._note(f"RCPT {address}")
        if self.mood is Mood.LATER:
            return "451 Try again later"
        if self.mood is Mood.NEVER:
            return "550 Nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self._note("DATA")
        if self.mood is Mood.RUDE:
            cast(asyncio.Transport, server.transport).abort()
            return "421 Goodbye"
        message = message_from_bytes(cast(bytes, envelope.content), policy=policy.default)
        with self._changed:
            self.received.append(Received(str(envelope.mail_from), list(envelope.rcpt_tos), message))
            self._changed.notify_all()
        return "250 Taken"
