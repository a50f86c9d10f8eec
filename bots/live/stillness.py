"""Which pictures of video are the last word on what stands still. No I/O, no clock of its own."""

from bots.live.compositor import BURST_FRAMES, QUIET

_BURST_PAUSE = 0.15  # seconds


class Stillness:
    """Tells the pictures that the video encoder sends once more, better, when a motion has ended.

    It does not mark them. But the first picture after a motion and a while of nothing is always that one, and the
    rest of its burst follows at once.
    """

    def __init__(self) -> None:
        self._last_ns = 0
        self._left = 0  # of the burst
        self._was_moving = False

    def is_sharp(self, captured_ns: int) -> bool:
        waited, self._last_ns = (captured_ns - self._last_ns) / 1e9, captured_ns
        if self._was_moving and waited > 0.9 * QUIET:
            self._left = BURST_FRAMES + 2  # itself, and one that stays: so the next picture is known as a new motion
        elif waited > _BURST_PAUSE:
            self._left = 0
        self._left = max(0, self._left - 1)
        self._was_moving = not self._left
        return bool(self._left)
