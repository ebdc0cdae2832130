"""Steps on an order's clocks that operations share, inside their transaction."""

import datetime as dt
from typing import Any

from django.db import connection

from linli.cases.clocks.choices import OrderClock
from linli.cases.clocks.models import ClockAlert, ClockClass
from linli.cases.clocks.rules import Deadlines


def columns(one: ClockClass, found: Deadlines, *, now: dt.datetime) -> dict[str, Any]:
    """Return the columns of an order that state its clocks. Both deadlines must stand."""
    assert found.first_contact.at is not None, "an order is not dispatched in a pause"
    assert found.handling.at is not None, "an order is not dispatched in a pause"
    return {
        "clock_class": one,
        "first_contact_due_at": found.first_contact.at,
        "handling_due_at": found.handling.at,
        "first_contact_is_provisional": found.first_contact.is_provisional,
        "handling_is_provisional": found.handling.is_provisional,
        "calendar_read_at": now if one.limits.uses_calendar else None,
    }


def set_alerts(order: Any, found: Deadlines) -> None:
    """Write the alerts of a new order. One statement."""
    assert connection.in_atomic_block
    ClockAlert.objects.bulk_create(
        ClockAlert(order=order, clock=point.clock, percent=point.percent, due_at=point.at)
        for point in found.alerts
    )


def move_alerts(order: Any, found: Deadlines, *, now: dt.datetime) -> None:
    """Move an order's alerts with its deadlines.

    An alert raised for a time that now lies ahead is armed again: the limit it spoke of has changed.
    `at` None (the clock stands) disarms an alert until the next move.
    """
    assert connection.in_atomic_block
    points = {(point.clock, point.percent): point.at for point in found.alerts}
    alerts = list(ClockAlert.objects.filter(order=order))
    for alert in alerts:
        alert.due_at = points[OrderClock(alert.clock), alert.percent]
        if alert.due_at is None or alert.due_at > now:
            alert.raised_at = alert.lapsed_at = None
    ClockAlert.objects.bulk_update(alerts, ["due_at", "raised_at", "lapsed_at"])


def move_deadlines(order: Any, found: Deadlines, *, now: dt.datetime) -> bool:
    """Write an order's deadlines anew, with its alerts. Returns whether any moved.

    A clock that has stopped keeps its deadline: what was in time stays in time. A clock that stands in
    an open pause (`at` None) keeps the deadline it had, until it goes on. Co-tasks that would be due later
    than their order come down with it.
    """
    written: dict[str, Any] = {"calendar_read_at": order.calendar_read_at and now}
    for clock, one, stopped_at in (
        ("first_contact", found.first_contact, order.first_contact_at),
        ("handling", found.handling, order.reported_at),
    ):
        if stopped_at is None and one.at is not None:
            written[f"{clock}_due_at"] = one.at
            written[f"{clock}_is_provisional"] = one.is_provisional
    has_moved = any(
        getattr(order, column) != value
        for column, value in written.items()
        if column.endswith("_due_at")
    )
    for column, value in written.items():
        setattr(order, column, value)
    order.co_tasks.filter(ended_at__isnull=True, due_at__gt=order.handling_due_at).update(
        due_at=order.handling_due_at
    )
    type(order)._base_manager.filter(pk=order.pk).update(**written)
    move_alerts(order, found, now=now)
    return has_moved
