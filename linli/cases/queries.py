"""Reads of cases: lists for each person, and the counts behind the three rates."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case as Choose
from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncMonth

from linli.accounts.queries import names_of
from linli.cases.attachments.queries import attachment_rows
from linli.cases.flows import ENDED, ORDER, WAITING
from linli.cases.groups.queries import group_rows, relay_rows
from linli.cases.guards import DECIDED_BY, the_district
from linli.cases.models import (
    Application,
    Case,
    CaseLink,
    ClockAlert,
    Consultation,
    CoTask,
    FollowUp,
    Objection,
    Requester,
    WorkOrder,
)
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.wall import through_the_wall
from linli.cases.repeated.queries import repeated_rows
from linli.cases.rules import DISPATCH_WITHIN, DISPATCH_WITHIN_ELSE, Rate, ThreeRates, Unadjusted
from linli.journal.queries import stream_events
from linli.kernel.actor import SCOPE_COLUMNS, Actor
from linli.kernel.clock import month_bounds
from linli.kernel.models import Event
from linli.kernel.seal import blind_indexes
from linli.territory.choices import CAN_LEAD
from linli.territory.models import Organisation, Place, day_of
from linli.territory.serving import WITH_PARENTS, inside, serving

EARLIER = 5
ENDED_SHOWN = 10
SHOWN = 50
IN_HAND = ("dispatched", "accepted", "in_progress")
WAITS_FOR_OTHERS = ("objecting", "paused", "on_ledger", "reported", "verified", "followed_up")


def case_for(number: str, *, actor: Actor, permission: str = P.SEE) -> Case:
    """Return one case with what its page shows. Raises Case.DoesNotExist outside the scope."""
    return (
        Case.objects.seen_by(actor, permission=permission)
        .select_related(
            f"place__{WITH_PARENTS}",
            "category",
            "lead_order__lead",
            "lead_order__clock_class__profile",
            "lead_order__catalogue_entry",
            "source_record__unit",
        )
        .annotate(
            attachment_rows=attachment_rows(),
            group_rows=group_rows(at=actor.now),
            repeated_rows=repeated_rows(at=actor.now),
            has_same_words=Exists(_same_words()),
            objected_before=ArraySubquery(
                Objection.objects.filter(order=OuterRef("lead_order")).values("unit_id")
            ),
        )
        .get(number=number)
    )


def received(*, actor: Actor) -> QuerySet[Any]:
    """Return the cases that wait for dispatch, what is due first before all; each has `dispatch_due_at`.

    A case opened again waits from then on.
    """
    within = Choose(
        *(When(urgency=code, then=Value(span)) for code, span in DISPATCH_WITHIN.items()),
        default=Value(DISPATCH_WITHIN_ELSE),
        output_field=DurationField(),
    )
    since = Coalesce(F("reopened_at"), F("received_at"))
    return (
        Case.objects.seen_by(actor, permission=P.DISPATCH)
        .filter(state__in=WAITING)
        .select_related(f"place__{WITH_PARENTS}", "category")
        .annotate(dispatch_due_at=ExpressionWrapper(since + within, DateTimeField()))
        .order_by("dispatch_due_at", "pk")
    )


def cases_by_number(numbers: Sequence[str], *, actor: Actor, permission: str) -> list[Case]:
    """Return those of the cases with these numbers that the actor may see by the permission."""
    known = [number for number in numbers if number.isascii() and number.isdigit()]
    return list(Case.objects.seen_by(actor, permission=permission).filter(number__in=known))


def open_objection(order: WorkOrder) -> Objection | None:
    """Return the objection of an order that waits for its ruling."""
    return (
        Objection.objects.filter(order=order, ruled_at__isnull=True).select_related("unit").first()
    )


def open_at(place: Place, *, actor: Actor) -> list[Case]:
    """Return the newest open cases at a place and below it."""
    return list(open_inside(place, actor=actor)[:EARLIER])


def case_ids_of(phone: str, *, actor: Actor, permission: str) -> list[int]:
    """Return the keys of the cases of one telephone number (E.164) in the actor's areas."""
    rows = Requester.objects.filter(phone_index__in=blind_indexes("phone", phone))
    return [row.case_id for row in through_the_wall(rows, actor=actor, permission=permission)]


def _same_words() -> QuerySet[Case]:
    """Return the other cases of the city in the same words: whether there is one costs a page no query."""
    others = Case._base_manager.filter(
        words_hash=OuterRef("words_hash"), city_code=OuterRef("city_code")
    )
    return others.exclude(pk=OuterRef("pk"))


def in_same_words(case: Case, *, actor: Actor) -> list[Case]:
    """Return the newest other cases of the city in the same words that the actor may see.

    Each has `link_kind`, one of LinkKind; empty where neither of the two came first. No query for a case whose
    words are too short or not a person's.
    """
    if case.words_hash is None or not getattr(case, "has_same_words", True):
        return []
    pair = Q(case=OuterRef("pk"), other=case.pk) | Q(case=case.pk, other=OuterRef("pk"))
    return list(
        Case.objects.seen_by(actor, permission=P.SEE)
        .filter(words_hash=case.words_hash, city_code=case.city_code)
        .exclude(pk=case.pk)
        .annotate(link_kind=Subquery(CaseLink.objects.filter(pair).values("kind")[:1]))
        .select_related("lead_order")
        .order_by("-received_at", "-pk")[:EARLIER]
    )


def earlier_of(phone: str, *, actor: Actor) -> list[Case]:
    """Return the newest cases of the same telephone number (E.164) by its blind index."""
    same = case_ids_of(phone, actor=actor, permission=P.SEE)
    if not same:
        return []
    return list(
        Case.objects.seen_by(actor, permission=P.SEE)
        .filter(pk__in=same)
        .select_related("lead_order")
        .order_by("-received_at")[:EARLIER]
    )


def leads_for(place: Place, *, at: dt.datetime) -> list[Organisation]:
    """Return the units an order at this place can go to at a moment, the nearest first.

    Never the hotline itself, nor those who only take part. Each has `serves`, the place around this one.
    """
    return [unit for unit in serving(place, on=day_of(at)) if unit.kind in CAN_LEAD]


def units_around(place: Place, *, at: dt.datetime) -> list[Organisation]:
    """Return every unit that serves a place at a moment, the nearest first, but for the hotline itself."""
    return [unit for unit in serving(place, on=day_of(at)) if unit.kind != "hotline"]


def orders_of(actor: Actor) -> QuerySet[Any]:
    """Return the orders that the actor's unit has in hand, the most pressing deadline first.

    Each has `due_next_at`: the response deadline until the first contact, then the handling deadline;
    `due_next_is_provisional`; `alerted_percent`, the highest alert raised on a clock that still runs.
    """
    raised = ClockAlert.objects.filter(
        Q(clock="handling") | Q(order__first_contact_at__isnull=True),
        order=OuterRef("pk"),
        raised_at__isnull=False,
    ).order_by("-percent")
    return (
        WorkOrder.objects.filter(lead=actor.organisation_id, state__in=IN_HAND)
        .annotate(
            due_next_at=Choose(
                When(first_contact_at__isnull=True, then=F("first_contact_due_at")),
                default=F("handling_due_at"),
            ),
            due_next_is_provisional=Choose(
                When(first_contact_at__isnull=True, then=F("first_contact_is_provisional")),
                default=F("handling_is_provisional"),
            ),
            alerted_percent=Subquery(raised.values("percent")[:1]),
        )
        .select_related("case__place", "case__lead_order", "lead")
        .order_by("due_next_at", "pk")
    )


def waiting_of(actor: Actor) -> QuerySet[WorkOrder]:
    """Return the unit's orders that wait for others: a ruling, a call back, the end of a pause or hold."""
    return (
        WorkOrder.objects.filter(lead=actor.organisation_id, state__in=WAITS_FOR_OTHERS)
        .select_related("case__place", "case__lead_order", "lead")
        .order_by("state_since", "pk")
    )


def tasks_of(actor: Actor) -> QuerySet[CoTask]:
    """Return the tasks that the actor's organisation has to do, the nearest deadline first."""
    return (
        CoTask.objects.filter(organisation=actor.organisation_id, ended_at__isnull=True)
        .select_related(
            "order__case__place", "order__case__category", "order__lead", "organisation", "group"
        )
        .annotate(relay_rows=relay_rows())
        .order_by("due_at", "pk")
    )


def ended_tasks_of(actor: Actor) -> list[CoTask]:
    """Return the organisation's tasks that ended last."""
    ended = CoTask.objects.filter(organisation=actor.organisation_id, ended_at__isnull=False)
    return list(ended.select_related("order__case__place").order_by("-ended_at")[:ENDED_SHOWN])


def consultations_of(actor: Actor) -> QuerySet[Consultation]:
    """Return what the actor's organisation is asked before dispatch and can still answer."""
    return (
        Consultation.objects.filter(
            unit=actor.organisation_id,
            answered_at__isnull=True,
            due_at__gt=actor.now,
            case__state="pending_dispatch",
        )
        .select_related("case__place")
        .order_by("due_at", "pk")
    )


def _over(actor: Actor, permission: str) -> QuerySet[Case]:
    return Case.objects.seen_by(actor, permission=permission)


def to_decide(actor: Actor) -> list[Application]:
    """Return the applications that the actor may decide, the oldest first."""
    found = (
        Application.objects.filter(
            decided_at__isnull=True, lapsed_at__isnull=True, order__case__in=_over(actor, P.APPROVE)
        )
        .exclude(order__lead=actor.organisation_id)
        .exclude(user_id=actor.user_id or 0)
        .select_related("order__case__place", "order__lead", "order__clock_class")
        .order_by("at", "pk")[:SHOWN]
    )
    return [one for one in found if DECIDED_BY[one.kind](one.order, actor) is None]


def held_by(actor: Actor) -> list[Application]:
    """Return the holds on the ledger in the actor's area, the one to be looked at first before all."""
    found = (
        Application.objects.filter(
            kind="hold",
            is_granted=True,
            ended_at__isnull=True,
            order__case__in=_over(actor, P.APPROVE),
        )
        .exclude(order__lead=actor.organisation_id)
        .select_related("order__case__place", "order__lead")
        .order_by("until", "pk")[:SHOWN]
    )
    return [one for one in found if the_district(one.order, actor) is None]


def to_verify(actor: Actor) -> list[WorkOrder]:
    """Return the orders that others reported in the actor's area, to be looked at on site."""
    return list(
        WorkOrder.objects.filter(state="reported", case__in=_over(actor, P.VERIFY))
        .exclude(lead=actor.organisation_id)
        .select_related("case__place", "case__lead_order", "lead")
        .order_by("reported_at", "pk")[:SHOWN]
    )


def to_rule(actor: Actor) -> list[WorkOrder]:
    """Return the orders whose objection waits for a ruling, the nearest handling deadline first."""
    return list(
        WorkOrder.objects.filter(state="objecting", case__in=_over(actor, P.RULE))
        .select_related("case__place", "case__lead_order", "lead")
        .order_by("handling_due_at", "pk")[:SHOWN]
    )


def to_follow_up(*, actor: Actor) -> QuerySet[WorkOrder]:
    """Return the orders to call back about, the longest waiting first; never the actor's own unit's."""
    cases = Case.objects.seen_by(actor, permission=P.FOLLOW_UP)
    return (
        WorkOrder.objects.filter(state__in=("reported", "verified", "followed_up"), case__in=cases)
        .exclude(lead=actor.organisation_id)
        .select_related("case__place", "case__lead_order", "lead")
        .order_by("reported_at", "pk")
    )


def attempts_of(order: WorkOrder) -> list[FollowUp]:
    """Return the attempts to call back about an order since it was last reported, the newest first."""
    rows = FollowUp.objects.filter(order=order)
    if order.reported_at is not None:
        rows = rows.filter(at__gte=order.reported_at)
    return list(rows.order_by("-at", "-pk"))


def _counts(as_of: dt.datetime) -> dict[str, Any]:
    """Return the six counts of assessed orders; what was made or said after `as_of` is not known."""
    answered = Q(followed_up_at__lte=as_of)
    solvable = answered & ~Q(resolution="explained")
    in_time = Q(first_contact_at__lte=F("first_contact_due_at")) & Q(first_contact_at__lte=as_of)
    pleased = Q(satisfaction__in=("very", "satisfied", "basically"))
    return {
        "assessed": Count("pk"),
        "in_time": Count("pk", filter=in_time),
        "answered_solvable": Count("pk", filter=solvable),
        "solved": Count("pk", filter=solvable & Q(answered="solved")),
        "valid": Count("pk", filter=answered),
        "satisfied": Count("pk", filter=answered & pleased),
    }


def _rates(counted: dict[str, Any]) -> ThreeRates:
    return ThreeRates(
        response=Rate(counted["in_time"], counted["assessed"]),
        resolution=Rate(counted["solved"], counted["answered_solvable"]),
        satisfaction=Rate(counted["satisfied"], counted["valid"]),
    )


def _assessed(*, column: str, code: str, year: int, month: int, as_of: dt.datetime) -> Any:
    first, after = month_bounds(year, month)
    return WorkOrder.objects.filter(
        Q(first_contact_at__lte=as_of) | Q(first_contact_due_at__lte=as_of),
        handling_due_at__gte=first,
        handling_due_at__lt=after,
        **{column: code},
    )


def three_rates(*, column: str, code: str, year: int, month: int, as_of: dt.datetime) -> ThreeRates:
    """Return the three rates of an area and a month as known at `as_of`. One query.

    `column`, `code`: a scope column and its value. The month is that of the handling deadline.
    """
    orders = _assessed(column=column, code=code, year=year, month=month, as_of=as_of)
    counted = orders.exclude(_excluded(as_of) | _held(as_of))
    return _rates(counted.aggregate(**_counts(as_of)))


def unadjusted(*, column: str, code: str, year: int, month: int, as_of: dt.datetime) -> Unadjusted:
    """Return the rates with nothing left out, and how many orders are: published beside the rates. One query."""
    orders = _assessed(column=column, code=code, year=year, month=month, as_of=as_of)
    counted = orders.annotate(is_excluded=_excluded(as_of), is_held=_held(as_of)).aggregate(
        **_counts(as_of),
        excluded=Count("pk", filter=Q(is_excluded=True)),
        held=Count("pk", filter=Q(is_held=True, is_excluded=False)),
    )
    return Unadjusted(_rates(counted), counted["excluded"], counted["held"])


def _excluded(as_of: dt.datetime) -> Exists:
    """Return whether an order is left out by an exclusion that two persons agreed to and that has not expired."""
    standing = Application.objects.filter(
        order=OuterRef("pk"),
        kind="exclusion",
        is_granted=True,
        decided_at__lte=as_of,
        until__gt=as_of,
    )
    return Exists(standing)


def _held(as_of: dt.datetime) -> Exists:
    """Return whether an order stands on the ledger."""
    standing = Application.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=as_of),
        order=OuterRef("pk"),
        kind="hold",
        is_granted=True,
        decided_at__lte=as_of,
    )
    return Exists(standing)


def left_out(
    *, column: str, code: str, first: dt.datetime, after: dt.datetime, as_of: dt.datetime
) -> list[dict[str, Any]]:
    """Return what exclusions and holds leave out of an area's rates, by scope codes and month of the deadline.

    The deadlines lie in `first` .. `after`; each row has the counts of `_counts`. One query, from the few
    applications that stand.
    """
    agreed = Q(kind="exclusion", until__gt=as_of) | (
        Q(kind="hold") & (Q(ended_at__isnull=True) | Q(ended_at__gt=as_of))
    )
    standing = Application.objects.filter(agreed, is_granted=True, decided_at__lte=as_of)
    return list(
        WorkOrder.objects.filter(
            Q(first_contact_at__lte=as_of) | Q(first_contact_due_at__lte=as_of),
            handling_due_at__gte=first,
            handling_due_at__lt=after,
            pk__in=standing.values("order"),
            **{column: code},
        )
        .annotate(month=TruncMonth("handling_due_at"))
        .values(*SCOPE_COLUMNS, "month")
        .annotate(**_counts(as_of))
    )


def rates_below(
    *, column: str, code: str, below: str, year: int, month: int, as_of: dt.datetime
) -> dict[str, ThreeRates]:
    """Return the three rates of each area one scope column further down (`below`), by code."""
    orders = _assessed(column=column, code=code, year=year, month=month, as_of=as_of)
    counted = orders.exclude(_excluded(as_of) | _held(as_of)).exclude(**{f"{below}__isnull": True})
    rows = counted.values(below).annotate(**_counts(as_of))
    return {row[below]: _rates(row) for row in rows.order_by(below)}


def events_of(case: Case) -> list[Event]:
    """Return what happened to the case, oldest first, each with its position in the sealed record."""
    return stream_events("case", case.pk)


def last_event(
    case_id: int, names: Sequence[str], *, task_id: int | None = None
) -> tuple[str, str, dt.datetime] | None:
    """Return the last of some events of a case, who did it and when, or None.

    `task_id`: only those of one co-task.
    """
    rows = Event.objects.filter(stream_kind="case", stream_id=case_id, name__in=names)
    if task_id is not None:
        rows = rows.filter(payload__task_id=task_id)
    found = rows.order_by("-seq").first()
    if found is None:
        return None
    user = names_of({found.user_id}).get(found.user_id) if found.user_id else None
    return found.name, (user.display_name if user else "linli"), found.at


OPEN_STATES = tuple(state.code for state in ORDER.states if not state.terminal)


def open_orders_of(organisation_id: int) -> QuerySet[WorkOrder]:
    """Return the orders that a unit holds and that are not closed."""
    return WorkOrder.objects.filter(lead=organisation_id, state__in=OPEN_STATES)


def open_inside(place: Place, *, actor: Actor) -> QuerySet[Case]:
    """Return the open cases in a place that the actor may see, the newest first."""
    return (
        Case.objects.seen_by(actor, permission=P.SEE)
        .filter(inside(place))
        .exclude(state__in=ENDED)
        .select_related("lead_order__lead", "place")
        .order_by("-received_at", "-pk")
    )
