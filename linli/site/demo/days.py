"""When things happen: a hotline's hours and weekdays, and how long each step takes."""

import datetime as dt
import random
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
HOURS = (1, 1, 1, 1, 1, 1, 3, 6, 10, 13, 13, 11, 8, 9, 11, 11, 10, 9, 9, 9, 8, 6, 4, 2)
"""Weight of each hour of the day: few by night, most in the morning."""
WEEKDAYS = (13, 11, 10, 10, 10, 8, 7)
"""Weight of each weekday, Monday first: what broke at the week-end is called in on Monday."""


def call_times(count: int, *, now: dt.datetime, days: int, rng: random.Random) -> list[dt.datetime]:
    """Return moments within the last `days` before `now`, in order, shaped like a hotline's calls."""
    today = now.astimezone(ZONE).date()
    dates = [today - dt.timedelta(days=back) for back in range(days + 1)]
    weights = [WEEKDAYS[date.weekday()] for date in dates]
    found: list[dt.datetime] = []
    while len(found) < count:
        date = rng.choices(dates, weights)[0]
        hour = rng.choices(range(24), HOURS)[0]
        time = dt.time(hour, rng.randrange(60), rng.randrange(60))
        moment = dt.datetime.combine(date, time, ZONE)
        if now - dt.timedelta(days=days) < moment < now - dt.timedelta(minutes=3):
            found.append(moment)
    return sorted(found)


def minutes(low: float, high: float, *, rng: random.Random) -> dt.timedelta:
    """Return a time between two numbers of minutes, short ones likelier."""
    return dt.timedelta(minutes=round(low + (high - low) * rng.random() ** 2, 2))
