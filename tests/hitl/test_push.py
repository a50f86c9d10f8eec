"""Notes are hints: where they cannot be sent, whoever sends them is not held up by each of them."""

import pytest

from hitl import push


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
        push._send(("workspace.1", "user.1"), {"id": "alr_1"})
    assert broken.asked == 1
    assert [message.partition(":")[0] for message in caplog.messages] == ["note about alr_1 not sent"]
    monkeypatch.setattr(push, "_rests_until", push.time.monotonic() - 1)
    push._send(("workspace.1",), {"id": "alr_2"})
    assert broken.asked == 2
