"""The level above answers what a lead asked for; clocks follow at once. Nobody decides her own."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from linli.cases.choices import ApplicationKind as Kind
from linli.cases.events import (
    ApplicationRefused,
    HoldCleared,
    OrderExcluded,
    OrderExtended,
    OrderHeld,
    OrderHelped,
    OrderPaused,
    OrderResumed,
    OrderWoke,
)
from linli.cases.guards import DECIDED_BY
from linli.cases.models import Application, Case, WorkOrder
from linli.cases.parts import (
    decide,
    happened,
    locked_order,
    move_order,
    renew_clock,
    to_be_decided,
    without_order,
)
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code
from linli.kernel.operation import operation

TIME_IS_OVER = Refusal(
    "order.time_is_over",
    _(
        "The time asked for has passed meanwhile. Refuse it; the lead asks anew if it is still needed."
    ),
)
BATCH = 500


@operation(P.APPROVE)
def pause(*, actor: Actor, case_id: int, application_id: int, decision: str = "") -> WorkOrder:
    """Grant a pause: the handling clock stands until it ends or the lead goes on. One level above the lead."""
    case, order = locked_order(case_id, actor=actor, permission=P.APPROVE)
    asked = to_be_decided(order, application_id, kind=Kind.PAUSE, actor=actor)
    count = (order.pause_count if order else 0) + 1
    order = move_order(case, order, "pause", actor=actor, pause_count=count)
    if asked.until is None or asked.until <= actor.now:
        raise TIME_IS_OVER()
    decide(asked, is_granted=True, decision=decision, actor=actor)
    renew_clock(order, actor=actor)
    happened(
        case,
        OrderPaused(
            order_id=order.pk,
            application_id=asked.pk,
            until=asked.until,
            handling_due_at=order.handling_due_at,
        ),
        actor=actor,
    )
    return order


@operation(P.HANDLE)
def resume(*, actor: Actor, case_id: int) -> WorkOrder:
    """Go on before the pause is over: the clock runs again from now. Raises RuleBroken."""
    case, order = locked_order(case_id, actor=actor, permission=P.HANDLE)
    order = move_order(case, order, "resume", actor=actor)
    ended = _end(order, Kind.PAUSE, actor=actor)
    renew_clock(order, actor=actor)
    event = OrderResumed(
        order_id=order.pk, application_id=ended.pk, handling_due_at=order.handling_due_at
    )
    happened(case, event, actor=actor)
    return order


@operation(P.SWEEP)
def wake(*, actor: Actor) -> int:
    """Let go on what has stood in a pause that is over; a batch. Returns how many, 0 when none is left.

    The clock has run on by itself since the pause's end: only the state follows.
    """
    over = Application.objects.filter(
        kind=Kind.PAUSE,
        is_granted=True,
        ended_at__isnull=True,
        until__lte=actor.now,
        order__state="paused",
    ).order_by("until", "pk")
    chosen = dict(over.values_list("order__case_id", "pk")[:BATCH])
    cases = (
        Case.objects.everywhere("pauses that are over")
        .filter(pk__in=chosen)
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("pk")
    )
    count = 0
    for case in cases:
        asked = over.filter(pk=chosen[case.pk]).select_related("order__lead").first()
        if asked is None:
            continue
        order = move_order(case, asked.order, "wake", actor=actor)
        Application.objects.filter(pk=asked.pk).update(ended_at=asked.until)
        event = OrderWoke(
            order_id=order.pk, application_id=asked.pk, handling_due_at=order.handling_due_at
        )
        happened(case, event, actor=actor)
        count += 1
    return count


@operation(P.APPROVE)
def extend(*, actor: Actor, case_id: int, application_id: int, decision: str = "") -> WorkOrder:
    """Grant an extension: the hotline's office, once an order. The deadline moves. Raises RuleBroken."""
    case, order = locked_order(case_id, actor=actor, permission=P.APPROVE)
    asked = to_be_decided(order, application_id, kind=Kind.EXTENSION, actor=actor)
    order = move_order(case, order, "extend", actor=actor, extension=asked.amount)
    decide(asked, is_granted=True, decision=decision, actor=actor)
    renew_clock(order, actor=actor)
    event = OrderExtended(
        order_id=order.pk, application_id=asked.pk, handling_due_at=order.handling_due_at
    )
    happened(case, event, actor=actor)
    return order


@operation(P.APPROVE)
def hold(*, actor: Actor, case_id: int, application_id: int, decision: str = "") -> WorkOrder:
    """Hold an order on the ledger, or hold it on: its clock stands until it is cleared. The district decides."""
    case, order = locked_order(case_id, actor=actor, permission=P.APPROVE)
    asked = to_be_decided(order, application_id, kind=Kind.HOLD, actor=actor)
    order = move_order(case, order, "hold", actor=actor)
    if asked.until is None or asked.until <= actor.now:
        raise TIME_IS_OVER()
    _standing(order, Kind.HOLD).update(ended_at=actor.now)
    decide(asked, is_granted=True, decision=decision, actor=actor)
    renew_clock(order, actor=actor)
    event = OrderHeld(order_id=order.pk, application_id=asked.pk, until=asked.until)
    happened(case, event, actor=actor)
    return order


@operation(P.APPROVE)
def clear_hold(*, actor: Actor, case_id: int, clearing: str) -> WorkOrder:
    """Clear an order from the ledger, saying what has changed: its clock goes on. Raises RuleBroken."""
    case, order = locked_order(case_id, actor=actor, permission=P.APPROVE)
    held = Application(clearing=clearing.strip())
    order = move_order(case, order, "clear_hold", actor=actor, beside=held)
    ended = _end(order, Kind.HOLD, actor=actor, clearing=held.clearing)
    renew_clock(order, actor=actor)
    event = HoldCleared(
        order_id=order.pk, application_id=ended.pk, handling_due_at=order.handling_due_at
    )
    happened(case, event, actor=actor)
    return order


@operation(P.APPROVE)
def exclude(*, actor: Actor, case_id: int, application_id: int, decision: str = "") -> WorkOrder:
    """Leave an order out of the three rates until its time is over; the count of such orders is published."""
    case, order = locked_order(case_id, actor=actor, permission=P.APPROVE)
    if order is None:  # opened again meanwhile: what was asked is of the order before
        raise without_order(case, "exclude")
    asked = to_be_decided(order, application_id, kind=Kind.EXCLUSION, actor=actor)
    order = move_order(case, order, "exclude", actor=actor)
    if asked.until is None or asked.until <= actor.now:
        raise TIME_IS_OVER()
    decide(asked, is_granted=True, decision=decision, actor=actor)
    event = OrderExcluded(order_id=order.pk, application_id=asked.pk, until=asked.until)
    happened(case, event, actor=actor)
    return order


@operation(P.APPROVE)
def answer_call(*, actor: Actor, case_id: int, application_id: int, decision: str) -> WorkOrder:
    """Answer a lead's call for help: what the level above will do. Raises RuleBroken."""
    case, order = locked_order(case_id, actor=actor, permission=P.APPROVE)
    asked = to_be_decided(order, application_id, kind=Kind.ESCALATION, actor=actor)
    given = Application(decision=decision.strip())
    order = move_order(case, order, "help", actor=actor, beside=given)
    decide(asked, is_granted=True, decision=decision, actor=actor)
    happened(case, OrderHelped(order_id=order.pk, application_id=asked.pk), actor=actor)
    return order


@operation(P.APPROVE)
def refuse(*, actor: Actor, case_id: int, application_id: int, decision: str) -> WorkOrder:
    """Refuse what a lead asked for, saying why. Whoever could grant it. Raises RuleBroken."""
    case, order = locked_order(case_id, actor=actor, permission=P.APPROVE)
    asked = to_be_decided(order, application_id, kind="", actor=actor)
    given = Application(decision=decision.strip())
    order = move_order(case, order, "refuse", actor=actor, beside=given)
    refusal = DECIDED_BY[asked.kind](order, actor)
    if refusal is not None:
        raise refusal
    decide(asked, is_granted=False, decision=decision, actor=actor)
    event = ApplicationRefused(order_id=order.pk, application_id=asked.pk, kind=Code(asked.kind))
    happened(case, event, actor=actor)
    return order


def _standing(order: WorkOrder, kind: Kind) -> QuerySet[Application]:
    return Application.objects.filter(
        order=order, kind=kind, is_granted=True, ended_at__isnull=True
    )


def _end(order: WorkOrder, kind: Kind, *, actor: Actor, clearing: str = "") -> Application:
    """Return the pause or hold that stands, ended now, or at its own end if that was before."""
    found = _standing(order, kind).get()
    at = actor.now
    if kind == Kind.PAUSE and found.until is not None and found.until < at:
        at = found.until
    _standing(order, kind).update(ended_at=at, clearing=clearing)
    return found
