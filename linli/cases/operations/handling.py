"""The responsible unit at work: accept, contact, report back; and looking at who asked."""

from django.utils.translation import gettext_lazy as _

from linli.cases.events import OrderAccepted, OrderContacted, OrderReported, RequesterUnmasked
from linli.cases.models import Case, ContactLog, Report, Requester, Unmasking, WorkOrder
from linli.cases.parts import happened, locked_order, move_order
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.wall import requester_of
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code
from linli.kernel.operation import operation

REASON_NEEDED = Refusal(
    "requester.reason_needed",
    _("Say why you need the name and number. The reason is kept with your name and the time."),
    "reason",
)
NOT_REACHED_YET = Refusal(
    "order.not_reached_yet",
    _("The requester has not been reached yet. Log a contact first, then report back."),
)


@operation(P.HANDLE)
def accept(*, actor: Actor, case_id: int) -> WorkOrder:
    """Take an order in hand. The clocks run on. Raises RuleBroken."""
    case, order = locked_order(case_id, actor=actor, permission=P.HANDLE)
    order = move_order(case, order, "accept", actor=actor, accepted_at=actor.now)
    happened(case, OrderAccepted(order_id=order.pk), actor=actor)
    return order


@operation(P.HANDLE)
def contact(
    *, actor: Actor, case_id: int, means: str, was_reached: bool, note: str = ""
) -> ContactLog:
    """Log a contact with the requester. The first one that reaches stops the response clock.

    Rule: article 15, regulation of 2021-09-24: the unit contacts the caller. An attempt that reaches
    nobody is kept, and stops nothing. Raises RuleBroken.
    """
    case, order = locked_order(case_id, actor=actor, permission=P.HANDLE)
    is_first = was_reached and order is not None and order.first_contact_at is None
    stopped = {"first_contact_at": actor.now} if is_first else {}
    order = move_order(case, order, "contact", actor=actor, **stopped)
    log = ContactLog.objects.create(
        order=order,
        at=actor.now,
        user_id=actor.user_id,
        means=means,
        was_reached=was_reached,
        note=note.strip(),
    )
    happened(
        case,
        OrderContacted(
            order_id=order.pk,
            contact_id=log.pk,
            means=Code(means),
            was_reached=was_reached,
            is_first=is_first,
        ),
        actor=actor,
    )
    return log


@operation(P.HANDLE)
def report(
    *, actor: Actor, case_id: int, resolution: str, public_reply: str, evidence: str = ""
) -> WorkOrder:
    """Report the result with the reply that the caller will hear, and what shows it. Stops the handling clock.

    Raises RuleBroken; NOT_REACHED_YET while nobody has spoken to the requester, if she wants a reply
    and left a number.
    """
    case, order = locked_order(case_id, actor=actor, permission=P.HANDLE)
    if order is not None and order.first_contact_at is None and _can_be_reached(case, actor):
        raise NOT_REACHED_YET()
    order = move_order(
        case,
        order,
        "report",
        actor=actor,
        reported_at=actor.now,
        resolution=resolution,
        public_reply=public_reply.strip(),
    )
    written = Report.objects.create(
        order=order,
        at=actor.now,
        user_id=actor.user_id,
        resolution=resolution,
        public_reply=order.public_reply,
        evidence=evidence.strip(),
    )
    event = OrderReported(order_id=order.pk, resolution=Code(resolution), report_id=written.pk)
    happened(case, event, actor=actor)
    return order


def _can_be_reached(case: Case, actor: Actor) -> bool:
    if not case.wants_reply:
        return False
    asked = requester_of(case.pk, actor=actor, permission=P.HANDLE)
    return asked is not None and asked.phone_sealed is not None


@operation(P.UNMASK)
def unmask(*, actor: Actor, case_id: int, reason: str) -> Requester:
    """Return the requester for reading, once, leaving who looked, when and why. Raises RuleBroken."""
    case, _order = locked_order(case_id, actor=actor, permission=P.UNMASK)
    if not reason.strip():
        raise REASON_NEEDED()
    assert actor.user_id is not None
    looked = Unmasking.objects.create(
        case=case, at=actor.now, user_id=actor.user_id, reason=reason.strip()[:200]
    )
    happened(case, RequesterUnmasked(case_id=case.pk, unmasking_id=looked.pk), actor=actor)
    shown = requester_of(case.pk, actor=actor, permission=P.UNMASK)
    assert shown is not None, "the case was locked within the actor's areas"
    return shown
