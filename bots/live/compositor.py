"""The headless Wayland compositor of this process: pictures out of it, the pointer into it.

The only module that imports pixelflux. A process has one compositor, and it lives as long as the process.
Its callbacks come on threads of its own and are handed to the asyncio loop that asked for them, in order.
It writes its log lines to the process's standard output.
"""

import asyncio
import io
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pixelflux
from PIL import Image

from bots.live import quality as good
from bots.live.picture import KINDS, Picture, is_key
from bots.live.quality import Qualities, Tier

# Each display runs one capture. So every tier has its own: a view of display 0, which is Chromium's screen.
_VIEW: dict[Tier, int] = {
    Tier(kind, coarse): 1 + 2 * n + coarse for n, kind in enumerate(KINDS) for coarse in (False, True)
}
_STILL = 1 + 2 * len(KINDS)  # the view of single pictures
_STILL_WITHIN = 0.5  # seconds
_STILL_QUALITY = Qualities(80, 80)
_SMALLEST, _LARGEST = 200, 4096
_LEFT_BUTTON = 272  # evdev's BTN_LEFT, the only button that goes through the seat
_PIXELS_PER_STEP = 12  # what Chromium makes of one unit of a scroll [measured]
_WAKE_EVERY = 0.004  # seconds
# A picture that stands still for so long is sent again, sharp. The engine wants it in looks, and takes their number as
# of sixty a second where there are fewer.
_QUIET_LOOKS = 10
_QUIET = 1 / 6  # seconds
BURST_FRAMES = 2  # of video, behind that picture, where more than a little has changed
_FINER = 2  # points of CRF above sixty looks: x264 makes pictures that are shown for half as long coarser by some 2.5


class Window(NamedTuple):
    id: int
    title: str
    app: str
    waiting: bool  # mapped, but not shown on the output


Receive = Callable[[Picture], None]


class _Handover:
    """Carries values from a foreign thread to the loop: in order, one wake-up for all that wait."""

    def __init__(self, receive: Callable) -> None:
        self._loop = asyncio.get_running_loop()
        self._receive = receive
        self._lock = threading.Lock()
        self._waiting: list = []
        self._open = True

    def put(self, value: object) -> None:
        with self._lock:
            self._waiting.append(value)
            first = len(self._waiting) == 1
        if first:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        with self._lock:
            values, self._waiting = self._waiting, []
        for value in values:
            if self._open:
                self._receive(value)

    def close(self) -> None:
        self._open = False


class Capture:
    """A running capture of one tier, until `stop`. Raises RuntimeError where it cannot be started.

    It looks so many times a second, and gives a picture each time that something has changed.
    """

    def __init__(self, tier: Tier, quality: Qualities, size: tuple[int, int], looks: float, receive: Receive) -> None:
        self.tier, self.size, self._quality = tier, size, quality
        self._handover = _Handover(receive)
        self._source = pixelflux.ScreenCapture()
        self._settings = _settings(tier, quality, size, looks)
        self._source.start_capture(self._arrived, self._settings)

    def _arrived(self, frame: pixelflux.StripeFrame) -> None:
        """Runs on the encoder's thread: copy the bytes and let it go on."""
        if payload := bytes(frame):
            kind = self.tier.kind
            place = (self.size[0], frame.stripe_height or self.size[1], frame.stripe_y_start)
            picture = Picture(kind, is_key(kind, payload), *place, frame.frame_id, frame.capture_ns, payload)
            self._handover.put(picture)

    @property
    def is_running(self) -> bool:
        """False once the engine has given it up."""
        return self._source.capture_state(_VIEW[self.tier])[0] == "running"

    @property
    def quiet(self) -> int:
        """Looks without news after which a picture is sent again, sharp."""
        return round(_QUIET * self._settings.target_fps)

    def ask_key_frame(self) -> None:
        self._source.request_idr_frame()

    def set_looks(self, looks: float) -> None:
        _set_looks(self._settings, looks)
        self.set_quality(self._quality)
        self._source.update_framerate(looks)

    def set_quality(self, quality: Qualities) -> None:
        self._quality = quality
        _set_quality(self._settings, quality)
        self._source.update_tunables(self._settings)

    def set_burst(self, frames: int) -> None:
        """So many better pictures follow the first one that stands still."""
        if self._settings.video_paintover_burst_frames != frames:
            self._settings.video_paintover_burst_frames = frames
            self._source.update_tunables(self._settings)

    def stop(self) -> None:
        self._handover.close()
        self._source.stop_capture()


class Compositor:
    """Made by `start`. Its methods may be called from the loop's thread; none of them waits for Chromium."""

    def __init__(self, display: str, width: int, height: int) -> None:
        self.display = display  # WAYLAND_DISPLAY of the Chromium that is shown here
        self.width, self.height = width, height
        self._seat = pixelflux.ScreenCapture()
        self._one_at_a_time = threading.Lock()

    @classmethod
    def start(cls, width: int, height: int, runtime_dir: Path | str, uid: int | None = None) -> "Compositor":
        """Open the socket in runtime_dir (which uid must be able to enter) and give it to uid.

        Sets XDG_RUNTIME_DIR of this process, where pixelflux looks for it. RuntimeError without a socket.
        """
        os.environ["XDG_RUNTIME_DIR"] = str(runtime_dir)
        display = pixelflux.ensure_wayland_display(width, height)
        if not display:
            raise RuntimeError(f"The compositor has no socket in {runtime_dir}: is the folder writable?")
        if uid is not None:
            os.chown(Path(runtime_dir) / display, uid, -1)
        return cls(display, width, height)

    # Windows

    def windows(self) -> list[Window]:
        """From the lowest to the one on top."""
        return [Window(id, title, app, waiting) for id, title, app, _, waiting in self._seat.list_windows()]

    def show(self, window_id: int) -> bool:
        """Bring a window to the front, as large as the output. False when there is no such window."""
        return bool(self._seat.move_window_to_output(window_id, 0))

    def resize(self, width: float, height: float, window: int = 0) -> tuple[int, int]:
        """Give the output a new size, in even numbers as video wants them; captures must be started again.

        Chromium's window is at least `window` wide; of a wider one only what lies on the left is seen.
        """
        width, height = (min(max(int(side), _SMALLEST), _LARGEST) & ~1 for side in (width, height))
        for view in (*_VIEW.values(), _STILL):
            self._seat.destroy_output(view)  # it would not fit into a smaller output
        self._seat.resize_output(0, max(width, window), height)
        self.width, self.height = width, height
        return width, height

    # Pictures

    def capture(self, tier: Tier, quality: Qualities, receive: Receive, looks: float = 60.0) -> Capture:
        """Send pictures of one tier to `receive` on the running loop; one capture of a tier at a time.

        Raises RuntimeError where it cannot be started.
        """
        size = (self.width, self.height)
        self._seat.create_view(_VIEW[tier], 0, 0, 0, *size)  # does nothing where it is there already
        capture = Capture(tier, quality, size, looks, receive)
        self._wake()
        return capture

    def thumbnail(self, width: int, quality: int = 80) -> bytes:
        """A JPEG of what stands on the output now. Takes ten milliseconds or more: call it from a thread.

        Out of the engine's JPEGs, a third of the work of its PNG; that one where they do not come, as when the output
        changes its size meanwhile.
        """
        # Asked twice at once, the engine answers only one of the two.
        with self._one_at_a_time, self._kept_awake():
            stripes = self._stripes()
            picture = _joined(stripes, width) if stripes else _decoded(pixelflux.screenshot_png(0))
        picture.thumbnail((width, self.height), Image.Resampling.BILINEAR, reducing_gap=2.0)
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality)
        return out.getvalue()

    def _stripes(self) -> dict[int, bytes]:
        """The output as JPEGs that lie below each other, by the line where each begins; empty where some are late."""
        height, found, whole = self.height, dict[int, tuple[int, bytes]](), threading.Event()

        def arrived(stripe: pixelflux.StripeFrame) -> None:
            if payload := bytes(stripe):
                found[stripe.stripe_y_start] = stripe.stripe_height or height, payload
                if sum(lines for lines, _ in list(found.values())) >= height:
                    whole.set()

        self._seat.create_view(_STILL, 0, 0, 0, self.width, height)
        settings = _settings(Tier("jpeg", False), _STILL_QUALITY, (self.width, height), 60.0)
        settings.display_id = _STILL
        source = pixelflux.ScreenCapture()
        try:
            source.start_capture(arrived, settings)
            came = whole.wait(_STILL_WITHIN)
        except RuntimeError:
            came = False
        finally:
            source.stop_capture()
        return {line: payload for line, (_, payload) in sorted(found.items())} if came else {}

    # The pointer

    def move(self, x: float, y: float) -> None:
        self._seat.inject_mouse_move(x, y)

    def button(self, down: bool) -> None:
        """Press or release the left button where the pointer stands."""
        self._seat.inject_mouse_button(_LEFT_BUTTON, int(down))

    def scroll(self, dx: float, dy: float) -> None:
        """Scroll what lies under the pointer by so many of the page's pixels, at once and without momentum."""
        self._seat.inject_finger_scroll(dx / _PIXELS_PER_STEP, dy / _PIXELS_PER_STEP)
        self._wake()

    @contextmanager
    def _kept_awake(self) -> Iterator[None]:
        """For questions that the compositor answers when it next looks around."""
        answered = threading.Event()

        def wake() -> None:
            while not answered.wait(_WAKE_EVERY):
                self._wake()

        waking = threading.Thread(target=wake, daemon=True)
        waking.start()
        try:
            yield
        finally:
            answered.set()
            waking.join()

    def _wake(self) -> None:
        """Draw soon: an idle compositor looks around four times a second, but at once when there is input.

        A wheel that does not turn is input of which no page hears.
        """
        self._seat.inject_mouse_scroll(0.0, 0.0)

    # What Chromium says

    def on_cursor(self, receive: Callable[[tuple[str, bytes, int, int]], None]) -> None:
        """receive((kind, png, x, y)) on the running loop whenever the pointer's picture changes."""
        handover = _Handover(receive)
        self._seat.set_cursor_callback(lambda *cursor: handover.put(cursor))

    def on_clipboard(self, receive: Callable[[list[tuple[str, bytes]]], None]) -> None:
        """receive([(mime type, data)]) on the running loop whenever a page copies something."""
        self._seat.set_clipboard_callback(_Handover(receive).put)

    def set_clipboard(self, kinds: dict[str, bytes]) -> None:
        """Give the session's own clipboard this content, by its mime types."""
        self._seat.set_clipboard(list(kinds.items()))


def _joined(stripes: dict[int, bytes], width: int) -> Image.Image:
    """Decoded at a half, a quarter or an eighth of their size, if that is still wide enough."""
    parts = []
    for line, data in stripes.items():
        with Image.open(io.BytesIO(data)) as stripe:
            full = stripe.width
            stripe.draft("RGB", (width, 1))
            part = stripe.convert("RGB")
        parts.append((line * part.width // full, part))
    whole = Image.new("RGB", (parts[0][1].width, parts[-1][0] + parts[-1][1].height))
    for line, part in parts:
        whole.paste(part, (0, line))
    return whole


def _decoded(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as screen:
        return screen.convert("RGB")


def _settings(tier: Tier, quality: Qualities, size: tuple[int, int], looks: float) -> pixelflux.CaptureSettings:
    settings = pixelflux.CaptureSettings()
    settings.use_wayland = True
    settings.use_cpu = True
    settings.display_id = _VIEW[tier]
    settings.capture_width, settings.capture_height = size
    settings.codec, _, colours = tier.kind.partition("-")
    settings.video_fullcolor = colours == "444"
    settings.omit_stripe_headers = True
    settings.video_fullframe = True
    settings.video_reference_frames = 1  # more cost memory and time, and save no bytes here
    settings.use_paint_over_quality = True
    settings.video_paintover_burst_frames = BURST_FRAMES
    _set_looks(settings, looks)
    _set_quality(settings, quality)
    return settings


def _set_looks(settings: pixelflux.CaptureSettings, looks: float) -> None:
    settings.target_fps = looks
    settings.paint_over_trigger_frames = max(_QUIET_LOOKS, round(_QUIET * looks))


def _set_quality(settings: pixelflux.CaptureSettings, quality: Qualities) -> None:
    moving, still = quality
    finer = _FINER if settings.codec == "h264" and settings.target_fps > 60 else 0
    settings.video_crf, settings.video_paintover_crf = good.crf(moving) - finer, good.still_crf(still) - finer
    settings.jpeg_quality, settings.paint_over_jpeg_quality = good.jpeg(moving), good.still_jpeg(still)
