"""Who drives: one holder at a time, and an epoch that only ever rises. No I/O."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from bots.browser.beside import without_words

log = logging.getLogger(__name__)


class Refused(Exception):
    """Says in a sentence why something was not done."""


@dataclass(frozen=True)
class Holder:
    """These are also its names at the control door."""

    epoch: int
    viewer: str
    name: str


class Control:
    """The database decides who gets control; this decides whose messages count, here and now.

    An epoch is good once: a grant that arrives late can never take control from a newer one.
    """

    def __init__(self) -> None:
        self.holder: Holder | None = None
        self.highest = 0  # epoch ever seen
        self.input_epoch: int | None = None  # the highest in which an input has reached the browser
        self.fence: Callable[[bool], None] = lambda closed: None  # closed before anything else, opened after it
        self._listeners: list[Callable[[Holder | None], None]] = []

    def on_change(self, callback: Callable[[Holder | None], None]) -> None:
        """callback(the holder before) after each change."""
        self._listeners.append(callback)

    def grant(self, epoch: int, viewer: str, name: str) -> None:
        """Give control to a viewer, from whoever has it. Raises Refused for an epoch that is not new."""
        if epoch <= self.highest:
            raise Refused(f"Control was already given under epoch {self.highest}; {epoch} is too old.")
        self._become(epoch, Holder(epoch, viewer, name))

    def revoke(self, epoch: int) -> None:
        """End the control of this epoch and of all before it. Raises Refused if a newer one is in force."""
        if self.holder and self.holder.epoch > epoch:
            raise Refused(f"Control was given to {self.holder.name} since then.")
        if self.holder or epoch > self.highest:
            self._become(max(epoch, self.highest), None)

    def is_held_by(self, viewer: str) -> bool:
        return self.holder is not None and self.holder.viewer == viewer

    def check(self, viewer: str, epoch: int) -> None:
        """Raises Refused unless this viewer may act under this epoch."""
        if self.holder is None:
            raise Refused("Nobody is in control: take control first.")
        if self.holder.viewer != viewer:
            raise Refused(f"{self.holder.name or 'Somebody else'} is in control.")
        if self.holder.epoch != epoch:
            raise Refused("This was meant for an earlier turn in control and was not done.")

    def note_input(self, epoch: int) -> bool:
        """An input of this epoch has reached the browser. True for the first one."""
        first = self.input_epoch is None or epoch > self.input_epoch
        if first:
            self.input_epoch = epoch
        return first

    def _become(self, epoch: int, holder: Holder | None) -> None:
        """A person's turn lies wholly behind the fence, whichever listener fails."""
        if holder:
            self.fence(True)
        before, self.holder, self.highest = self.holder, holder, epoch
        for tell in self._listeners:
            try:
                tell(before)
            except Exception as error:  # the others must hear of it all the same
                log.error("A listener to control has failed: %s", without_words(error))
        if holder is None:
            self.fence(False)
