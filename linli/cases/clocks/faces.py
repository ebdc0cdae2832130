"""The faces of an order's clocks, ready to be drawn."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from linli.cases.clocks.choices import OrderClock
from linli.cases.clocks.queries import calendar_of, pauses_of
from linli.cases.clocks.rules import limit_words
from linli.cases.models import WorkOrder
from linli.methods import clocks as methods

PRESSING = 0.75
"""Share of the limit from which a running clock is shown as pressing."""


@dataclass(frozen=True)
class Clock:
    """One of the two clocks of an order. `state`: running, soon, late, done, stands.

    `limit_words` says the limit as the profile has it; empty for an order older than profiles.
    """

    name: Any
    limit: dt.timedelta
    started_at: dt.datetime
    due_at: dt.datetime
    stopped_at: dt.datetime | None
    now: dt.datetime
    share: float
    limit_words: str = ""
    is_provisional: bool = False
    is_standing: bool = False

    @property
    def state(self) -> str:
        if self.stopped_at is not None:
            return "done" if self.stopped_at <= self.due_at else "late"
        if self.is_standing:
            return "stands"
        if self.now > self.due_at:
            return "late"
        return "soon" if self.share >= PRESSING else "running"


def clocks_of(order: WorkOrder, *, now: dt.datetime) -> list[Clock]:
    """Return handling and response clock of an order.

    A limit in working time shows its share of working time: a night uses nothing of it.
    """
    one = order.clock_class
    calendar = calendar_of(one, since=order.dispatched_at) if one else None
    return [
        Clock(
            which.label,
            due_at - started_at,
            started_at,
            due_at,
            stopped_at,
            now,
            max(0.0, min(1.0, _used(order, which, at=stopped_at or now, calendar=calendar))),
            limit_words(one.limits[which]) if one else "",
            is_provisional and stopped_at is None,
            which == OrderClock.HANDLING and order.state in ("paused", "on_ledger"),
        )
        for which, started_at, due_at, stopped_at, is_provisional in (
            (
                OrderClock.HANDLING,
                order.clock_started_at,
                order.handling_due_at,
                order.reported_at,
                order.handling_is_provisional,
            ),
            (
                OrderClock.FIRST_CONTACT,
                order.dispatched_at,
                order.first_contact_due_at,
                order.first_contact_at,
                order.first_contact_is_provisional,
            ),
        )
    ]


def _used(
    order: WorkOrder, which: OrderClock, *, at: dt.datetime, calendar: methods.Calendar | None
) -> float:
    """Return which share of its limit a clock has used, pauses, extension and rework included."""
    if order.clock_class is None or calendar is None:
        due_at = getattr(order, f"{which}_due_at")
        return float((at - order.dispatched_at) / (due_at - order.dispatched_at))
    limit = order.clock_class.limits[which]
    if which == OrderClock.FIRST_CONTACT:
        clock = methods.Clock(limit, order.dispatched_at)
        return methods.share_used(clock, calendar=calendar, at=at)
    clock = methods.Clock(
        limit, order.clock_started_at, tuple(pauses_of(order)), extension=order.extension
    )
    return methods.share_used(clock, calendar=calendar, at=at) * 100 / order.clock_percent
