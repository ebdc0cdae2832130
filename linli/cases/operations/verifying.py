"""Others look at an order: is it as reported, does it move at all."""

from linli.cases.events import OrderSentBack, OrderSupervised, OrderVerified
from linli.cases.models import Supervision, Verification, WorkOrder
from linli.cases.parts import happened, locked_order, move_order
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.events import Code
from linli.kernel.operation import operation


@operation(P.VERIFY)
def verify(*, actor: Actor, case_id: int, words: str) -> WorkOrder:
    """Confirm that it is as reported, saying what was seen. Never by the lead's own people."""
    case, order = locked_order(case_id, actor=actor, permission=P.VERIFY)
    seen = Verification(
        order=order, at=actor.now, user_id=actor.user_id, is_so=True, words=words.strip()
    )
    order = move_order(case, order, "verify", actor=actor, beside=seen)
    seen.save()
    happened(case, OrderVerified(order_id=order.pk, verification_id=seen.pk), actor=actor)
    return order


@operation(P.VERIFY)
def send_back(*, actor: Actor, case_id: int, words: str) -> WorkOrder:
    """Send back what is not as reported, once. No new clock: the one that ran counts on from dispatch."""
    case, order = locked_order(case_id, actor=actor, permission=P.VERIFY)
    seen = Verification(
        order=order, at=actor.now, user_id=actor.user_id, is_so=False, words=words.strip()
    )
    order = move_order(
        case,
        order,
        "send_back",
        actor=actor,
        beside=seen,
        sent_back_count=1,
        attempt_count=0,
        call_again_at=None,
        reported_at=None,
        resolution=None,
        public_reply="",
    )
    seen.save()
    happened(case, OrderSentBack(order_id=order.pk, verification_id=seen.pk), actor=actor)
    return order


@operation(P.SUPERVISE)
def supervise(*, actor: Actor, case_id: int, reason: str, words: str) -> Supervision:
    """Keep an eye on an order and say what has to happen; the lead and the level above see it."""
    case, order = locked_order(case_id, actor=actor, permission=P.SUPERVISE)
    said = Supervision(
        order=order, at=actor.now, user_id=actor.user_id, reason=reason, words=words.strip()
    )
    order = move_order(case, order, "supervise", actor=actor, beside=said, supervised_at=actor.now)
    said.save()
    event = OrderSupervised(order_id=order.pk, supervision_id=said.pk, reason=Code(reason))
    happened(case, event, actor=actor)
    return said
