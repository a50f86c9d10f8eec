"""Notes are hints: where they cannot be sent, whoever sends them is not held up by each of them."""

from contextlib import suppress

import pytest
from django.db import transaction

from hitl import push
from hitl.push import Note


class Written:
    """A channel layer that keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    async def group_send(self, group: str, note: dict[str, str]) -> None:
        self.sent.append((group, note["id"]))


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_says_it_twice_sends_it_once_and_one_that_is_undone_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layer = Written()
    monkeypatch.setattr(push, "get_channel_layer", lambda: layer)
    with transaction.atomic():
        push.changed("alert", "alr_1", "workspace.1", "execution.1")
        with suppress(ZeroDivisionError), transaction.atomic():
            push.changed("alert", "alr_2", "workspace.1")
            raise ZeroDivisionError
        push.changed("alert", "alr_1", "workspace.1", "execution.1")
        assert layer.sent == []
    assert layer.sent == [("workspace.1", "alr_1"), ("execution.1", "alr_1")]


class Broken:
    """A channel layer whose Redis is away."""

    def __init__(self) -> None:
        self.asked = 0

    async def group_send(self, group: str, note: dict[str, str]) -> None:
        self.asked += 1
        raise ConnectionError("nobody there")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Broken:
    layer = Broken()
    monkeypatch.setattr(push, "get_channel_layer", lambda: layer)
    monkeypatch.setattr(push, "_rests_until", 0.0)
    return layer


@pytest.mark.fault
def test_f7_after_a_note_that_could_not_be_sent_others_rest_for_a_while(
    broken: Broken, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        Note("alert", "alr_1", ("workspace.1", "user.1"))()
    assert broken.asked == 1
    assert [message.partition(":")[0] for message in caplog.messages] == ["note about alr_1 not sent"]
    monkeypatch.setattr(push, "_rests_until", push.time.monotonic() - 1)
    Note("alert", "alr_2", ("workspace.1",))()
    assert broken.asked == 2
