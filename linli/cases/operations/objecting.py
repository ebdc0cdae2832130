"""A unit says that an order is not its own, once; the hotline rules, and that is final."""

from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.parts import send_copies
from linli.cases.catalogue.queries import proposal_for
from linli.cases.catalogue.rules import OFF_LIST_NOW
from linli.cases.clocks.parts import columns, move_alerts
from linli.cases.clocks.queries import deadlines_of, profile_for
from linli.cases.events import OrderObjected, OrderRuledElsewhere, OrderRuledFinal
from linli.cases.models import Objection, WorkOrder
from linli.cases.operations.dispatching import LEAD_CLOSED, NO_PROFILE, NOT_SERVING
from linli.cases.parts import happened, let_lapse, locked_order, move_order
from linli.cases.permissions import CasePermission as P
from linli.cases.rules import objection_due
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.operation import operation

SAME_UNIT = Refusal(
    "order.same_unit",
    _("This unit has objected. Choose another one, or rule that the order stays with it."),
    "lead",
)


@operation(P.HANDLE)
def object_to(*, actor: Actor, case_id: int, clause: str, evidence: str) -> Objection:
    """Object to an order, naming the clause and what shows it. Both clocks run on. Raises RuleBroken.

    Once a unit, within 2 hours of dispatch (24 for a complex matter): rules.objection_due.
    """
    case, order = locked_order(case_id, actor=actor, permission=P.HANDLE)
    objection = Objection(
        order=order,
        unit=order.lead if order else None,
        at=actor.now,
        user_id=actor.user_id,
        clause=clause.strip()[:200],
        evidence=evidence.strip(),
    )
    order = move_order(case, order, "object", actor=actor, beside=objection)
    code = order.clock_class.code if order.clock_class else ""
    objection.due_at = objection_due(order.dispatched_at, clock_class=code)
    objection.save()
    happened(
        case,
        OrderObjected(order_id=order.pk, objection_id=objection.pk, unit_id=order.lead_id),
        actor=actor,
    )
    return objection


@operation(
    P.RULE,
    constraints={"order_lead_is_open": LEAD_CLOSED, "order_lead_by_duty_list": OFF_LIST_NOW},
)
def rule_elsewhere(*, actor: Actor, case_id: int, lead_id: int, ruling: str) -> WorkOrder:
    """Rule that another unit leads. It gets its full limit; the first dispatch stays as it was.

    The ruling is the reason where the catalogue names another. Raises RuleBroken: no objection waits, the unit
    does not serve the place, may not lead it (article 17), or is the one that objected.
    """
    case, order = locked_order(case_id, actor=actor, permission=P.RULE)
    objection = _waiting(order)
    if objection is not None:
        objection.ruling = ruling.strip()
    before = order.lead_id if order else 0
    proposal = proposal_for(
        category=case.category, place=case.place, urgency=case.urgency, at=actor.now
    )
    lead = next((unit for unit in proposal.options if unit.pk == lead_id), None)
    order = move_order(
        case, order, "rule_elsewhere", actor=actor, beside=objection, accepted_at=None
    )
    assert objection is not None, "an order in objection has one"
    if lead_id == before:
        raise SAME_UNIT()
    if lead is None:
        raise NOT_SERVING(place=case.place.label)
    if (off := proposal.refusal(lead)) is not None:
        raise off
    code = order.clock_class.code if order.clock_class else None
    profile = profile_for(case.place, at=actor.now)
    if profile is None or code is None:
        raise NO_PROFILE(place=case.place.label)
    limits = profile.of(code)
    due = deadlines_of(limits, at=actor.now)
    WorkOrder.objects.filter(pk=order.pk).update(
        lead=lead,
        catalogue_entry=proposal.entry if lead in proposal.leads else None,
        dispatched_at=actor.now,
        clock_started_at=actor.now,
        **columns(limits, due, now=actor.now),
    )
    order = WorkOrder.objects.get(pk=order.pk)
    move_alerts(order, due, now=actor.now)
    copied = send_copies(order, proposal, actor=actor)
    lapsed = let_lapse([order], actor=actor)
    _rule(objection, actor=actor, new_unit_id=lead.pk)
    happened(
        case,
        OrderRuledElsewhere(
            order_id=order.pk,
            objection_id=objection.pk,
            from_id=before,
            lead_id=lead.pk,
            first_contact_due_at=order.first_contact_due_at,
            handling_due_at=order.handling_due_at,
            copied_count=copied,
            lapsed_count=lapsed[order.pk],
        ),
        actor=actor,
    )
    return order


@operation(P.RULE)
def rule_final(*, actor: Actor, case_id: int, ruling: str) -> WorkOrder:
    """Rule that the order stays where it is: accepted, clocks as they ran, no second objection."""
    case, order = locked_order(case_id, actor=actor, permission=P.RULE)
    objection = _waiting(order)
    if objection is not None:
        objection.ruling = ruling.strip()
    accepted_at = (order.accepted_at if order else None) or actor.now
    order = move_order(
        case, order, "rule_final", actor=actor, beside=objection, accepted_at=accepted_at
    )
    assert objection is not None, "an order in objection has one"
    _rule(objection, actor=actor)
    happened(case, OrderRuledFinal(order_id=order.pk, objection_id=objection.pk), actor=actor)
    return order


def _waiting(order: WorkOrder | None) -> Objection | None:
    return Objection.objects.filter(order=order, ruled_at__isnull=True).first()


def _rule(objection: Objection, *, actor: Actor, new_unit_id: int | None = None) -> None:
    objection.ruled_at, objection.ruled_by = actor.now, actor.user_id
    objection.new_unit_id = new_unit_id
    objection.save()
