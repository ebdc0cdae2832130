"""Clocks by a table that a person can check against a wall calendar, and their refusals."""

import csv
import datetime as dt
from pathlib import Path

import pytest

from linli.methods.clocks import (
    Calendar,
    Clock,
    Limit,
    NotWorkingTimes,
    Pause,
    Unit,
    due,
    elapsed,
    reached,
    share_used,
    working_times,
)
from tests.methods.clock_reference import BEIJING, Reference

HOURS = working_times("09:00-12:00, 13:30-17:30")
OFF_2026 = (
    "01-01 01-02 01-03",  # New Year
    "02-15 02-16 02-17 02-18 02-19 02-20 02-21 02-22 02-23",  # Spring Festival
    "04-04 04-05 04-06",  # Qingming
    "05-01 05-02 05-03 05-04 05-05",  # Labour Day
    "06-19 06-20 06-21",  # Dragon Boat
    "09-25 09-26 09-27",  # Mid-Autumn
    "10-01 10-02 10-03 10-04 10-05 10-06 10-07",  # National Day
)
MADE_UP_2026 = "01-04 02-14 02-28 05-09 09-20 10-10"
EXCEPTIONS = {
    **{dt.date.fromisoformat(f"2026-{day}"): False for row in OFF_2026 for day in row.split()},
    **{dt.date.fromisoformat(f"2026-{day}"): True for day in MADE_UP_2026.split()},
}
CALENDAR = Calendar(
    times=HOURS, zone=BEIJING, exceptions=EXCEPTIONS, known_years=frozenset({2025, 2026})
)
ROWS = list(
    csv.DictReader((Path(__file__).parent / "clock_scenarios.csv").read_text("utf-8").splitlines())
)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def spans(text: str) -> list[tuple[dt.datetime, dt.datetime | None]]:
    """Read `2026-11-18 10:00/2026-11-18 11:00; 2026-11-19 09:00/`; nothing behind the stroke is open."""
    found = []
    for part in filter(None, text.split("; ")):
        begin, end = part.split("/")
        found.append((at(begin), at(end) if end else None))
    return found


def clock_of(row: dict[str, str]) -> Clock:
    amount, unit = row["limit"].split(" ")
    pauses = tuple(Pause(begin, end) for begin, end in spans(row["pauses"]))
    limit = Limit(int(amount), Unit(unit))
    return Clock(limit, at(row["start"]), pauses, int(row["extension"] or 0))


def test_the_table_is_as_long_as_was_asked() -> None:
    assert len(ROWS) >= 60
    assert len({row["name"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_scenario(row: dict[str, str]) -> None:
    found = due(clock_of(row), calendar=CALENDAR)
    expected = at(row["due"]) if row["due"] else None
    assert found.at == expected
    assert found.is_provisional == (row["provisional"] == "yes")


@pytest.mark.parametrize(
    "row", [r for r in ROWS if len(r["start"]) == 16], ids=lambda row: row["name"]
)
def test_the_reference_reads_the_table_alike(row: dict[str, str]) -> None:
    clock = clock_of(row)
    slow = Reference(
        amount=clock.limit.amount,
        unit=str(clock.limit.unit),
        start=clock.started_at,
        pauses=spans(row["pauses"]),
        extension=clock.extension,
        exceptions=EXCEPTIONS,
        known_years={2025, 2026},
        times=HOURS,
    )
    expected = (at(row["due"]), row["provisional"] == "yes") if row["due"] else None
    assert slow.due() == expected


def test_alert_points_lie_on_counted_time() -> None:
    clock = Clock(Limit(4, Unit.WORKING_HOUR), at("2026-11-20 16:30"))
    moments = [reached(clock, calendar=CALENDAR, percent=share).at for share in (50, 75, 100)]
    assert moments == [at("2026-11-23 10:00"), at("2026-11-23 11:00"), at("2026-11-23 12:00")]


def test_the_share_used_stands_over_night_and_passes_one_when_overdue() -> None:
    clock = Clock(Limit(2, Unit.WORKING_HOUR), at("2026-11-18 16:30"))
    for moment in ("2026-11-18 17:30", "2026-11-18 23:00", "2026-11-19 09:00"):
        assert share_used(clock, calendar=CALENDAR, at=at(moment)) == 0.5
    assert share_used(clock, calendar=CALENDAR, at=at("2026-11-19 12:00")) == 2.0
    assert elapsed(clock, calendar=CALENDAR, at=at("2026-11-18 08:00")) == dt.timedelta(0)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("09:00-17:00", ((540, 1020),)),
        ("9:00–12:00，13:30–17:30", ((540, 720), (810, 1050))),
        ("8:30 至 12:00; 14:00 至 18:00", ((510, 720), (840, 1080))),
        ("00:00-24:00", ((0, 1440),)),
    ],
)
def test_working_times_are_read(text: str, spans: tuple[tuple[int, int], ...]) -> None:
    assert working_times(text) == spans


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nine to five",
        "09:00",
        "17:00-09:00",
        "09:00-09:00",
        "09:00-13:00, 12:00-17:00",
        "09:00-25:00",
        "09:60-17:00",
        "09:00-24:30",
        "09:00-17:00 and more",
    ],
)
def test_what_are_no_working_times_is_refused(text: str) -> None:
    with pytest.raises(NotWorkingTimes):
        working_times(text)


def test_a_pause_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        Pause(at("2026-11-18 10:00"), at("2026-11-18 09:59"))


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        Limit(0, Unit.HOUR)


def test_years_of_holidays_cost_nothing() -> None:
    """Ten thousand working days ahead, in one look-up: nothing walks over them."""
    clock = Clock(Limit(10_000, Unit.WORKING_DAY), at("2026-11-18 09:00"))
    for _ in range(300):
        assert due(clock, calendar=CALENDAR).at is not None
