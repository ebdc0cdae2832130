"""The wall: figures of an area for a hall or a leader's big screen. Counts only, nobody's name, no single case."""

import datetime as dt
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from linli.cases.permissions import CasePermission as P
from linli.insight import figures, queries
from linli.insight.models import MEASURES
from linli.insight.views import LINE, district_map, holds
from linli.kernel.actor import Actor
from linli.kernel.http import ActorRequest, needs

CLASSES = 5
AREAS = 8
USUAL_OVER = 4
"""Weeks whose same weekday says what is usual today."""


@needs(P.SEE_RATES)
def wall(request: ActorRequest) -> HttpResponse:
    """Show the wall of the reader's own area."""
    _column, code = next(iter(request.actor.scopes(P.SEE_RATES)))
    return _wall(request, code)


@needs(P.SEE_RATES)
def wall_of(request: ActorRequest, code: str) -> HttpResponse:
    """Show the wall of an area that lies in one of the reader's."""
    return _wall(request, code)


def _wall(request: ActorRequest, code: str) -> HttpResponse:
    return render(request, "insight/wall.html", {**_figures(request.actor, code), "theme": "ink"})


@needs(P.SEE_RATES)
def wall_now(request: ActorRequest, code: str) -> HttpResponse:
    """Return the figures of the wall as they are now: asked for by the wall itself, every minute."""
    return render(request, "insight/wall.html#figures", _figures(request.actor, code))


def _figures(actor: Actor, code: str) -> dict[str, Any]:
    areas, standing = queries.area_and_below(code)
    if standing is None or not holds(actor, areas[0]):
        raise Http404
    place, below = areas[0], areas[1:]
    column = place.scope_column
    today = timezone.localtime(actor.now).date()
    month = today.replace(day=1)
    before = (month - dt.timedelta(days=1)).replace(day=1)
    after = (month + dt.timedelta(days=31)).replace(day=1)
    counts, by_day = queries.monthly(
        [one.code for one in areas], months=(before, month), after=after
    )
    changed = queries.adjustments(
        column=column, code=code, first=before, after=after, as_of=actor.now
    )
    line = [
        (day, by_day.get(day, {}).get("received", 0), by_day.get(day, {}).get("closed", 0))
        for day in (today - dt.timedelta(days=back) for back in range(LINE - 1, -1, -1))
    ]
    received = {one.code: counts.get((one.code, month), {}).get("received", 0) for one in areas}
    most = sorted(
        (one for one in below if received[one.code]),
        key=lambda one: (-received[one.code], one.code),
    )[:AREAS]
    classes = queries.problem_classes(code, last=today, most=CLASSES)
    return {
        "place": place,
        "month": month,
        "as_of": standing.as_of(actor.now),
        "today": by_day.get(today, dict.fromkeys(MEASURES, 0)),
        "usual": usual(by_day, today=today),
        "backlog": queries.backlog(column=column, code=code, now=actor.now),
        "whole": queries.rates_of(counts.get((code, month)), changed.get((code, month))),
        "last": queries.rates_of(counts.get((code, before)), changed.get((code, before))),
        "map": district_map(below, received) if place.level == "city" else None,
        "areas": [
            {
                "place": one,
                "count": received[one.code],
                "width": figures.bar(received[one.code], of=received[most[0].code]),
            }
            for one in most
        ],
        "classes": sorted(classes, key=lambda one: not one.is_surge),
        "line": figures.days(line[0][0], [row[1] for row in line], [row[2] for row in line]),
        "line_total": sum(row[1] for row in line),
        "line_closed": sum(row[2] for row in line),
    }


def usual(by_day: dict[dt.date, dict[str, int]], *, today: dt.date) -> int | None:
    """Return the mean of what came in on this weekday in the four weeks before, whole; None if nothing is known."""
    days = [today - dt.timedelta(weeks=back) for back in range(1, USUAL_OVER + 1)]
    counts = [by_day[day].get("received", 0) for day in days if day in by_day]
    return round(sum(counts) / USUAL_OVER) if counts else None
