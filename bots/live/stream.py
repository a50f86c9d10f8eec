"""Pictures from the compositor to everybody who watches: one capture and one encoding of a kind, however many they are.

Nothing is captured while nobody watches. Video and JPEG run side by side when viewers of both kinds are there.
"""

import time
from collections.abc import Callable

from bots.live.compositor import BURST_FRAMES, QUIET_FRAMES, Capture, Compositor
from bots.live.picture import Kind, Picture, is_fine
from bots.live.window import StripeWindow, VideoWindow, Window

RATES = (10.0, 15.0, 20.0, 30.0, 40.0, 60.0)  # frames a second; few, for each change costs a key frame
_FASTEST: dict[Kind, float] = {"h264": 60.0, "jpeg": 30.0}  # JPEG costs twenty times the bytes
_SLACK = 1.3  # a window's backlog takes up so much
_STEADY = 3.0  # seconds for which a higher rate must look possible before it is tried
_LOOK = 0.25  # seconds between two looks at whether the rate fits
_QUIET = QUIET_FRAMES / 60
_BURST_PAUSE = 0.15
_KEY_FRAME_PAUSE = 1.0  # seconds between key frames for viewers who fell behind, when others would pay for them


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
        if self._was_moving and waited > 0.9 * _QUIET:
            self._left = BURST_FRAMES + 2  # itself, and one that stays: so the next picture is known as a new motion
        elif waited > _BURST_PAUSE:
            self._left = 0
        self._left = max(0, self._left - 1)
        self._was_moving = not self._left
        return bool(self._left)


class Lane:
    """The capture of one kind and those who get it; it runs exactly while there is somebody."""

    def __init__(self, compositor: Compositor, kind: Kind, now: Callable[[], float] = time.monotonic) -> None:
        self._compositor, self._kind, self._now = compositor, kind, now
        self._capture: Capture | None = None
        self._windows: dict[Window, Callable[[], None]] = {}
        self._stripes: dict[int, Picture] = {}  # the newest of each place, for whoever comes later
        self._rate = Rate(_FASTEST[kind])
        self._looked = self._keyed = 0.0
        self._stillness = Stillness()

    @property
    def is_running(self) -> bool:
        return self._capture is not None

    def join(self, wake: Callable[[], None]) -> Window:
        """A window on this stream; wake() is called whenever it may have something to send."""
        window = StripeWindow(self._now) if self._kind == "jpeg" else VideoWindow(self._now, self._want_key_frame)
        self._windows[window] = wake
        if self._capture is None:
            self._start()
        elif self._kind == "h264":
            self._capture.ask_key_frame()
        for picture in self._stripes.values():
            window.offer(picture, is_fine(picture.payload))
        return window

    def leave(self, window: Window) -> None:
        self._windows.pop(window, None)
        if not self._windows:
            self.stop()

    def restart(self) -> None:
        """Capture anew, because the output has another size."""
        if self._capture:
            self.stop()
            self._start()

    def stop(self) -> None:
        if self._capture:
            self._capture.stop()
        self._capture = None
        self._stripes.clear()

    def _start(self) -> None:
        self._rate, self._stillness = Rate(_FASTEST[self._kind]), Stillness()
        self._capture = self._compositor.capture(self._kind, self._arrived, self._rate.value)

    def _arrived(self, picture: Picture) -> None:
        if self._kind == "jpeg":
            self._stripes[picture.y] = picture
            sharp = is_fine(picture.payload)
        else:
            sharp = self._stillness.is_sharp(picture.captured_ns)
        self._pace()
        for window, wake in self._windows.items():
            window.offer(picture, sharp)
            wake()

    def _pace(self) -> None:
        if self._capture is None or self._now() - self._looked < _LOOK:
            return
        self._looked = self._now()
        if self._rate.adjust(max(window.pace() for window in self._windows), self._looked):
            self._capture.set_rate(self._rate.value)

    def _want_key_frame(self) -> bool:
        """For a viewer who has fallen behind. False where it is too soon, for the others would pay for it."""
        alone = len(self._windows) == 1
        if self._capture is None or not (alone or self._now() - self._keyed > _KEY_FRAME_PAUSE):
            return False
        self._keyed = self._now()
        self._capture.ask_key_frame()
        return True


class Stream:
    """The lanes, by kind."""

    def __init__(self, compositor: Compositor) -> None:
        kinds: tuple[Kind, ...] = ("h264", "jpeg")
        self._lanes = {kind: Lane(compositor, kind) for kind in kinds}

    def join(self, codecs: list[str], wake: Callable[[], None]) -> tuple[Lane, Window]:
        lane = self._lanes["h264" if "h264" in codecs else "jpeg"]
        return lane, lane.join(wake)

    def restart(self) -> None:
        for lane in self._lanes.values():
            lane.restart()

    @property
    def is_running(self) -> bool:
        return any(lane.is_running for lane in self._lanes.values())
