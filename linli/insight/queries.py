"""What pages ask of the counters; and of the open orders, which no counter holds."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case as Choose
from django.db.models import Count, DateField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Cast, Coalesce, TruncMonth
from django.utils import timezone

from linli.cases.models import Case, Category, WorkOrder
from linli.cases.permissions import CasePermission as P
from linli.cases.queries import OPEN_STATES, left_out
from linli.cases.rules import Rate, ThreeRates
from linli.insight.counting import SUBSCRIBER
from linli.insight.models import MEASURES, Contribution, DailyCount
from linli.journal.models import Cursor, EventOrder
from linli.kernel.actor import SCOPE_COLUMNS, Actor
from linli.kernel.models import Outbox
from linli.territory.models import Place, is_english

RUNNING = ("dispatched", "objecting", "accepted", "in_progress")
"""States of an order whose handling clock runs and that is not reported yet."""
AGES = (1, 3, 7, 15)
"""Days at which the classes of age of open orders end; the last class has no end."""
CLASS_LENGTH = 4
"""Length of a category's code at which classes of problems are counted: the second level."""


@dataclass(frozen=True)
class Standing:
    """How far the counters have followed. `waiting`: whether something sealed or unsealed is not counted yet."""

    counted_at: dt.datetime | None
    waiting: bool
    failed_at: dt.datetime | None

    def as_of(self, now: dt.datetime) -> dt.datetime | None:
        """Return the moment up to which everything is counted; None before the first event."""
        return self.counted_at if self.waiting else now


def _with_standing(rows: QuerySet[Place]) -> QuerySet[Place]:
    """Add to each row how far the counters have followed: read once a statement, whatever the number of rows."""
    cursor = Cursor.objects.filter(name=SUBSCRIBER)
    position = Coalesce(Subquery(cursor.values("position")[:1]), 0)
    return rows.annotate(
        counted_at=Subquery(cursor.values("moved_at")[:1]),
        failed_at=Subquery(cursor.values("failed_at")[:1]),
        waiting=Choose(
            When(Exists(Outbox.objects.all()), then=True),
            default=Exists(EventOrder.objects.filter(position__gt=position)),
        ),
    )


def area_and_below(code: str) -> tuple[list[Place], Standing | None]:
    """Return the area, then the areas right below it that stand today, by code; and how far is counted. One query."""
    areas = ("district", "street", "community", "village")
    around = Q(code=code) | Q(parent__code=code, valid_to=None, level__in=areas)
    rows: list[Any] = list(_with_standing(Place.objects.filter(around)))
    rows.sort(key=lambda place: (place.code != code, place.code))
    if not rows or rows[0].code != code:
        return [], None
    return rows, Standing(rows[0].counted_at, rows[0].waiting, rows[0].failed_at)


Month = dt.date
Counts = dict[str, int]


def monthly(
    areas: Sequence[str], *, months: Sequence[Month], after: dt.date
) -> tuple[dict[tuple[str, Month], Counts], dict[dt.date, Counts]]:
    """Return the sums of each area and month, by (area code, first day), and of the first area day by day.

    `months`: first days, in order; `after`: the first day after the last of them. One query.
    """
    rows: Any = (
        DailyCount.objects.filter(
            area_code__in=areas, unit_id=0, category_code="", day__gte=months[0], day__lt=after
        )
        .annotate(
            span=Choose(
                When(area_code=areas[0], then=F("day")),
                default=Cast(TruncMonth("day"), DateField()),
            )
        )
        .values("area_code", "span")
        .annotate(**{name: Sum(name) for name in MEASURES})
    )
    sums: dict[tuple[str, Month], Counts] = defaultdict(lambda: defaultdict(int))
    days: dict[dt.date, Counts] = {}
    for row in rows:
        counts = {name: row[name] for name in MEASURES}
        if row["area_code"] == areas[0]:
            days[row["span"]] = counts
        into = sums[row["area_code"], row["span"].replace(day=1)]
        for name, count in counts.items():
            into[name] += count
    return dict(sums), days


@dataclass
class Adjusting:
    """What the clock and agreed exclusions change in the sums of an area and month."""

    owed: int = 0
    out: Counts = field(default_factory=lambda: defaultdict(int))


def adjustments(
    *, column: str, code: str, first: dt.date, after: dt.date, as_of: dt.datetime
) -> dict[tuple[str, Month], Adjusting]:
    """Return by (code of each area in and around, month) what is owed and left out. Two queries."""
    found: dict[tuple[str, Month], Adjusting] = defaultdict(Adjusting)
    owed = (
        Contribution.objects.filter(
            contact_due_at__lte=as_of, day__gte=first, day__lt=after, **{column: code}
        )
        .annotate(month=TruncMonth("day"))
        .values(*SCOPE_COLUMNS, "month")
        .annotate(count=Count("pk"))
    )
    for row in owed:
        for area in filter(None, (row[name] for name in SCOPE_COLUMNS)):
            found[area, row["month"]].owed += row["count"]
    for row in left_out(
        column=column, code=code, first=_start(first), after=_start(after), as_of=as_of
    ):
        month = timezone.localtime(row["month"]).date()
        for area in filter(None, (row[name] for name in SCOPE_COLUMNS)):
            counts = found[area, month].out
            for name in (
                "assessed",
                "in_time",
                "answered_solvable",
                "solved",
                "valid",
                "satisfied",
            ):
                counts[name] += row[name]
    return found


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=timezone.get_default_timezone())


def rates_of(counts: Counts | None, adjusting: Adjusting | None) -> ThreeRates:
    """Return the three rates of an area and month from its sums: `cases.queries.three_rates`, counted beforehand."""
    c: Any = counts or defaultdict(int)
    adjusting = adjusting or Adjusting()
    out = adjusting.out
    return ThreeRates(
        response=Rate(
            c["in_time"] - out["in_time"], c["contacted"] + adjusting.owed - out["assessed"]
        ),
        resolution=Rate(c["solved"] - out["solved"], c["solvable"] - out["answered_solvable"]),
        satisfaction=Rate(c["satisfied"] - out["satisfied"], c["valid"] - out["valid"]),
    )


@dataclass(frozen=True)
class ProblemClass:
    """A class of problems: its cases of the last seven days, and a week's mean of the four weeks before."""

    code: str
    name: str
    name_en: str
    week: int
    before: float

    @property
    def label(self) -> str:
        """Return the name in the language in force."""
        return self.name_en if is_english() else self.name

    @property
    def change(self) -> float | None:
        """Return the week beside the mean week before, 0.5 for half as many more; None where there was none."""
        return self.week / self.before - 1 if self.before else None

    @property
    def is_surge(self) -> bool:
        """Return whether the week is far above what chance does to such counts.

        Poisson: three deviations above the mean, and at least five cases (our default).
        """
        return self.week >= 5 and self.week > self.before + 3 * max(self.before, 1.0) ** 0.5


def problem_classes(area: str, *, last: dt.date, most: int) -> list[ProblemClass]:
    """Return the classes of problems with most cases in the seven days up to `last`. One query."""
    week, before = last - dt.timedelta(days=6), last - dt.timedelta(days=34)
    named = Category.objects.filter(code=OuterRef("category_code"))
    rows = (
        DailyCount.objects.filter(
            area_code=area,
            unit_id=0,
            category_code__regex=f"^.{{{CLASS_LENGTH}}}$",
            day__gte=before,
            day__lte=last,
        )
        .values("category_code")
        .annotate(
            name=Subquery(named.values("name")[:1]),
            name_en=Subquery(named.values("name_en")[:1]),
            week=Sum("received", filter=Q(day__gte=week), default=0),
            earlier=Sum("received", filter=Q(day__lt=week), default=0),
        )
        .filter(week__gt=0)
        .order_by("-week", "category_code")[:most]
    )
    return [
        ProblemClass(
            row["category_code"],
            row["name"] or row["category_code"],
            row["name_en"] or row["category_code"],
            row["week"],
            row["earlier"] / 4,
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Backlog:
    """The open orders of an area, now. `ages`: (days from, days to or None, orders)."""

    open: int
    overdue: int
    soon: int
    on_ledger: int
    paused: int
    ages: list[tuple[int, int | None, int]]


def open_orders(*, column: str, code: str) -> QuerySet[WorkOrder]:
    """Return the orders of an area that are not closed."""
    return WorkOrder.objects.filter(state__in=OPEN_STATES, **{column: code})


LISTS: dict[str, Q] = {
    "overdue": Q(state__in=RUNNING),
    "soon": Q(state__in=RUNNING),
    "open": Q(),
    "ledger": Q(state="on_ledger"),
}
"""Which open orders each list of the drill-down shows; the clock decides the first two."""


def of_list(name: str, *, column: str, code: str, now: dt.datetime) -> QuerySet[WorkOrder]:
    """Return the open orders of one of LISTS, the longest overdue first."""
    rows = open_orders(column=column, code=code).filter(LISTS[name])
    if name == "overdue":
        rows = rows.filter(handling_due_at__lt=now)
    if name == "soon":
        rows = rows.filter(handling_due_at__gte=now, handling_due_at__lt=now + dt.timedelta(days=1))
    return rows.order_by("handling_due_at", "pk")


def shown_to(actor: Actor, orders: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
    """Return those orders whose case a reader of rates may know of: none that is confidential as a whole."""
    known = Case.objects.seen_by(actor, permission=P.SEE_RATES)
    return orders.filter(case__in=known).select_related("case__place", "case__category", "lead")


def backlog(*, column: str, code: str, now: dt.datetime) -> Backlog:
    """Return how many orders are open, since when, and how many of them are late. One query."""
    day = dt.timedelta(days=1)
    ends = [0, *AGES]
    ages = {
        f"age_{low}": Q(first_dispatched_at__lte=now - low * day)
        & (Q() if high is None else Q(first_dispatched_at__gt=now - high * day))
        for low, high in zip(ends, [*AGES, None], strict=True)
    }
    running = Q(state__in=RUNNING)
    late = running & Q(handling_due_at__lt=now)
    soon = running & Q(handling_due_at__gte=now, handling_due_at__lt=now + day)
    found = open_orders(column=column, code=code).aggregate(
        open=Count("pk"),
        overdue=Count("pk", filter=late),
        soon=Count("pk", filter=soon),
        on_ledger=Count("pk", filter=Q(state="on_ledger")),
        paused=Count("pk", filter=Q(state="paused")),
        **{name: Count("pk", filter=condition) for name, condition in ages.items()},
    )
    return Backlog(
        ages=[
            (low, high, found.pop(f"age_{low}"))
            for low, high in zip(ends, [*AGES, None], strict=True)
        ],
        **found,
    )
