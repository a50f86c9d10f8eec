"""What a viewer at the end of a slow or uneven line sees of a page that scrolls: as often as can be, and never old."""

import pytest

from .modelled import PHOTOS, TEXT, Line, Page, Scrolling, Seen

MBIT = 1_000_000 / 8  # bytes a second


def later(scrolling: Scrolling, many: int = 4) -> list[Seen]:
    """Scrolls, when the first has shown what the line carries."""
    scrolling.scroll()
    return [scrolling.scroll() for _ in range(many)]


@pytest.mark.parametrize("page", [TEXT, PHOTOS])
@pytest.mark.parametrize(("rate", "rtt"), [(20, 0.04), (8, 0.06), (4, 0.1), (2, 0.12), (100, 0.25), (20, 0.5)])
async def test_it_is_smooth_and_never_old(page: Page, rate: float, rtt: float) -> None:
    for seen in later(Scrolling(page, Line(rate * MBIT, rtt))):
        assert seen.a_second > 40
        assert seen.age < rtt / 2 + 0.15


@pytest.mark.parametrize("page", [TEXT, PHOTOS])
@pytest.mark.parametrize("rate", [100, 20])
async def test_a_distant_viewer_sees_as_much_and_only_the_way_later(page: Page, rate: float) -> None:
    for seen in later(Scrolling(page, Line(rate * MBIT, 0.3))):
        assert seen.a_second > 55
        assert seen.age < 0.15 + 0.03


@pytest.mark.parametrize("page", [TEXT, PHOTOS])
async def test_finer_pictures_that_a_line_does_not_carry_are_tried_ever_less_often(page: Page) -> None:
    scrolling = Scrolling(page, Line(2 * MBIT, 0.12))
    late = [seen.age > 0.06 + 0.05 for seen in later(scrolling, 40)]
    assert sum(late[:20]) <= 5
    assert sum(late[20:]) <= 2


@pytest.mark.parametrize(("page", "a_second"), [(TEXT, 50), (PHOTOS, 15)])
async def test_on_the_slowest_lines_there_are_coarser_ones_then_fewer_but_no_older_ones(
    page: Page, a_second: float
) -> None:
    for seen in later(Scrolling(page, Line(MBIT, 0.15))):
        assert seen.a_second > a_second
        assert seen.age < 0.3


@pytest.mark.parametrize("page", [TEXT, PHOTOS])
@pytest.mark.parametrize("rate", [20, 8, 4])
async def test_radio_delivers_in_bursts_and_is_no_slow_line_for_that(page: Page, rate: float) -> None:
    for seen in later(Scrolling(page, Line(rate * MBIT, 0.05, jitter=0.05))):
        assert seen.a_second > 55
        assert seen.age < 0.12


@pytest.mark.parametrize("page", [TEXT, PHOTOS])
async def test_a_line_that_becomes_slower_is_followed(page: Page) -> None:
    scrolling = Scrolling(page, Line(8 * MBIT, 0.06))
    later(scrolling)
    scrolling.line.rate /= 4
    assert all(seen.a_second > 50 and seen.age < 0.3 for seen in later(scrolling))


@pytest.mark.parametrize("page", [TEXT, PHOTOS])
async def test_a_line_that_becomes_faster_is_used_again(page: Page) -> None:
    scrolling = Scrolling(page, Line(MBIT, 0.15))
    later(scrolling)
    scrolling.line.rate *= 8
    assert later(scrolling, 8)[-1].a_second > 55


@pytest.mark.parametrize("page", [TEXT, PHOTOS])
async def test_a_line_whose_way_becomes_longer_is_used_again(page: Page) -> None:
    scrolling = Scrolling(page, Line(8 * MBIT, 0.06))
    later(scrolling)
    scrolling.line.rtt += 0.2
    seen = later(scrolling, 10)[-1]
    assert seen.a_second > 55
    assert seen.age < 0.13 + 0.05
