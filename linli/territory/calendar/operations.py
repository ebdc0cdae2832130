"""Writes of the calendar."""

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import record
from linli.kernel.operation import operation
from linli.territory.calendar.events import CalendarApplied
from linli.territory.calendar.files import Change, Day, difference, weekday_rule
from linli.territory.calendar.models import CalendarDay, CalendarYear
from linli.territory.calendar.queries import days_of
from linli.territory.permissions import TerritoryPermission

CHANGED_MEANWHILE = Refusal(
    "calendar.changed_meanwhile",
    _(
        "Somebody else has changed this year since the difference was made. Choose your file again to "
        "see the difference with the present days."
    ),
    "file",
)


@operation(
    TerritoryPermission.CALENDAR,
    constraints={"territory_calendaryear_pkey": CHANGED_MEANWHILE},
)
def apply_year(
    *,
    actor: Actor,
    year: int,
    days: Mapping[dt.date, Day],
    source: str,
    seen_version: int | None = None,
) -> list[Change]:
    """Make a year known, or correct it. Applied again it changes nothing. Returns what changed.

    `days` holds every day of the year. `seen_version` is the version that the person compared with, 0
    for a year not known yet. Raises CHANGED_MEANWHILE.
    """
    assert set(days) == set(weekday_rule(year)), "a year is applied whole"
    known = CalendarYear.objects.select_for_update().filter(pk=year).first()
    if seen_version is not None and seen_version != (known.version if known else 0):
        raise CHANGED_MEANWHILE()
    changes = difference(days_of(year), days)
    if known is not None and not changes:
        return []
    written = {"source": source[:100], "applied_at": actor.now, "user_id": actor.user_id}
    if known is None:
        known = CalendarYear.objects.create(year=year, **written)
    else:
        known.version += 1
        CalendarYear.objects.filter(pk=year).update(version=known.version, **written)
    CalendarDay.objects.bulk_create(
        [
            CalendarDay(date=date, year=known, is_working=day.is_working, name=day.name)
            for date, day in days.items()
        ],
        update_conflicts=True,
        unique_fields=["date"],
        update_fields=["is_working", "name"],
    )
    record(
        CalendarApplied(
            year=year,
            changed_count=len(changes),
            working_count=sum(day.is_working for day in days.values()),
        ),
        actor=actor,
        kind="calendar",
        stream=year,
        seq=known.version,
    )
    return changes
