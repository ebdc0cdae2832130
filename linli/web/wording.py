"""Times and shares in words, in the language in force. Pure: the present moment is an argument."""

import datetime as dt

from django.utils import dateformat, timezone
from django.utils.translation import gettext as _

SOON = dt.timedelta(hours=2)
"""A deadline nearer than this is shown as pressing (style of the screens, not a rule of the field)."""
TICKS = (0.5, 0.75)
"""Shares of a limit at which the ruler has its marks: the alert points of the city's practice."""


def _local(at: dt.datetime) -> dt.datetime:
    return timezone.localtime(at, timezone.get_default_timezone())


def duration(span: dt.timedelta) -> str:
    """Return a span in its two largest units, cut down to whole minutes: `3 h 20 min`."""
    minutes = int(abs(span) / dt.timedelta(minutes=1))
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    facts = {"days": days, "hours": hours, "minutes": minutes}
    if days:
        return _("%(days)s d %(hours)s h") % facts if hours else _("%(days)s d") % facts
    if hours:
        return _("%(hours)s h %(minutes)s min") % facts if minutes else _("%(hours)s h") % facts
    return _("%(minutes)s min") % facts if minutes else _("less than a minute")


def stopwatch(span: dt.timedelta) -> str:
    """Return a span as a running clock shows it, down to seconds: `02:14`, `1:02:14`."""
    minutes, seconds = divmod(int(max(span, dt.timedelta(0)).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"


def limit(span: dt.timedelta) -> str:
    """Return a time limit as people name it: up to a day in hours (24 h), longer ones as a duration."""
    hours, rest = divmod(span, dt.timedelta(hours=1))
    if 0 < hours <= 24 and not rest:
        return _("%(hours)s h") % {"hours": hours}
    return duration(span)


def time_left(due_at: dt.datetime, *, now: dt.datetime) -> str:
    """Return how long is left until `due_at`, or by how much it has passed."""
    left = due_at - now
    if dt.timedelta(0) <= left < dt.timedelta(minutes=1):
        return _("less than a minute left")
    if dt.timedelta(minutes=-1) < left < dt.timedelta(0):
        return _("due just now")
    words = _("%(time)s left") if left > dt.timedelta(0) else _("%(time)s overdue")
    return words % {"time": duration(left)}


def urgency_of(due_at: dt.datetime, *, now: dt.datetime) -> str:
    """Return `late`, `soon` or `calm`: what the colour repeats."""
    if now > due_at:
        return "late"
    return "soon" if due_at - now <= SOON else "calm"


def day(at: dt.datetime | dt.date, *, now: dt.datetime) -> str:
    """Return today, yesterday, tomorrow or the date; the year only where it differs."""
    date = _local(at).date() if isinstance(at, dt.datetime) else at
    today = _local(now).date()
    near = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}.get((date - today).days)
    if near:
        return near
    # Patterns of Django's date format; Chinese puts the month first and 年 月 日 behind the figures.
    return dateformat.format(date, _("j M") if date.year == today.year else _("j M Y"))


def clock_time(at: dt.datetime) -> str:
    """Return the time of day at the site, 24 hours."""
    return dateformat.format(_local(at), "H:i")


def moment(at: dt.datetime, *, now: dt.datetime) -> str:
    """Return day and time of day: `today 17:30`."""
    return f"{day(at, now=now)} {clock_time(at)}"


def month(date: dt.date) -> str:
    """Return a month with its year: `November 2026`."""
    return dateformat.format(date, _("F Y"))


def deadline(due_at: dt.datetime, *, now: dt.datetime) -> str:
    """Return `3 h 20 min left · today 17:30`."""
    return f"{time_left(due_at, now=now)} · {moment(due_at, now=now)}"


def points(share: float) -> str:
    """Return a share of 0..1 in per cent with one decimal; 0.0 and 100.0 mean none and all."""
    inside = 0 < share < 1
    value = round(share * 100, 1)
    return f"{min(max(value, 0.1), 99.9) if inside else value:.1f}"


def telephone(number: str) -> str:
    """Return an E.164 number as it is dialled here, in groups: `199 0000 0012`, `010 6500 0000`.

    A landline gets the trunk zero; area codes have two digits from 10 and 20 to 29, else three
    (national numbering plan). A foreign number stays as it is.
    """
    if not number.startswith("+86"):
        return number
    national = number.removeprefix("+86")
    if len(national) == 11 and national.startswith("1"):
        return f"{national[:3]} {national[3:7]} {national[7:]}"
    area = 2 if national.startswith(("10", "2")) else 3
    return f"0{national[:area]} {national[area:-4]} {national[-4:]}"


def percent(share: float | None) -> str:
    """Return a share of 0..1 as a percentage, or a dash where nothing was counted."""
    return "—" if share is None else f"{points(share)}%"


def interval(bounds: tuple[float, float]) -> str:
    """Return both ends in per cent, without the sign: `94.5–95.7`."""
    return "–".join(points(end) for end in bounds)


def change(share: float | None, before: float | None) -> str:
    """Return by how many points a share moved: up, down or unchanged; empty if either is unknown."""
    if share is None or before is None:
        return ""
    moved = round(float(points(share)) - float(points(before)), 1)
    if not moved:
        return _("unchanged")
    words = _("up %(points)s") if moved > 0 else _("down %(points)s")
    return words % {"points": f"{abs(moved):.1f}"}


def moved(change: float | None) -> str:
    """Return a relative change of a count in whole per cent: up, down or as before; `new` from nothing."""
    if change is None:
        return _("new")
    percent = round(change * 100)
    if not percent:
        return _("as before")
    words = _("up %(percent)s%%") if percent > 0 else _("down %(percent)s%%")
    return words % {"percent": abs(percent)}
