"""The fence: while a person holds control, runner and script may neither act nor read.

What they would read of the page is withheld for good. What they need so that their picture of tabs and frames is
still right afterwards is kept, and handed over when the person is done: of each frame only its last address, as
the ones between may hold what was typed. (Target.targetInfoChanged is not kept for that reason: Chromium sends it late,
with an address that may be an old one by then.)
"""

from typing import Any

Message = dict[str, Any]

REASON = "A person has control of this browser. Try again when they have let go."
MOST_HELD = 20_000  # events; a client that missed more must attach again

_ALWAYS = {"Browser.close", "Target.detachFromTarget"}
_KEPT = {
    "Inspector.detached",
    "Inspector.targetCrashed",
    "Inspector.targetReloadedAfterCrash",
    "Network.loadingFailed",
    "Network.loadingFinished",
    "Page.domContentEventFired",
    "Page.frameAttached",
    "Page.frameDetached",
    "Page.frameNavigated",
    "Page.frameStartedLoading",
    "Page.frameStoppedLoading",
    "Page.lifecycleEvent",
    "Page.loadEventFired",
    "Page.navigatedWithinDocument",
    "Runtime.executionContextCreated",
    "Runtime.executionContextDestroyed",
    "Runtime.executionContextsCleared",
    "Target.attachedToTarget",
    "Target.detachedFromTarget",
    "Target.targetCrashed",
    "Target.targetCreated",
    "Target.targetDestroyed",
}


class Fence:
    """One client's side of it."""

    def __init__(self) -> None:
        self.closed = False
        self._held: list[Message] = []
        self._overflown = False

    def stops(self, method: str) -> bool:
        return self.closed and method not in _ALWAYS

    def close(self) -> None:
        self.closed = True

    def hold(self, event: Message) -> None:
        """Keep the event for later, or drop it; and drop what it makes untrue of what was kept."""
        if event["method"] not in _KEPT:
            return
        if followed := _FOLLOWED.get(event["method"]):
            self._held = [kept for kept in self._held if followed(kept, event)]
        self._held.append(_plain(event))
        if len(self._held) > MOST_HELD:
            self._held, self._overflown = [], True

    def open(self) -> list[Message] | None:
        """Everything that was kept, in order; None where it was too much to keep."""
        held, self._held, self.closed = self._held, [], False
        return None if self._overflown else held


# What stays of the events kept so far when a newer one arrives: (kept, newer) → whether it stays. Where a kept
# event must stay because the client builds on it, it takes over the newer address.


def _after_navigation(kept: Message, newer: Message) -> bool:
    frame = newer["params"]["frame"]["id"]
    return not (_same_session(kept, newer) and frame == _addressed_frame(kept))


def _after_move_within(kept: Message, newer: Message) -> bool:
    if not (_same_session(kept, newer) and newer["params"]["frameId"] == _addressed_frame(kept)):
        return True
    if kept["method"] == "Page.frameNavigated":
        kept["params"]["frame"] |= {"url": newer["params"]["url"], "urlFragment": ""}
        return True
    return False


def _after_frame_went(kept: Message, newer: Message) -> bool:
    return not (_same_session(kept, newer) and newer["params"]["frameId"] == _addressed_frame(kept))


def _after_session_went(kept: Message, newer: Message) -> bool:
    return kept.get("sessionId") != newer["params"]["sessionId"]


_FOLLOWED = {
    "Page.frameDetached": _after_frame_went,
    "Page.frameNavigated": _after_navigation,
    "Page.navigatedWithinDocument": _after_move_within,
    "Target.detachedFromTarget": _after_session_went,
}


def _same_session(one: Message, other: Message) -> bool:
    return one.get("sessionId") == other.get("sessionId")


def _addressed_frame(event: Message) -> Any:
    """The frame whose address the event tells, if it tells one."""
    match event["method"]:
        case "Page.frameNavigated":
            return event["params"]["frame"]["id"]
        case "Page.navigatedWithinDocument":
            return event["params"]["frameId"]
    return None


def _plain(event: Message) -> Message:
    """Without the address that a new tab began with; its frames say where it is now."""
    if event["method"] in ("Target.attachedToTarget", "Target.targetCreated"):
        event["params"]["targetInfo"] |= {"url": "about:blank", "title": ""}
    return event
