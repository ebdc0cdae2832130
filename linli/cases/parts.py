"""Steps that several operations share, inside their transaction."""

from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format

from linli.cases.flows import CASE, ORDER
from linli.cases.models import Case, WorkOrder
from linli.cases.queries import last_event
from linli.kernel.actor import Actor
from linli.kernel.errors import MOVED_ALREADY, NOT_NOW, RuleBroken
from linli.kernel.events import record

EVENT_OF_MOVE = {
    "dispatch": "case.dispatched",
    "accept": "order.accepted",
    "report": "order.reported",
    "follow_up": "order.followed_up",
    "finish": "case.closed",
}


def locked_order(case_id: int, *, actor: Actor, permission: str) -> tuple[Case, WorkOrder | None]:
    """Return the case, locked, with its lead order. Raises Case.DoesNotExist outside the scope."""
    assert connection.in_atomic_block
    case = Case.objects.locked(case_id, actor=actor, permission=permission)
    if case.lead_order_id is None:
        return case, None
    order = WorkOrder.objects.select_related("lead").get(pk=case.lead_order_id)
    return case, order


def move_order(
    case: Case, order: WorkOrder | None, name: str, *, actor: Actor, **changes: Any
) -> WorkOrder:
    """Move the lead order. Raises RuleBroken; says who was first when two make the same move."""
    if order is None:
        raise NOT_NOW(move=ORDER.find(name).label, state=CASE.state(case.state).label)
    try:
        ORDER.move(order, name, actor=actor, **changes)
    except RuleBroken as broken:
        raise told_who_was_first(case, name, broken) from broken
    return order


def told_who_was_first(case: Case, name: str, broken: RuleBroken) -> RuleBroken:
    """Return the refusal to show: if somebody else made the very same move, who and when."""
    if broken.refusal is not NOT_NOW or name not in EVENT_OF_MOVE:
        return broken
    first = last_event(case.pk, EVENT_OF_MOVE[name])
    if first is None:
        return broken
    who, at = first
    local = timezone.localtime(at)
    return MOVED_ALREADY(
        move=broken.facts["move"],
        who=who,
        when=f"{date_format(local, 'MONTH_DAY_FORMAT')} {local:%H:%M}",
    )


def happened(case: Case, event: Any, *, actor: Actor) -> None:
    """Raise the case's version and record the event under it: the version is the event's seq."""
    case.version += 1
    Case.objects.filter(pk=case.pk).update(version=case.version)
    record(event, actor=actor, kind="case", stream=case.pk, seq=case.version)
