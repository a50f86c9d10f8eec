"""E-mail by Django's mail backend: plain text and HTML, the picture inside, replies to nobody."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.mime.image import MIMEImage
from socket import SHUT_RDWR
from threading import Timer
from typing import Any, TypedDict

from django.core.mail import EmailMultiAlternatives, get_connection

from alerts.transports import PICTURE, Message, TransportError
from hitl.mails import printable

LONGEST = 50  # seconds for the whole conversation; EMAIL_TIMEOUT bounds each of its answers


class Config(TypedDict):
    to: str


def send(message: Message, config: Config) -> None:
    """Send it, or raise TransportError with the server's own words."""
    try:
        mail = _mail(message, config["to"])
        with _in_time(mail.connection):
            if not mail.send():
                raise ValueError("it is empty")
    except smtplib.SMTPRecipientsRefused as error:
        _refused(*next(iter(error.recipients.values())))
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        _refused(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:  # no server, no answer, no sign-in: may be mended meanwhile
        raise TransportError(f"The mail server could not be used: {_words(error)}") from error
    except ValueError as error:
        raise TransportError(f"No mail can be sent to this address: {_words(error)}", permanent=True) from error


def _mail(message: Message, to: str) -> EmailMultiAlternatives:
    headers = {"Message-ID": message.id, "Auto-Submitted": "auto-generated"}
    if message.thread:
        headers |= {"In-Reply-To": message.thread, "References": message.thread}
    mail = EmailMultiAlternatives(message.subject, message.text, to=[to], headers=headers, connection=get_connection())
    mail.attach_alternative(message.html, "text/html")
    if message.picture:
        mail.mixed_subtype = "related"  # type: ignore[attr-defined]
        mail.attach(_picture(message.picture))
    return mail


def _picture(jpeg: bytes) -> MIMEImage:
    image = MIMEImage(jpeg, "jpeg")
    image.add_header("Content-ID", f"<{PICTURE}>")
    image.add_header("Content-Disposition", "inline", filename="page.jpg")
    return image


@contextmanager
def _in_time(backend: Any) -> Iterator[None]:
    """Hang up on a server that says something now and then, and never comes to an end."""
    timer = Timer(LONGEST, _hang_up, [backend])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(backend: Any) -> None:
    smtp = getattr(backend, "connection", None)
    with suppress(OSError):  # it has just ended by itself
        if smtp is not None and smtp.sock is not None:
            smtp.sock.shutdown(SHUT_RDWR)


def _refused(code: int, words: bytes | str) -> None:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    raise TransportError(f"The mail server refused it: {code} {_words(text)}", permanent=500 <= code < 600)


def _words(said: object) -> str:
    """One short line, whatever a server or library says."""
    return printable(str(said))[:200] or "no reason was given"
