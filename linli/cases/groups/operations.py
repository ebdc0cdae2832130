"""Writes of task groups: keeping them, handing on within one, passing words on to the caller and back."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from linli.cases.groups.events import RelayAnswered, RelayAsked, TaskPassedOn
from linli.cases.groups.kept_events import GroupClosed, GroupOpened, MemberJoined, MemberLeft
from linli.cases.groups.models import GroupMember, Relay, TaskGroup
from linli.cases.guards import of_tasked_unit, of_tasks_lead
from linli.cases.models import CoTask
from linli.cases.parts import decided_already, happened, locked_task
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.parts import who_asked_in
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.operation import operation
from linli.territory.models import Organisation, day_of
from linli.territory.parts import happened as kept
from linli.territory.parts import locked_organisation

NAME_TAKEN = Refusal(
    "group.name_taken",
    _("This organisation keeps a task group of that name already. Choose another name."),
    "name",
)
JOINED_ALREADY = Refusal(
    "group.joined_already",
    _(
        "This organisation is in the task group already. End its membership first to give it another post."
    ),
    "organisation",
)
OWN_UNIT = Refusal(
    "group.own_unit",
    _("Whoever keeps the task group is in it anyway. Add its partners."),
    "organisation",
)
GROUP_IS_OVER = Refusal(
    "group.is_over", _("This task group has ended. Open another one, or choose one that stands.")
)
NOT_A_GROUPS_TASK = Refusal(
    "task.not_a_groups",
    _("This task was given to you alone, not to a task group. If it is not yours, say so."),
)
TASK_IS_OVER = Refusal(
    "task.is_over", _("This task has ended already. Nothing you typed is lost; look at it again.")
)
NOT_IN_THE_GROUP = Refusal(
    "task.not_in_the_group",
    _(
        "This organisation is not in the task group, or was asked already. Choose one of those listed."
    ),
    "organisation",
)
ASKED_TO_RELAY = Refusal(
    "relay.asked_already",
    _("You have asked already, and the answer is on its way. Ask again once it is there."),
    "words",
)
TELLS_TO_PARTNER = Refusal(
    "relay.tells_who_asked",
    _(
        "“%(found)s” tells who asked. The partner may not read that: write only what it has to know."
    ),
    "answer",
)


@operation(P.GROUPS, constraints={"task_group_one_open": NAME_TAKEN})
def open_group(*, actor: Actor, organisation_id: int, name: str) -> TaskGroup:
    """Open a task group. Raises Organisation.DoesNotExist outside the actor's area, RuleBroken."""
    unit = locked_organisation(organisation_id, actor=actor, permission=P.GROUPS)
    group = TaskGroup.objects.create(
        organisation=unit, name=name.strip(), valid_from=day_of(actor.now)
    )
    kept(unit, GroupOpened(group_id=group.pk), actor=actor)
    return group


@operation(P.GROUPS)
def close_group(*, actor: Actor, group_id: int) -> None:
    """End a task group today; what its members have in hand goes on. Raises DoesNotExist of either."""
    group, unit = _locked(group_id, actor=actor)
    today = day_of(actor.now)
    _end(TaskGroup.objects.filter(pk=group.pk), group.valid_from >= today, today)
    if group.valid_from < today:
        members = GroupMember.objects.filter(group=group)
        members.filter(valid_from__gte=today).delete()
        members.not_over(today).update(valid_to=today)
    kept(unit, GroupClosed(group_id=group.pk), actor=actor)


@operation(P.GROUPS, constraints={"group_member_never_twice": JOINED_ALREADY})
def add_member(
    *, actor: Actor, group_id: int, organisation_id: int, post: str, rank: int
) -> GroupMember:
    """Let an organisation join a group by one of its posts. Raises DoesNotExist, RuleBroken."""
    group, unit = _locked(group_id, actor=actor)
    if organisation_id == unit.pk:
        raise OWN_UNIT()
    joining = Organisation.objects.get(pk=organisation_id, is_open=True)
    member = GroupMember.objects.create(
        group=group,
        organisation=joining,
        post=post.strip(),
        rank=rank,
        valid_from=day_of(actor.now),
    )
    event = MemberJoined(
        group_id=group.pk, member_id=member.pk, member_unit_id=joining.pk, rank=rank
    )
    kept(unit, event, actor=actor)
    return member


@operation(P.GROUPS)
def end_member(*, actor: Actor, member_id: int) -> None:
    """End a membership today; one of today is taken back. Raises GroupMember.DoesNotExist, Organisation.DoesNotExist."""
    today = day_of(actor.now)
    member = GroupMember.objects.not_over(today).get(pk=member_id)
    _group, unit = _locked(member.group_id, actor=actor)
    _end(GroupMember.objects.filter(pk=member.pk), member.valid_from >= today, today)
    event = MemberLeft(
        group_id=member.group_id, member_id=member_id, member_unit_id=member.organisation_id
    )
    kept(unit, event, actor=actor)


def _end(rows: QuerySet[Any], is_of_today: bool, today: dt.date) -> None:
    if is_of_today:
        rows.delete()
    else:
        rows.update(valid_to=today)


def _locked(group_id: int, *, actor: Actor) -> tuple[TaskGroup, Organisation]:
    """Return a group that stands, its organisation locked."""
    group = TaskGroup.objects.get(pk=group_id)
    unit = locked_organisation(group.organisation_id, actor=actor, permission=P.GROUPS)
    if not TaskGroup.objects.on(day_of(actor.now)).filter(pk=group_id).exists():
        raise GROUP_IS_OVER()
    return group, unit


@operation(P.TASK)
def pass_on(*, actor: Actor, task_id: int, organisation_id: int) -> CoTask:
    """Ask another member of the group; whoever was asked first leads until the other has accepted.

    Raises CoTask.DoesNotExist, RuleBroken.
    """
    case, task = locked_task(task_id, actor=actor)
    refusal = of_tasked_unit(task, actor)
    if refusal is not None:
        raise refusal
    if task.group_id is None:
        raise NOT_A_GROUPS_TASK()
    if not task.is_open:
        raise TASK_IS_OVER()
    members = GroupMember.objects.on(day_of(actor.now)).filter(
        group=task.group_id, organisation__is_open=True
    )
    is_asked = CoTask.objects.filter(
        order=task.order_id, organisation=organisation_id, ended_at__isnull=True
    )
    wrong = organisation_id == task.order.lead_id or is_asked.exists()
    if wrong or not members.filter(organisation=organisation_id).exists():
        raise NOT_IN_THE_GROUP()
    other = CoTask.objects.create(
        order_id=task.order_id,
        organisation_id=organisation_id,
        group_id=task.group_id,
        at=actor.now,
        state_since=actor.now,
        user_id=actor.user_id,
        words=task.words,
        due_at=task.due_at,
    )
    passed = TaskPassedOn(**_facts(other), from_task_id=task.pk, due_at=other.due_at)
    happened(case, passed, actor=actor)
    return other


@operation(P.TASK, constraints={"relay_one_open": ASKED_TO_RELAY})
def ask_relay(*, actor: Actor, task_id: int, words: str) -> Relay:
    """Ask the lead to ask or tell the caller something: a partner itself never reaches her. Raises CoTask.DoesNotExist, RuleBroken."""
    case, task = locked_task(task_id, actor=actor)
    refusal = of_tasked_unit(task, actor)
    if refusal is not None:
        raise refusal
    if not task.is_open:
        raise TASK_IS_OVER()
    relay = Relay.objects.create(
        task=task, at=actor.now, user_id=actor.user_id, words=words.strip()
    )
    happened(case, RelayAsked(**_facts(task), relay_id=relay.pk), actor=actor)
    return relay


@operation(P.HANDLE)
def answer_relay(*, actor: Actor, relay_id: int, answer: str) -> Relay:
    """Pass back what came of it, without who asked. Raises Relay.DoesNotExist, CoTask.DoesNotExist, RuleBroken."""
    found = Relay.objects.get(pk=relay_id)
    case, task = locked_task(found.task_id, actor=actor)
    refusal = of_tasks_lead(task, actor)
    if refusal is not None:
        raise refusal
    relay = Relay.objects.get(pk=relay_id)
    if relay.answered_at is not None:
        raise decided_already(_("Pass back"), relay.answered_by, relay.answered_at)
    if told := who_asked_in(answer, case=case, actor=actor, permission=P.HANDLE):
        raise TELLS_TO_PARTNER(found=told)
    relay.answered_at, relay.answered_by, relay.answer = actor.now, actor.user_id, answer.strip()
    relay.save(update_fields=["answered_at", "answered_by", "answer"])
    happened(case, RelayAnswered(**_facts(task), relay_id=relay.pk), actor=actor)
    return relay


def _facts(task: CoTask) -> dict[str, int]:
    return {"order_id": task.order_id, "task_id": task.pk, "unit_id": task.organisation_id}
