"""The window of credit: how far a viewer may be behind."""

import random
from collections.abc import Iterable
from itertools import pairwise

from bots.live.compositor import BURST_FRAMES
from bots.live.pace import RATES, Rate
from bots.live.picture import Picture
from bots.live.stillness import Stillness
from bots.live.window import ASK_AGAIN, BACKLOG, CREDIT, FEWEST, MOST_CREDIT, StripeWindow, VideoWindow

LARGE = 20_000  # bytes


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def video(number: int, key: bool = False) -> Picture:
    return Picture("h264", key, 1280, 720, 0, number, number, b"%d" % number)


def stripe(number: int, y: int) -> Picture:
    return Picture("jpeg", True, 1280, 360, y, number, number, b"%d at %d" % (number, y))


class Watcher:
    """A video window with a clock that stands still, and what it was sent."""

    def __init__(self, grants: bool = True) -> None:
        self.clock, self.asked, self.sent = Clock(), 0, []
        self.grants = grants
        self.window = VideoWindow(self.clock, self._ask)
        self.window.ack(0)  # it has drawn before

    def _ask(self) -> bool:
        self.asked += 1
        return self.grants

    def see(self, *pictures: Picture) -> None:
        for picture in pictures:
            self.window.offer(picture, False)
            self.take()

    def take(self) -> None:
        while (data := self.window.next()) is not None:
            self.sent.append((int.from_bytes(data[8:12], "big"), data[16:].decode()))

    def shown(self) -> list[str]:
        return [payload for _, payload in self.sent]


def test_a_viewer_begins_with_a_key_frame() -> None:
    watcher = Watcher()
    watcher.see(video(1), video(2), video(3, key=True), video(4))
    assert watcher.sent == [(1, "3"), (2, "4")]


def test_f25_who_has_never_drawn_gets_one_picture() -> None:
    window, sent = VideoWindow(Clock(), lambda: True), []
    for number in range(9):
        window.offer(video(number, key=number == 0), False)
        sent += iter(window.next, None)
    assert len(sent) == 1
    window.ack(1)
    assert window.credit == CREDIT


def test_f25_no_more_than_the_credit_is_on_the_way() -> None:
    watcher = Watcher()
    watcher.see(video(0, key=True), *(video(n) for n in range(1, 100)))
    assert len(watcher.sent) == CREDIT


def test_f25_a_slow_viewer_skips_to_a_key_frame_that_is_asked_for_once() -> None:
    watcher = Watcher()
    watcher.see(video(0, key=True), *(video(n) for n in range(1, 50)))
    assert watcher.asked == 0  # nothing may be sent anyway
    watcher.window.ack(1)
    watcher.take()
    watcher.see(video(50), video(51))
    assert watcher.asked == 1
    watcher.see(video(52, key=True), video(53))
    assert watcher.shown() == [*map(str, range(CREDIT)), "52"]
    watcher.window.ack(CREDIT + 1)
    watcher.take()
    assert watcher.shown()[-1] == "53"


def test_what_waits_is_sent_where_a_key_frame_would_take_longer() -> None:
    watcher, key = Watcher(), video(0, key=True)._replace(payload=b"0" * 50)
    watcher.see(key, *(video(n) for n in range(1, 20)))
    watcher.window.offer(video(20)._replace(payload=b"2" * 500), True)  # sharp: it would have to come again
    for number in range(1, 20):
        watcher.window.ack(number)
        watcher.take()
    assert (len(watcher.sent), watcher.asked) == (21, 0)


def test_f25_whatever_is_skipped_a_picture_builds_on_the_one_before_or_on_none_and_is_never_old() -> None:
    chance = random.Random(1)  # noqa: S311
    watcher, keys, asked = Watcher(), {0}, 0
    for number in range(500):
        if watcher.asked > asked:
            keys.add(number)
        asked, before = watcher.asked, len(watcher.sent)
        watcher.see(video(number, key=number in keys))
        if chance.random() < 0.3:
            watcher.window.ack(watcher.sent[-1][0])
            watcher.take()
        assert all(number - int(shown) <= BACKLOG for shown in watcher.shown()[before:])
    shown = [int(number) for number in watcher.shown()]
    assert all(later == earlier + 1 or later in keys for earlier, later in pairwise(shown))
    assert 1 < len(keys) < len(shown) < 500


def test_a_key_frame_that_does_not_come_is_asked_for_again() -> None:
    watcher = Watcher()
    watcher.see(video(1))
    watcher.clock.now += ASK_AGAIN
    watcher.see(video(2), video(3))
    assert watcher.asked == 1


def test_a_request_that_came_too_soon_is_made_again() -> None:
    watcher = Watcher(grants=False)
    watcher.clock.now = ASK_AGAIN
    watcher.see(video(1), video(2))
    assert watcher.asked == 4  # with each picture, and with each look for more


def test_a_short_delay_costs_nothing() -> None:
    watcher = Watcher()
    watcher.see(video(0, key=True), *(video(n) for n in range(1, 6)))
    watcher.window.ack(3)
    watcher.take()
    assert watcher.shown() == ["0", "1", "2", "3", "4", "5"]


def test_stripes_are_replaced_by_newer_ones_of_their_place() -> None:
    window = StripeWindow(Clock())
    for number in range(10):
        window.offer(stripe(number, 0), False)
        window.offer(stripe(number, 360), False)
    sent = [data[16:] for data in iter(window.next, None)]
    assert sent == [b"9 at 0", b"9 at 360"]


def test_f25_both_stripes_of_a_moment_count_as_one() -> None:
    window, sent = StripeWindow(Clock()), []
    window.ack(0)
    for number in range(10):
        window.offer(stripe(number, 0), False)
        window.offer(stripe(number, 360), False)
        sent += [data[16:] for data in iter(window.next, None)]
    assert len(sent) == 2 * CREDIT
    window.ack(1)
    assert window.next() is None  # half a moment is not drawn
    window.ack(2)
    assert [data[16:] for data in iter(window.next, None)] == [b"9 at 0", b"9 at 360"]


def test_an_ack_of_a_number_that_was_never_sent_gives_no_more_credit() -> None:
    watcher = Watcher()
    watcher.window.ack(4_000_000_000)
    watcher.see(video(0, key=True), *(video(n) for n in range(1, 20)))
    assert len(watcher.sent) == CREDIT


def test_it_knows_for_how_long_a_viewer_has_stalled() -> None:
    watcher = Watcher()
    watcher.clock.now = 10
    watcher.see(video(0, key=True))
    watcher.clock.now = 41
    assert watcher.window.stalled_for() == 31
    watcher.window.ack(1)
    assert watcher.window.stalled_for() == 0


def test_its_pace_is_what_the_delay_of_its_answers_allows() -> None:
    watcher = Watcher()
    watcher.see(video(0, key=True))
    for number in range(1, 60):
        watcher.clock.now += 0.1
        watcher.window.ack(number)
        watcher.see(video(number))
    assert watcher.window.credit == CREDIT + 9
    assert 135 < watcher.window.pace() < 145
    watcher.clock.now += 1
    assert watcher.window.pace() == CREDIT + 9  # it has answered nothing for a second


def answered(watcher: Watcher, delay: float, many: int, size: int = 1) -> None:
    """So many pictures, each drawn that long after it was sent, before the next one comes."""
    for number in range(many):
        watcher.see(video(number, key=not watcher.sent)._replace(payload=bytes(size)))
        watcher.clock.now += delay
        watcher.window.ack(watcher.sent[-1][0])


def test_a_long_way_earns_more_credit() -> None:
    watcher = Watcher()
    answered(watcher, 0.02, 3)
    assert watcher.window.credit == CREDIT + 2


def test_the_way_may_become_longer_and_is_not_full_for_that() -> None:
    watcher = Watcher()
    answered(watcher, 0.02, 3)
    answered(watcher, 0.25, 100)
    assert watcher.window.credit == CREDIT + 22
    answered(watcher, 2, 20)
    assert watcher.window.credit == MOST_CREDIT


def test_a_viewer_who_stops_reading_costs_no_more_than_so_many_bytes() -> None:
    watcher = Watcher()
    answered(watcher, 0.5, 2)
    watcher.see(*(video(number)._replace(payload=bytes(300_000)) for number in range(2, 40)))
    assert sum(len(payload) for payload in watcher.shown()) < 2_400_000


def test_where_pictures_queue_up_no_more_are_sent_than_the_line_takes_at_once() -> None:
    """A line that carries ten of these a second: with the usual credit each would be half a second old."""
    watcher, size, drawn, asked = Watcher(), 10_000, 1, 0
    answered(watcher, 0.02, 1)
    for number in range(1, 400):
        asked, is_key = watcher.asked, watcher.asked > asked
        watcher.see(video(number, is_key)._replace(payload=bytes(size)))
        if number % 5 == 0:
            drawn += 1
            watcher.window.ack(watcher.sent[drawn - 1][0])
            watcher.take()
        watcher.clock.now += 0.02
    assert 0.9 < watcher.window.carries / (10 * size) < 1.2
    assert len(watcher.sent) - drawn == FEWEST


def test_the_rate_falls_and_rises_when_another_suits_a_motion_that_lasts() -> None:
    rate = Rate()
    assert [now for now in range(1, 12) if rate.adjust(pace=35, now=now)] == [3]
    assert rate.value == 30
    assert [now for now in range(12, 20) if rate.adjust(pace=500, now=now)] == [14]
    assert rate.value == 60
    assert not any(rate.adjust(pace=50, now=now) for now in range(20, 30))  # the backlog takes that up
    assert [now for now in range(30, 40) if rate.adjust(pace=0.1, now=now)] == [32]
    assert rate.value == RATES[0]


def test_single_pictures_change_no_rate() -> None:
    """The sharp one after a motion is late at every rate, and a letter in a second needs no higher one."""
    rate = Rate()
    assert not any(rate.adjust(pace=3, now=now, came=4) for now in range(30))
    assert all(not rate.adjust(pace=3, now=now) for now in (30, 31))
    assert rate.adjust(pace=3, now=31.1)
    assert not any(rate.adjust(pace=500, now=now, came=2) for now in range(32, 60))


QUIET = 20  # looks


def told(stillness: Stillness, looks: Iterable[int], size: int = LARGE) -> list[bool]:
    return [stillness.is_sharp(look % 2**16, size, QUIET) for look in looks]


def test_the_sharp_pictures_after_a_motion_are_told_from_a_new_one() -> None:
    stillness, end = Stillness(), 65_530  # the engine's numbers begin anew meanwhile
    assert told(stillness, [end - 2, end - 1, end]) == [False] * 3
    cleanup = range(end + QUIET, end + QUIET + 1 + BURST_FRAMES)
    assert told(stillness, cleanup) == [True] * len(cleanup)
    assert told(stillness, [end + 40]) == [False]  # a caret that blinks
    assert told(stillness, [end + 40 + QUIET]) == [True]  # and its own cleanup


def test_what_was_taken_for_sharp_by_mistake_turns_nothing_that_follows_round() -> None:
    stillness, blinks = Stillness(), range(70, 600, 36)
    assert told(stillness, [0, QUIET]) == [False, True]  # in truth a motion, just before its cleanup was due
    told(stillness, [2 * QUIET])  # which comes now
    assert [told(stillness, [blink, blink + QUIET]) for blink in blinks] == [[False, True]] * len(blinks)


def test_a_burst_that_is_broken_off_is_sharp_when_it_comes_again() -> None:
    for came in range(1, 1 + BURST_FRAMES):
        stillness, end = Stillness(), QUIET + came
        told(stillness, [0])
        assert told(stillness, range(QUIET, end)) == [True] * came
        told(stillness, [end], size=12)  # Chromium drew once more what stands still
        again = range(end + QUIET, end + QUIET + 1 + BURST_FRAMES)
        assert told(stillness, again) == [True] * len(again)
        assert told(stillness, [end + 100]) == [False]


def test_a_little_change_is_sharp_in_one_picture_and_a_larger_one_in_several() -> None:
    stillness, look = Stillness(), 0

    def burst_after(*sizes: int) -> int:
        """Of a motion of such pictures, when the first picture of its cleanup has come."""
        nonlocal look
        for size in sizes:
            look += 1
            assert told(stillness, [look], size) == [False]
        look += QUIET
        assert told(stillness, [look]) == [True]
        look += 100
        return stillness.burst

    assert stillness.burst == BURST_FRAMES  # until more is known
    assert burst_after(LARGE) == BURST_FRAMES
    assert burst_after(400) == 0
    assert burst_after(29, 400, 29) == 0
    assert burst_after(400, LARGE, 400) == BURST_FRAMES
    assert burst_after(29) == 0
