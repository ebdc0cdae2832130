"""Rules of problems, without a database."""

import datetime as dt
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.problems.rules import (
    USUAL,
    Threshold,
    count_between,
    fen,
    spans_around,
    threshold_for,
)
from tests.conftest import NOW

DAY = dt.timedelta(days=1)
SCOPE = {
    "city_code": "110000",
    "district_code": "110105",
    "street_code": "110105019",
    "community_code": "110105019029",
}


def test_the_nearest_area_that_set_a_threshold_decides() -> None:
    near, far = Threshold(5, 60), Threshold(2, 7)
    assert threshold_for(SCOPE, {}) == USUAL == Threshold(3, 30)
    assert threshold_for(SCOPE, {"110000": far}) == far
    assert threshold_for(SCOPE, {"110000": far, "110105019": near}) == near
    assert threshold_for({**SCOPE, "street_code": None}, {"110105019": near}) == USUAL


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(days=st.integers(0, 400), at=st.lists(st.tuples(st.integers(-500, 500), st.booleans())))
def test_spans_before_and_since_are_equally_long_and_count_each_call_once(
    days: int, at: list[tuple[int, bool]]
) -> None:
    before, since = spans_around(NOW, now=NOW + days * DAY)
    assert before[1] - before[0] == since[1] - since[0] == min(days, 90) * DAY
    assert before[1] == since[0] == NOW
    rows = [(NOW + hours * dt.timedelta(hours=1), is_kind) for hours, is_kind in at]
    first, second = count_between(rows, *before), count_between(rows, *since)
    within = [is_kind for moment, is_kind in rows if before[0] <= moment < since[1]]
    assert first.of + second.of == len(within)
    assert first.count + second.count == sum(within)


def test_money_is_kept_in_fen() -> None:
    assert fen(Decimal("40000.05")) == 4_000_005
