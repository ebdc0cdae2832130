"""What may still say no to a move, as pure questions about one row and one actor.

A guard reads what hangs on the row (`row.applications.all()` and the like), so that a page that fetched
it beforehand asks nothing again.
"""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext_lazy as _

from linli.cases.permissions import CasePermission as P
from linli.cases.rules import (
    FOLLOW_UP_ATTEMPTS,
    FOLLOW_UP_MEANS,
    PAUSES,
    REOPEN_WITHIN,
    decider_depth,
    holds_at,
    objection_due,
)
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal, RuleBroken

NOT_YOUR_ORDER = Refusal(
    "order.not_yours",
    _("This order lies with %(unit)s. Only its own people move it on."),
)
OWN_WORK = Refusal(
    "order.own_work",
    _(
        "Your unit handled this. The call back is made by somebody else, so that the answer is free."
    ),
)
NOT_YET_ASKED = Refusal(
    "order.not_yet_asked",
    _(
        "The caller has not answered yet. Try again; after %(limit)s attempts by %(means)s means it can be "
        "closed unanswered."
    ),
)
CHILDREN_OPEN = Refusal(
    "order.children_open",
    _(
        "%(count)s co-task(s) are still open. Wait until they are done, or have the lead withdraw them; then close."
    ),
)
EMERGENCY_NEVER_WAITS = Refusal(
    "case.emergency_never_waits",
    _("An emergency never waits for a consultation. Dispatch it now; the unit may object later."),
)
CONSULTED_ALREADY = Refusal(
    "case.consulted_already",
    _("A consultation is open already. Dispatch by its answer, or when its time is over."),
)
REOPENED_ALREADY = Refusal(
    "case.reopened_already",
    _(
        "A case is opened again once only, and this one was. Write down what is new as a new case; both are shown together."
    ),
)
TOO_LATE_TO_REOPEN = Refusal(
    "case.too_late_to_reopen",
    _("Fifteen days have passed since the close. Write down what is new as a new case."),
)
TOO_LATE_TO_OBJECT = Refusal(
    "order.too_late_to_object",
    _(
        "The time to object is over: 2 hours from dispatch, 24 for a complex matter. The unit stays the lead and "
        "may ask for help from above."
    ),
)
OBJECTED_ALREADY = Refusal(
    "order.objected_already",
    _(
        "Your unit has objected to this case once; the ruling is final. If you cannot solve it, ask for help from above."
    ),
)
ASKED_ALREADY = Refusal(
    "order.asked_already",
    _("This has been asked for and waits for its decision. Nothing more is needed from you."),
)
PAUSED_TWICE = Refusal(
    "order.paused_twice",
    _(
        "The clock has stood twice already, and no more than twice is possible. Report how far it is."
    ),
)
EXTENDED_ALREADY = Refusal(
    "order.extended_already", _("An order is extended once only, and this one was.")
)
TOO_LATE_TO_EXTEND = Refusal(
    "order.too_late_to_extend",
    _("The limit has passed; an extension is asked for before. Report how far it is and why."),
)
NO_LIMITS = Refusal(
    "order.no_limits",
    _("This order is older than the clock profiles: its limits cannot be moved."),
)
EXCLUDED_ALREADY = Refusal(
    "order.excluded_already", _("This order is left out of the rates already.")
)
NOT_ABOVE = Refusal(
    "order.not_above",
    _("This is decided one level above the lead. Your area does not lie there."),
)
NOT_THE_DISTRICT = Refusal(
    "order.not_the_district", _("A hold on the ledger is decided by the district, or above it.")
)
NOT_THE_OFFICE = Refusal(
    "order.not_the_office", _("This is decided by the hotline's office for the whole city.")
)
SAME_PERSON = Refusal(
    "order.same_person",
    _("You asked for this yourself. A second person decides: ask a colleague of the level above."),
)
REWORKED_ALREADY = Refusal(
    "order.reworked_already",
    _("It was sent back for rework once already. Close it; the caller may have it opened again."),
)
NOTHING_TO_REWORK = Refusal(
    "order.nothing_to_rework",
    _("A rework is for what the caller calls unsolved and the unit could solve."),
)
SENT_BACK_ALREADY = Refusal(
    "order.sent_back_already",
    _("It was sent back once already. Verify it as it stands; the caller has the last word."),
)
FIRST_LEADS = Refusal(
    "task.first_leads",
    _(
        "Whoever is asked first leads until another of the task group has accepted. Hand it on to one of them; "
        "once it has accepted, you can return the task."
    ),
)
NOT_YOUR_TASK = Refusal(
    "task.not_yours", _("This task was given to %(unit)s. Only its own people answer it.")
)


# — whose it is —


def of_own_unit(order: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal unless the actor works for the order's lead."""
    if order.lead_id == actor.organisation_id:
        return None
    return NOT_YOUR_ORDER(unit=order.lead.label)


def not_own_work(order: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal if the actor works for the order's lead (article 23: the hotline follows up)."""
    return OWN_WORK() if order.lead_id == actor.organisation_id else None


def of_tasked_unit(task: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal unless the task was given to the actor's organisation."""
    if task.organisation_id == actor.organisation_id:
        return None
    return NOT_YOUR_TASK(unit=task.organisation.label)


def may_return(task: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal unless the task is the actor's to return: in a group, once another member has accepted."""
    refusal = of_tasked_unit(task, actor)
    if refusal is not None or task.group_id is None:
        return refusal
    accepted = any(
        one.pk != task.pk
        and one.group_id == task.group_id
        and one.answered_at is not None
        and one.state not in ("not_ours", "withdrawn")
        for one in task.order.co_tasks.all()
    )
    return None if accepted else FIRST_LEADS()


def of_tasks_lead(task: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal unless the actor works for the lead that gave the task."""
    return of_own_unit(task.order, actor)


# — the case —


def may_wait(case: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal for an emergency, or while a consultation is open."""
    if case.urgency == "E1":
        return EMERGENCY_NEVER_WAITS()
    is_open = any(one.is_open(actor.now) for one in case.consultations.all())
    return CONSULTED_ALREADY() if is_open else None


def may_be_reopened(case: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal after the first reopening, or later than 15 days after the close."""
    if case.reopened_at is not None:
        return REOPENED_ALREADY()
    return None if actor.now <= case.closed_at + REOPEN_WITHIN else TOO_LATE_TO_REOPEN()


# — the lead asks —


def may_object(order: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal unless the lead's own people object in time and for the first time."""
    refusal = of_own_unit(order, actor)
    if refusal is not None:
        return refusal
    if order.lead_id in _objected_before(order):
        return OBJECTED_ALREADY()
    code = order.clock_class.code if order.clock_class else ""
    due = objection_due(order.dispatched_at, clock_class=code)
    return None if actor.now <= due else TOO_LATE_TO_OBJECT()


def _objected_before(order: Any) -> Collection[int]:
    """Return the units that have objected to the order. No query where the case was read with them."""
    if hasattr(order.case, "objected_before"):
        return order.case.objected_before
    return [one.unit_id for one in order.objections.all()]


def _asked(order: Any, kind: str) -> RuleBroken | None:
    standing = (one for one in order.applications.all() if one.kind == kind)
    return ASKED_ALREADY() if any(one.waits for one in standing) else None


def may_ask_pause(order: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal after two pauses, or while one is asked for."""
    if order.pause_count >= PAUSES:
        return of_own_unit(order, actor) or PAUSED_TWICE()
    if order.clock_class_id is None:
        return NO_LIMITS()
    return of_own_unit(order, actor) or _asked(order, "pause")


def may_ask_extension(order: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal after the first extension, or once the limit has passed."""
    refusal = of_own_unit(order, actor)
    if refusal is not None:
        return refusal
    if order.clock_class_id is None:
        return NO_LIMITS()
    if any(one.kind == "extension" and one.is_granted for one in order.applications.all()):
        return EXTENDED_ALREADY()
    if actor.now > order.handling_due_at:
        return TOO_LATE_TO_EXTEND()
    return _asked(order, "extension")


def may_ask_hold(order: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal while a hold is asked for."""
    if order.clock_class_id is None:
        return NO_LIMITS()
    return of_own_unit(order, actor) or _asked(order, "hold")


def may_ask_help(order: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal while help from above is asked for."""
    return of_own_unit(order, actor) or _asked(order, "escalation")


def may_ask_exclusion(order: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal while an exclusion is asked for or stands."""
    standing = any(one.is_exclusion_at(actor.now) for one in order.applications.all())
    if standing:
        return of_own_unit(order, actor) or EXCLUDED_ALREADY()
    return of_own_unit(order, actor) or _asked(order, "exclusion")


# — the level above decides —


def _decides(kind: str, order: Any, actor: Actor, refusal: Refusal) -> RuleBroken | None:
    if order.lead_id == actor.organisation_id:
        return OWN_WORK() if refusal is NOT_THE_OFFICE else refusal()
    depth = decider_depth(kind, lead_kind=order.lead.kind)
    return None if holds_at(actor.scopes(P.APPROVE), order.case.scope, depth) else refusal()


def one_level_above(order: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal unless the actor's area lies a level above the lead's."""
    return _decides("pause", order, actor, NOT_ABOVE)


def the_district(order: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal unless the actor's area is a district or a city."""
    return _decides("hold", order, actor, NOT_THE_DISTRICT)


def the_office(order: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal unless the actor's area is the whole city."""
    return _decides("extension", order, actor, NOT_THE_OFFICE)


DECIDED_BY = {
    "pause": one_level_above,
    "escalation": one_level_above,
    "hold": the_district,
    "extension": the_office,
    "exclusion": the_office,
}
"""Who decides which kind of application."""


# — after the report —


def may_send_back(order: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal after the first time; never the lead's own people."""
    refusal = not_own_work(order, actor)
    return refusal or (SENT_BACK_ALREADY() if order.sent_back_count else None)


def may_rework(order: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal unless the caller calls unsolved what could be solved, for the first time."""
    refusal = not_own_work(order, actor)
    if refusal is not None:
        return refusal
    if order.answered == "solved" or order.resolution == "explained":
        return NOTHING_TO_REWORK()
    return REWORKED_ALREADY() if order.rework_count else None


def may_finish(order: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal unless no co-task is open and the caller answered or was tried enough."""
    refusal = not_own_work(order, actor)
    if refusal is not None:
        return refusal
    count = sum(one.is_open for one in order.co_tasks.all())
    if count:
        return CHILDREN_OPEN(count=count)
    if order.state == "followed_up":
        return None
    means = {one.means for one in order.follow_ups.all()}
    if order.attempt_count >= FOLLOW_UP_ATTEMPTS and len(means) >= FOLLOW_UP_MEANS:
        return None
    return NOT_YET_ASKED(limit=FOLLOW_UP_ATTEMPTS, means=FOLLOW_UP_MEANS)
