"""The hotline calls back, asks three questions, and closes."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from linli.cases.events import (
    CaseClosed,
    FollowUpAgreed,
    FollowUpMissed,
    OrderFollowedUp,
    OrderReworked,
)
from linli.cases.flows import CASE
from linli.cases.models import Case, FollowUp, WorkOrder
from linli.cases.parts import happened, locked_order, move_order, renew_clock
from linli.cases.permissions import CasePermission as P
from linli.cases.rules import AGREE_AHEAD, REWORK_PERCENT
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code
from linli.kernel.operation import operation

AGAIN_PAST = Refusal(
    "follow_up.again_past",
    _("The time given has passed already. Ask the caller for one that lies ahead."),
    "again_at",
)
AGAIN_TOO_LATE = Refusal(
    "follow_up.again_too_late",
    _("A call back is agreed for the next %(days)s days at most. Ask for an earlier time."),
    "again_at",
)


@operation(P.FOLLOW_UP)
def miss_follow_up(*, actor: Actor, case_id: int, means: str) -> WorkOrder:
    """Keep an attempt that reached nobody. No answer is never "satisfied". Raises RuleBroken."""
    case, order = locked_order(case_id, actor=actor, permission=P.FOLLOW_UP)
    tried = (order.attempt_count if order else 0) + 1
    order = move_order(
        case, order, "miss_follow_up", actor=actor, attempt_count=tried, call_again_at=None
    )
    FollowUp.objects.create(
        order=order,
        at=actor.now,
        user_id=actor.user_id,
        organisation_id=actor.organisation_id,
        means=means,
        was_reached=False,
    )
    missed = FollowUpMissed(order_id=order.pk, attempt=tried, means=Code(means))
    happened(case, missed, actor=actor)
    return order


@operation(P.FOLLOW_UP)
def agree_follow_up(*, actor: Actor, case_id: int, again_at: dt.datetime) -> WorkOrder:
    """Keep when the caller wants to be called back. It is no attempt. Raises RuleBroken."""
    case, order = locked_order(case_id, actor=actor, permission=P.FOLLOW_UP)
    order = move_order(case, order, "agree_follow_up", actor=actor, call_again_at=again_at)
    if again_at <= actor.now:
        raise AGAIN_PAST()
    if again_at > actor.now + AGREE_AHEAD:
        raise AGAIN_TOO_LATE(days=AGREE_AHEAD.days)
    agreed = FollowUpAgreed(order_id=order.pk, again_at=again_at)
    happened(case, agreed, actor=actor)
    return order


@operation(P.FOLLOW_UP)
def follow_up(
    *,
    actor: Actor,
    case_id: int,
    means: str,
    was_contacted: bool,
    answered: str,
    satisfaction: str,
    note: str = "",
) -> FollowUp:
    """Keep the caller's three answers. Never by the unit that handled it (article 23). Raises RuleBroken."""
    case, order = locked_order(case_id, actor=actor, permission=P.FOLLOW_UP)
    tried = (order.attempt_count if order else 0) + 1
    order = move_order(
        case,
        order,
        "follow_up",
        actor=actor,
        attempt_count=tried,
        call_again_at=None,
        followed_up_at=actor.now,
        answered=answered,
        satisfaction=satisfaction,
    )
    row = FollowUp.objects.create(
        order=order,
        at=actor.now,
        user_id=actor.user_id,
        organisation_id=actor.organisation_id,
        means=means,
        was_reached=True,
        was_contacted=was_contacted,
        answered=answered,
        satisfaction=satisfaction,
        note=note.strip(),
    )
    happened(
        case,
        OrderFollowedUp(
            order_id=order.pk,
            follow_up_id=row.pk,
            was_contacted=was_contacted,
            answered=Code(answered),
            satisfaction=Code(satisfaction),
        ),
        actor=actor,
    )
    return row


@operation(P.FOLLOW_UP)
def rework(*, actor: Actor, case_id: int) -> WorkOrder:
    """Send an order back to its lead: the caller calls unsolved what could be solved. Once, half the limit.

    What was reported and answered stays in its own rows; the order's columns begin anew. Raises RuleBroken.
    """
    case, order = locked_order(case_id, actor=actor, permission=P.FOLLOW_UP)
    order = move_order(
        case,
        order,
        "rework",
        actor=actor,
        rework_count=1,
        attempt_count=0,
        reported_at=None,
        resolution=None,
        public_reply="",
        followed_up_at=None,
        answered=None,
        satisfaction=None,
        clock_started_at=actor.now,
        clock_percent=REWORK_PERCENT,
        extension=0,
    )
    if order.clock_class is not None:
        renew_clock(order, actor=actor)
    event = OrderReworked(order_id=order.pk, handling_due_at=order.handling_due_at)
    happened(case, event, actor=actor)
    return order


@operation(P.FOLLOW_UP)
def close(*, actor: Actor, case_id: int) -> Case:
    """Close a case whose caller answered, or could not be reached in three attempts. Raises RuleBroken."""
    case, order = locked_order(case_id, actor=actor, permission=P.FOLLOW_UP)
    was_answered = order is not None and order.answered is not None
    order = move_order(case, order, "finish", actor=actor, call_again_at=None)
    CASE.move(case, "close", actor=actor, closed_at=actor.now)
    happened(
        case,
        CaseClosed(case_id=case.pk, order_id=order.pk, was_answered=was_answered),
        actor=actor,
    )
    return case
