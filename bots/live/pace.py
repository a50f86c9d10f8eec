"""How fast, and how fine: decided by how soon viewers say that they have drawn. No I/O, no clock of its own."""

RATES = (5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 60.0)  # frames a second; few, for each change costs a key frame
_SLACK = 1.3  # a window's backlog takes up so much
THRIFT = (0, 10, 20, 30)  # taken off the usual quality, step by step, while the line carries no more
_SPARE = 1.15  # times the rate that can be followed where a step back up is tried
_SETTLED = 0.4  # seconds until a step shows
_STEADY = 3.0  # seconds for which a higher rate must look possible before it is tried
_ENOUGH = 12.0  # pictures a second; who cannot follow so many is helped more by smaller ones
_STRAINED_FOR = 1.5  # seconds after which a viewer goes to the coarse tier
_AGAIN, _LONGEST = 10.0, 160.0  # seconds until the fine one is tried again; twice as many after each time in vain
_EASY = 2.0  # times the rate that a viewer must be able to follow before that


class Rate:
    """As many pictures as the fastest viewer can follow: what nobody can take need not be made."""

    def __init__(self, fastest: float = RATES[-1]) -> None:
        self.value = self._fastest = fastest
        self._possible_since: float | None = None

    def adjust(self, pace: float, now: float) -> bool:
        """pace: pictures a second that could be followed. Slower at once, faster after a while. True: changed."""
        best = max((rate for rate in RATES if rate <= min(0.9 * pace, self._fastest)), default=RATES[0])
        if best <= self.value <= _SLACK * pace or best == self.value:
            self._possible_since = None
        elif best < self.value:
            return self._become(best)
        elif self._possible_since is None:
            self._possible_since = now
        elif now - self._possible_since > _STEADY:
            return self._become(best)
        return False

    def _become(self, rate: float) -> bool:
        self.value, self._possible_since = rate, None
        return True


class Thrift:
    """Coarser pictures before fewer ones: another quality costs nothing, another rate a key frame of 400 KB."""

    def __init__(self) -> None:
        self.steps = 0  # below the usual quality
        self._changed_at = 0.0
        self._easy_since: float | None = None

    def helps(self, pace: float, rate: float, now: float) -> bool:
        """For the fastest viewer's pace at this rate. False where fewer pictures, or more, are the only answer left."""
        strained, easy = _SLACK * pace < rate, pace > _SPARE * rate
        self._easy_since = (now if self._easy_since is None else self._easy_since) if easy else None
        if strained and self.steps < len(THRIFT) - 1:
            self._step(1, _SETTLED, now)
            return True
        if self._easy_since is not None and self.steps and now - self._easy_since > _STEADY:
            self._step(-1, _STEADY, now)
        return False

    def _step(self, step: int, after: float, now: float) -> None:
        if now - self._changed_at > after:
            self.steps, self._changed_at = self.steps + step, now


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

    def _lasts(self, is_so: bool, seconds: float, now: float) -> bool:
        self._since = (now if self._since is None else self._since) if is_so else None
        return self._since is not None and now - self._since >= seconds
