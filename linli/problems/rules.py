"""Rules of problems. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from linli.kernel.actor import SCOPE_COLUMNS

WATCH = dt.timedelta(days=90)
"""How long the calls are watched after the measure (our reading: a season, so that weather does not decide)."""
FEWEST, MOST = 2, 50
"""Between how many cases a threshold may lie."""
SHORTEST, LONGEST = 7, 180
"""Between how many days a threshold may look back."""


@dataclass(frozen=True)
class Threshold:
    """How many cases of a kind at a place within how many days are one problem."""

    minimum: int
    days: int


USUAL = Threshold(minimum=3, days=30)
"""Three calls of a kind within a month, where an area has set nothing else (the board's practice of repeated calls)."""


def threshold_for(scope: Mapping[str, str | None], set_by: Mapping[str, Threshold]) -> Threshold:
    """Return the threshold of the nearest area around a place that has set one; `set_by` by the area's code."""
    for column in reversed(SCOPE_COLUMNS):
        code = scope[column]
        if code and code in set_by:
            return set_by[code]
    return USUAL


@dataclass(frozen=True)
class Span:
    """Days counted, with the cases of the kind and all cases at the place in them; `after` is outside."""

    first: dt.datetime
    after: dt.datetime
    count: int
    of: int

    @property
    def days(self) -> int:
        return (self.after - self.first).days


def spans_around(
    measured_at: dt.datetime, *, now: dt.datetime, days: int = 90
) -> tuple[tuple[dt.datetime, dt.datetime], tuple[dt.datetime, dt.datetime]]:
    """Return as many days before a measure as have passed since, at most `days`; then those since."""
    length = min(now - measured_at, dt.timedelta(days=days))
    return (measured_at - length, measured_at), (measured_at, measured_at + length)


def count_between(
    cases: Sequence[tuple[dt.datetime, bool]], first: dt.datetime, after: dt.datetime
) -> Span:
    """Count cases (received at, is of the kind) within first .. after."""
    within = [is_kind for at, is_kind in cases if first <= at < after]
    return Span(first, after, sum(within), len(within))


def fen(yuan: Decimal) -> int:
    """Return an amount of money in fen, as events keep it."""
    return int(yuan * 100)
