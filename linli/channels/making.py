"""Messages from events: who is told of each, by which means, from when on. A handful of queries for a whole batch."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils import timezone

from linli.accounts.models import RoleGrant, User
from linli.accounts.permissions import ROLES, permissions_of
from linli.cases.choices import Confidentiality, Urgency
from linli.cases.models import Case, WorkOrder
from linli.cases.permissions import CasePermission
from linli.channels.choices import Delivery, Kind, Means
from linli.channels.models import Message, Preference, Robot
from linli.channels.rules import LADDER, NEWS, ROUTES, To, goes_at
from linli.journal.queries import Sealed
from linli.workforce.models import DutyShift


@dataclass(frozen=True)
class _News:
    """An event that is told: as what, about which case and task, to which unit and which officers."""

    event: Sealed
    kind: Kind
    case: Case
    unit_id: int
    to: To
    task_id: int | None
    officers: tuple[str, str] | None

    @property
    def permission(self) -> str:
        return CasePermission.TASK if self.to is To.HELPER else CasePermission.HANDLE

    @property
    def is_urgent(self) -> bool:
        return self.case.urgency == Urgency.EMERGENCY

    @property
    def is_hidden(self) -> bool:
        return self.case.confidentiality == Confidentiality.HIDE_CASE


@dataclass
class _Audience:
    """Who may be told: a unit's people by what they may do, officers by area, and who of a unit is on duty."""

    of_unit: dict[tuple[int | None, str], list[User]] = field(
        default_factory=lambda: defaultdict(list)
    )
    of_area: dict[tuple[str, str], list[User]] = field(default_factory=lambda: defaultdict(list))
    on_duty: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    robots: dict[int, list[Robot]] = field(default_factory=lambda: defaultdict(list))
    preferences: dict[int, Preference] = field(default_factory=dict)


def make_messages(events: Sequence[Sealed], *, now: dt.datetime) -> int:
    """Write the messages that events ask for, inside the transaction of the subscriber's cursor; return how many.

    A message that is there already is left alone: the constraints say what "already" is.
    """
    news = _news([one for one in events if one.name in ROUTES and one.at >= now - NEWS])
    if not news:
        return 0
    audience = _audience(news, now=now)
    made = [message for one in news for message in _of(one, audience, now=now)]
    Message.objects.bulk_create(made, ignore_conflicts=True, batch_size=1000)
    return len(made)


def _news(events: Sequence[Sealed]) -> list[_News]:
    cases = (
        Case.objects.everywhere("channels: the cases of which somebody is told")
        .select_related("lead_order")
        .in_bulk({event.stream_id for event in events})
    )
    orders = WorkOrder.objects.in_bulk(
        {event.payload["order_id"] for event in events if event.payload.get("order_id")}
    )
    found = []
    for event in events:
        kind, to = ROUTES[event.name]
        case = cases.get(event.stream_id)
        if case is None:
            continue
        order = orders.get(event.payload.get("order_id", 0)) or case.lead_order
        if order is None:
            continue
        step = LADDER[event.payload["percent"]] if to is To.LADDER else None
        code = getattr(order, step[0]) if step else None
        for side in (To.LEAD, To.HELPER) if to is To.BOTH else (to,):
            found.append(
                _News(
                    event=event,
                    kind=kind,
                    case=case,
                    unit_id=event.payload["unit_id"] if side is To.HELPER else order.lead_id,
                    to=side,
                    task_id=event.payload.get("task_id"),
                    officers=(step[1], code) if step and code else None,
                )
            )
    return found


def _audience(news: Sequence[_News], *, now: dt.datetime) -> _Audience:
    found = _Audience()
    units = {one.unit_id for one in news}
    areas = {one.officers for one in news if one.officers}
    acting = {
        role
        for role in ROLES
        if permissions_of(role) & {CasePermission.HANDLE, CasePermission.TASK}
    }
    grants = RoleGrant.objects.in_force(now).filter(user__is_active=True)
    for grant in grants.filter(role__in=acting, user__organisation__in=units).select_related(
        "user"
    ):
        for permission in permissions_of(grant.role) & {CasePermission.HANDLE, CasePermission.TASK}:
            _add(found.of_unit[grant.user.organisation_id, permission], grant.user)
    if areas:
        held = grants.filter(
            role__in={role for role, _code in areas},
            place__code__in={code for _role, code in areas},
        )
        for grant in held.select_related("user", "place"):
            _add(found.of_area[grant.role, grant.place.code], grant.user)
    for unit_id, user_id in (
        DutyShift.objects.at(now)
        .filter(organisation__in=units)
        .values_list("organisation_id", "user_id")
    ):
        found.on_duty[unit_id].add(user_id)
    for robot in Robot.objects.filter(organisation__in=units, ended_at__isnull=True):
        found.robots[robot.organisation_id].append(robot)
    told = {
        user.pk for users in (*found.of_unit.values(), *found.of_area.values()) for user in users
    }
    found.preferences = Preference.objects.filter(wants_email=True).in_bulk(told)
    return found


def _add(users: list[User], user: User) -> None:
    if all(known.pk != user.pk for known in users):
        users.append(user)


def _of(one: _News, audience: _Audience, *, now: dt.datetime) -> Iterable[Message]:
    """Yield the messages of one event. Whoever did it is not told of it; a hidden case is told to its lead unit only."""
    unit = audience.of_unit[one.unit_id, one.permission]
    on_duty = audience.on_duty[one.unit_id]
    officers = audience.of_area[one.officers] if one.officers and not one.is_hidden else []
    told: dict[int, bool] = {user.pk: not on_duty or user.pk in on_duty for user in unit}
    told.update({user.pk: True for user in officers})
    told.pop(one.event.user_id or 0, None)
    for user_id, is_reached in told.items():
        yield _message(one, means=Means.INBOX, user_id=user_id, now=now)
        preference = audience.preferences.get(user_id)
        if preference and is_reached and settings.LINLI.smtp_server():
            yield _message(one, means=Means.EMAIL, user_id=user_id, keeps=preference, now=now)
    if not one.is_hidden:
        for robot in audience.robots[one.unit_id]:
            yield _message(one, means=Means(robot.means), robot=robot, keeps=robot, now=now)


def _message(
    one: _News,
    *,
    means: Means,
    now: dt.datetime,
    user_id: int | None = None,
    robot: Robot | None = None,
    keeps: Any = None,
) -> Message:
    is_inbox = means == Means.INBOX
    due_at = now
    if keeps is not None:
        due_at = goes_at(
            timezone.localtime(now, timezone.get_default_timezone()),
            quiet=keeps.quiet,
            digest=getattr(keeps, "digest", "at_once"),
            is_urgent=one.is_urgent,
        )
    return Message(
        event_id=one.event.id,
        position=one.event.position,
        kind=one.kind,
        means=means,
        user_id=user_id,
        robot=robot,
        case=one.case,
        task_id=one.task_id,
        percent=one.event.payload.get("percent"),
        is_urgent=one.is_urgent,
        at=one.event.at,
        due_at=due_at,
        state=Delivery.SENT if is_inbox else Delivery.QUEUED,
        sent_at=now if is_inbox else None,
    )
