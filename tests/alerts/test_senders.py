"""Several senders, slow servers, senders that die: never twice at the same time, at most once more per death (F24)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings as django_settings
from django.db import connection
from pytest_django.fixtures import Settings

from alerts import sweeper
from alerts.models import Alert, Delivery
from alerts.tasks import deliver
from alerts.transports import email
from tests.alerts.conftest import use
from tests.alerts.pauses import again, moved, paused
from tests.at_once import AtOnce
from tests.mailsink import MailSink
from tests.people import People
from tests.stack import database_url

pytestmark = pytest.mark.django_db(transaction=True)

# A sender that announces where it stands and then goes no further, until it is killed there.
STUCK = """
import sys, django
django.setup()
from alerts import transports
from alerts.models import Delivery
def stop(*_, **__):
    print("here", flush=True)
    sys.stdin.read()
setattr({owner}, {name!r}, stop)
Delivery.objects.get(pk={pk}).deliver()
"""


class Stubborn(MailSink):
    """Keeps Ann's message waiting until it is let go."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.let_go = threading.Event()

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:
        answer = await super().handle_RCPT(server, session, envelope, address, options)
        if address == "ann@example.com":
            await server.loop.run_in_executor(None, self.let_go.wait, 60)
        return answer


@pytest.fixture
def stubborn(settings: Settings) -> Iterator[Stubborn]:
    with Stubborn() as sink:
        use(settings, sink.url)
        yield sink
        sink.let_go.set()


def killed_at(owner: str, name: str, delivery: Delivery, sink: MailSink) -> None:
    """Send it in a process that is killed when it reaches owner.name."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "hitl.settings",
        "DATABASE_URL": database_url(connection.settings_dict),
        "HITL_VAR": str(django_settings.VAR),
        "EMAIL_URL": sink.url,
    }
    code = STUCK.format(owner=owner, name=name, pk=delivery.pk)
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as sender:
        assert sender.stdout is not None
        assert sender.stdout.readline() == b"here\n"
        sender.send_signal(signal.SIGKILL)
    assert sender.returncode == -signal.SIGKILL


@pytest.mark.fault
@pytest.mark.database
@pytest.mark.parametrize("round", range(3))
def test_f24_a_sender_killed_before_it_could_write_sends_once_more(
    delivery: Delivery, post: MailSink, round: int
) -> None:
    killed_at("Delivery", "_record", delivery, post)
    assert len(post.received) == 1
    assert not delivery.deliver(), "its lease holds"
    moved(delivery, lease_until=-1)
    assert delivery.deliver()
    assert delivery.status == Delivery.Status.SENT
    ids = [received.message["Message-ID"] for received in post.received]
    assert len(ids) == 2
    assert len(set(ids)) == 1


@pytest.mark.fault
def test_f24_a_sender_killed_before_it_sent_loses_nothing(delivery: Delivery, post: MailSink) -> None:
    killed_at("transports", "send", delivery, post)
    moved(delivery, lease_until=-1)
    delivery.deliver()
    assert (delivery.status, delivery.tries, len(post.received)) == (Delivery.Status.SENT, 2, 1)


@pytest.mark.database
def test_n5_of_four_senders_at_once_one_sends_it(delivery: Delivery, post: MailSink, at_once: AtOnce) -> None:
    rows = [Delivery.objects.get(pk=delivery.pk) for _ in range(4)]
    assert sorted(at_once(*(row.deliver for row in rows))) == [False, False, False, True]
    assert len(post.received) == 1


@pytest.mark.fault
def test_f22_a_slow_server_delays_only_its_own_message(people: People, stubborn: Stubborn) -> None:
    """Nor does it delay a deadline: the same sweeper expires another alert meanwhile."""
    paused(people.workspace)
    other = paused(people.workspace)
    sweeper.sweep()
    stubborn.wait_for(lambda received: received.recipients == ["bob@example.com"])
    moved(other, deadline=-1)
    sweeper.sweep()
    assert again(other).status == "expired"
    assert {r for received in stubborn.received for r in received.recipients} == {"bob@example.com"}
    stubborn.let_go.set()
    stubborn.wait_for(lambda received: received.recipients == ["ann@example.com"])
    sweeper.postmen.rest()


@pytest.mark.fault
def test_f22_a_server_that_never_ends_is_left(
    alert: Alert, stubborn: Stubborn, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(email, "LONGEST", 0.2)
    to_ann = alert.deliveries.get(user=people.ann)
    to_ann.deliver()
    assert to_ann.status == Delivery.Status.PENDING
    assert to_ann.error.startswith("The mail server could not be used")


def test_it_is_sent_by_a_worker_too(delivery: Delivery, post: MailSink) -> None:
    deliver(delivery.pk)
    deliver(delivery.pk)
    deliver(delivery.pk + 1000)
    assert len(post.received) == 1
