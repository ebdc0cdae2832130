"""Ranks that say no more than is known: a range, where intervals overlap."""

from collections.abc import Sequence


def rank_ranges(intervals: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """Return for each (low, high) the best and the worst rank it can have, 1 for the highest.

    One stands before another only if its interval lies wholly above: n overlapping intervals all get (1, n).
    """
    return [
        (
            1 + sum(other_low > high for other_low, _high in intervals),
            len(intervals) - sum(other_high < low for _low, other_high in intervals),
        )
        for low, high in intervals
    ]
