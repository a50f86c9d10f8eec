"""An alert that is open, and Django sending to the tests' mail server."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from pytest_django.fixtures import Settings

from alerts import sweeper
from alerts.models import Alert, Delivery
from hitl.tenants.people import Person
from tests.alerts.pauses import paused
from tests.alerts.race import Race
from tests.at_once import AtOnce
from tests.mailsink import MailSink, Mood
from tests.people import People


def use(settings: Settings, url: str) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = urlsplit(url).hostname, urlsplit(url).port
    settings.EMAIL_TIMEOUT = 15


@pytest.fixture
def nobody_is_written_to(post: MailSink) -> Iterator[None]:
    """And what a sweep begins is over before the next test."""
    post.mood = Mood.NEVER
    yield
    sweeper.postmen.rest()


@pytest.fixture
def post(mail: MailSink, settings: Settings) -> MailSink:
    """The mail server, used by this process too."""
    use(settings, mail.url)
    return mail


@pytest.fixture
def alert(people: People) -> Alert:
    """Asked a moment ago; Ann and Bob are told."""
    return paused(people.workspace)


@pytest.fixture
def delivery(alert: Alert, people: People) -> Delivery:
    """The message to Bob, waiting to be sent."""
    return alert.deliveries.get(user=people.bob)


@pytest.fixture
def race(at_once: AtOnce) -> Race:
    return Race(at_once)


@pytest.fixture
def ann(people: People) -> Person:
    return Person.member(people.ann)


@pytest.fixture
def bob(people: People) -> Person:
    return Person.member(people.bob)
