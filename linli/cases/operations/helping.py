"""Others help: a lead gives them a task of their own, they answer coming, handling or not ours, and do it.

Whoever helps reads the task's words and the case's shared text, never who asked.
"""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from linli.cases.events import (
    TaskArrived,
    TaskComing,
    TaskDone,
    TaskGiven,
    TaskNeedsMaterial,
    TaskReturned,
    TaskTakenOn,
    TaskWithdrawn,
)
from linli.cases.models import CoTask, GroupMember, TaskGroup
from linli.cases.parts import (
    happened,
    locked_order,
    locked_task,
    moment,
    move_order,
    move_task,
)
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.parts import is_shared, who_asked_in
from linli.cases.queries import units_around
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.operation import operation
from linli.territory.models import day_of

NOT_A_HELPER = Refusal(
    "task.not_around",
    _("This organisation does not serve “%(place)s”. Choose one of those listed."),
    "organisation",
)
HIDDEN_FROM_PARTNERS = Refusal(
    "task.case_is_hidden",
    _(
        "This case is confidential as a whole: nobody else may be given a part of it. Your own unit handles it."
    ),
)
TELLS_WHO_ASKED = Refusal(
    "task.tells_who_asked",
    _(
        "“%(found)s” tells who asked. Partners may not read that: take it out, or write only the place and "
        "what is to be done."
    ),
    "words",
)
OWN_TASK = Refusal(
    "task.own_unit",
    _("Your own unit leads. A task is for others; choose one of them."),
    "organisation",
)
NOT_IN_GROUP = Refusal(
    "task.not_in_group",
    _(
        "The task group has changed meanwhile: this organisation is not in it any more. Look at the case again and hand it over anew."
    ),
)
DUE_AFTER_ORDER = Refusal(
    "task.due_after_order",
    _("The order itself is due at %(due)s. Let the task be due by then at the latest."),
    "due_at",
)
DUE_PAST = Refusal(
    "task.due_past", _("The time given has passed already. Give one that lies ahead."), "due_at"
)


@operation(P.HANDLE)
def give_task(
    *,
    actor: Actor,
    case_id: int,
    organisation_id: int,
    words: str,
    due_at: dt.datetime | None = None,
    group_id: int | None = None,
) -> CoTask:
    """Give another organisation a part of the order; due with the order if no time is given.

    Never later than the order. `group_id`: a task group of the lead in which that organisation is asked. Raises RuleBroken.
    """
    case, order = locked_order(case_id, actor=actor, permission=P.HANDLE)
    around = {unit.pk: unit for unit in units_around(case.place, at=actor.now)}
    task = CoTask(
        order=order,
        organisation=around.get(organisation_id),
        at=actor.now,
        state_since=actor.now,
        user_id=actor.user_id,
        words=words.strip(),
    )
    if organisation_id not in around:
        raise NOT_A_HELPER(place=case.place.label)
    if not is_shared(case):
        raise HIDDEN_FROM_PARTNERS()
    if found := who_asked_in(words, case=case, actor=actor, permission=P.HANDLE):
        raise TELLS_WHO_ASKED(found=found)
    order = move_order(case, order, "give_task", actor=actor, beside=task)
    if organisation_id == order.lead_id:
        raise OWN_TASK()
    if group_id is not None:
        task.group = _own_group(
            group_id, organisation_id, lead_id=order.lead_id, on=day_of(actor.now)
        )
    task.due_at = due_at or order.handling_due_at
    if task.due_at > order.handling_due_at:
        raise DUE_AFTER_ORDER(due=moment(order.handling_due_at))
    if due_at is not None and due_at <= actor.now:
        raise DUE_PAST()
    task.save()
    happened(case, TaskGiven(**_facts(task), due_at=task.due_at), actor=actor)
    return task


@operation(P.TASK)
def come(*, actor: Actor, task_id: int) -> CoTask:
    """Say that one's people are on their way. Raises CoTask.DoesNotExist, RuleBroken; so do all below."""
    case, task = locked_task(task_id, actor=actor)
    task = move_task(case, task, "come", actor=actor, answered_at=actor.now)
    happened(case, TaskComing(**_facts(task)), actor=actor)
    return task


@operation(P.TASK)
def take_on(*, actor: Actor, task_id: int) -> CoTask:
    """Say that one's people are handling it."""
    case, task = locked_task(task_id, actor=actor)
    answered_at = task.answered_at or actor.now
    task = move_task(case, task, "take_on", actor=actor, answered_at=answered_at)
    happened(case, TaskTakenOn(**_facts(task)), actor=actor)
    return task


@operation(P.TASK)
def arrive(*, actor: Actor, task_id: int) -> CoTask:
    """Say that one's people are on site; the time is kept."""
    case, task = locked_task(task_id, actor=actor)
    answered_at = task.answered_at or actor.now
    task = move_task(
        case, task, "arrive", actor=actor, answered_at=answered_at, arrived_at=actor.now
    )
    happened(case, TaskArrived(**_facts(task)), actor=actor)
    return task


@operation(P.TASK)
def need_material(*, actor: Actor, task_id: int, needed: str) -> CoTask:
    """Say what is lacking to go on: material, a key, a permit. The lead sees it; the deadline stays."""
    case, task = locked_task(task_id, actor=actor)
    answered_at = task.answered_at or actor.now
    task = move_task(
        case,
        task,
        "need_material",
        actor=actor,
        answered_at=answered_at,
        needed=needed.strip(),
        needed_at=actor.now,
    )
    happened(case, TaskNeedsMaterial(**_facts(task)), actor=actor)
    return task


@operation(P.TASK)
def finish_task(*, actor: Actor, task_id: int, result: str) -> CoTask:
    """Say what came of it."""
    case, task = locked_task(task_id, actor=actor)
    task = move_task(
        case, task, "finish_task", actor=actor, ended_at=actor.now, result=result.strip()
    )
    happened(case, TaskDone(**_facts(task)), actor=actor)
    return task


@operation(P.TASK)
def return_task(*, actor: Actor, task_id: int, clause: str, result: str) -> CoTask:
    """Say that it is not one's own, by which clause and why."""
    case, task = locked_task(task_id, actor=actor)
    task = move_task(
        case,
        task,
        "return_task",
        actor=actor,
        answered_at=actor.now,
        ended_at=actor.now,
        clause=clause.strip()[:200],
        result=result.strip(),
    )
    happened(case, TaskReturned(**_facts(task)), actor=actor)
    return task


@operation(P.HANDLE)
def withdraw_task(*, actor: Actor, task_id: int, result: str) -> CoTask:
    """Take a task back, for the lead that gave it, saying why."""
    case, task = locked_task(task_id, actor=actor)
    task = move_task(
        case, task, "withdraw_task", actor=actor, ended_at=actor.now, result=result.strip()
    )
    happened(case, TaskWithdrawn(**_facts(task)), actor=actor)
    return task


def _own_group(group_id: int, organisation_id: int, *, lead_id: int, on: dt.date) -> TaskGroup:
    """Return a group that the lead keeps and in which an organisation stands on a day. Raises NOT_IN_GROUP."""
    member = GroupMember.objects.on(on).filter(
        group=group_id, group__organisation=lead_id, organisation=organisation_id
    )
    group = TaskGroup.objects.on(on).filter(pk=group_id, members__in=member).first()
    if group is None:
        raise NOT_IN_GROUP()
    found: TaskGroup = group
    return found


def _facts(task: CoTask) -> dict[str, int]:
    return {"order_id": task.order_id, "task_id": task.pk, "unit_id": task.organisation_id}
