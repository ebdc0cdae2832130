"""Groups of things that are like each other, from the likenesses alone: average linkage over a sparse table.

Two groups are joined while the mean likeness of their members, pair by pair, is above a bound. A pair that is not in
the table counts as not alike at all, so that chains do not grow together. Ties are broken by the members' places:
the same table gives the same groups.
"""

import heapq
from collections.abc import Iterable


def joined(size: int, pairs: Iterable[tuple[int, int, float]], *, bound: float) -> list[list[int]]:
    """Return groups of 0 … size-1, each sorted, in the order of their first members.

    `pairs`: (one, other, likeness) with one < other, each pair once. `bound`: mean likeness, greater than 0.
    """
    members = {n: [n] for n in range(size)}
    sums: list[dict[int, float]] = [{} for _ in range(size)]
    waiting: list[tuple[float, int, int, int, int]] = []
    for one, other, likeness in pairs:
        sums[one][other] = sums[other][one] = likeness
        if likeness >= bound:
            waiting.append((-likeness, one, other, 1, 1))
    heapq.heapify(waiting)
    while waiting:
        _likeness, one, other, of_one, of_other = heapq.heappop(waiting)
        if len(members.get(one, ())) != of_one or len(members.get(other, ())) != of_other:
            continue  # one of them has grown or gone since
        members[one] += members.pop(other)
        for third, likeness in sums[other].items():
            if third != one:
                total = sums[one].get(third, 0.0) + likeness
                sums[one][third] = sums[third][one] = total
                del sums[third][other]
        del sums[one][other]
        sums[other] = {}
        here = len(members[one])
        for third, total in sums[one].items():
            there = len(members[third])
            if (mean := total / (here * there)) >= bound:
                low, high = sorted((one, third))
                waiting_sizes = (here, there) if low == one else (there, here)
                heapq.heappush(waiting, (-mean, low, high, *waiting_sizes))
    return sorted(sorted(group) for group in members.values())
