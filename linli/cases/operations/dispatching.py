"""A case goes to the unit that can solve it."""

from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.parts import send_copies
from linli.cases.catalogue.queries import proposal_for
from linli.cases.catalogue.rules import OFF_LIST_NOW, class_by
from linli.cases.clocks.parts import columns, set_alerts
from linli.cases.clocks.queries import deadlines_of, profile_for
from linli.cases.clocks.rules import class_of
from linli.cases.events import CaseDispatched
from linli.cases.models import WorkOrder
from linli.cases.parts import happened, locked_order, move_case, require_case
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code
from linli.kernel.operation import operation

NOT_SERVING = Refusal(
    "order.not_serving",
    _("This unit does not serve “%(place)s”. Choose one of the units listed."),
    "lead",
)
NO_PROFILE = Refusal(
    "order.no_clock_profile",
    _(
        "No limits are in force for “%(place)s”, so no clock can start. Ask your administrator to put a "
        "clock profile in force there."
    ),
)


LEAD_CLOSED = Refusal(
    "order.lead_closed",
    _("This unit has been closed meanwhile. Choose another of the units listed."),
    "lead",
)


@operation(
    P.DISPATCH,
    constraints={
        "order_lead_is_open": LEAD_CLOSED,
        "order_lead_by_duty_list": OFF_LIST_NOW,
    },
)
def dispatch(
    *,
    actor: Actor,
    case_id: int,
    lead_id: int,
    reason: str = "",
    clock_class: str = "",
    by_override: bool = False,
) -> WorkOrder:
    """Give a case to a lead unit; both clocks start now, by the profile in force at its place.

    Whom the catalogue names needs no reason, any other unit does; a community's body leads only what is on its
    duty list (article 17); when a sub-district leads, the district gets a copy (article 12). `clock_class` is
    one of ClockCode, that of the catalogue and the case's kind and urgency if empty; `by_override` takes the
    limits of the override in force there (an epidemic's). Raises Case.DoesNotExist outside the scope;
    RuleBroken if the case is dispatched already, the unit does not serve its place or may not lead, the
    reason is missing, or no limits are in force there.
    """
    case, _order = locked_order(case_id, actor=actor, permission=P.DISPATCH)
    require_case(case, "dispatch", actor=actor, beside=None)
    proposal = proposal_for(
        category=case.category, place=case.place, urgency=case.urgency, at=actor.now
    )
    lead = next((unit for unit in proposal.options if unit.pk == lead_id), None)
    if lead is None:
        raise NOT_SERVING(place=case.place.name)
    for broken in (proposal.refusal(lead), not reason.strip() and proposal.reason_missing(lead)):
        if broken:
            raise broken
    entry = proposal.entry if lead in proposal.leads else None
    profile = profile_for(case.place, at=actor.now, override=by_override)
    if profile is None:
        raise NO_PROFILE(place=case.place.name)
    own = class_of(kind=case.kind, urgency=case.urgency)
    limits = profile.of(clock_class or class_by(entry.clock_class if entry else "", own))
    due = deadlines_of(limits, at=actor.now)
    order = WorkOrder.objects.create(
        case=case,
        lead=lead,
        reason=reason.strip()[:500],
        catalogue_entry=entry,
        state_since=actor.now,
        dispatched_at=actor.now,
        first_dispatched_at=actor.now,
        clock_started_at=actor.now,
        **columns(limits, due, now=actor.now),
        **case.scope,
    )
    set_alerts(order, due)
    copied = send_copies(order, proposal, actor=actor)
    move_case(case, "dispatch", actor=actor, lead_order=order)
    happened(
        case,
        CaseDispatched(
            case_id=case.pk,
            order_id=order.pk,
            lead_id=lead.pk,
            clock_class_id=limits.pk,
            clock_class=Code(limits.code),
            first_contact_due_at=order.first_contact_due_at,
            handling_due_at=order.handling_due_at,
            catalogue_entry_id=entry.pk if entry else None,
            copied_count=copied,
        ),
        actor=actor,
    )
    return order
