"""Months begin at midnight of the site, not of Greenwich."""

import datetime as dt

import pytest

from linli.kernel.clock import month_bounds


@pytest.mark.parametrize(
    ("year", "month", "first", "after"),
    [
        (2026, 11, "2026-10-31T16:00", "2026-11-30T16:00"),
        (2026, 12, "2026-11-30T16:00", "2026-12-31T16:00"),
        (2027, 1, "2026-12-31T16:00", "2027-01-31T16:00"),
        (2028, 2, "2028-01-31T16:00", "2028-02-29T16:00"),
    ],
)
def test_month_bounds_in_the_zone_of_the_site(
    year: int, month: int, first: str, after: str
) -> None:
    bounds = [moment.astimezone(dt.UTC) for moment in month_bounds(year, month)]
    assert [f"{moment:%Y-%m-%dT%H:%M}" for moment in bounds] == [first, after]


def test_months_join_without_a_gap() -> None:
    assert month_bounds(2026, 11)[1] == month_bounds(2026, 12)[0]
    assert month_bounds(2026, 12)[1] == month_bounds(2027, 1)[0]
