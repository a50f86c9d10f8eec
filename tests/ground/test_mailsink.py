"""The tests' mail server does what it is told."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

import pytest

from tests.mailsink import MailSink, Mood


def send(sink: MailSink, to: str = "bob@example.com") -> None:
    message = EmailMessage()
    message["Subject"], message["To"], message["From"] = "Hello", to, "hitl@example.com"
    message.set_content("Zürich")
    host, port = sink.url.removeprefix("smtp://").split(":")
    with smtplib.SMTP(host, int(port), timeout=5) as client:
        client.send_message(message)


def test_it_takes_a_message_and_remembers_the_conversation(mail: MailSink) -> None:
    send(mail)
    received = mail.wait_for(lambda received: "bob@example.com" in received.recipients)
    assert received.part("plain").strip() == "Zürich"
    assert mail.said == ["MAIL hitl@example.com", "RCPT bob@example.com", "DATA"]


@pytest.mark.parametrize(("mood", "code"), [(Mood.LATER, 451), (Mood.NEVER, 550)])
def test_it_refuses(mail: MailSink, mood: Mood, code: int) -> None:
    mail.mood = mood
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(mail)
    assert refused.value.recipients["bob@example.com"][0] == code
    assert mail.received == []


def test_it_hangs_up(mail: MailSink) -> None:
    mail.mood = Mood.RUDE
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(mail)


def test_it_is_slow(mail: MailSink) -> None:
    mail.mood, mail.seconds = Mood.SLOW, 0.3
    send(mail)
    assert len(mail.received) == 1


def test_it_forgets(mail: MailSink) -> None:
    send(mail)
    mail.forget()
    with pytest.raises(AssertionError, match="no such mail"):
        mail.wait_for(lambda received: True, patience=0.1)
