"""The messages that the file-based e-mail backend wrote: a file per connection, dashed lines between them."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path

FILE = re.compile(r"[\w.\-]+\.log")
PICTURES = ("image/jpeg", "image/png")
BETWEEN = b"\n" + b"-" * 79 + b"\n"  # what the backend writes after each message


@dataclass(frozen=True)
class Mail:
    """`id` is the file's name and the message's place in it."""

    id: str
    at: datetime
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "(no subject)")

    @property
    def sender(self) -> str:
        return str(self.message["From"] or "")

    @property
    def recipients(self) -> list[str]:
        headers = [str(value) for name in ("To", "Cc") for value in self.message.get_all(name, [])]
        return [address for _, address in getaddresses(headers) if address]

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        return str(part.get_content()) if part else ""

    @property
    def html(self) -> str:
        part = self.message.get_body(("html",))
        return str(part.get_content()) if part else ""

    def picture(self, content_id: str) -> str:
        """What the HTML part shows as cid:content_id, as a data: address; empty when it is not there."""
        for part in self.message.walk():
            if part.get_content_type() in PICTURES and str(part["Content-ID"] or "").strip("<> ") == content_id:
                data = part.get_payload(decode=True)
                return f"data:{part.get_content_type()};base64,{b64encode(data).decode()}"  # type: ignore[arg-type]
        return ""


def newest_first(folder: Path) -> Iterator[Mail]:
    """All messages; a file that vanishes or is half written is left out."""
    files = [path for path in folder.glob("*.log") if path.is_file()] if folder.is_dir() else []
    for path in sorted(files, key=lambda path: path.stat().st_mtime, reverse=True):
        yield from reversed(_read(path))


def find(folder: Path, mail_id: str) -> Mail | None:
    """None for an id that is none, such as one with a path in it."""
    name, _, place = mail_id.rpartition(":")
    if not FILE.fullmatch(name) or not place.isdigit() or not (folder / name).is_file():
        return None
    mails = _read(folder / name)
    return mails[int(place)] if int(place) < len(mails) else None


def _read(path: Path) -> list[Mail]:
    at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return [
        Mail(f"{path.name}:{place}", at, message_from_bytes(text, policy=policy.default))
        for place, text in enumerate(_texts(path.read_bytes()))
    ]


def _texts(data: bytes) -> Iterator[bytes]:
    """The messages one by one. A bot's words may hold such a line too, and behind it what would be another mail's head:
    a message of several parts has ended after its last boundary, which nobody can know ahead."""
    while data.strip():
        boundary = message_from_bytes(data.partition(b"\n\n")[0]).get_boundary()
        last = data.find(f"\n--{boundary}--".encode()) if boundary else 0
        end = data.find(BETWEEN, last) if last >= 0 else -1
        if end < 0:
            yield data  # it is being written
            return
        yield data[:end]
        data = data[end + len(BETWEEN) :]
