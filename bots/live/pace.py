"""How fast, and how fine: decided by how soon viewers say that they have drawn. No I/O, no clock of its own."""

import math

RATES = (5.0, 10.0, 12.0, 15.0, 20.0, 30.0, 40.0, 60.0)  # frames a second; few, for each change costs a key frame
_SLACK = 1.3  # a window's backlog takes up so much
ROOM = 6_200  # bytes of a picture in motion where the line carries more: less than half of what Selkies sends
LITTLE = ROOM / 2  # bytes of a picture in which a letter was written, a caret blinks or a button lights up, at most
_USED = 0.8  # of what the line carries; the rest is for what comes in between
STEPS = 3  # halvings of that for a slow line
_MOST, _MORE = 45.0, 4.0  # points of quality that are taken at most, and more by each step for a slow line
_HALF = 14  # points of quality that make a picture half as large
_GAIN = 0.7 * _HALF  # so that it settles
_EVERY = 3  # pictures between two corrections: the last one has shown by then
_FINER = 3
_MOTION = 10.0  # pictures a second; fewer are letters, carets, and the sharp ones after a motion
_LATE = 0.4  # seconds
_SPARE = 1.15  # times the rate that can be followed where a step back up is tried
_BEFORE = 4  # pictures that were made, and are on their way to us, when a key frame is asked for
_SETTLED = 0.4  # seconds until a step shows
_STEADY = 3.0  # seconds of large pictures that a line must carry with ease before they grow
_LONGEST_STEADY = 48.0  # the same where they have grown in vain, which is twice as long each time
_LASTS = 1.0  # seconds of motion in which another rate would be better
_ENOUGH = 12.0  # pictures a second; who cannot follow so many is helped more by smaller ones
_STRAINED_FOR = 1.5  # seconds after which a viewer goes to the coarse tier
_AGAIN, _LONGEST = 10.0, 160.0  # seconds until the fine one is tried again; twice as many after each time in vain
_EASY = 2.0  # times the rate that a viewer must be able to follow before that
_FULL, _FREE = 0.035, 0.02  # seconds from the screen to us, of a machine that cannot keep up, and of one that can again
_SMOOTH = 0.1  # weight of the newest picture in that
_BORNE = 0.75  # seconds for which a full machine is borne
LEAST = 12.0  # pictures a second that a full machine is asked for all the same
_RELIEF, _LONGEST_RELIEF = 4.0, 60.0  # seconds until one step more is asked of it; longer after each time in vain


class Load:
    """Whether this machine is too busy to make so many pictures, which to every viewer looks like a slow line."""

    def __init__(self) -> None:
        self._lag = 0.0
        self.is_full = False

    def saw(self, lag: float) -> None:
        """A picture took so many seconds from the screen to us."""
        self._lag += _SMOOTH * (lag - self._lag)
        self.is_full = self._lag > (_FREE if self.is_full else _FULL)


class Rate:
    """As many pictures as the fastest viewer can follow: what nobody can take need not be made.

    And no more than the machine can make, or what is made is late, and made for nothing.
    """

    def __init__(self, fastest: float = RATES[-1]) -> None:
        self.value = self._fastest = fastest
        self._since: float | None = None  # when another rate began to look better
        self._full_since: float | None = None
        self._borne, self._relieved_at, self._relief = fastest, -math.inf, _RELIEF

    def adjust(self, pace: float, now: float, came: float = math.inf) -> bool:
        """pace: pictures a second that could be followed; came: how many there were. True: changed.

        Only a motion that lasts changes it: a single large picture is late at every rate.
        """
        best = max((rate for rate in RATES if rate <= min(0.9 * pace, self._ceiling(now))), default=RATES[0])
        is_right = best == self.value or best < self.value <= _SLACK * pace
        if is_right or came <= min(best, self.value / 2):
            self._since = None
        elif self._since is None:
            self._since = now
        elif now - self._since > _LASTS:
            self.value, self._since = best, None
            return True
        return False

    def relieve(self, came: float, now: float) -> bool:
        """For a full machine, which made `came` pictures a second. True: changed."""
        self._since = None
        if self._full_since is None:
            self._full_since = now
        if now - self._full_since < _BORNE or self.value <= LEAST:
            return False
        in_vain = self._ceiling(now) < self._fastest
        self._relief = min(2 * self._relief, _LONGEST_RELIEF) if in_vain else _RELIEF
        self.value = max(rate for rate in RATES if rate <= max(LEAST, min(came, self.value - 1)))
        self._borne, self._relieved_at, self._full_since = self.value, now, None
        return True

    def recover(self) -> None:
        """The machine is not full."""
        self._full_since = None

    def _ceiling(self, now: float) -> float:
        steps = (now - self._relieved_at) / self._relief
        higher = [rate for rate in RATES if self._borne <= rate <= self._fastest]
        return higher[int(min(steps, len(higher) - 1))]


class Thrift:
    """How much is taken off the usual quality, so that pictures in motion are as small as they should be.

    Another quality costs nothing, another rate a key frame. So pictures become coarser before they become fewer.
    """

    def __init__(self, taken: float = 0) -> None:
        self.taken = taken  # points of quality
        self._learnt = 0.0  # what the last motion needed: the next one begins half way there
        self.steps = self.stills = 0  # how often pictures in motion, and still ones, were made coarser for the line
        self._size = self._seen = 0  # of the newest picture in motion; how many there were in this one
        self._changed_at = self._looked_at = 0.0
        self._easy_for, self._steady = 0.0, _STEADY
        self._has_grown = False  # with the last step
        self._is_busy = False
        self._hurried = 0  # pictures that may still come before the one that was hurried

    @property
    def room(self) -> float:
        """Bytes that a picture in motion should not exceed."""
        return ROOM / 2**self.steps

    @property
    def most(self) -> float:
        """Points of quality that may be taken."""
        return _MOST + _MORE * self.steps

    def saw(self, size: int, key: bool = False) -> bool:
        """A picture in motion had so many bytes. True: what is taken has changed."""
        self._hurried = 0 if key else max(0, self._hurried - 1)
        if self._hurried:
            return False
        before = self.taken
        self._weigh(size)
        return self.taken != before

    def _weigh(self, size: int) -> None:
        self._is_busy |= size > self.room / 2
        if size < ROOM / 8:  # a letter, a caret: good ones cost nothing, except where the line is slow
            self._seen = 0
            if not self.steps:
                self.taken = max(min(self.taken, self._learnt / 2), self.taken - _FINER)
            return
        if self._seen % _EVERY == 0:  # a motion's first, too: it may be ten times as large as it should be
            both = (size + (self._size if self._seen else size)) / 2
            self.taken = self._learnt = min(max(self.taken + _GAIN * math.log2(both / self.room), 0), self.most)
        self._size, self._seen = size, self._seen + 1

    def hurry(self) -> None:
        """The next picture stands for itself, and somebody waits for it: as small as can be."""
        self.taken, self._hurried = self.most, _BEFORE

    def helps(
        self, pace: float, rate: float, now: float, came: float = math.inf, late: float = 0, line: float = math.inf
    ) -> bool:
        """For the fastest viewer's pace at this rate and delay, what came in a second, and the bytes that the line
        carries in one. False where fewer pictures, or more, are the only answer left."""
        strained, easy = _SLACK * pace < rate, pace > _SPARE * rate
        if easy and self._is_busy:  # small pictures say nothing about what the line carries
            self._easy_for += min(now - self._looked_at, 1)
        elif strained:
            self._easy_for = 0
        self._looked_at, self._is_busy = now, False
        if came < _MOTION:
            self._spare_stills(late, now)
        elif strained and self.steps < STEPS:
            self._step(min(max(1, _halvings(line, rate) - self.steps), STEPS - self.steps), _SETTLED, now)
            return True
        if (self.steps or self.stills) and self._easy_for > self._steady:
            self._step(-1, _STEADY, now)
            self.stills = max(0, self.stills - 1)
        return False

    def _spare_stills(self, late: float, now: float) -> None:
        """The sharp picture after a motion was so large that whoever goes on working waits for it."""
        if late > _LATE and self.stills < STEPS and now - self._changed_at > _SETTLED:
            self.stills, self._changed_at, self._easy_for = self.stills + 1, now, 0

    def _step(self, step: int, after: float, now: float) -> None:
        if now - self._changed_at > after:
            self._learn_patience(step < 0)
            self.steps, self._changed_at, self._easy_for = max(0, self.steps + step), now, 0
            self.taken = min(max(self.taken + step * _HALF, 0), self.most)

    def _learn_patience(self, grows: bool) -> None:
        if self._has_grown:
            self._steady = _STEADY if grows else min(2 * self._steady, _LONGEST_STEADY)
        self._has_grown = grows


def _halvings(line: float, rate: float) -> int:
    """Of a picture's usual size, until the line carries so many a second."""
    return math.ceil(math.log2(ROOM * rate / (_USED * line))) if math.isfinite(line) else 0


class Comfort:
    """Whether one viewer's line carries the tier that they are on."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._patience = _AGAIN

    def wants_coarse(self, pace: float, rate: float, now: float) -> bool:
        """For somebody on the fine tier, who can follow `pace` of its `rate` pictures a second."""
        if not self._lasts(pace < max(_ENOUGH, rate / 2), _STRAINED_FOR, now):
            return False
        self._since = None
        return True

    def wants_fine(self, pace: float, rate: float, now: float) -> bool:
        """For somebody on the coarse tier; what was tried in vain is tried again ever later."""
        if not self._lasts(pace > _EASY * rate, self._patience, now):
            return False
        self._since, self._patience = None, min(2 * self._patience, _LONGEST)
        return True

    def excuse(self) -> None:
        """Whatever was slow, it was not this line."""
        self._since = None

    def _lasts(self, is_so: bool, seconds: float, now: float) -> bool:
        self._since = (now if self._since is None else self._since) if is_so else None
        return self._since is not None and now - self._since >= seconds
