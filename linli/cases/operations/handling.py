"""The responsible unit at work: accept, contact, report back."""

from django.utils.translation import gettext_lazy as _

from linli.cases.attachments.parts import has_evidence
from linli.cases.events import OrderAccepted, OrderContacted, OrderReported
from linli.cases.models import Case, ContactLog, Report, WorkOrder
from linli.cases.parts import happened, let_lapse, locked_order, move_order
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.rules import is_hidden_from
from linli.cases.privacy.wall import requester_of
from linli.cases.rules import needs_evidence
from linli.cases.searching.parts import index_words
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code
from linli.kernel.operation import operation

NOT_REACHED_YET = Refusal(
    "order.not_reached_yet",
    _("The requester has not been reached yet. Log a contact first, then report back."),
)
NOT_SHOWN = Refusal(
    "order.not_shown",
    _(
        "Nothing shows yet what was done. Add a photo of after handling to the case, or write here what shows "
        "it and why there is no photo."
    ),
    "evidence",
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

    What was asked to be done is shown by a photo of afterwards, newer than the report before, or by words
    (`evidence`). Raises RuleBroken: NOT_SHOWN without either; NOT_REACHED_YET while nobody has spoken to the
    requester, if she wants a reply and left a number.
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
    evidence = evidence.strip()
    if not evidence and needs_evidence(case.kind) and not has_evidence(order):
        raise NOT_SHOWN()
    index_words([case], reply=order.public_reply)
    written = Report.objects.create(
        order=order,
        at=actor.now,
        user_id=actor.user_id,
        resolution=resolution,
        public_reply=order.public_reply,
        evidence=evidence,
    )
    lapsed = let_lapse([order], actor=actor)
    event = OrderReported(
        order_id=order.pk,
        resolution=Code(resolution),
        report_id=written.pk,
        lapsed_count=lapsed[order.pk],
    )
    happened(case, event, actor=actor)
    return order


def _can_be_reached(case: Case, actor: Actor) -> bool:
    # Who may not be told who asked is reached by the hotline alone, and cannot be asked to call first.
    if not case.wants_reply or is_hidden_from(case, actor):
        return False
    asked = requester_of(case.pk, actor=actor, permission=P.HANDLE)
    return asked is not None and asked.phone_sealed is not None
