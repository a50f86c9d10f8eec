"""Pictures from the compositor to everybody who watches: one capture and one encoding of a tier, however many they are.

Nothing is captured while nobody watches. Each viewer is on one lane and goes to another when they wish for it, or when
their line does not carry the one that they are on.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Protocol

from bots.live.compositor import Capture, Compositor
from bots.live.pace import Comfort, Load, Rate, Thrift
from bots.live.picture import KINDS, Picture, is_fine
from bots.live.quality import Qualities, Tier, Wish
from bots.live.stillness import Stillness
from bots.live.window import StripeWindow, VideoWindow, Window

log = logging.getLogger(__name__)

_FASTEST = {False: 60.0, True: 20.0}  # frames a second, of the fine tier and of the coarse one
_FASTEST_JPEG = 30.0  # costs twenty times the bytes
_EAGER = 60.0  # pictures a second, from which the screen is looked at twice as often: what a hand does is seen sooner
_ANIMATED = 75.0  # pictures a second, which only those animations make that Chromium draws without their page
_ANIMATED_LOOKS = 4  # at the rate, after which such an animation is drawn as often as any other
_LOOK = 0.25  # seconds between two looks at whether the rate fits
_NO_NEWS = 4 * _LOOK  # without anything new on the screen: nothing is known then of how full the machine is
_KEY_FRAME_PAUSE = 1.0  # seconds between key frames for viewers who fell behind, when others would pay for them
_FIRST_TAKEN = 48  # off the usual quality, from the first picture of all: some 50 KB of a page full of photos
_TAKEN_OF_STILLS = 10  # off that of still pictures, by each step for a slow line
_HEALTH = 1.0  # seconds between two looks at whether the encoders still work
_ANSWER_WITHIN = 2.0  # seconds in which a key frame that was asked for comes, or the encoder counts as dead
MOST_TIERS = 3  # encoders at once, but for one for the driver and one for those who decode none of these
_FOR_ANYBODY = Tier("jpeg", False)
_BETWEEN_CHANGES = 1.0  # seconds, of one viewer's pictures: each may end one encoder and begin another


class Audience(Protocol):
    """A viewer, as far as the pictures know them."""

    def wake(self) -> None:
        """There may be something to send."""

    def miss_picture(self) -> None:
        """Their encoder has failed and is started anew."""


class Watching:
    """One viewer's place in the streams. `next` gives what may be sent to them now."""

    window: Window
    _lane: "Lane"

    def __init__(self, stream: "Stream", codecs: list[str], wish: Wish, audience: Audience) -> None:
        self.wish, self.audience = wish, audience
        self._stream, self._codecs = stream, codecs
        self._comfort, self._answers = Comfort(), 0
        self._is_shown, self.is_preferred = True, False
        self._wanted, self._may_see = wish, True  # which come true with the next change
        self._timer: asyncio.TimerHandle | None = None
        self._lane = stream.lane(stream.open_to(self, wish.tier(codecs)))
        self.window = self._lane.join(self)

    @property
    def tier(self) -> Tier:
        return self._lane.tier

    @property
    def rate(self) -> float:
        return self._lane.rate

    def decodes(self, tier: Tier) -> bool:
        return tier.kind == "jpeg" or tier.kind in self._codecs

    def next(self) -> bytes | None:
        return self.window.next() if self._is_shown else None

    def show(self, shown: bool) -> None:
        """Whether this viewer may see anything. What is on its way to one who may not is dropped, at once."""
        self._may_see = shown
        if shown:
            self._change_soon()
        elif self._is_shown:
            self._is_shown = False
            self._lane.leave(self)
            self.window.forget()

    def choose(self, wish: Wish) -> None:
        """The viewer wants it otherwise from now on. Of several wishes in a moment the newest counts."""
        self._wanted = wish
        self._change_soon()

    def _change_soon(self) -> None:
        if self._timer is None:
            self._change()

    def _change(self) -> None:
        self._timer = None
        chooses, appears = self._wanted != self.wish, self._may_see and not self._is_shown
        if not chooses and not appears:
            return
        self._timer = asyncio.get_running_loop().call_later(_BETWEEN_CHANGES, self._change)
        self.wish = self._wanted
        if chooses:
            self._go(self.wish.tier(self._codecs))
        if appears:
            self._is_shown = True
            self._join(self._stream.lane(self._stream.open_to(self, self._lane.tier)))

    def prefer(self, preferred: bool) -> None:
        """Whoever drives gets the kind of picture that is best for them, whatever the others watch."""
        if preferred != self.is_preferred:
            self.is_preferred = preferred
            best = self.wish.tier(self._codecs)
            self._go(best if self.wish.quality is not None else Tier(best.kind, self._lane.tier.is_coarse))

    def look(self, now: float) -> None:
        """Change to the tier that the line carries, where the viewer leaves that to us and draws at all.

        Whoever is alone need not: what there is follows them.
        """
        kind, is_coarse = self._lane.tier
        if self._lane.has_one and not is_coarse:
            return
        if self.wish.quality is not None or self.window.answers == self._answers:
            return
        self._answers = self.window.answers
        change = self._comfort.wants_fine if is_coarse else self._comfort.wants_coarse
        if change(self.window.pace(), self._lane.rate, now):
            self._go(Tier(kind, not is_coarse))

    def excuse(self) -> None:
        """Pictures are late, and not for the sake of this viewer's line."""
        self._comfort.excuse()

    def leave(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._lane.leave(self)

    def _go(self, tier: Tier) -> None:
        tier = self._stream.open_to(self, tier)
        if tier == self._lane.tier:
            self._lane.suit()
            return
        left = self._lane
        if self._is_shown:
            self._join(self._stream.lane(tier))
        else:
            self._lane = self._stream.lane(tier)
        left.leave(self)

    def _join(self, lane: "Lane") -> None:
        before, self._lane = self.window, lane
        self.window = lane.join(self)
        self.window.goes_on_from(before)


class Lane:
    """The capture of one tier and those who get it; it runs exactly while there is somebody."""

    def __init__(self, compositor: Compositor, tier: Tier, now: Callable[[], float]) -> None:
        self._compositor, self.tier, self._now = compositor, tier, now
        self._capture: Capture | None = None
        self._everybody: dict[Watching, None] = {}
        self._stripes: dict[int, Picture] = {}  # the newest of each place, for whoever comes later
        self._rate, self._thrift = self._first_rate(), self._first_thrift()
        self._quality = Qualities(0, 0)
        self._came = 0  # pictures since the last look
        self._number = -1  # of the newest picture; all of its stripes have the same
        self._looked = self._keyed = 0.0
        self._animated = 0  # looks at the rate, one after the other
        self._asked_at: float | None = None  # for a key frame that has not come yet
        self._stillness, self._load = Stillness(), Load()

    @property
    def is_running(self) -> bool:
        return self._capture is not None

    @property
    def is_wanted(self) -> bool:
        return bool(self._everybody)

    def is_wanted_beside(self, viewer: Watching) -> bool:
        return any(other is not viewer for other in self._everybody)

    @property
    def has_one(self) -> bool:
        """Nobody here but one draws what comes."""
        return sum(viewer.window.answers > 0 for viewer in self._everybody) <= 1

    @property
    def rate(self) -> float:
        return self._rate.value

    def join(self, viewer: Watching) -> Window:
        """A window on this stream; their audience is woken whenever it may have something to send."""
        self._everybody[viewer] = None
        striped = self.tier.kind == "jpeg"
        window = StripeWindow(self._now) if striped else VideoWindow(self._now, self._want_key_frame)
        if self._capture is None:
            self._start()
        else:
            self.suit()
            self._ask_key_frame()
        for picture in self._stripes.values():
            window.offer(picture, is_fine(picture.payload))
        return window

    def leave(self, viewer: Watching) -> None:
        self._everybody.pop(viewer, None)
        if self._everybody:
            self.suit()
        else:
            self.stop()

    def suit(self) -> None:
        """Encode as well as the most demanding of these viewers wishes."""
        best = self._best_quality()
        if self._capture and best != self._quality:
            self._quality = best
            self._capture.set_quality(best)

    def restart(self) -> None:
        """Capture anew: the output has another size, or the encoder has failed."""
        if self._everybody:
            self.stop()
            self._start()

    def stop(self) -> None:
        if self._capture:
            self._capture.stop()
        self._capture = self._asked_at = None
        self._stripes.clear()

    def look_after(self) -> None:
        """An encoder that has failed is started anew, and whoever is here is told."""
        late = self._asked_at is not None and self._now() - self._asked_at > _ANSWER_WITHIN
        if not self._everybody or (self._capture and self._capture.is_running and not late):
            return
        log.warning("The encoder of %s pictures is started anew.", self.tier.kind)
        for viewer in self._everybody:
            viewer.audience.miss_picture()
        self.restart()

    def _start(self) -> None:
        self._rate, self._thrift = self._first_rate(), self._first_thrift()
        self._stillness, self._load, self._animated = Stillness(), Load(), 0
        self._quality = self._best_quality()
        try:
            self._capture = self._compositor.capture(self.tier, self._quality, self._arrived, self._looks())
            self._asked_at = self._now()  # the first picture is a key frame
        except RuntimeError as error:
            log.warning("No pictures of kind %s: %s", self.tier.kind, error)

    def _best_quality(self) -> Qualities:
        thrift = self._thrift
        return Qualities(self._best(thrift.taken), self._best(_TAKEN_OF_STILLS * thrift.stills))

    def _best(self, thrift: float) -> int:
        return max((viewer.wish.quality_on(self.tier, thrift) for viewer in self._everybody), default=0)

    def _first_thrift(self) -> Thrift:
        """The first picture is coarse, so that it comes soon; it is sent again, sharp, a moment later."""
        return Thrift(0 if self.tier.kind == "jpeg" else _FIRST_TAKEN)

    def _first_rate(self) -> Rate:
        return Rate(min(_FASTEST[self.tier.is_coarse], _FASTEST_JPEG if self.tier.kind == "jpeg" else 60.0))

    def _arrived(self, picture: Picture) -> None:
        if picture.key:
            self._asked_at = None
        if self.tier.kind == "jpeg":
            self._stripes[picture.y] = picture
            sharp = is_fine(picture.payload)
        else:
            sharp = self._is_sharp(picture)
        if picture.number != self._number:
            self._number = picture.number
            self._came += 1
            self._weigh(picture.captured_ns / 1e9)
        self._pace()
        for viewer in self._everybody:
            viewer.window.offer(picture, sharp)
            viewer.audience.wake()

    def _is_sharp(self, picture: Picture) -> bool:
        """Of video; the encoder is told what follows from it."""
        if self._capture is None:
            return False
        sharp = self._stillness.is_sharp(picture.number, len(picture.payload), self._capture.quiet)
        self._capture.set_burst(self._stillness.burst)
        if not sharp and self._thrift.saw(len(picture.payload), picture.key):
            self.suit()
        return sharp

    def _weigh(self, captured: float) -> None:
        if captured - self._looked > _NO_NEWS:
            self._load = Load()
        self._load.saw(self._now() - captured)

    def _pace(self) -> None:
        if self._capture is None or self._now() - self._looked < _LOOK:
            return
        waited, self._looked = self._now() - self._looked, self._now()
        came, self._came = self._came / waited, 0
        if self._load.is_full:
            self._relieve(came)
            return
        self._rate.recover()
        self._calm(came)
        for viewer in list(self._everybody):
            viewer.look(self._looked)
        if self._capture and self._everybody:
            fastest = max((viewer.window for viewer in self._everybody), key=lambda window: window.pace())
            self._suit_fastest(fastest, came)

    def _relieve(self, came: float) -> None:
        """Fewer pictures, for all: neither a coarser kind nor another encoder would help a machine that is full."""
        for viewer in self._everybody:
            viewer.excuse()
        if self._capture and self._rate.relieve(came, self._looked):
            self._change_rate(self._capture)

    def _looks(self) -> float:
        """So many times a second the screen is looked at."""
        return 2 * self.rate if self.rate >= _EAGER and self._animated < _ANIMATED_LOOKS else self.rate

    def _calm(self, came: float) -> None:
        """Nobody sees more than sixty pictures a second, and they cost as much again."""
        if self._animated == _ANIMATED_LOOKS:
            return
        self._animated = self._animated + 1 if came > _ANIMATED else 0
        if self._capture and self._animated == _ANIMATED_LOOKS:
            self._change_rate(self._capture)

    def _change_rate(self, capture: Capture) -> None:
        self._thrift.hurry()  # a new rate begins with a key frame
        capture.set_looks(self._looks())
        self.suit()

    def _suit_fastest(self, window: Window, came: float) -> None:
        """What nobody can take need not be made."""
        pace, late = window.pace(), window.lateness()
        helped = self._thrift.helps(pace, self.rate, self._looked, came, late, window.carries)
        if not helped and self._capture and self._rate.adjust(pace, self._looked, came):
            self._change_rate(self._capture)
        else:
            self.suit()

    def _want_key_frame(self) -> bool:
        """For a viewer who has fallen behind. False where it is too soon, for the others would pay for it."""
        if self._capture is None or not (self.has_one or self._now() - self._keyed > _KEY_FRAME_PAUSE):
            return False
        self._keyed = self._now()
        if self.has_one:
            self._thrift.hurry()
            self.suit()
        self._ask_key_frame()
        return True

    def _ask_key_frame(self) -> None:
        """One is enough for all who come before it does."""
        if self._capture and self.tier.kind != "jpeg" and self._asked_at is None:
            self._capture.ask_key_frame()
            self._asked_at = self._now()


def _distance(one: Tier, other: Tier) -> tuple[int, bool]:
    return abs(KINDS.index(one.kind) - KINDS.index(other.kind)), one.is_coarse != other.is_coarse


class Stream:
    """The lanes, by tier."""

    def __init__(self, compositor: Compositor, now: Callable[[], float] = time.monotonic) -> None:
        self._compositor, self._now = compositor, now
        self._lanes: dict[Tier, Lane] = {}
        self._looking: asyncio.Task[None] | None = None

    def join(self, codecs: list[str], wish: Wish, audience: Audience) -> Watching:
        return Watching(self, codecs, wish, audience)

    def lane(self, tier: Tier) -> Lane:
        """For somebody who joins it now: from then on until nobody is left, the encoders are looked after."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_after())
        if tier not in self._lanes:
            self._lanes[tier] = Lane(self._compositor, tier, self._now)
        return self._lanes[tier]

    def open_to(self, viewer: Watching, tier: Tier) -> Tier:
        """The tier, or what comes closest of those that run, where it would be one encoder too many."""
        running = [each for each, lane in self._lanes.items() if lane.is_wanted_beside(viewer)]
        if tier in running or len(running) < MOST_TIERS or viewer.is_preferred:
            return tier
        known = [each for each in running if viewer.decodes(each)]
        return min(known, key=lambda each: _distance(each, tier), default=_FOR_ANYBODY)

    def restart(self) -> None:
        for lane in self._lanes.values():
            lane.restart()

    @property
    def is_running(self) -> bool:
        return any(lane.is_running for lane in self._lanes.values())

    async def _look_after(self) -> None:
        """While somebody watches: what was given to an encoder comes out of it."""
        while any(lane.is_wanted for lane in self._lanes.values()):
            await asyncio.sleep(_HEALTH)
            for lane in list(self._lanes.values()):
                lane.look_after()
