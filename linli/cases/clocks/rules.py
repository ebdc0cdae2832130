"""Rules of clocks, pure: the shipped profiles, which class a case falls into, both deadlines."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from linli.cases.clocks.choices import ALERT_PERCENTS, ClockCode, OrderClock
from linli.kernel.errors import Refusal
from linli.methods.clocks import Calendar, Clock, Due, Limit, Pause, Unit, due, reached

DEFAULT_TIMES = "09:00-12:00, 13:30-17:30"
"""Working times of the shipped profiles; our default, a version of one's own says the office's hours."""

CONTACT_AFTER_HANDLING = Refusal(
    "clocks.contact_after_handling",
    _(
        "“%(name)s”: the limit for the first contact is longer than the whole handling limit. "
        "Shorten it, or lengthen the handling limit."
    ),
)


@dataclass(frozen=True)
class Limits:
    """How long the responsible unit has, from dispatch, for the first contact and in all."""

    first_contact: Limit
    handling: Limit

    def __getitem__(self, clock: str) -> Limit:
        return self.first_contact if clock == OrderClock.FIRST_CONTACT else self.handling

    @property
    def uses_calendar(self) -> bool:
        """Return whether either limit counts working time."""
        return self.first_contact.unit.is_working or self.handling.unit.is_working


@dataclass(frozen=True)
class Alert:
    """A point of a clock at which somebody is alerted; `at` None while the clock stands."""

    clock: OrderClock
    percent: int
    at: dt.datetime | None


@dataclass(frozen=True)
class Deadlines:
    """Both deadlines of an order and the points on the way to them."""

    first_contact: Due
    handling: Due
    alerts: tuple[Alert, ...]


def class_of(*, kind: str, urgency: str) -> ClockCode:
    """Return the class of a case by what is asked and how pressing it is.

    An ordinary inquiry has its own class (reference practice: answered at once or in a working day);
    an urgent one keeps the clocks of its urgency.
    """
    if kind == "inquiry" and urgency == ClockCode.NORMAL:
        return ClockCode.INQUIRY
    return ClockCode(urgency)


def deadlines(
    limits: Limits,
    *,
    at: dt.datetime,
    calendar: Calendar,
    pauses: Iterable[Pause] = (),
    extension: int = 0,
    percent: float = 100,
) -> Deadlines:
    """Return both deadlines of an order dispatched `at`.

    `pauses` and `extension` (in the handling limit's unit) belong to the handling clock: the caller is
    contacted whatever the matter waits for. `percent` shortens both limits (a rework has half). The first
    contact is never due after the whole.
    """
    clock = Clock(limits.handling, at, tuple(pauses), extension)
    contact = Clock(limits.first_contact, at)
    handling = reached(clock, calendar=calendar, percent=percent)
    first = reached(contact, calendar=calendar, percent=percent)
    if first.at and handling.at and handling.at < first.at:
        contact, first = clock, handling
    points = tuple(
        Alert(which, share, reached(one, calendar=calendar, percent=share * percent / 100).at)
        for which, one in ((OrderClock.FIRST_CONTACT, contact), (OrderClock.HANDLING, clock))
        for share in ALERT_PERCENTS
    )
    return Deadlines(first, handling, points)


def check_limits(limits: Limits, *, name: str) -> None:
    """Raise CONTACT_AFTER_HANDLING where both limits can be compared and the first is the longer.

    A limit in working time is never shorter than the same in calendar time, so what looks too long on
    an empty calendar is too long.
    """
    plain = Calendar(times=((0, 24 * 60),), zone=dt.UTC)
    start = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)  # a Monday at midnight
    ends = [due(Clock(limits[which], start), calendar=plain).at for which in OrderClock.values]
    is_alike = limits.first_contact.unit.is_working == limits.handling.unit.is_working
    if is_alike and ends[0] and ends[1] and ends[0] > ends[1]:
        raise CONTACT_AFTER_HANDLING(name=name)


def limit_words(limit: Limit) -> str:
    """Return a limit in words: `15 minutes`, `1 working day`."""
    words = {
        Unit.MINUTE: ngettext("%(n)s minute", "%(n)s minutes", limit.amount),
        Unit.HOUR: ngettext("%(n)s hour", "%(n)s hours", limit.amount),
        Unit.DAY: ngettext("%(n)s day", "%(n)s days", limit.amount),
        Unit.WORKING_HOUR: ngettext("%(n)s working hour", "%(n)s working hours", limit.amount),
        Unit.WORKING_DAY: ngettext("%(n)s working day", "%(n)s working days", limit.amount),
    }
    return words[limit.unit] % {"n": limit.amount}
