"""When things happen: a message board's hours and weekdays, and how long its replies took.

Both tables are figures taken from messages to a Chinese government message board (collected for the 8th TipDM Cup, 2020, task C):
4,326 messages of 2017-06 to 2020-01 by hour and by weekday, 1,972 replies by the days they took. No text of theirs is here.
"""

import datetime as dt
import random
from itertools import pairwise
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
HOURS = (106, 60, 11, 15, 7, 16, 35, 58, 178, 262, 508, 349, 241, 202, 272, 400, 287, 334, 239, 166, 143, 156, 161, 120)  # fmt: skip
"""Messages by hour of the day."""
WEEKDAYS = (675, 855, 810, 715, 648, 270, 353)
"""Messages by weekday, Monday first."""
WAITS = ((0.0, 0.02), (0.01, 0.23), (0.05, 1.07), (0.1, 1.94), (0.2, 3.9), (0.3, 5.92), (0.4, 8.02), (0.5, 11.2), (0.6, 14.53), (0.7, 19.27), (0.8, 26.15), (0.9, 41.2), (0.95, 65.02))  # fmt: skip
"""(share of the replies, days at most) until the reply; the slowest twentieth is left out."""
IN_TIME = 41.2
"""Days that count as the whole limit: nine of ten keep it, in the shape of those waiting times."""
OPENS, SHUTS = 8, 18


def call_times(count: int, *, now: dt.datetime, days: int, rng: random.Random) -> list[dt.datetime]:
    """Return moments within the last `days` before `now`, in order, shaped like the board's messages."""
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


def wait(limit: dt.timedelta, *, rng: random.Random) -> dt.timedelta:
    """Return how long something took that has a limit, in the shape of WAITS."""
    drawn = rng.random() * WAITS[-1][0]
    for (low, less), (high, more) in pairwise(WAITS):
        if drawn <= high:
            took = less + (more - less) * (drawn - low) / (high - low)
            break
    return dt.timedelta(seconds=round(limit.total_seconds() * took / IN_TIME) + 60)


def minutes(low: float, high: float, *, rng: random.Random) -> dt.timedelta:
    """Return a time between two numbers of minutes, short ones likelier."""
    return dt.timedelta(seconds=round(60 * (low + (high - low) * rng.random() ** 2)))


def in_hours(moment: dt.datetime) -> dt.datetime:
    """Return the moment, or the same minute of the next opening hour: an office does not work at night."""
    local = moment.astimezone(ZONE)
    if local.hour < OPENS:
        return local.replace(hour=OPENS)
    if local.hour >= SHUTS:
        return (local + dt.timedelta(days=1)).replace(hour=OPENS)
    return moment
