"""Who drives, in every order in which things can happen."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bots.live.control import Control, Refused

VIEWERS = st.sampled_from(["ann", "bob", "vic"])
EPOCHS = st.integers(0, 12)


class TwoHands(RuleBasedStateMachine):
    """Against a model: the newest grant that was not revoked since."""

    def __init__(self) -> None:
        super().__init__()
        self.control = Control()
        self.highest, self.holder = 0, None
        self.told = 0
        self.control.on_change(lambda before: setattr(self, "told", self.told + 1))

    @rule(epoch=EPOCHS, viewer=VIEWERS)
    def grant(self, epoch: int, viewer: str) -> None:
        if epoch > self.highest:
            self.control.grant(epoch, viewer, viewer)
            self.highest, self.holder = epoch, (viewer, epoch)
        else:
            with pytest.raises(Refused):
                self.control.grant(epoch, viewer, viewer)

    @rule(epoch=EPOCHS)
    def revoke(self, epoch: int) -> None:
        if self.holder and self.holder[1] > epoch:
            with pytest.raises(Refused):
                self.control.revoke(epoch)
        else:
            self.control.revoke(epoch)
            self.highest, self.holder = max(epoch, self.highest), None

    @rule(epoch=EPOCHS, viewer=VIEWERS)
    def act(self, epoch: int, viewer: str) -> None:
        if self.holder == (viewer, epoch):
            self.control.check(viewer, epoch)
            self.control.note_input(epoch)
        else:
            with pytest.raises(Refused):
                self.control.check(viewer, epoch)

    @invariant()
    def one_holder(self) -> None:
        holder = self.control.holder
        assert (holder and (holder.viewer, holder.epoch)) == self.holder
        assert self.control.highest == self.highest


TestT13TwoHands = TwoHands.TestCase


def test_the_first_input_of_an_epoch_is_told_apart() -> None:
    control = Control()
    control.grant(3, "ann", "Ann")
    assert [control.note_input(3), control.note_input(3), control.input_epoch] == [True, False, 3]
    control.grant(4, "ann", "Ann")
    assert control.note_input(4)


def test_it_tells_who_held_before() -> None:
    control, heard = Control(), []
    control.on_change(lambda before: heard.append((before and before.viewer, control.holder and control.holder.viewer)))
    control.grant(1, "ann", "Ann")
    control.grant(2, "bob", "Bob")
    control.revoke(2)
    control.revoke(2)
    assert heard == [(None, "ann"), ("ann", "bob"), ("bob", None)]


def test_a_refusal_names_the_driver() -> None:
    control = Control()
    control.grant(1, "ann", "Ann")
    with pytest.raises(Refused, match="Ann is in control"):
        control.check("bob", 1)


def test_the_fence_closes_first_and_opens_last_although_a_listener_fails(caplog: pytest.LogCaptureFixture) -> None:
    control, order, typed = Control(), list[str](), "493 021"

    def fails(_: object) -> None:
        order.append("one that fails")
        raise KeyError(typed)

    control.on_change(fails)
    control.on_change(lambda _: order.append("the next"))
    control.fence = lambda closed: order.append("fence closed" if closed else "fence open")
    control.grant(1, "ann", "Ann")
    control.revoke(1)
    assert order[:3] == ["fence closed", "one that fails", "the next"]
    assert order[3:] == ["one that fails", "the next", "fence open"]
    assert "A listener to control has failed: KeyError" in caplog.text
    assert typed not in caplog.text


def test_nobody_gets_control_while_the_fence_does_not_close() -> None:
    def stuck(_: bool) -> None:
        raise RuntimeError

    control = Control()
    control.fence = stuck
    with pytest.raises(RuntimeError):
        control.grant(1, "ann", "Ann")
    assert (control.holder, control.highest) == (None, 0)
