"""When the checks of a repeated duty are due, and when one counts as missed. Pure. All spans are ours."""

import datetime as dt
from collections.abc import Collection

EARLY = dt.timedelta(hours=1)
"""A check may be made so long before its time."""
GRACE = dt.timedelta(hours=2)
"""So long after its time it is still in time; then it is missed."""
LONGEST = dt.timedelta(days=92)
MOST_A_DAY = 6


def moments(
    *,
    starts_on: dt.date,
    ends_on: dt.date,
    weekdays: Collection[int],
    times: Collection[dt.time],
    zone: dt.tzinfo,
    after: dt.datetime,
) -> list[dt.datetime]:
    """Return when checks are due, from the first day to the last, on the weekdays given (Monday is 0), later than `after`."""
    days = (starts_on + dt.timedelta(days=n) for n in range((ends_on - starts_on).days + 1))
    found = (
        dt.datetime.combine(day, time, tzinfo=zone)
        for day in days
        if day.weekday() in weekdays
        for time in sorted(set(times))
    )
    return [moment for moment in found if moment > after]


def may_be_made(due_at: dt.datetime, *, now: dt.datetime) -> bool:
    """Return whether a check is in its time now."""
    return due_at - EARLY <= now < due_at + GRACE


def read_times(text: str) -> list[dt.time] | None:
    """Return the times of `9:00、18：30 21:00`, each once, in order; None where one is none or there are none."""
    parts = text.replace("：", ":").replace("、", " ").replace("，", " ").replace(",", " ").split()
    try:
        found = {dt.time.fromisoformat(part.zfill(5)) for part in parts}
    except ValueError:
        return None
    return sorted(found) or None
