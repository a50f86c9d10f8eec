"""The contract of a transport: a plain message and a plain config; nothing comes back, or TransportError."""

import pytest

from alerts import transports
from alerts.transports import Message, TransportError
from tests.mailsink import MailSink, Mood

pytestmark = pytest.mark.usefixtures("post")

MESSAGE = Message("Subject", "Text\n", "<p>Text</p>", "<one@example.com>")


def error_of(to: str = "bob@example.com") -> TransportError:
    with pytest.raises(TransportError) as caught:
        transports.send("email", MESSAGE, {"to": to})
    return caught.value


def test_it_hands_the_message_over(post: MailSink) -> None:
    transports.send("email", MESSAGE, {"to": "bob@example.com"})
    received = post.received[0]
    assert received.message["Message-ID"] == "<one@example.com>"
    assert (received.part("plain").strip(), received.part("html").strip()) == ("Text", "<p>Text</p>")


@pytest.mark.parametrize(("mood", "permanent"), [(Mood.LATER, False), (Mood.NEVER, True), (Mood.RUDE, False)])
def test_it_tells_what_passes_from_what_does_not(post: MailSink, mood: Mood, permanent: bool) -> None:
    post.mood = mood
    assert error_of().permanent is permanent


def test_it_gives_up_on_a_slow_answer(post: MailSink, settings: object) -> None:
    settings.EMAIL_TIMEOUT = 0.1  # type: ignore[attr-defined]
    post.mood, post.seconds = Mood.SLOW, 1.0
    assert not error_of().permanent
    assert post.received == []


@pytest.mark.parametrize("address", ["", "a@b@c", "bob@example.com\r\nBcc: vic@example.com", "@"])
def test_it_sends_nothing_to_what_is_no_address(post: MailSink, address: str) -> None:
    assert error_of(address).permanent
    assert post.received == []


def test_it_repeats_the_servers_words_in_one_short_line(post: MailSink) -> None:
    post.mood = Mood.NEVER
    assert str(error_of()) == "The mail server refused it: 550 Nobody of that name"
