"""How large the page is: as the bot has it, or as the one in control wants it while they are."""

import asyncio
from collections.abc import Callable

from bots.live.compositor import Compositor
from bots.live.front import Front

Sides = tuple[int, int]

NARROWEST_WINDOW = 500  # Chromium's; a narrower page is emulated in it, and the rest of the window is not shown
_SMALLEST, _LARGEST = (320, 240), (1920, 1200)
_PAUSE = 0.25  # seconds between two changes: each starts the encoders anew


class Size:
    """`changed` is called after each change, when the compositor has the new size."""

    def __init__(self, compositor: Compositor, front: Front, changed: Callable[[], None]) -> None:
        self._compositor, self._front, self._changed = compositor, front, changed
        self._bots: Sides | None = None  # while it is another
        self._before = self.now
        self._wanted: Sides | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.zoom = 1.0  # a pixel of the page, in pixels of the picture

    def enlarge(self, percent: int) -> None:
        """Lay the page out for a smaller picture, and draw it as large as the picture is; or the other way round."""
        self.zoom = percent / 100
        self._lay_out()

    @property
    def now(self) -> Sides:
        return self._compositor.width, self._compositor.height

    @property
    def bounds(self) -> Sides:
        """Where a viewer may point: they learn of a smaller size a little later."""
        return max(self.now[0], self._before[0]), max(self.now[1], self._before[1])

    def want(self, width: int | None, height: int | None) -> None:
        """Another size, soon; None: the bot's own. Of several in a moment the newest counts."""
        bots = self._bots or self.now
        self._wanted = _within(width, height) if width and height else bots
        if self._timer is None:
            self._change()

    def give_back(self) -> None:
        """The bot's own size, at once."""
        if self._timer:
            self._timer.cancel()
        self._timer = None
        self._wanted = self._bots
        self._change()

    def _change(self) -> None:
        self._timer = None
        wanted, self._wanted = self._wanted, None
        if wanted is None or wanted == self.now:
            return
        bots = self._bots or self.now
        self._become(wanted)
        self._bots = None if wanted == bots else bots
        self._timer = asyncio.get_running_loop().call_later(_PAUSE, self._change)

    def _become(self, sides: Sides) -> None:
        self._before = self.now
        self._compositor.resize(*sides, window=NARROWEST_WINDOW)
        self._lay_out()
        self._changed()

    def _lay_out(self) -> None:
        """Left to Chromium, but for what its window cannot be."""
        own = self.now[0] >= NARROWEST_WINDOW and self.zoom == 1
        self._front.emulate(None if own else self.now, self.zoom)


def _within(width: int, height: int) -> Sides:
    """In even numbers, as video wants them."""
    return _side(width, _SMALLEST[0], _LARGEST[0]), _side(height, _SMALLEST[1], _LARGEST[1])


def _side(pixels: int, least: int, most: int) -> int:
    return min(max(pixels, least), most) & ~1
