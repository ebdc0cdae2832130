"""A case goes to the unit that can solve it."""

from django.utils.translation import gettext_lazy as _

from linli.cases.events import CaseDispatched
from linli.cases.flows import CASE
from linli.cases.models import WorkOrder
from linli.cases.parts import happened, locked_order, told_who_was_first
from linli.cases.permissions import CasePermission as P
from linli.cases.queries import leads_for
from linli.cases.rules import due_times
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal, RuleBroken
from linli.kernel.operation import operation

NOT_SERVING = Refusal(
    "order.not_serving",
    _("This unit does not serve “%(place)s”. Choose one of the units listed."),
    "lead",
)


@operation(P.DISPATCH)
def dispatch(*, actor: Actor, case_id: int, lead_id: int, reason: str = "") -> WorkOrder:
    """Give a case to a lead unit; both clocks start now.

    Raises Case.DoesNotExist outside the scope; RuleBroken if the case is dispatched already or the
    unit does not serve its place.
    """
    case, _order = locked_order(case_id, actor=actor, permission=P.DISPATCH)
    refusal = CASE.closed(case, "dispatch", actor=actor)
    if refusal is not None:
        raise told_who_was_first(case, "dispatch", refusal)
    lead = next((unit for unit in leads_for(case.place) if unit.pk == lead_id), None)
    if lead is None:
        raise NOT_SERVING(place=case.place.name)
    due = due_times(case.urgency, at=actor.now)
    order = WorkOrder.objects.create(
        case=case,
        lead=lead,
        reason=reason.strip()[:500],
        state_since=actor.now,
        dispatched_at=actor.now,
        first_contact_due_at=due.first_contact_at,
        handling_due_at=due.handling_at,
        **case.scope,
    )
    try:
        CASE.move(case, "dispatch", actor=actor, lead_order=order)
    except RuleBroken as broken:
        raise told_who_was_first(case, "dispatch", broken) from broken
    happened(
        case,
        CaseDispatched(
            case_id=case.pk,
            order_id=order.pk,
            lead_id=lead.pk,
            first_contact_due_at=due.first_contact_at,
            handling_due_at=due.handling_at,
        ),
        actor=actor,
    )
    return order
