"""Steps that several operations share, inside their transaction."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from linli.accounts.queries import names_of
from linli.cases import guards
from linli.cases.bulk import update_many
from linli.cases.choices import ApplicationKind
from linli.cases.clocks.parts import move_deadlines
from linli.cases.clocks.queries import standing_deadlines
from linli.cases.events import EVENT_OF_MOVE
from linli.cases.flows import CASE, ORDER, TASK
from linli.cases.models import Application, Case, CoTask, WorkOrder
from linli.cases.queries import last_event
from linli.kernel.actor import Actor
from linli.kernel.errors import MOVED_ALREADY, NOT_NOW, Refusal, RuleBroken
from linli.kernel.events import record
from linli.kernel.flow import STAYS, Flow, Move

OVERTAKEN = Refusal(
    "case.overtaken",
    _(
        "“%(move)s” is not possible any more: “%(done)s” by %(who)s at %(when)s. Nothing you typed is lost; look at the "
        "present state before you go on."
    ),
)
LAPSED = Refusal(
    "order.lapsed",
    _(
        "%(kind)s: the order went on by “%(done)s” of %(who)s at %(when)s, before this was decided, so there is nothing to "
        "decide any more. The lead asks anew if it is still needed."
    ),
)
RACED = (
    NOT_NOW,
    guards.ASKED_ALREADY,
    guards.CONSULTED_ALREADY,
    guards.OBJECTED_ALREADY,
    guards.EXTENDED_ALREADY,
    guards.EXCLUDED_ALREADY,
    guards.REOPENED_ALREADY,
    guards.SENT_BACK_ALREADY,
    guards.REWORKED_ALREADY,
)
"""Refusals that a colleague's move may have brought about: then they say who made it and when."""

_MOVES: dict[str, tuple[Flow, Move]] = {
    move.name: (flow, move) for flow in (TASK, ORDER, CASE) for move in flow.moves
}
_MOVE_OF_EVENT = {event: move for move, event in EVENT_OF_MOVE.items()}
_GONE_ON = {
    "order.reported": ORDER.find("report").label,
    "order.ruled_elsewhere": ORDER.find("rule_elsewhere").label,
    "order.handed_over": _("Handed over to another unit"),
}
"""By which events an application ends undecided (`let_lapse`), in words."""
_CHANGES_STATE = {
    name for name, (_flow, move) in _MOVES.items() if move.target not in (STAYS, *move.sources)
}


def locked_order(case_id: int, *, actor: Actor, permission: str) -> tuple[Case, WorkOrder | None]:
    """Return the case, locked, with its lead order. Raises Case.DoesNotExist outside the scope."""
    assert connection.in_atomic_block
    case = Case.objects.locked(case_id, actor=actor, permission=permission)
    if case.lead_order_id is None:
        return case, None
    order = WorkOrder.objects.select_related("lead", "clock_class__profile").get(
        pk=case.lead_order_id
    )
    order.case = case
    return case, order


def locked_task(task_id: int, *, actor: Actor) -> tuple[Case, CoTask]:
    """Return a co-task with its case, locked. Raises CoTask.DoesNotExist for one that is not the actor's.

    It is the actor's if it was given to her organisation, or by it.
    """
    assert connection.in_atomic_block
    task = CoTask.objects.concerning(actor).select_related("order").get(pk=task_id)
    case = (
        Case.objects.everywhere("the case of a co-task")
        .select_for_update(of=("self",))
        .get(pk=task.order.case_id)
    )
    task = CoTask.objects.select_related("organisation", "order__lead").get(pk=task_id)
    return case, task


def require_case(case: Case, name: str, *, actor: Actor, beside: Any) -> None:
    """Raise RuleBroken unless the case can be moved with what is to stand beside it."""
    try:
        CASE.require(case, name, actor=actor, beside=beside)
    except RuleBroken as broken:
        raise told_who_was_first(case, name, broken) from broken


def move_case(case: Case, name: str, *, actor: Actor, beside: Any = None, **changes: Any) -> None:
    """Move the case. Raises RuleBroken; says who was first when two moved it."""
    try:
        CASE.move(case, name, actor=actor, beside=beside, **changes)
    except RuleBroken as broken:
        raise told_who_was_first(case, name, broken) from broken


def move_order(
    case: Case,
    order: WorkOrder | None,
    name: str,
    *,
    actor: Actor,
    beside: Any = None,
    **changes: Any,
) -> WorkOrder:
    """Move the lead order. Raises RuleBroken; says who was first when two moved it."""
    if order is None:
        raise without_order(case, name)
    try:
        ORDER.move(order, name, actor=actor, beside=beside, **changes)
    except RuleBroken as broken:
        raise told_who_was_first(case, name, broken) from broken
    return order


def without_order(case: Case, name: str) -> RuleBroken:
    """Return why a move finds no order to move: a case opened again meanwhile says by whom and when."""
    label = ORDER.find(name).label
    again = last_event(case.pk, [EVENT_OF_MOVE["reopen"]])
    if again is None:
        return NOT_NOW(move=label, state=CASE.state(case.state).label)
    _name, who, at = again
    return OVERTAKEN(move=label, done=CASE.find("reopen").label, who=who, when=moment(at))


def move_each_case(
    cases: Sequence[Case], name: str, *, actor: Actor, **changes: Mapping[int, Any]
) -> None:
    """Move cases just written, all from one state, in one UPDATE; the database's trigger looks at each.

    `changes` give a column's value by case. A case's own state holds since its closing, if that is given. Raises
    RuleBroken.
    """
    assert connection.in_atomic_block
    move = CASE.find(name)
    for case in cases:
        refusal = CASE.closed(case, name, actor=actor)
        if refusal is not None:
            raise refusal
        case.state = move.target
        for column, values in changes.items():
            setattr(case, column, values[case.pk])
        case.state_since = case.closed_at or case.state_since
    update_many(cases, ["state", "state_since", *changes])


def move_task(case: Case, task: CoTask, name: str, *, actor: Actor, **changes: Any) -> CoTask:
    """Move a co-task. Raises RuleBroken; says who was first when two moved it."""
    try:
        TASK.move(task, name, actor=actor, **changes)
    except RuleBroken as broken:
        raise told_who_was_first(case, name, broken, task_id=task.pk) from broken
    return task


def told_who_was_first(
    case: Case, name: str, broken: RuleBroken, *, task_id: int | None = None
) -> RuleBroken:
    """Return the refusal to show: if somebody else was first, by which move, who and when."""
    if broken.refusal not in RACED:
        return broken
    label = _MOVES[name][1].label
    if broken.refusal is not NOT_NOW or name in _CHANGES_STATE:
        first = last_event(case.pk, [EVENT_OF_MOVE[name]], task_id=task_id)
        if first is not None:
            _name, who, at = first
            return MOVED_ALREADY(move=label, who=who, when=moment(at))
    between = last_event(case.pk, _closing(name), task_id=task_id)
    if between is None:
        return broken
    event, who, at = between
    done = _MOVES[_MOVE_OF_EVENT[event]][1].label
    return OVERTAKEN(move=label, done=done, who=who, when=moment(at))


def _closing(name: str) -> list[str]:
    """Return the events of the moves that lead out of a state in which this move was possible."""
    flow, asked = _MOVES[name]
    return [
        EVENT_OF_MOVE[move.name]
        for move in flow.moves
        if move.target not in (STAYS, *asked.sources)
        and set(move.sources) & set(asked.sources)
        and move.name in EVENT_OF_MOVE
    ]


def moment(at: dt.datetime) -> str:
    """Return a moment as refusals say it: day and minute in the site's time."""
    local = timezone.localtime(at)
    return f"{date_format(local, 'MONTH_DAY_FORMAT')} {local:%H:%M}"


def to_be_decided(
    order: WorkOrder | None, application_id: int, *, kind: str, actor: Actor
) -> Application:
    """Return an application of the order that waits for its decision. Raises RuleBroken.

    Raises Application.DoesNotExist for one of another order. Decided meanwhile: says by whom and when.
    """
    rows = Application.objects.filter(order=order, kind=kind) if kind else Application.objects
    found = rows.get(pk=application_id, order=order)
    if found.lapsed_at is not None:
        raise _lapsed_by(found)
    if found.decided_at is not None:
        raise decided_already(found.get_kind_display(), found.decided_by, found.decided_at)
    if found.user_id == actor.user_id:
        raise guards.SAME_PERSON()
    return found


def _lapsed_by(found: Application) -> RuleBroken:
    """Return the refusal that says by which step an application ended undecided, whose it was and when."""
    gone_on = last_event(found.order.case_id, list(_GONE_ON))
    assert gone_on is not None, "it ended by one of them"
    name, who, at = gone_on
    return LAPSED(kind=found.get_kind_display(), done=_GONE_ON[name], who=who, when=moment(at))


def decided_already(move: Any, user_id: int | None, at: dt.datetime) -> RuleBroken:
    """Return the refusal that says who decided before and when."""
    user = names_of({user_id}).get(user_id) if user_id else None
    return MOVED_ALREADY(move=move, who=user.display_name if user else "linli", when=moment(at))


def let_lapse(orders: Collection[WorkOrder], *, actor: Actor) -> Counter[int]:
    """End what was asked for orders that go on before anybody decided; return how many, by order.

    What is asked for the time of handling ends with it; an exclusion is decided afterwards, too.
    """
    waiting = Application.objects.filter(
        order__in=orders, decided_at__isnull=True, lapsed_at__isnull=True
    ).exclude(kind=ApplicationKind.EXCLUSION)
    lapsed = Counter(waiting.values_list("order", flat=True))
    if lapsed:
        waiting.update(lapsed_at=actor.now)
    return lapsed


def decide(found: Application, *, is_granted: bool, decision: str, actor: Actor) -> None:
    """Write a decision into its application."""
    found.decided_at, found.decided_by = actor.now, actor.user_id
    found.is_granted, found.decision = is_granted, decision.strip()
    found.save(update_fields=["decided_at", "decided_by", "is_granted", "decision"])


def renew_clock(order: WorkOrder, *, actor: Actor) -> None:
    """Compute an order's deadlines anew from all that has happened to it, and its alerts with them."""
    move_deadlines(order, standing_deadlines(order), now=actor.now)


def happened(case: Case, event: Any, *, actor: Actor) -> None:
    """Raise the case's version and record the event under it: the version is the event's seq."""
    case.version += 1
    Case.objects.filter(pk=case.pk).update(version=case.version)
    record(event, actor=actor, kind="case", stream=case.pk, seq=case.version)
