"""Weeks and hours of a roster. Pure: time zone and day are arguments."""

import datetime as dt

LONGEST = dt.timedelta(hours=24)
"""A shift of more than a day is a slip of the pen."""


def monday_of(day: dt.date) -> dt.date:
    """Return the Monday of the week in which a day lies."""
    return day - dt.timedelta(days=day.weekday())


def week_asked(text: str, *, today: dt.date) -> dt.date:
    """Return the Monday of the week of `2026-11-16`; of this week for anything else."""
    try:
        return monday_of(dt.date.fromisoformat(text))
    except (ValueError, OverflowError):
        return monday_of(today)


def hours_on(
    day: dt.date, *, begins: dt.time, ends: dt.time, zone: dt.tzinfo
) -> tuple[dt.datetime, dt.datetime]:
    """Return both ends of a shift that begins on a day; an end not after the beginning is the next day's."""
    starts_at = dt.datetime.combine(day, begins, tzinfo=zone)
    last = day if ends > begins else day + dt.timedelta(days=1)
    return starts_at, dt.datetime.combine(last, ends, tzinfo=zone)
