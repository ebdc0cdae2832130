"""A rank is a range: no wider and no narrower than the intervals allow."""

from hypothesis import given
from hypothesis import strategies as st

from linli.methods.ranking import rank_ranges

INTERVALS = st.lists(
    st.tuples(st.floats(0, 1), st.floats(0, 1)).map(lambda ends: (min(ends), max(ends)))
)


def test_apart_is_ranked_and_overlapping_is_not() -> None:
    assert rank_ranges([(0.9, 0.95), (0.8, 0.85), (0.7, 0.82)]) == [(1, 1), (2, 3), (2, 3)]
    assert rank_ranges([(0.1, 0.9)] * 3) == [(1, 3)] * 3
    assert rank_ranges([]) == []


@given(INTERVALS)
def test_every_order_that_the_intervals_allow_lies_in_the_ranges(
    intervals: list[tuple[float, float]],
) -> None:
    ranges = rank_ranges(intervals)
    middles = [(low + high) / 2 for low, high in intervals]
    for middle, (best, worst) in zip(middles, ranges, strict=True):
        above = sum(other > middle for other in middles)
        not_below = sum(other >= middle for other in middles)
        assert best <= above + 1
        assert not_below <= worst
