"""Which tier a viewer gets, and what quality means to an encoder."""

import pytest

from bots.live import quality
from bots.live.pace import ROOM, STEPS, Comfort, Thrift
from bots.live.picture import KINDS
from bots.live.quality import Tier, Wish

EVERYTHING = list(KINDS)


def first(comfort_says, pace: float, rate: float, until: float) -> float | None:  # type: ignore[no-untyped-def]
    """The first of four looks a second at which it wants the other tier."""
    return next((look / 4 for look in range(int(4 * until)) if comfort_says(pace, rate, look / 4)), None)


def test_a_viewer_who_cannot_follow_goes_to_the_coarse_tier_after_a_while() -> None:
    assert first(Comfort().wants_coarse, 20, 60, 60) == 1.5
    assert first(Comfort().wants_coarse, 8, 10, 60) == 1.5  # alone, and the lowest rate does not help


def test_a_viewer_who_follows_well_enough_stays() -> None:
    assert first(Comfort().wants_coarse, 45, 60, 60) is None
    comfort = Comfort()
    assert not any(comfort.wants_coarse(pace, 60, at) for at, pace in enumerate([10, 50] * 30))


def test_pictures_become_coarser_before_they_become_fewer_and_finer_again_when_the_line_carries_them() -> None:
    thrift = Thrift()
    assert [thrift.helps(30, 60, second) for second in (1, 2, 3, 4)] == [True, True, True, False]
    assert (thrift.steps, thrift.taken) == (STEPS, 3 * 14)
    for second in range(10, 40):
        thrift.saw(round(thrift.room))
        assert not thrift.helps(100, 60, second)
    assert thrift.steps == 0


def test_only_large_pictures_show_that_a_line_carries_more() -> None:
    thrift = Thrift()
    thrift.helps(30, 60, 1)
    for second in range(2, 60):
        thrift.saw(400)  # somebody types
        assert not thrift.helps(100, 60, second)
    assert thrift.steps == 1


def test_what_is_easily_followed_is_left_as_it_is() -> None:
    thrift = Thrift()
    assert not any(thrift.helps(55, 60, second) for second in range(20))
    assert thrift.steps == 0


@pytest.mark.parametrize("steps", range(STEPS + 1))
def test_pictures_in_motion_get_the_quality_at_which_they_are_as_small_as_they_should_be(steps: int) -> None:
    thrift = Thrift()
    for second in range(steps):
        thrift.helps(10, 60, 1 + second)
    sizes = []
    for _ in range(120):
        sizes.append(round(8_000 / 2 ** (thrift.taken / 14)))  # as encoders do: half, for so much less quality
        thrift.saw(sizes[-1])
    assert ROOM / 2**steps * 0.9 < sizes[-1] < ROOM / 2**steps * 1.1


def test_a_letter_is_typed_in_the_usual_quality_and_a_key_frame_is_hurried() -> None:
    thrift = Thrift()
    thrift.hurry()
    assert thrift.taken == thrift.most
    assert not any(thrift.saw(300) for _ in range(3))  # made before it
    assert [thrift.saw(300) for _ in range(20)] == [True] * 15 + [False] * 5
    assert thrift.taken == 0


def test_pictures_become_at_once_as_small_as_the_line_needs_them() -> None:
    thrift = Thrift()
    assert thrift.helps(10, 60, 1, line=ROOM * 60 / 4)
    assert thrift.steps == STEPS
    thrift = Thrift()
    assert thrift.helps(30, 60, 1, line=ROOM * 60 / 1.5)
    assert thrift.steps == 1


def test_the_fine_tier_is_tried_again_ever_later() -> None:
    comfort = Comfort()
    assert [first(comfort.wants_fine, 100, 20, 400) for _ in range(3)] == [10, 20, 40]
    assert first(comfort.wants_fine, 30, 20, 400) is None


@pytest.mark.parametrize(("wish", "codecs", "tier"), [
    (Wish(), EVERYTHING, Tier("h264-444", False)),
    (Wish(), ["jpeg", "h264"], Tier("h264", False)),
    (Wish(), ["vp8", "jpeg"], Tier("vp8", False)),
    (Wish(), [], Tier("jpeg", False)),
    (Wish(kind="jpeg"), EVERYTHING, Tier("jpeg", False)),
    (Wish(kind="av1"), ["h264", "jpeg"], Tier("h264", False)),
    (Wish(90), EVERYTHING, Tier("h264-444", False)),
    (Wish(39), EVERYTHING, Tier("h264-444", True)),
])  # fmt: skip
def test_a_viewer_begins_with_what_they_decode_and_wish(wish: Wish, codecs: list[str], tier: Tier) -> None:
    assert wish.tier(codecs) == tier


def test_quality_is_finer_for_every_encoder_the_higher_it_is() -> None:
    for scale, better in ((quality.crf, -1), (quality.still_crf, -1), (quality.jpeg, 1), (quality.still_jpeg, 1)):
        steps = [better * scale(number) for number in range(1, 101)]
        assert steps == sorted(steps)
    assert (quality.crf(60), quality.still_crf(60), quality.jpeg(60)) == (25, 18, 70)
    assert {0 < quality.crf(number) <= 51 for number in range(1, 101)} == {True}
