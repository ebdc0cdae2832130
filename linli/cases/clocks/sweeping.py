"""Writes that the clock itself asks for: alerts that are due, deadlines whose days became known.

Both take a batch, lock the cases they touch and pass over those that somebody is working on; the next
run takes those. Run again at the same moment, they change nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from linli.cases.clocks.choices import OrderClock
from linli.cases.clocks.models import ClockAlert
from linli.cases.clocks.parts import move_deadlines
from linli.cases.clocks.queries import standing_deadlines
from linli.cases.events import OrderAlerted, OrderDueMoved
from linli.cases.models import Case, WorkOrder
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.events import Code, record_many
from linli.kernel.operation import operation
from linli.territory.calendar.queries import last_change

BATCH = 500


@dataclass(frozen=True)
class Swept:
    """What a batch did. `settled` counts the alerts taken off the list, `raised` those that were told."""

    settled: int = 0
    raised: int = 0


@operation(P.SWEEP)
def sweep_alerts(*, actor: Actor, limit: int = BATCH) -> Swept:
    """Raise the alerts that are due, at most `limit` orders' clocks at once.

    Of several due on one clock only the highest is raised. An alert of a clock that has stopped lapses.
    """
    due = ClockAlert.objects.filter(
        raised_at__isnull=True, lapsed_at__isnull=True, due_at__lte=actor.now
    )
    first = due.order_by("due_at", "pk").values_list("order__case_id", flat=True)[:limit]
    cases = _locked(first)
    alerts = due.filter(order__case__in=cases).select_related("order").order_by("due_at", "pk")
    by_clock: dict[tuple[int, str], list[ClockAlert]] = defaultdict(list)
    for alert in alerts:
        by_clock[alert.order_id, alert.clock].append(alert)
    happened: list[tuple[Any, int, int]] = []
    for group in by_clock.values():
        highest = max(group, key=lambda alert: alert.percent)
        for alert in group:
            alert.lapsed_at = actor.now
        if not _has_stopped(highest.order, highest.clock):
            highest.lapsed_at, highest.raised_at = None, actor.now
            case = cases[highest.order.case_id]
            case.version += 1
            alerted = OrderAlerted(
                order_id=highest.order_id, clock=Code(highest.clock), percent=highest.percent
            )
            happened.append((alerted, case.pk, case.version))
    settled = [alert for group in by_clock.values() for alert in group]
    ClockAlert.objects.bulk_update(settled, ["raised_at", "lapsed_at"])
    _record(happened, cases, actor=actor)
    return Swept(settled=len(settled), raised=len(happened))


@operation(P.SWEEP)
def renew_deadlines(*, actor: Actor, limit: int = BATCH) -> int:
    """Compute anew the deadlines in working time of orders older than the calendar's last change.

    Only clocks that still run move. Returns how many orders were looked at; 0 when none is left.
    """
    changed_at = last_change()
    if changed_at is None:
        return 0
    stale = WorkOrder.objects.filter(reported_at__isnull=True, calendar_read_at__lt=changed_at)
    cases = _locked(stale.order_by("pk").values_list("case_id", flat=True)[:limit])
    happened: list[tuple[Any, int, int]] = []
    orders = list(
        stale.filter(case__in=cases)
        .select_related("clock_class__profile")
        .prefetch_related("applications")
        .order_by("pk")
    )
    for order in orders:
        assert order.clock_class is not None, "an order that read the calendar has its limits"
        found = standing_deadlines(order)
        if move_deadlines(order, found, now=max(actor.now, changed_at)):
            case = cases[order.case_id]
            case.version += 1
            moved = OrderDueMoved(
                order_id=order.pk,
                first_contact_due_at=order.first_contact_due_at,
                handling_due_at=order.handling_due_at,
            )
            happened.append((moved, case.pk, case.version))
    _record(happened, cases, actor=actor)
    return len(orders)


def _locked(case_ids: Iterable[int]) -> dict[int, Case]:
    """Return the cases that nobody is working on, locked for this transaction."""
    found = (
        Case.objects.everywhere("clocks: alerts and deadlines of every area")
        .filter(pk__in=set(case_ids))
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("pk")
    )
    return {case.pk: case for case in found}


def _record(happened: list[tuple[Any, int, int]], cases: dict[int, Case], *, actor: Actor) -> None:
    if not happened:
        return
    told = [cases[case_id] for case_id in {case_id for _event, case_id, _seq in happened}]
    Case._base_manager.bulk_update(told, ["version"])
    record_many(happened, actor=actor, kind="case")


def _has_stopped(order: WorkOrder, clock: str) -> bool:
    if order.state == "closed" or order.reported_at is not None:
        return True
    return clock == OrderClock.FIRST_CONTACT and order.first_contact_at is not None
