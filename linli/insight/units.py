"""What the counters hold of units: orders given to them, reported, late, what callers said; by month."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import DateField, Q, QuerySet, Sum
from django.db.models.functions import Cast, TruncMonth

from linli.cases.rules import Rate
from linli.insight.models import MEASURES, DailyCount
from linli.territory.models import Organisation, Place


@dataclass(frozen=True)
class UnitMonth:
    """The orders of one unit in a month, as they stand: nothing is left out of them by agreement.

    `dispatched` to it, `reported` by it and of these `late` ones by the day of the step; `solved` of what could be
    solved and `satisfied` of valid answers by the month in which the limit ends.
    """

    unit: Organisation
    dispatched: int
    reported: int
    late: int
    solved: Rate
    satisfied: Rate

    @property
    def in_time(self) -> Rate:
        """Return the share of its reports that came before their limit."""
        return Rate(self.reported - self.late, self.reported)


def _sums(rows: QuerySet[DailyCount]) -> Any:
    own: Any = rows.filter(area_code="", category_code="")
    return own.annotate(month=Cast(TruncMonth("day"), DateField())).values("unit_id", "month").annotate(
        **{name: Sum(name) for name in MEASURES}
    )  # fmt: skip


def _counted(row: dict[str, Any], unit: Organisation) -> UnitMonth:
    return UnitMonth(
        unit=unit,
        dispatched=row["dispatched"],
        reported=row["reported"],
        late=row["late"],
        solved=Rate(row["solved"], row["solvable"]),
        satisfied=Rate(row["satisfied"], row["valid"]),
    )


def units_in(place: Place, *, month: dt.date, after: dt.date) -> list[UnitMonth]:
    """Return the units seated in an area that had orders from `month` until before `after`, most orders first.

    Two queries.
    """
    seated = Organisation.objects.filter(**{f"place__{place.scope_column}": place.code})
    units = seated.in_bulk()
    within = Q(unit_id__in=list(units), day__gte=month, day__lt=after)
    found = [
        _counted(row, units[row["unit_id"]]) for row in _sums(DailyCount.objects.filter(within))
    ]
    return sorted(found, key=lambda one: (-one.dispatched, -one.reported, one.unit.code))


def months_of(unit: Organisation, *, months: Sequence[dt.date]) -> list[tuple[dt.date, UnitMonth]]:
    """Return the counts of one unit by month (first days, in order); a month without an order is not there.

    One query.
    """
    last = (months[-1] + dt.timedelta(days=31)).replace(day=1)
    rows = DailyCount.objects.filter(unit_id=unit.pk, day__gte=months[0], day__lt=last)
    found = {row["month"]: _counted(row, unit) for row in _sums(rows)}
    return sorted(found.items(), key=lambda entry: entry[0])
