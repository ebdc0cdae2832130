"""A case goes to the unit that can solve it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.parts import send_copies
from linli.cases.catalogue.queries import Proposal, proposal_for
from linli.cases.catalogue.rules import OFF_LIST_NOW, class_by
from linli.cases.clocks.parts import columns, set_alerts
from linli.cases.clocks.queries import deadlines_of, profile_for
from linli.cases.clocks.rules import class_of
from linli.cases.events import CaseCategorised, CaseDispatched, TaskGiven
from linli.cases.models import Case, CoTask, WorkOrder
from linli.cases.operations.helping import HIDDEN_FROM_PARTNERS, TELLS_WHO_ASKED
from linli.cases.parts import happened, locked_order, move_case, require_case
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.parts import is_shared, who_asked_in
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal, RuleBroken
from linli.kernel.events import Code
from linli.kernel.operation import operation
from linli.territory.models import Organisation

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
NOT_A_CO_HANDLER = Refusal(
    "order.not_a_co_handler",
    _(
        "The catalogue does not name one of these as co-handler here any more. Look at those listed now; the "
        "lead may ask others to help later."
    ),
    "helpers",
)
SAY_WHAT = Refusal(
    "order.helpers_need_words",
    _(
        "Say in a sentence what the co-handlers are to do: it is all that they read beside the case."
    ),
    "helper_words",
)


TO_BE_CHOSEN = Refusal(
    "case.lead_to_be_chosen",
    _("The catalogue does not decide alone here. Open the case and choose the unit."),
)
NO_CATEGORY = Refusal(
    "case.no_category_yet",
    _("No category yet, so the catalogue names nobody. Open the case and set the category."),
)
BATCH = 50
TOO_MANY = Refusal(
    "case.batch_too_large", _("At most %(most)s cases go out at once. Take some of them out.")
)
WALLS = {"order_lead_is_open": LEAD_CLOSED, "order_lead_by_duty_list": OFF_LIST_NOW}
TAKE_PART = _("Take part in “%(category)s” as the catalogue says")
BY = "dispatch"


@operation(P.DISPATCH, constraints=WALLS)
def dispatch(
    *,
    actor: Actor,
    case_id: int,
    lead_id: int,
    reason: str = "",
    clock_class: str = "",
    by_override: bool = False,
    helper_ids: Sequence[int] = (),
    helper_words: str = "",
) -> WorkOrder:
    """Give a case to a lead unit; both clocks start now, by the profile in force at its place.

    Whom the catalogue names needs no reason, any other unit does; a community's body leads only what is on its
    duty list (article 17); a category that has ended gives way to the one that follows it; when a sub-district leads, the district gets a copy (article 12). `clock_class` is
    one of ClockCode, that of the catalogue and the case's kind and urgency if empty; `by_override` takes the
    limits of the override in force there (an epidemic's). `helper_ids`: those of the catalogue's co-handlers that
    get a co-task at once, with `helper_words` to do, due with the order. Raises Case.DoesNotExist outside the scope;
    RuleBroken if the case is dispatched already, the unit does not serve its place or may not lead, the
    reason is missing, no limits are in force there, or a co-handler may not be given a part.
    """
    case, _order = locked_order(case_id, actor=actor, permission=P.DISPATCH)
    require_case(case, "dispatch", actor=actor, beside=None)
    proposal = _proposal(case, actor=actor)
    lead = next((unit for unit in proposal.options if unit.pk == lead_id), None)
    if lead is None:
        raise NOT_SERVING(place=case.place.label)
    for broken in (proposal.refusal(lead), not reason.strip() and proposal.reason_missing(lead)):
        if broken:
            raise broken
    order, events = _ordered(
        case,
        proposal,
        lead,
        actor=actor,
        reason=reason,
        clock_class=clock_class,
        by_override=by_override,
        helper_ids=helper_ids,
        helper_words=helper_words,
    )
    move_case(case, "dispatch", actor=actor, lead_order=order)
    for event in events:
        happened(case, event, actor=actor)
    return order


@dataclass(frozen=True)
class Left:
    """A case that a batch left where it is, and why."""

    case: Case
    why: RuleBroken


@operation(P.DISPATCH)
def dispatch_batch(*, actor: Actor, case_ids: Sequence[int]) -> tuple[list[WorkOrder], list[Left]]:
    """Send each case to the one unit that the catalogue names; return the orders, and the cases left with why.

    By the rules of `dispatch`, one event a case; what somebody must choose is left, and holds up no other. At
    most BATCH cases. Raises RuleBroken for more; Case.DoesNotExist for one outside the scope: then none is sent.
    """
    if len(case_ids) > BATCH:
        raise TOO_MANY(most=BATCH)
    sent, left = [], []
    # Always in one order: two batches wait for one another, and never both.
    for case_id in sorted(set(case_ids)):
        case, _order = locked_order(case_id, actor=actor, permission=P.DISPATCH)
        try:
            with transaction.atomic():
                sent.append(_by_the_catalogue(case, actor=actor))
        except RuleBroken as broken:
            left.append(Left(case, broken))
        except IntegrityError as failed:
            named = getattr(getattr(failed.__cause__, "diag", None), "constraint_name", None)
            if named not in WALLS:
                raise
            left.append(Left(case, WALLS[named]()))
    return sent, left


def _by_the_catalogue(case: Case, *, actor: Actor) -> WorkOrder:
    require_case(case, BY, actor=actor, beside=None)
    if case.category is None:
        raise NO_CATEGORY()
    proposal = _proposal(case, actor=actor)
    if len(proposal.leads) != 1:
        raise TO_BE_CHOSEN()
    helpers = proposal.co_handlers if is_shared(case) else []
    order, events = _ordered(
        case,
        proposal,
        proposal.leads[0],
        actor=actor,
        helper_ids=[unit.pk for unit in helpers],
        helper_words=str(TAKE_PART % {"category": case.category.label}),
    )
    move_case(case, BY, actor=actor, lead_order=order)
    for event in events:
        happened(case, event, actor=actor)
    return order


def _proposal(case: Case, *, actor: Actor) -> Proposal:
    return proposal_for(
        category=case.category, place=case.place, urgency=case.urgency, at=actor.now
    )


def _ordered(
    case: Case,
    proposal: Proposal,
    lead: Organisation,
    *,
    actor: Actor,
    reason: str = "",
    clock_class: str = "",
    by_override: bool = False,
    helper_ids: Sequence[int] = (),
    helper_words: str = "",
) -> tuple[WorkOrder, list[CaseDispatched | TaskGiven]]:
    """Write the order with its clocks, alerts, parts and copies; return it and what is to be told of it."""
    entry = proposal.entry if lead in proposal.leads else None
    _follow_category(case, proposal, actor=actor)
    profile = profile_for(case.place, at=actor.now, override=by_override)
    if profile is None:
        raise NO_PROFILE(place=case.place.label)
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
    tasks = _given_parts(
        case, order, proposal.co_handlers, helper_ids, words=helper_words.strip(), actor=actor
    )
    copied = send_copies(order, proposal, actor=actor)
    dispatched = CaseDispatched(
        case_id=case.pk,
        order_id=order.pk,
        lead_id=lead.pk,
        clock_class_id=limits.pk,
        clock_class=Code(limits.code),
        first_contact_due_at=order.first_contact_due_at,
        handling_due_at=order.handling_due_at,
        catalogue_entry_id=entry.pk if entry else None,
        copied_count=copied,
    )
    given = [
        TaskGiven(
            order_id=order.pk, task_id=task.pk, unit_id=task.organisation_id, due_at=task.due_at
        )
        for task in tasks
    ]
    return order, [dispatched, *given]


def _follow_category(case: Case, proposal: Proposal, *, actor: Actor) -> None:
    """Give the case the category that follows its own, if that has ended since it was said."""
    before, now = case.category, proposal.category
    if before is None or now is None or before == now:
        return
    case.category = now
    Case.objects.filter(pk=case.pk).update(category=now)
    said = CaseCategorised(case_id=case.pk, before=Code(before.code), category=Code(now.code))
    happened(case, said, actor=actor)


def _given_parts(
    case: Case,
    order: WorkOrder,
    named: Sequence[Organisation],
    helper_ids: Sequence[int],
    *,
    words: str,
    actor: Actor,
) -> list[CoTask]:
    """Give a co-task to each of the co-handlers that were left ticked. Raises RuleBroken."""
    wanted = set(helper_ids) - {order.lead_id}  # whoever leads does not help beside
    if not wanted:
        return []
    if not wanted <= {unit.pk for unit in named}:
        raise NOT_A_CO_HANDLER()
    if not is_shared(case):
        raise HIDDEN_FROM_PARTNERS()
    if not words:
        raise SAY_WHAT()
    if found := who_asked_in(words, case=case, actor=actor, permission=P.DISPATCH):
        raise TELLS_WHO_ASKED(found=found)
    tasks = [
        CoTask(
            order=order,
            organisation=unit,
            at=actor.now,
            state_since=actor.now,
            user_id=actor.user_id,
            words=words,
            due_at=order.handling_due_at,
        )
        for unit in named
        if unit.pk in wanted
    ]
    return CoTask.objects.bulk_create(tasks)
