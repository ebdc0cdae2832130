"""Marks stand where their shares say, on one scale for all that is compared."""

from itertools import pairwise

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from linli.cases.rules import Rate, ThreeRates
from linli.web import rate_marks
from linli.web.figures import MARGIN, WIDTH, scale_for, used_width


def month(
    response: tuple[int, int], resolution: tuple[int, int], satisfaction: tuple[int, int]
) -> ThreeRates:
    return ThreeRates(Rate(*response), Rate(*resolution), Rate(*satisfaction))


@pytest.mark.parametrize(
    ("shares", "floor"),
    [([0.95], 0.9), ([0.95, 0.88], 0.8), ([0.6], 0.5), ([0.1, 0.99], 0.0), ([], 0.9)],
)
def test_the_scale_is_the_narrowest_that_holds_every_share(
    shares: list[float], floor: float
) -> None:
    assert scale_for(shares).floor == floor


@given(st.lists(st.floats(0, 1), min_size=2))
def test_a_larger_share_never_stands_further_left(shares: list[float]) -> None:
    scale = scale_for(shares)
    places = [scale.x(share) for share in sorted(shares)]
    assert all(left <= right for left, right in pairwise(places))
    assert MARGIN <= places[0] <= places[-1] <= WIDTH - MARGIN


def test_ticks_run_from_the_floor_to_a_hundred() -> None:
    ticks = scale_for([0.93]).ticks
    assert [label for _x, label in ticks] == ["90", "92", "94", "96", "98", "100"]
    assert ticks[0][0] == MARGIN
    assert ticks[-1][0] == WIDTH - MARGIN


@pytest.mark.parametrize(
    ("share", "width"), [(0.0, "0.0"), (0.433, "43.3"), (1.7, "100.0"), (-0.1, "0.0")]
)
def test_a_ruler_is_never_longer_than_itself(share: float, width: str) -> None:
    assert used_width(share) == width


def test_the_three_rates_share_a_scale_that_holds_their_intervals() -> None:
    drawn = rate_marks.cards(month((98, 100), (95, 100), (30, 40)), None)
    assert drawn["scale"].floor == 0.5  # the interval of 30 / 40 reaches below 80 %
    assert all(
        MARGIN < card["mark"].low < card["mark"].at < card["mark"].high for card in drawn["cards"]
    )


def test_the_interval_of_the_month_before_does_not_stretch_the_scale() -> None:
    drawn = rate_marks.cards(
        month((98, 100), (980, 1000), (980, 1000)), month((98, 100), (6, 7), (1, 1))
    )
    assert drawn["scale"].floor == 0.8  # 6 / 7 itself; its interval would reach below 50 %


def test_a_rate_of_nothing_has_no_mark_and_no_figure() -> None:
    drawn = rate_marks.cards(month((1, 1), (0, 0), (0, 0)), None)
    empty = drawn["cards"][1]["mark"]
    assert (empty.percent, empty.interval, empty.at) == ("—", "", None)
    with translation.override("en"):
        assert empty.spoken == "nothing counted yet"


def test_the_month_before_is_marked_and_the_change_said() -> None:
    drawn = rate_marks.cards(month((97, 100), (1, 2), (1, 2)), month((95, 100), (0, 0), (1, 2)))
    with translation.override("en"):
        assert (
            rate_marks.cards(month((97, 100), (1, 2), (1, 2)), month((95, 100), (0, 0), (1, 2)))[
                "cards"
            ][0]["mark"].change
            == "up 2.0"
        )
    assert drawn["cards"][0]["mark"].was_at is not None
    assert drawn["cards"][1]["mark"].was_at is None


def test_places_with_few_answers_do_not_stretch_the_scale() -> None:
    rows = [
        {"place": "a", "rates": month((95, 100), (960, 1000), (970, 1000)), "is_reliable": True},
        {"place": "b", "rates": month((1, 3), (1, 3), (1, 3)), "is_reliable": False},
    ]
    drawn = rate_marks.table(rows)
    assert drawn["scale"].floor == 0.8
    assert drawn["has_unreliable"]
    assert drawn["rows"][1]["valid"] == 3
