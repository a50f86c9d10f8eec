"""Ways to reach a person. A transport takes a plain message and a plain config; it knows no models and no requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.module_loading import import_string

TRANSPORTS = {"email": "alerts.transports.email.send"}  # a new kind is a file beside it, and a line here

PICTURE = "page"  # what a message's HTML calls its picture: <img src="cid:page">


@dataclass(frozen=True)
class Message:
    """What a person is told. `thread` names the first message about the same thing, empty for the first itself."""

    subject: str
    text: str
    html: str
    id: str
    thread: str = ""
    picture: bytes = b""  # a JPEG


class TransportError(Exception):
    """It was not sent. `permanent`: this message to this address never will be, so trying again is pointless."""

    def __init__(self, text: str, permanent: bool = False) -> None:
        super().__init__(text)
        self.permanent = permanent


def send(kind: str, message: Message, config: dict[str, Any]) -> None:
    """Hand the message over, or raise TransportError; a transport gives up on a slow server within a minute."""
    import_string(TRANSPORTS[kind])(message, config)
