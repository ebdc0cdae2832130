"""Reads of task groups: who is in one, who is first, who leads within it, what a partner's own work looks like."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, QuerySet
from django.db.models.functions import JSONObject

from linli.cases.groups.models import GroupMember, Relay, TaskGroup
from linli.cases.models import Case, CoTask, WorkOrder
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.territory.models import day_of, label_of
from linli.territory.serving import held_by

WINDOW = dt.timedelta(days=90)
"""What counts for a partner's figures (ours)."""
_COUNTED = 500


def members_on(day: dt.date) -> Prefetch:
    """Return the prefetch of a group's members on a day, in the order in which they are asked, as `standing`."""
    rows = GroupMember.objects.on(day).filter(organisation__is_open=True)
    return Prefetch(
        "members",
        queryset=rows.select_related("organisation").order_by("rank", "pk"),
        to_attr="standing",
    )


def groups_in(actor: Actor) -> QuerySet[Any]:
    """Return the groups that organisations in the actor's areas keep now, each with `standing`."""
    day = day_of(actor.now)
    return (
        TaskGroup.objects.on(day)
        .filter(held_by(actor, P.GROUPS, through="organisation__place__"))
        .select_related("organisation")
        .prefetch_related(members_on(day))
        .order_by("organisation__code", "pk")
    )


def leads_within(tasks: Iterable[CoTask], group_id: int) -> CoTask | None:
    """Return the task whose helper leads in a group: whoever accepted first, else whoever was asked first.

    `tasks` are those of one order. 首接负责: nobody is let go before somebody else has accepted.
    """
    standing = [
        one
        for one in tasks
        if one.group_id == group_id and one.state not in ("not_ours", "withdrawn")
    ]
    accepted = [one for one in standing if one.answered_at is not None]
    return min(
        accepted or standing, key=lambda one: (one.answered_at or one.at, one.pk), default=None
    )


@dataclass(frozen=True)
class HandOver:
    """A task group to which a case can be handed over, and whom it asks first."""

    group_id: int
    name: str
    organisation_id: int
    unit: str
    post: str


def group_rows(*, at: dt.datetime) -> ArraySubquery:
    """Return the members of the groups that a case's lead keeps, as a column of the case's own query."""
    day = day_of(at)
    rows = GroupMember.objects.on(day).filter(
        group__in=TaskGroup.objects.on(day),
        group__organisation=OuterRef("lead_order__lead"),
        organisation__is_open=True,
    )
    return ArraySubquery(
        rows.order_by("group", "rank", "pk").values(
            row=JSONObject(
                group_id="group",
                name="group__name",
                organisation_id="organisation",
                unit=label_of("organisation__"),
                post="post",
            )
        )
    )


def hand_overs(case: Case) -> list[HandOver]:
    """Return the groups of a case's lead, each with whom it asks first: never the lead. For a case read with its `group_rows`."""
    first: dict[int, HandOver] = {}
    order = case.lead_order
    for row in getattr(case, "group_rows", ()):
        if order is not None and row["organisation_id"] != order.lead_id:
            first.setdefault(row["group_id"], HandOver(**row))
    return list(first.values())


_RELAY = ("id", "at", "words", "answered_at", "answer")


def relay_rows() -> ArraySubquery:
    """Return the relays of a co-task as a column of its own query."""
    rows = Relay.objects.filter(task=OuterRef("pk")).order_by("pk")
    return ArraySubquery(rows.values(row=JSONObject(**{name: name for name in _RELAY})))


def relays_of(task: CoTask) -> list[Relay]:
    """Return what was to be passed on at a task, the oldest first. For a task read with its `relay_rows`."""
    fields = {field.name: field for field in Relay._meta.concrete_fields}
    return [
        Relay(**{name: fields[name].to_python(value) for name, value in row.items()})
        for row in getattr(task, "relay_rows", ())
    ]


@dataclass(frozen=True)
class Figures:
    """A partner's own work in the last 90 days. Times are medians, None where nothing was measured."""

    count: int
    first_answer: dt.timedelta | None
    on_site: dt.timedelta | None
    judged: int
    right_first: int

    @property
    def first_time_right(self) -> float | None:
        return self.right_first / self.judged if self.judged else None


def figures_of(actor: Actor) -> Figures:
    """Return the figures of the actor's organisation. One query.

    Right the first time: done, and the order was followed up without having been sent back or reworked since.
    """
    rows = list(
        CoTask.objects.filter(organisation=actor.organisation_id, at__gte=actor.now - WINDOW)
        .exclude(state="withdrawn")
        .order_by("-at")
        .values_list(
            "at",
            "answered_at",
            "arrived_at",
            "ended_at",
            "state",
            "order__followed_up_at",
            "order__sent_back_count",
            "order__rework_count",
        )[:_COUNTED]
    )
    answers = [answered - at for at, answered, *_rest in rows if answered]
    stays = [
        ended - arrived
        for _at, _answered, arrived, ended, state, *_rest in rows
        if arrived and ended and state == "done"
    ]
    judged = [
        back + rework
        for *_times, state, followed_up, back, rework in rows
        if state == "done" and (followed_up or back or rework)
    ]
    return Figures(
        count=len(rows),
        first_answer=_median(answers),
        on_site=_median(stays),
        judged=len(judged),
        right_first=sum(1 for one in judged if one == 0),
    )


def _median(spans: list[dt.timedelta]) -> dt.timedelta | None:
    if not spans:
        return None
    return dt.timedelta(seconds=median(span.total_seconds() for span in spans))


def others_in(task: CoTask, *, at: dt.datetime) -> list[GroupMember]:
    """Return the members to whom a group's task can be handed on: those not asked yet, in their order."""
    asked = {one.organisation_id for one in task.order.co_tasks.all() if one.is_open}
    rows = GroupMember.objects.on(day_of(at)).filter(
        group=task.group_id, organisation__is_open=True
    )
    found = rows.select_related("organisation").order_by("rank", "pk")
    order: WorkOrder = task.order
    return [one for one in found if one.organisation_id not in {*asked, order.lead_id}]
