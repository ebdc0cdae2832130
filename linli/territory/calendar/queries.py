"""Reads of the calendar."""

import datetime as dt

from django.db.models import Max, Q
from django.utils import timezone

from linli.methods.clocks import Calendar, WorkingTimes
from linli.territory.calendar.files import Day, Year, weekday_rule
from linli.territory.calendar.models import CalendarDay, CalendarYear

_WEEKEND = Q(date__iso_week_day__gte=6)


def working_calendar(*, times: WorkingTimes, since: dt.date, is_needed: bool = True) -> Calendar:
    """Return the calendar from the year of `since` on, for counting in working time. Two queries.

    Where it is not needed, because limits count all time, nothing is read.
    """
    if not is_needed:
        return Calendar(times=times, zone=timezone.get_default_timezone())
    known = CalendarYear.objects.filter(year__gte=since.year).values_list("year", flat=True)
    unusual = CalendarDay.objects.filter(
        Q(_WEEKEND, is_working=True) | Q(~_WEEKEND, is_working=False),
        date__gte=dt.date(since.year, 1, 1),
    )
    return Calendar(
        times=times,
        zone=timezone.get_default_timezone(),
        exceptions=dict(unusual.values_list("date", "is_working")),
        known_years=frozenset(known),
    )


def days_of(year: int) -> Year:
    """Return every day of a year: as known, or by the weekday rule."""
    rows = CalendarDay.objects.filter(year=year).values_list("date", "is_working", "name")
    known = {date: Day(is_working, name) for date, is_working, name in rows}
    return {**weekday_rule(year), **known}


def last_change() -> dt.datetime | None:
    """Return when a year was last applied, or None while none was."""
    return CalendarYear.objects.aggregate(at=Max("applied_at"))["at"]
