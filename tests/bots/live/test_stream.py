"""Pictures: one capture however many watch, none when nobody does, and no viewer at the cost of another."""

import asyncio
import io
import socket
from collections.abc import Awaitable, Callable

import pytest
from PIL import Image
from websockets.asyncio.client import ClientConnection, connect

from bots.live.picture import KINDS
from bots.live.viewer import Patience
from bots.live.window import VideoWindow

from .rig import PATIENCE, Frame, Person, Rig, fact

MOTION = """<canvas id=c width=1280 height=720></canvas><script>
const pen = c.getContext("2d"); let n = 0;
(function draw() {
  pen.fillStyle = `hsl(${n++} 80% 50%)`;
  pen.fillRect((n * 7) % 1200, (n * 5) % 640, 80, 80);
  requestAnimationFrame(draw);
})();
</script>"""
BLUE, YELLOW = [False, False, True], [True, True, False]
RED = "document.body.style.background = '#f00'"


def colour(person: Person, x: int = 640, y: int = 600) -> tuple[int, ...]:
    """The newest colour at a point, of somebody who sees JPEG."""
    stripe = [frame for frame in person.frames if frame.y <= y < frame.y + frame.height][-1]
    with Image.open(io.BytesIO(stripe.payload)) as image:
        return image.getpixel((x, y - stripe.y))


def is_red(person: Person) -> bool:
    red, green, blue = colour(person)
    return red > 200 and green < 60 and blue < 60


async def test_nothing_is_captured_while_nobody_watches(rig: Rig) -> None:
    assert not rig.live._stream.is_running
    person = await rig.join()
    await person.frame()
    assert rig.live._stream.is_running
    await person.line.close()
    await fact(lambda: not rig.live._stream.is_running)
    await (await rig.join("v2")).frame()


async def test_viewers_without_video_see_jpeg(rig: Rig) -> None:
    await rig.open("")
    person = await rig.join(codecs=("jpeg",))
    await person.until(lambda: sum(frame.height for frame in person.frames[:2]) == 720)
    assert {frame.kind for frame in person.frames} == {3}
    await rig.ask(RED)
    await person.until(lambda: is_red(person))


async def test_both_kinds_of_viewers_see_the_same_page_at_once(rig: Rig) -> None:
    await rig.open("")
    modern, old = await rig.join("modern"), await rig.join("old", codecs=("jpeg",))
    await modern.frame()
    await old.frame()
    seen = len(modern.frames)
    await rig.ask(RED)
    await old.until(lambda: is_red(old))
    await modern.frame(seen)
    assert {frame.kind for frame in modern.frames} <= {1, 2}


@pytest.mark.parametrize(("codecs", "kind"), [(("h264", "jpeg"), 1), (("jpeg",), 3)])
async def test_who_comes_later_sees_a_still_page_at_once(rig: Rig, codecs: tuple, kind: int) -> None:
    await rig.open("")
    first = await rig.join(codecs=codecs)
    await first.until(lambda: any(frame.flags & 1 for frame in first.frames))  # all is still
    late = await rig.join("late", codecs=codecs)
    assert (await late.frame()).kind == kind


async def test_the_last_picture_after_a_motion_is_sharp(rig: Rig) -> None:
    await rig.open(
        "<div style='height:9000px;background:repeating-linear-gradient(45deg,#123,#fed 3px,#4a9 7px)'></div>"
    )
    person = await rig.driver(codecs=("jpeg",))
    await person.frame()
    await person.do("wheel", x=600, y=300, dx=0, dy=300, mods=0)
    await rig.until("scrollY", 300)
    shown = len(person.frames)
    sharp = await person.until(lambda: [frame for frame in person.frames[shown:] if frame.flags & 1])
    moving = [frame for frame in person.frames if not frame.flags & 1 and frame.y == sharp[-1].y][-1]
    assert len(sharp[-1].payload) > len(moving.payload)


@pytest.mark.parametrize("codecs", [("h264-444", "jpeg"), ("h264", "jpeg"), ("jpeg",)], ids=lambda codecs: codecs[0])
async def test_it_is_sharp_within_a_quarter_of_a_second(rig: Rig, codecs: tuple) -> None:
    """By the clock of the machine that makes the pictures. Of six motions, for a busy machine is late now and then."""
    await rig.open(
        "<div style='height:9000px;background:repeating-linear-gradient(45deg,#123,#fed 3px,#4a9 7px)'></div>"
    )
    person = await rig.driver(codecs=codecs)
    await person.frame()
    took = []
    for to in range(300, 2_100, 300):
        shown = len(person.frames)
        await person.do("wheel", x=600, y=300, dx=0, dy=300, mods=0)
        await rig.until("scrollY", to)
        took.append(await person.until(lambda shown=shown: rest_before_the_sharp_one(person.frames[shown:])))  # type: ignore[misc]
    assert min(took) <= 250, took


def rest_before_the_sharp_one(frames: list[Frame]) -> int | None:
    """Milliseconds from the last picture of the motion to the first that is sharp; None before that has come."""
    moving = [number for number, frame in enumerate(frames) if not frame.flags & 1]
    after = frames[moving[-1] + 1 :] if moving else []
    return after[0].milliseconds - frames[moving[-1]].milliseconds if after else None


async def test_f25_twenty_who_never_read_cost_nothing(rig: Rig) -> None:
    await rig.open(MOTION)
    person = await rig.join("reader")
    await person.frame(30)
    stalled = [await stalling(rig, f"stalled {number}") for number in range(20)]
    await person.until(lambda: len(person.people()) == 21)
    await person.frame(len(person.frames) + 30)  # the key frames for their arrival are over
    windows = [one.pictures.window for one in rig.live._viewers.values() if one.name.startswith("Stalled")]
    asked: list[VideoWindow] = []
    for window in windows:
        window._ask_key_frame = lambda window=window: bool(asked.append(window))
    await person.frame(len(person.frames) + 120)
    assert max(window._last for window in windows) == 1
    waiting = [len(viewer.pictures.window._waiting) + len(viewer._unsaid) for viewer in rig.live._viewers.values()]
    assert max(waiting) < 50
    assert not asked  # nobody asks for those who do not draw
    for one in stalled:
        one.transport.abort()  # a socket closed behind the loop's back would leave its number to the next test's


async def stalling(rig: Rig, name: str) -> ClientConnection:
    """Somebody whose socket is never read after the handshake."""
    port = rig.server.sockets[0].getsockname()[1]
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", port))
    line = await connect(f"ws://127.0.0.1:{port}/live", sock=raw, compression=None, proxy=None, max_queue=1)
    await line.send(f'{{"t":"join","viewer":"{name}","name":"{name.title()}","may":"watch","codecs":["h264"]}}')
    line.transport.pause_reading()
    return line


async def test_f25_who_stalls_is_closed(rigs: Callable[..., Awaitable[Rig]]) -> None:
    rig = await rigs(Patience(beat=0.05, silent=60, holder_silent=60, stalled=5))
    watcher = await rig.join("watcher")
    person = await rig.join("asleep", draws=False)
    await person.until(lambda: person.line.close_code)
    assert person.line.close_code == 4408
    await watcher.until(lambda: len(watcher.people()) == 1)


async def test_a_slow_viewer_skips_and_goes_on_at_now(rig: Rig) -> None:
    await rig.open(MOTION)
    fast, slow = await rig.join("fast"), await rig.join("slow")
    await slow.frame(3)
    slow.draws = False
    await fast.frame(len(fast.frames) + 30)
    sent = len(slow.frames)
    await fast.frame(len(fast.frames) + 30)
    assert len(slow.frames) == sent
    slow.draws = True
    await slow.say("ack", n=slow.frames[-1].number)
    await slow.until(lambda: 1 in [frame.kind for frame in slow.frames[sent:]])  # what had waited, then a key frame
    assert [frame.number for frame in slow.frames] == list(range(1, len(slow.frames) + 1))


async def test_each_viewer_gets_the_quality_and_the_kind_that_they_choose(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.live.stream._BETWEEN_CHANGES", 0.1)  # nobody waits here for each
    await rig.open(MOTION)
    person, other = await rig.join("chooses", codecs=KINDS), await rig.join("other")
    await other.frame()
    for kind, number in (("vp8", 4), ("vp9", 6), ("av1", 8), ("jpeg", 3), ("h264", 1)):
        seen = len(person.frames)
        await person.say("picture", quality=None, kind=kind)
        await person.until(lambda number=number, seen=seen: number in [frame.kind for frame in person.frames[seen:]])
    await person.say("picture", quality=20, kind=None)
    await fact(lambda: (("h264-444", True), 20) in tiers(rig))
    figures = await person.figures()
    assert (figures["kind"], figures["coarse"]) == ("h264-444", True)
    assert [frame.number for frame in person.frames] == list(range(1, len(person.frames) + 1))
    assert {frame.kind for frame in other.frames} <= {1, 2}


async def test_one_encoder_serves_a_tier_at_the_highest_quality_that_is_wished(rig: Rig) -> None:
    person, other = await rig.join("v1"), await rig.join("v2")
    await other.say("picture", quality=95, kind=None)
    await fact(lambda: tiers(rig) == {(("h264", False), 95)})
    await other.line.close()
    await fact(lambda: tiers(rig) == {(("h264", False), 60)})
    await person.say("picture", quality=1, kind=None)
    await fact(lambda: tiers(rig) == {(("h264", True), 1)})


def tiers(rig: Rig) -> set:
    """The encoders that run, and the quality of their still pictures."""
    lanes = rig.live._stream._lanes.values()
    return {(tuple(lane.tier), lane._quality.still) for lane in lanes if lane.is_running}


async def test_a_viewer_on_a_slow_line_gets_a_coarser_picture_and_nobody_else_does(rig: Rig) -> None:
    await rig.open(MOTION)
    fast, slow = await rig.join("fast"), await rig.join("slow", draws=False)

    async def draw_late() -> None:
        drawn = 0
        while True:
            await slow.frame(drawn)
            await asyncio.sleep(0.8)
            drawn = len(slow.frames)
            await slow.say("ack", n=slow.frames[-1].number)

    drawing = asyncio.create_task(draw_late())
    await fact(lambda: {(tuple(tier), len(lane._everybody)) for tier, lane in rig.live._stream._lanes.items()}
               == {(("h264", False), 1), (("h264", True), 1)})  # fmt: skip
    drawing.cancel()
    assert not (await fast.figures())["coarse"]


@pytest.mark.security
async def test_t11_only_so_many_encoders_run_at_once_and_the_driver_gets_their_own(rig: Rig) -> None:
    await rig.open("")
    for kind in ("h264-444", "h264", "jpeg"):
        await (await rig.join(kind, codecs=(kind,))).frame()
    fourth, fifth = await rig.join("fourth", codecs=("vp8", "h264")), await rig.join("fifth", codecs=("vp9",))
    await fourth.say("picture", quality=None, kind="vp8")
    assert [await kind_of(person) for person in (fourth, fifth)] == ["h264", "jpeg"]  # what runs, and they can decode
    assert {tier[0] for tier, _ in tiers(rig)} == {"h264-444", "h264", "jpeg"}
    await rig.give(fourth, 1)
    assert await kind_of(fourth) == "vp8"
    await rig.give(fifth, 2)
    assert [await kind_of(person) for person in (fourth, fifth)] == ["h264", "vp9"]


@pytest.mark.security
async def test_t11_whoever_decodes_none_of_the_pictures_that_run_gets_jpeg(rig: Rig) -> None:
    await rig.open("")
    for kind in ("h264-444", "h264", "vp8"):
        await (await rig.join(kind, codecs=(kind,))).frame()
    assert await kind_of(await rig.join("fourth", codecs=("vp9", "vp8"))) == "vp8"
    assert await kind_of(await rig.join("fifth", codecs=("vp9",))) == "jpeg"


async def kind_of(person: Person) -> str:
    return (await person.figures())["kind"]


async def test_an_encoder_that_fails_is_said_and_started_anew(rig: Rig) -> None:
    await rig.open("")
    person, old = await rig.join(), await rig.join("old", codecs=("jpeg",))
    await person.frame()
    await old.frame()
    seen = len(person.frames)
    rig.live._stream._lanes["h264", False]._capture._source.stop_capture()  # as an encoder that gives up does
    await person.next("nopicture")
    await person.until(lambda: 1 in [frame.kind for frame in person.frames[seen:]])
    assert not old.all("nopicture")
    await person.click(5, 5)
    assert (await person.next("refused"))["why"] == "Nobody is in control: take control first."  # the session goes on


async def test_a_new_size_is_told_and_shown(rig: Rig) -> None:
    person = await rig.driver()
    await person.frame()
    await person.say("resize", e=1, w=1001, h=600)
    assert await person.next("size") == {"t": "size", "w": 1000, "h": 600}
    await person.until(lambda: (person.frames[-1].width, person.frames[-1].height) == (1000, 600))
    await rig.until("[innerWidth, innerHeight].join()", "1000,600")


async def test_a_thumbnail_needs_no_capture(rig: Rig) -> None:
    await rig.open("<body style='background:#00f'>")
    async with asyncio.timeout(PATIENCE):
        jpeg = await asyncio.to_thread(rig.compositor.thumbnail, 320)
    with Image.open(io.BytesIO(jpeg)) as image:
        assert image.size == (320, 180)
    assert len(jpeg) < 20_000
    assert not rig.live._stream.is_running


@pytest.mark.fault
async def test_a_thumbnail_comes_another_way_where_the_engines_jpegs_are_late(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rig.open("<div style='height:720px;background:linear-gradient(90deg,#00f 50%,#ff0 50%)'></div>")
    usual = await asyncio.to_thread(rig.compositor.thumbnail, 320)
    monkeypatch.setattr("bots.live.compositor._STILL_WITHIN", 0)
    late = await asyncio.to_thread(rig.compositor.thumbnail, 320)
    for jpeg in (usual, late):
        with Image.open(io.BytesIO(jpeg)) as image:
            left, right = (image.getpixel((x, 90)) for x in (80, 240))
        assert image.size == (320, 180)
        assert ([value > 128 for value in left], [value > 128 for value in right]) == (BLUE, YELLOW)


async def test_the_pointer_is_told_by_its_picture(rig: Rig) -> None:
    await rig.open("<input style='position:absolute;left:100px;top:100px;width:300px;height:40px'>")
    person = await rig.driver()
    await person.do("move", x=600, y=600)
    await person.next("cursor")
    before = person.all("cursor")[-1]
    await person.do("move", x=200, y=120)
    await person.until(lambda: person.all("cursor")[-1] != before)
    late = await rig.join("late")
    assert (await late.next("cursor"))["png"] == person.all("cursor")[-1]["png"]
