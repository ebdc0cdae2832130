"""Who is told of what, when a message may go out, when it is tried again. Pure: time is an argument.

The ladder of alerts (unit at 50 %, sub-district at 75 %, district at 100 % of a limit) is the practice that the sub-districts of
Chaoyang describe; the quiet hours are ours.
"""

import datetime as dt
from dataclasses import dataclass
from enum import Enum

from linli.channels.choices import Digest, Kind


class To(Enum):
    """To whom a message goes: everybody of a unit who may act on it, or the officers of an area."""

    LEAD = "lead"
    HELPER = "helper"
    BOTH = "both"
    LADDER = "ladder"


ROUTES: dict[str, tuple[Kind, To]] = {
    "case.dispatched": (Kind.ORDER_GIVEN, To.LEAD),
    "order.ruled_elsewhere": (Kind.ORDER_GIVEN, To.LEAD),
    "order.ruled_final": (Kind.STAYS, To.LEAD),
    "order.alerted": (Kind.ALERTED, To.LADDER),
    "order.sent_back": (Kind.SENT_BACK, To.LEAD),
    "order.reworked": (Kind.REWORK, To.LEAD),
    "order.supervised": (Kind.SUPERVISED, To.LEAD),
    "order.paused": (Kind.GRANTED, To.LEAD),
    "order.extended": (Kind.GRANTED, To.LEAD),
    "order.held": (Kind.GRANTED, To.LEAD),
    "order.application_refused": (Kind.REFUSED, To.LEAD),
    "order.helped": (Kind.HELPED, To.LEAD),
    "task.given": (Kind.TASK_GIVEN, To.HELPER),
    "task.passed_on": (Kind.TASK_GIVEN, To.HELPER),
    "task.relay_asked": (Kind.RELAY_ASKED, To.LEAD),
    "task.relay_answered": (Kind.RELAY_ANSWERED, To.HELPER),
    "repeated.started": (Kind.REPEATED_STARTED, To.HELPER),
    "repeated.missed": (Kind.CHECK_MISSED, To.BOTH),
    "task.withdrawn": (Kind.TASK_WITHDRAWN, To.HELPER),
    "task.done": (Kind.TASK_DONE, To.LEAD),
    "task.returned": (Kind.TASK_RETURNED, To.LEAD),
    "task.needs_material": (Kind.TASK_LACKS, To.LEAD),
}
"""Which events are told, as what, to whom."""

LADDER: dict[int, tuple[str, str] | None] = {
    50: None,
    75: ("street_code", "street_officer"),
    100: ("district_code", "district_officer"),
}
"""Who is told beside the unit at which share of a limit: the officers of which area, by column and role."""

NEWS = dt.timedelta(days=3)
"""What happened longer ago is no news: a history that is taken over, or an outage, floods nobody."""

KEPT = dt.timedelta(days=365)
"""How long messages are kept: half a year at least, as logs are (article 21 of the cybersecurity law of 2016)."""


@dataclass(frozen=True)
class Quiet:
    """Hours in which only emergencies go out, by the clock on the wall; `first` equal to `last` is none at all."""

    first: dt.time
    last: dt.time

    def until(self, at: dt.datetime) -> dt.datetime | None:
        """Return when the quiet ends in which a moment lies (aware, in the site's zone), or None outside it."""
        time = at.time()
        if self.first <= self.last:
            is_quiet = self.first <= time < self.last
        else:
            is_quiet = time >= self.first or time < self.last
        if not is_quiet:
            return None
        day = at.date() if time < self.last else at.date() + dt.timedelta(days=1)
        return dt.datetime.combine(day, self.last, tzinfo=at.tzinfo)


NIGHT = Quiet(dt.time(22), dt.time(7))
"""Quiet hours of whoever chose none."""

_TWICE = (dt.time(8, 30), dt.time(14))


def goes_at(
    at: dt.datetime, *, quiet: Quiet, digest: str = Digest.AT_ONCE, is_urgent: bool = False
) -> dt.datetime:
    """Return when a message may go out (`at` aware, in the site's zone). An emergency waits for nothing."""
    if is_urgent:
        return at
    if digest == Digest.HOURLY:
        at = at.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
    elif digest == Digest.TWICE_A_DAY:
        days = (at.date(), at.date() + dt.timedelta(days=1))
        moments = [
            dt.datetime.combine(day, time, tzinfo=at.tzinfo) for day in days for time in _TWICE
        ]
        at = min(moment for moment in moments if moment > at)
    return quiet.until(at) or at


TRIES = 6
_FIRST_PAUSE = dt.timedelta(seconds=30)


def tried_again_after(attempts: int) -> dt.timedelta | None:
    """Return how long to wait after so many attempts have failed: 30 s, 2 min, 8 min, 32 min, about 2 h; then None."""
    return _FIRST_PAUSE * 4 ** (attempts - 1) if attempts < TRIES else None


ROBOT_EVERY = dt.timedelta(seconds=3)
"""Robots of WeCom and DingTalk take 20 posts a minute (their documentation, read 2026-11); DingTalk's is shut for ten minutes
beyond that. What comes within three seconds goes out as one post."""

LEASE = dt.timedelta(minutes=2)
"""A message that its worker has had in hand for so long was lost with the worker. A provider gets 20 seconds."""

AT_MOST = 20
"""Messages that go out as one letter or post."""
