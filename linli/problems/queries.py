"""Reads of problems."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce

from linli.cases.choices import Confidentiality
from linli.cases.models import Case
from linli.cases.permissions import CasePermission
from linli.kernel.actor import SCOPE_COLUMNS, Actor
from linli.problems.flows import STANDING
from linli.problems.models import (
    Fund,
    Gift,
    Problem,
    ProblemCase,
    ProblemStep,
    ProblemThreshold,
    Spending,
)
from linli.problems.permissions import ProblemPermission as P
from linli.problems.rules import Span, Threshold, count_between, spans_around, threshold_for
from linli.territory.models import Place
from linli.territory.serving import inside

LOOK_BACK = dt.timedelta(days=90)
"""How far back cases are offered for gathering by hand."""
OFFERED = 400


def _gatherable() -> QuerySet[Case]:
    """Return the cases that may become a part of a problem: of a known kind, not confidential, in no problem yet."""
    taken = ProblemCase.objects.values("case")
    return (
        Case.objects.everywhere("calls of a kind at a place")
        .filter(category__isnull=False)
        .exclude(confidentiality=Confidentiality.HIDE_CASE)
        .exclude(state="declined")
        .exclude(pk__in=taken)
    )


def problem_for(problem_id: int, *, actor: Actor, permission: str = P.SEE) -> Problem:
    """Return a problem with all that hangs on it. Raises Problem.DoesNotExist outside the scope. Five queries."""
    return (
        Problem.objects.seen_by(actor, permission=permission)
        .select_related("place", "category", "owner")
        .prefetch_related(*_beside())
        .get(pk=problem_id)
    )


def _beside() -> list[Any]:
    return [
        Prefetch("steps", ProblemStep.objects.select_related("done_by").order_by("due_on", "pk")),
        Prefetch("funds", Fund.objects.select_related("applied_by", "granted_by").order_by("pk")),
        Prefetch(
            "spendings",
            Spending.objects.select_related("spent_by", "checked_by").order_by("pk"),
        ),
        Prefetch(
            "gifts",
            Gift.objects.select_related("organisation", "delivered_by", "verified_by").order_by(
                "pk"
            ),
        ),
    ]


def problems_of(actor: Actor) -> QuerySet[Problem]:
    """Return the problems that the actor sees, what stands first, each with its `case_count`."""
    return (
        Problem.objects.seen_by(actor, permission=P.SEE)
        .select_related("place", "category", "owner")
        .annotate(case_count=Count("parts"), is_over=~Q(state__in=STANDING))
        .order_by("is_over", "-state_since", "-pk")
    )


def cases_of(problem: Problem, *, actor: Actor) -> list[Case]:
    """Return the cases of a problem that the actor may read, the newest first; none without that right."""
    if not actor.may(CasePermission.SEE):
        return []
    return list(
        Case.objects.seen_by(actor, permission=CasePermission.SEE)
        .filter(pk__in=ProblemCase.objects.filter(problem=problem).values("case"))
        .select_related("place", "lead_order")
        .order_by("-received_at", "-pk")[:100]
    )


@dataclass(frozen=True)
class Repeated:
    """Calls of one kind at one place that are in no problem yet."""

    place: Place
    category: Any
    cases: list[Case]


def repeated(actor: Actor) -> list[Repeated]:
    """Return what repeated in the actor's areas lately, the most frequent first. One query."""
    rows = (
        Case.objects.seen_by(actor, permission=CasePermission.SEE)
        .filter(
            pk__in=_gatherable().values("pk"),
            received_at__gte=actor.now - LOOK_BACK,
        )
        .select_related("place", "category")
        .order_by("-received_at", "-pk")[:OFFERED]
    )
    groups: dict[tuple[int, int], list[Case]] = {}
    for case in rows:
        groups.setdefault((case.place_id, case.category_id or 0), []).append(case)
    found = [Repeated(cases[0].place, cases[0].category, cases) for cases in groups.values()]
    return sorted((one for one in found if len(one.cases) > 1), key=lambda one: -len(one.cases))


def new_cases(problem: Problem) -> QuerySet[Case]:
    """Return the cases of the problem's kind and place since it was gathered, since the measure if there was one."""
    return _gatherable().filter(
        inside(problem.place),
        category=problem.category_id,
        received_at__gt=problem.measured_at
        if problem.state == "watched" and problem.measured_at
        else problem.gathered_at,
    )


@dataclass(frozen=True)
class Found:
    """A kind at a place whose calls reach the threshold that holds there."""

    place_id: int
    category_id: int
    threshold: Threshold


def thresholds() -> dict[str, Threshold]:
    """Return what areas have set, by code."""
    rows = ProblemThreshold.objects.values_list("place__code", "minimum", "days")
    return {code: Threshold(minimum, days) for code, minimum, days in rows}


def threshold_at(place: Place) -> Threshold:
    """Return the threshold that holds at a place."""
    return threshold_for(place.scope, thresholds())


def found_repeated(*, now: dt.datetime) -> Iterable[Found]:
    """Return the kinds and places to propose, without those of a standing problem. One query a different span."""
    set_by: Mapping[str, Threshold] = thresholds()
    standing = set(
        Problem.objects.everywhere("what is a problem already")
        .standing()
        .values_list("place", "category")
    )
    spans = {threshold_for(dict.fromkeys(SCOPE_COLUMNS), {}).days}
    spans |= {one.days for one in set_by.values()}
    for days in sorted(spans):
        rows = (
            _gatherable()
            .filter(received_at__gt=now - dt.timedelta(days=days), received_at__lte=now)
            .values("place", "category", *(f"place__{column}" for column in SCOPE_COLUMNS))
            .annotate(count=Count("pk"))
            .filter(count__gte=2)
            .order_by("place", "category")
        )
        for row in rows:
            scope = {column: row[f"place__{column}"] for column in SCOPE_COLUMNS}
            here = threshold_for(scope, set_by)
            key = (row["place"], row["category"])
            if here.days == days and row["count"] >= here.minimum and key not in standing:
                yield Found(*key, here)


def cases_found(found: Found, *, now: dt.datetime) -> QuerySet[Case]:
    """Return the cases of what was found."""
    return _gatherable().filter(
        place=found.place_id,
        category=found.category_id,
        received_at__gt=now - dt.timedelta(days=found.threshold.days),
        received_at__lte=now,
    )


def to_look_at() -> list[tuple[int, str]]:
    """Return the problems that take in new cases of their kind, with their state."""
    rows = Problem.objects.everywhere("problems to look after").standing()
    return list(rows.order_by("pk").values_list("pk", "state"))


def before_and_after(problem: Problem, *, now: dt.datetime) -> tuple[Span, Span] | None:
    """Return the calls of the kind among all calls at the place, before and since the measure; None without one.

    A description: equal spans, nothing is said of why they differ. One query.
    """
    if problem.measured_at is None:
        return None
    before, since = spans_around(problem.measured_at, now=now)
    rows = (
        Case.objects.everywhere("counts around a measure")
        .filter(inside(problem.place), received_at__gte=before[0], received_at__lt=since[1])
        .annotate(kind_of_it=Coalesce(F("category"), 0))
        .values_list("received_at", "kind_of_it")
    )
    seen = [(at, category == problem.category_id) for at, category in rows]
    return count_between(seen, *before), count_between(seen, *since)
