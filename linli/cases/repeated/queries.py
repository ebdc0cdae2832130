"""Reads of repeated duties."""

import datetime as dt
from dataclasses import dataclass, fields

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Min, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import JSONObject

from linli.cases.models import Case, DutyCheck, RepeatedDuty
from linli.cases.repeated.rules import EARLY, GRACE
from linli.kernel.actor import Actor
from linli.territory.models import label_of

_SHOWN = 30


def _counted(rows: QuerySet[RepeatedDuty], *, now: dt.datetime) -> QuerySet[RepeatedDuty]:
    """Return duties with how many checks were made, missed (by the clock, too) and found something, and the next one."""
    made = Q(checks__done_at__isnull=False)
    over = Q(checks__missed_at__isnull=False) | Q(
        checks__done_at__isnull=True, checks__due_at__lte=now - GRACE
    )
    return rows.select_related("organisation", "asked_by").annotate(
        total=Count("checks"),
        made=Count("checks", filter=made),
        missed=Count("checks", filter=over),
        amiss=Count("checks", filter=Q(checks__is_fine=False)),
        next_at=Min(
            "checks__due_at",
            filter=Q(checks__done_at__isnull=True, checks__due_at__gt=now - GRACE),
        ),
    )


@dataclass(frozen=True)
class DutyTold:
    """A repeated duty as the page of its case shows it."""

    unit: str
    words: str
    times: list[dt.time]
    starts_on: dt.date
    ends_on: dt.date
    ended_at: dt.datetime | None
    next_at: dt.datetime | None
    total: int
    made: int
    missed: int
    amiss: int


def repeated_rows(*, at: dt.datetime) -> ArraySubquery:
    """Return the repeated duties of a case with their counts, as a column of the case's own query."""
    rows = _counted(RepeatedDuty.objects.filter(case=OuterRef("pk")), now=at).order_by("pk")
    columns = {field.name: field.name for field in fields(DutyTold) if field.name != "unit"}
    return ArraySubquery(rows.values(row=JSONObject(unit=label_of("organisation__"), **columns)))


def duties_of_case(case: Case) -> list[DutyTold]:
    """Return a case's repeated duties, the oldest first. For a case read with its `repeated_rows`."""
    return [
        DutyTold(
            **{
                **row,
                "times": [dt.time.fromisoformat(time) for time in row["times"]],
                "starts_on": dt.date.fromisoformat(row["starts_on"]),
                "ends_on": dt.date.fromisoformat(row["ends_on"]),
                "ended_at": _moment(row["ended_at"]),
                "next_at": _moment(row["next_at"]),
            }
        )
        for row in getattr(case, "repeated_rows", ())
    ]


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def duties_of(actor: Actor) -> list[RepeatedDuty]:
    """Return the duties that concern the actor's organisation, those that go on first, each with counts and `lately`."""
    lately = DutyCheck.objects.filter(due_at__lte=actor.now + EARLY).order_by("-due_at")
    rows = _counted(RepeatedDuty.objects.concerning(actor), now=actor.now)
    return list(
        rows.select_related("case__place", "organisation", "asked_by")
        .prefetch_related(Prefetch("checks", queryset=lately, to_attr="lately"))
        .order_by("-ended_at", "-ends_on", "-pk")[:_SHOWN]
    )


def checks_due(actor: Actor) -> list[DutyCheck]:
    """Return the checks that the actor's organisation can make now, the nearest first. One query."""
    return list(
        DutyCheck.objects.filter(
            duty__organisation=actor.organisation_id,
            duty__ended_at__isnull=True,
            done_at__isnull=True,
            missed_at__isnull=True,
            due_at__lte=actor.now + EARLY,
            due_at__gt=actor.now - GRACE,
        )
        .select_related("duty__case__place", "duty__asked_by", "duty__organisation")
        .order_by("due_at", "pk")
    )
