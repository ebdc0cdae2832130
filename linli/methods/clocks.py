"""Limits and clocks: when a limit ends and how much of it is used. Pure: no table, no present moment.

Every clock counts along a line on which each moment has a position: the time counted since the line's
origin. Calendar time counts always; working time counts between the working times of working days.
A deadline is then one subtraction and one look-up, however many weeks, holidays and pauses lie between.
"""

import datetime as dt
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, pairwise

Span = tuple[dt.datetime, dt.datetime | None]
WorkingTimes = tuple[tuple[int, int], ...]
"""Working times of a day as (from, to) in minutes after midnight, in order, apart from each other."""
_ZERO = dt.timedelta(0)
_DAY = dt.timedelta(days=1)
_TIMES = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~～至]\s*(\d{1,2}):(\d{2})")


class Unit(StrEnum):
    """In what a limit is measured. A calendar day is 24 hours."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"

    @property
    def is_working(self) -> bool:
        return self in (Unit.WORKING_HOUR, Unit.WORKING_DAY)


_LENGTH = {
    Unit.MINUTE: dt.timedelta(minutes=1),
    Unit.HOUR: dt.timedelta(hours=1),
    Unit.DAY: _DAY,
    Unit.WORKING_HOUR: dt.timedelta(hours=1),
}


@dataclass(frozen=True)
class Limit:
    """How long something may take: `amount` (1 or more) of a unit."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError("a limit is 1 or more")


@dataclass(frozen=True)
class Pause:
    """A stretch during which a clock stands, end excluded; `end` None means it still stands."""

    start: dt.datetime
    end: dt.datetime | None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError("a pause ends before it starts")


@dataclass(frozen=True)
class Clock:
    """One running limit. `extension` is in the limit's own unit; pauses may touch and overlap."""

    limit: Limit
    started_at: dt.datetime
    pauses: tuple[Pause, ...] = ()
    extension: int = 0


@dataclass(frozen=True)
class Due:
    """When a clock runs out: None while it stands in an open pause before its end.

    `is_provisional`: the time rests on days of a year whose holidays are not announced yet.
    """

    at: dt.datetime | None
    is_provisional: bool


class NotWorkingTimes(ValueError):
    """A text that says no working times of a day."""


def working_times(text: str) -> WorkingTimes:
    """Return the working times written as `09:00-12:00, 13:30-17:30`. Raises NotWorkingTimes."""
    found = [tuple(map(int, match.groups())) for match in _TIMES.finditer(text)]
    rest = _TIMES.sub("", text).strip(" ,;，；、\n\t")
    spans = tuple((h * 60 + m, until_h * 60 + until_m) for h, m, until_h, until_m in found)
    flat = [minute for span in spans for minute in span]
    if rest or not spans or any(h > 24 or m > 59 for f in found for h, m in (f[:2], f[2:])):
        raise NotWorkingTimes(text)
    if flat[-1] > 24 * 60 or any(later <= earlier for earlier, later in pairwise(flat)):
        raise NotWorkingTimes(text)
    return spans


class Calendar:
    """Working days and times of a place.

    A day is working if it is Monday to Friday, unless `exceptions` says otherwise. `known_years` are
    those whose holidays are announced; in any other year the weekday rule is provisional.
    """

    def __init__(
        self,
        *,
        times: WorkingTimes,
        zone: dt.tzinfo,
        exceptions: Mapping[dt.date, bool] | None = None,
        known_years: frozenset[int] = frozenset(),
    ) -> None:
        self.zone = zone
        self.known_years = known_years
        self.times = tuple((_minutes(start), _minutes(end)) for start, end in times)
        self.day_length = sum((end - start for start, end in self.times), _ZERO)
        self.exceptions = {
            day: is_working
            for day, is_working in (exceptions or {}).items()
            if is_working != (day.weekday() < 5)
        }
        self._exceptional = sorted(day.toordinal() for day in self.exceptions)
        moved = (
            1 if self.exceptions[dt.date.fromordinal(day)] else -1 for day in self._exceptional
        )
        self._moved = [0, *accumulate(moved)]

    def is_working(self, day: dt.date) -> bool:
        """Return whether people work on this day."""
        return self.exceptions.get(day, day.weekday() < 5)

    def is_provisional(self, first: dt.date, last: dt.date) -> bool:
        """Return whether any day from `first` to `last` lies in a year not announced yet."""
        return any(year not in self.known_years for year in range(first.year, last.year + 1))

    def position(self, at: dt.datetime) -> dt.timedelta:
        """Return the working time between the first day of year 1 and a moment."""
        local = at.astimezone(self.zone)
        day = local.date()
        inside = _ZERO
        if self.is_working(day):
            since = local.replace(tzinfo=None) - dt.datetime.combine(day, dt.time())
            inside = sum(
                (min(max(since - start, _ZERO), end - start) for start, end in self.times), _ZERO
            )
        return self._before(day.toordinal()) * self.day_length + inside

    def moment(self, position: dt.timedelta) -> dt.datetime:
        """Return the earliest moment with a position above zero: an evening, not the next morning."""
        nth = -(-position // self.day_length)
        ordinals = range(1, dt.date.max.toordinal())
        day = dt.date.fromordinal(
            ordinals[bisect_left(ordinals, nth, key=lambda o: self._before(o + 1))]
        )
        left = position - (nth - 1) * self.day_length
        for start, end in self.times:
            if left <= end - start:
                break
            left -= end - start
        return dt.datetime.combine(day, dt.time(), self.zone) + start + left

    def _before(self, ordinal: int) -> int:
        """Return how many working days lie before a day; day 1 of year 1 is a Monday."""
        weeks, days = divmod(ordinal - 1, 7)
        return weeks * 5 + min(days, 5) + self._moved[bisect_left(self._exceptional, ordinal)]


class _CalendarTime:
    """The line on which all time counts."""

    _ORIGIN = dt.datetime(1, 1, 2, tzinfo=dt.UTC)

    def position(self, at: dt.datetime) -> dt.timedelta:
        return at - self._ORIGIN

    def moment(self, position: dt.timedelta) -> dt.datetime:
        return self._ORIGIN + position


def _minutes(count: int) -> dt.timedelta:
    return dt.timedelta(minutes=count)


def _line(clock: Clock, calendar: Calendar) -> Calendar | _CalendarTime:
    return calendar if clock.limit.unit.is_working else _CalendarTime()


def _counts_from(clock: Clock, calendar: Calendar) -> dt.datetime:
    """Return when a clock begins to count: at its start, or with the next day if it counts in days.

    Rule for working days: Civil Code of 2020-05-28, article 201: the day of the start is not counted.
    Limits in calendar days are hours in practice (`24 h`, `7 d` from the minute of dispatch).
    """
    if clock.limit.unit is not Unit.WORKING_DAY:
        return clock.started_at
    day = clock.started_at.astimezone(calendar.zone).date() + _DAY
    return dt.datetime.combine(day, dt.time(), calendar.zone)


def whole(clock: Clock, *, calendar: Calendar) -> dt.timedelta:
    """Return the time that a clock may count in all, its extension included."""
    unit = clock.limit.unit
    each = calendar.day_length if unit is Unit.WORKING_DAY else _LENGTH[unit]
    return (clock.limit.amount + clock.extension) * each


def _running(pauses: Sequence[Pause], *, since: dt.datetime) -> Iterator[Span]:
    """Yield the stretches from `since` on in which no pause stands; the last is open unless one does."""
    at: dt.datetime | None = since
    for pause in sorted(pauses, key=lambda pause: pause.start):
        assert at is not None
        if pause.start > at:
            yield at, pause.start
        at = None if pause.end is None else max(at, pause.end)
        if at is None:
            return
    yield at, None  # type: ignore[misc]


def reached(clock: Clock, *, calendar: Calendar, percent: float = 100) -> Due:
    """Return when a clock has used so much of its limit, extension included.

    Rule for working days: Civil Code of 2020-05-28, article 203: the last day ends when business
    does. A pause moves the end by exactly the time that would have been counted during it.
    """
    line, since = _line(clock, calendar), _counts_from(clock, calendar)
    left = whole(clock, calendar=calendar) * percent / 100
    at, last = None, since
    for start, end in _running(clock.pauses, since=since):
        used = None if end is None else line.position(end) - line.position(start)
        last = end or start
        if used is None or used >= left:
            at = last = max(line.moment(line.position(start) + left), start)
            break
        left -= used
    if at is not None:
        at = at.astimezone(dt.UTC)
    zone = calendar.zone
    first_day, last_day = since.astimezone(zone).date(), last.astimezone(zone).date()
    is_provisional = clock.limit.unit.is_working and calendar.is_provisional(first_day, last_day)
    return Due(at, is_provisional)


def due(clock: Clock, *, calendar: Calendar) -> Due:
    """Return when a clock runs out."""
    return reached(clock, calendar=calendar)


def elapsed(clock: Clock, *, calendar: Calendar, at: dt.datetime) -> dt.timedelta:
    """Return the time that a clock has counted by a moment."""
    line = _line(clock, calendar)
    counted = _ZERO
    for start, end in _running(clock.pauses, since=_counts_from(clock, calendar)):
        if start >= at:
            break
        counted += line.position(at if end is None else min(end, at)) - line.position(start)
    return counted


def share_used(clock: Clock, *, calendar: Calendar, at: dt.datetime) -> float:
    """Return which share of its limit a clock has used by a moment; above 1 when overdue."""
    return elapsed(clock, calendar=calendar, at=at) / whole(clock, calendar=calendar)
