"""Which pictures of video are the last word on what stands still. No I/O, no clock of its own."""

from bots.live.compositor import BURST_FRAMES
from bots.live.pace import LITTLE

_NUMBERS = 2**16  # then the engine begins anew
_LOST = 4  # of so many looks, one may be lost on a busy machine
_NOTHING = 64  # bytes of a picture in which nothing has changed, at most


class Stillness:
    """Tells the pictures that the video encoder sends once more, better, when a motion has ended.

    It does not mark them. But it numbers its looks at the screen, and the first of them comes just so many looks after
    the motion's last picture; the rest of its burst follows at once. `burst` says how many should: where little has
    changed it is sharp in the first one, and each of the rest would cost as much as the change itself.
    """

    def __init__(self) -> None:
        self.burst = BURST_FRAMES
        self._newest = 0
        self._left = 0  # of the burst
        self._is_moving = False

    def is_sharp(self, number: int, size: int, quiet: int) -> bool:
        """The next picture: its look, its bytes, and after how many looks without news it would be sharp."""
        waited, self._newest = (number - self._newest) % _NUMBERS, number
        if (self._is_moving or self._left > 0) and quiet <= waited <= quiet + quiet // _LOST:
            self._left, sharp = self.burst, True
        else:
            sharp = not self._is_moving and waited == 1 and self._left > 0
            self._follow(sharp, size)
        if not sharp:
            self._moves(size)
        self._is_moving = not sharp
        return sharp

    def _follow(self, in_burst: bool, size: int) -> None:
        """Chromium may draw anew what stands still. That ends a burst, which is then sent once more."""
        if not in_burst:
            self._left = 0
        elif size > _NOTHING:
            self._left -= 1

    def _moves(self, size: int) -> None:
        if size > LITTLE:
            self.burst = BURST_FRAMES
        elif not self._is_moving:
            self.burst = 0
